import ProgressGraph
public import Screen

/// What a box shows at the moment it is painted. Nothing here moves a cell.
public struct Face: Hashable, Sendable {
  /// Below the name, from zoom 2 on; cut to the room there is.
  public var lines: [String]
  public var text: Style
  public var border: Style
  public var isSelected: Bool

  public init(
    lines: [String] = [], text: Style = .plain, border: Style = Style(.muted), isSelected: Bool = false
  ) {
    self.lines = lines
    self.text = text
    self.border = border
    self.isSelected = isSelected
  }
}

extension Drawing {
  /// Paints the part of the drawing that a viewport shows; the viewport is cleared first.
  ///
  /// - Parameters:
  ///   - viewport: where in the grid; nothing is painted outside.
  ///   - scroll: the cell of the drawing that is in the viewport's upper left corner.
  ///   - faces: by box; boxes without one show their name alone.
  ///   - linkStyles: by link; without one a link has the style of its kind.
  public func paint(
    into grid: inout Grid, viewport: Rect, scroll: Point = Point(x: 0, y: 0), faces: [Face] = [],
    linkStyles: [Style] = []
  ) {
    // A page of the viewport's size clips all that is painted on it.
    var page = Grid(width: viewport.width, height: viewport.height)
    let shown = Rect(x: scroll.x, y: scroll.y, width: viewport.width, height: viewport.height)
    paintLines(on: &page, shown: shown, styles: linkStyles)
    for label in labels where shown.contains(row: label.position.y) {
      let style = Style(Self.role(of: diagram.links[label.links[0]].kind))
      page.write(label.text, at: label.position - scroll, style: style, limit: label.width, glyphs: glyphs)
    }
    for (box, rect) in boxes.enumerated() where shown.overlaps(rect) {
      let face = box < faces.count ? faces[box] : Face()
      paint(diagram.boxes[box], in: rect, face: face, on: &page, scroll: scroll)
    }
    if zoom >= 2 { paintPorts(on: &page, scroll: scroll, faces: faces) }
    for (row, line) in legend.enumerated() {
      page.write(line, at: Point(x: 0, y: legendRow + row) - scroll, style: Style(.muted), glyphs: glyphs)
    }
    for y in 0..<viewport.height {
      for x in 0..<viewport.width { grid[viewport.x + x, viewport.y + y] = page[x, y] }
    }
  }

  /// The whole drawing as lines of text.
  public func text() -> [String] {
    var grid = Grid(width: width, height: height)
    paint(into: &grid, viewport: grid.bounds)
    return grid.lines()
  }

  private func paintLines(on page: inout Grid, shown: Rect, styles: [Style]) {
    var canvas = LineCanvas(area: shown)
    for (link, route) in routes.enumerated() {
      let kind = diagram.links[link].kind
      canvas.draw(route, kind, link < styles.count ? styles[link] : Style(Self.role(of: kind)))
    }
    canvas.paint(on: &page, glyphs: glyphs)
    for (index, route) in routes.enumerated() {
      let link = diagram.links[index]
      let style = index < styles.count ? styles[index] : Style(Self.role(of: link.kind))
      let last = route.points[route.points.count - 1]
      page[last.x - shown.x, last.y - shown.y] = Cell(
        Arms.head(route.enters, isOneWay: link.isOneWay, glyphs), style)
    }
  }

  private func paint(_ box: Diagram.Box, in rect: Rect, face: Face, on page: inout Grid, scroll: Point) {
    let title = Detail(zoom: zoom, glyphs: glyphs).title(box.title)
    var titleStyle = face.text
    if face.isSelected { titleStyle.isReversed = true }
    let frame = BoxGlyphs(box.kind, glyphs)
    let corner = Point(x: rect.x, y: rect.y) - scroll
    if zoom == 0 {
      for row in 0..<rect.height {
        page[corner.x, corner.y + row] = Cell(row == 0 ? frame.dot : frame.tail, titleStyle)
      }
    } else if zoom == 1 {
      for row in 0..<rect.height {
        page[corner.x, corner.y + row] = Cell(frame.open, face.border)
        page[corner.x + rect.width - 1, corner.y + row] = Cell(frame.close, face.border)
      }
      page.write(title, at: corner + Point(x: 1, y: 0), style: titleStyle, glyphs: glyphs)
    } else {
      frame.paintBorder(Rect(x: corner.x, y: corner.y, width: rect.width, height: rect.height), face, on: &page)
      titleStyle.isBold = true
      page.write(title, at: corner + Point(x: 2, y: 1), style: titleStyle, glyphs: glyphs)
      for (row, line) in face.lines.prefix(rect.height - 3).enumerated() {
        let place = corner + Point(x: 2, y: 2 + row)
        page.write(line, at: place, style: face.text, limit: rect.width - 4, glyphs: glyphs)
      }
    }
  }

  /// The cell of a border where a link leaves shows its kind.
  private func paintPorts(on page: inout Grid, scroll: Point, faces: [Face]) {
    for (link, route) in routes.enumerated() {
      let box = diagram.links[link].from
      let port = route.points[0].stepping(route.leaves.opposite) - scroll
      let border = box < faces.count ? faces[box].border : Face().border
      page[port.x, port.y] = Cell(Arms.port(route.leaves, diagram.links[link].kind, glyphs), border)
    }
  }

  private static func role(of kind: Edge.Kind) -> Style.Role {
    switch kind {
    case .rpc: .rpc
    case .queue: .queue
    case .topic: .topic
    case .schedule: .muted
    }
  }
}

/// The characters of a box: channels have round corners, so that they are told from nodes without colour.
private struct BoxGlyphs {
  let dot, tail, open, close: Unicode.Scalar
  /// Clockwise from the upper left.
  let corners: [Unicode.Scalar]
  let horizontal, vertical: Unicode.Scalar

  init(_ kind: Diagram.Box.Kind, _ set: GlyphSet) {
    let isChannel =
      switch kind {
      case .channel: true
      case .node: false
      }
    switch set {
    case .unicode:
      dot = isChannel ? "○" : "●"
      tail = "┃"
      corners = isChannel ? ["╭", "╮", "╯", "╰"] : ["┌", "┐", "┘", "└"]
      (horizontal, vertical) = ("─", "│")
    case .ascii:
      dot = isChannel ? "o" : "O"
      tail = "I"
      corners = isChannel ? [".", ".", "'", "'"] : ["+", "+", "+", "+"]
      (horizontal, vertical) = ("-", "|")
    }
    (open, close) = isChannel ? ("(", ")") : ("[", "]")
  }

  func paintBorder(_ rect: Rect, _ face: Face, on page: inout Grid) {
    var style = face.border
    if face.isSelected { style = Style(.selection, bold: true) }
    for x in rect.x..<rect.maxX {
      page[x, rect.y] = Cell(horizontal, style)
      page[x, rect.maxY - 1] = Cell(horizontal, style)
    }
    for y in rect.y..<rect.maxY {
      page[rect.x, y] = Cell(vertical, style)
      page[rect.maxX - 1, y] = Cell(vertical, style)
    }
    page[rect.x, rect.y] = Cell(corners[0], style)
    page[rect.maxX - 1, rect.y] = Cell(corners[1], style)
    page[rect.maxX - 1, rect.maxY - 1] = Cell(corners[2], style)
    page[rect.x, rect.maxY - 1] = Cell(corners[3], style)
  }
}

extension Rect {
  fileprivate func contains(row: Int) -> Bool { row >= y && row < maxY }
  fileprivate func overlaps(_ other: Rect) -> Bool {
    other.x < maxX && other.maxX > x && other.y < maxY && other.maxY > y
  }
}
