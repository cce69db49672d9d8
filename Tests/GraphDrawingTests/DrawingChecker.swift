import GraphDrawing
import ProgressGraph
import Screen

/// Reads a painted drawing back, cell by cell, and compares what it says with what was declared.
///
/// It knows the meaning of the glyphs and where the boxes and labels are; how lines were routed it finds out by
/// following them. From every cell at which a line leaves a box it walks along the glyphs; straight on at a crossing,
/// every way at a join. The walk has to end in the heads of the links declared to leave there, all lines have to be
/// walked, and no cell by two walks except at a crossing.
struct DrawingChecker {
  private let drawing: Drawing
  private let grid: Grid
  private let links: [Diagram.Link]
  private var complaints: [String] = []
  /// The index of the box that covers each cell, row-major.
  private var boxAt: [Int?]
  /// The label that covers each cell.
  private var labelAt: [Int?]
  /// The walk that went through each cell, across and up-and-down apart.
  private var across: [Int?]
  private var upright: [Int?]

  private struct Walk {
    var box: Int
    var heads: [Head] = []
    var kinds: Set<Edge.Kind> = []
    var labels: Set<Int> = []
    var cells = 0
  }
  private struct Head: Hashable {
    var box: Int
    var isOneWay: Bool
    var place: Point
  }

  /// - Parameters:
  ///   - grid: the painted cells, the drawing's own where there is none.
  ///   - links: what was declared, the drawing's own where there is nothing else.
  static func complaints(
    about drawing: Drawing, grid: Grid? = nil, declaring links: [Diagram.Link]? = nil
  ) -> [String] {
    var checker = DrawingChecker(drawing, grid ?? painted(drawing), links ?? drawing.diagram.links)
    if checker.links.count != drawing.routes.count { return ["routes for another number of links"] }
    checker.checkBoxes()
    checker.checkLabels()
    checker.checkLines()
    return checker.complaints
  }

  static func painted(_ drawing: Drawing) -> Grid {
    var grid = Grid(width: drawing.width, height: drawing.height)
    drawing.paint(into: &grid, viewport: grid.bounds)
    return grid
  }

  private init(_ drawing: Drawing, _ grid: Grid, _ links: [Diagram.Link]) {
    self.drawing = drawing
    self.grid = grid
    self.links = links
    boxAt = Array(repeating: nil, count: grid.cells.count)
    labelAt = boxAt
    across = boxAt
    upright = boxAt
  }

  // MARK: Boxes

  private mutating func checkBoxes() {
    for (box, rect) in drawing.boxes.enumerated() {
      if rect.isEmpty || rect.x < 0 || rect.y < 0 || rect.maxX > grid.width || rect.maxY > grid.height {
        complain("box \(box) is outside: \(rect)")
        continue
      }
      for y in rect.y..<rect.maxY {
        for x in rect.x..<rect.maxX {
          if let other = boxAt[y * grid.width + x] { complain("boxes \(box) and \(other) overlap") }
          boxAt[y * grid.width + x] = box
        }
      }
      let title = TextWidth.shown(drawing.diagram.boxes[box].title, glyphs: drawing.glyphs)
      let place = Point(x: rect.x + min(2, drawing.zoom), y: rect.y + (drawing.zoom >= 2 ? 1 : 0))
      if drawing.zoom > 0, grid[place.x, place.y].glyph != title[0] { complain("box \(box) does not show its name") }
    }
  }

  // MARK: Labels

  private mutating func checkLabels() {
    for (index, label) in drawing.labels.enumerated() {
      var x = label.position.x
      for scalar in TextWidth.shown(label.text, glyphs: drawing.glyphs) {
        if grid[x, label.position.y].glyph != scalar { complain("label \(label.text) is not where it should be") }
        x += TextWidth.of(scalar)
      }
      if x - label.position.x != label.width { complain("label \(label.text) has another width") }
      for x in label.position.x..<(label.position.x + label.width) {
        let cell = label.position.y * grid.width + x
        if labelAt[cell] != nil || boxAt[cell] != nil { complain("label \(label.text) covers something else") }
        labelAt[cell] = index
      }
    }
    for (index, link) in links.enumerated() where drawing.zoom > 0 && !link.label.isEmpty {
      let own = drawing.labels.filter { $0.links.contains(index) }
      guard own.count == 1 else {
        complain("link \(index) has \(own.count) labels")
        continue
      }
      let isWhole = own[0].text == TextWidth.cut(link.label, to: .max, glyphs: drawing.glyphs)
      let isCut = own[0].text == TextWidth.cut(link.label, to: own[0].width, glyphs: drawing.glyphs)
      let lines = drawing.legend.filter { $0 == "\(own[0].text) \(link.label)" }
      if !isWhole && !isCut && lines.count != 1 { complain("label \(own[0].text) of \(link.label) is not explained") }
    }
    for (row, line) in drawing.legend.enumerated() {
      let y = grid.height - drawing.legend.count + row
      let text = TextWidth.cut(line, to: .max, glyphs: drawing.glyphs)
      if grid.lines()[y] != text { complain("the legend says \(grid.lines()[y])") }
    }
  }

  // MARK: Lines

  private mutating func checkLines() {
    let cells = grid.cells
    var walks: [Walk] = []
    for y in 0..<(grid.height - drawing.legend.count) {
      for x in 0..<grid.width where cells[y * grid.width + x] != .blank && boxAt[y * grid.width + x] == nil {
        let start = Point(x: x, y: y)
        for side in Direction.allCases where leaves(start, side) {
          let next = step(start, side)
          guard let box = boxAt[next.y * grid.width + next.x] else { continue }
          walks.append(Walk(box: box))
          follow(from: start, heading: side.opposite, walk: walks.count - 1, in: &walks)
        }
      }
    }
    compare(walks)
    for y in 0..<(grid.height - drawing.legend.count) {
      for x in 0..<grid.width {
        let index = y * grid.width + x
        guard cells[index] != .blank, boxAt[index] == nil, labelAt[index] == nil else { continue }
        let (needsAcross, needsUpright) = lanes(of: grid[x, y].glyph)
        if needsAcross && across[index] == nil || needsUpright && upright[index] == nil {
          complain("the line at \(x),\(y) \(grid[x, y].glyph) belongs to no link")
        }
        if needsAcross, needsUpright, let across = across[index], let upright = upright[index], across != upright,
          grid[x, y].glyph != crossing(walks[across].kinds.first, walks[upright].kinds.first)
        {
          complain("the crossing at \(x),\(y) is of other kinds")
        }
      }
    }
  }

  /// Whether a line at this cell goes into the box on that side, as opposed to passing along it.
  private func leaves(_ cell: Point, _ side: Direction) -> Bool {
    let next = step(cell, side)
    guard grid.bounds.contains(next), boxAt[next.y * grid.width + next.x] != nil else { return false }
    if head(at: cell) != nil || ways(from: cell, heading: side.opposite) == nil { return false }
    let glyph = grid[next.x, next.y].glyph
    if drawing.zoom >= 2, !Self.ports.contains(glyph) { return false }
    if labelAt[cell.y * grid.width + cell.x] != nil { return false }
    if drawing.zoom >= 2 { return Self.port(glyph, opens: side.opposite) }
    guard side == .left || side == .right else { return false }
    return lanes(of: grid[cell.x, cell.y].glyph).across
  }

  private mutating func follow(from start: Point, heading: Direction, walk: Int, in walks: inout [Walk]) {
    var open = [(start, heading)]
    var isFirst = true
    while let (cell, heading) = open.popLast() {
      guard grid.bounds.contains(cell) else { return complain("walk \(walk) leaves the drawing") }
      let index = cell.y * grid.width + cell.x
      if let box = boxAt[index] { return complain("walk \(walk) runs into box \(box) at \(cell)") }
      guard let ways = ways(from: cell, heading: heading) else {
        return complain("walk \(walk) ends at \(cell) before \(grid[cell.x, cell.y].glyph)")
      }
      if let head = head(at: cell) {
        let next = step(cell, heading)
        guard head.direction == heading, grid.bounds.contains(next),
          let box = boxAt[next.y * grid.width + next.x]
        else { return complain("the head at \(cell) points nowhere") }
        claim(index, heading, walk)
        walks[walk].heads.append(Head(box: box, isOneWay: head.isOneWay, place: cell))
        continue
      }
      if let label = labelAt[index] { walks[walk].labels.insert(label) }
      walks[walk].cells += 1
      // No line has more cells than the grid has, each once across and once upright: this one runs in a ring.
      if walks[walk].cells > 2 * grid.cells.count { return complain("walk \(walk) never ends") }
      if let kind = kind(of: grid[cell.x, cell.y].glyph), labelAt[index] == nil { walks[walk].kinds.insert(kind) }
      if !claim(index, heading, walk, others: ways), !isFirst { return }
      isFirst = false
      for way in ways { open.append((step(cell, way), way)) }
    }
  }

  @discardableResult
  private mutating func claim(_ index: Int, _ heading: Direction, _ walk: Int, others: [Direction] = []) -> Bool {
    var isNew = true
    for direction in [heading] + others {
      switch direction {
      case .left, .right:
        if let other = across[index], other != walk { complain("walks \(walk) and \(other) share cell \(index)") }
        across[index] = walk
      case .up, .down:
        if let other = upright[index], other != walk { complain("walks \(walk) and \(other) share cell \(index)") }
        upright[index] = walk
      }
    }
    // At a turn or a join the cell has no room for a second line.
    if others != [heading], !others.isEmpty {
      for other in [across[index], upright[index]] where other != nil && other != walk {
        complain("walk \(walk) turns on a cell of walk \(other ?? -1)")
        isNew = false
      }
      across[index] = walk
      upright[index] = walk
    }
    return isNew
  }

  /// Each walk against the links declared between its boxes; a walk with several heads has to be one trunk.
  private mutating func compare(_ walks: [Walk]) {
    struct Key: Hashable {
      var from: Int
      var to: Int
      var isOneWay: Bool
    }
    var drawn: [Key: Int] = [:]
    for walk in walks {
      if walk.kinds.count > 1 { complain("a line out of box \(walk.box) changes its kind") }
      for head in Set(walk.heads) {
        drawn[Key(from: walk.box, to: head.box, isOneWay: head.isOneWay), default: 0] += 1
        let ends = drawing.routes.indices.filter { drawing.routes[$0].points.last == head.place }
        guard ends.count == 1 else {
          complain("\(ends.count) routes end at \(head.place)")
          continue
        }
        check(ends[0], of: walk, head)
      }
      let declared = walk.heads.compactMap { head in
        drawing.routes.indices.first { drawing.routes[$0].points.last == head.place }
      }.map { links[$0] }
      if declared.count > 1, Set(declared.map(\.channel)).count > 1 || declared[0].channel == nil {
        complain("links that are no trunk share a line out of box \(walk.box)")
      }
    }
    var declared: [Key: Int] = [:]
    for link in links {
      declared[Key(from: link.from, to: link.to, isOneWay: link.isOneWay), default: 0] += 1
    }
    if drawn != declared { complain("drawn \(drawn.count) kinds of links, declared \(declared.count)") }
  }

  /// The route that the drawing reports for a head is a link between the two boxes, of the kind that was seen.
  private mutating func check(_ index: Int, of walk: Walk, _ head: Head) {
    let link = links[index]
    if link.from != walk.box || link.to != head.box || link.isOneWay != head.isOneWay {
      complain("link \(index) is drawn between other boxes")
    }
    if walk.kinds.contains(where: { $0 != link.kind }) { complain("link \(index) has the line of another kind") }
    for label in walk.labels where !drawing.labels[label].links.contains(index) {
      complain("label \(drawing.labels[label].text) is on the line of link \(index)")
    }
    let cells = drawing.routes[index].cells()
    if cells.count != drawing.routes[index].length { complain("link \(index) has another length") }
    for (cell, next) in zip(cells, cells.dropFirst()) where abs(cell.x - next.x) + abs(cell.y - next.y) != 1 {
      complain("the route of link \(index) jumps")
    }
    for cell in cells {
      let place = cell.y * grid.width + cell.x
      let owner = walks(at: place)
      if !owner.contains(across[head.place.y * grid.width + head.place.x] ?? -1)
        && !owner.contains(upright[head.place.y * grid.width + head.place.x] ?? -1)
      {
        complain("the route of link \(index) leaves its line at \(cell)")
      }
    }
  }

  private func walks(at index: Int) -> [Int] { [across[index], upright[index]].compactMap { $0 } }

  private mutating func complain(_ text: String) {
    if complaints.count < 5 { complaints.append(text) }
  }

  private func step(_ point: Point, _ direction: Direction) -> Point {
    switch direction {
    case .up: Point(x: point.x, y: point.y - 1)
    case .right: Point(x: point.x + 1, y: point.y)
    case .down: Point(x: point.x, y: point.y + 1)
    case .left: Point(x: point.x - 1, y: point.y)
    }
  }
}

// MARK: What the glyphs mean

extension DrawingChecker {
  fileprivate static let ports: Set<Unicode.Scalar> = ["├", "╞", "┴", "╨", "╥", "┬", "+"]

  fileprivate static func port(_ glyph: Unicode.Scalar, opens side: Direction) -> Bool {
    switch side {
    case .right: "├╞+".unicodeScalars.contains(glyph)
    case .up: "┴╨+".unicodeScalars.contains(glyph)
    case .down: "┬╥+".unicodeScalars.contains(glyph)
    case .left: false
    }
  }

  fileprivate func head(at cell: Point) -> (direction: Direction, isOneWay: Bool)? {
    if labelAt[cell.y * grid.width + cell.x] != nil { return nil }
    switch grid[cell.x, cell.y].glyph {
    case "▶", ">": return (.right, false)
    case "▷", ")": return (.right, true)
    case "◀", "<": return (.left, false)
    case "◁", "(": return (.left, true)
    case "▼", "v": return (.down, false)
    case "▽", "V": return (.down, true)
    default: return nil
    }
  }

  /// The directions a box-drawing character reaches, nil for one that is none.
  fileprivate static func arms(_ glyph: Unicode.Scalar) -> [Direction]? {
    switch glyph {
    case "─", "═", "┄", "-", "=", "~", "·", ".": [.left, .right]
    case "│", "║", "┆", "┊", "|", "#", ":", ";": [.up, .down]
    case "┌", "╔": [.right, .down]
    case "┐", "╗": [.left, .down]
    case "└", "╚": [.right, .up]
    case "┘", "╝": [.left, .up]
    case "┬", "╦": [.left, .right, .down]
    case "┴", "╩": [.left, .right, .up]
    case "├", "╠": [.up, .right, .down]
    case "┤", "╣": [.up, .left, .down]
    case "┼", "╫", "╪", "╬", "+": [.up, .right, .down, .left]
    default: nil
    }
  }

  /// Where a line that comes in on a heading goes on; nil where it does not belong.
  fileprivate func ways(from cell: Point, heading: Direction) -> [Direction]? {
    let isAcross = heading == .left || heading == .right
    if labelAt[cell.y * grid.width + cell.x] != nil { return isAcross ? [heading] : nil }
    let glyph = grid[cell.x, cell.y].glyph
    if head(at: cell) != nil { return [] }
    switch glyph {
    case "/": return [heading == .right ? .up : heading == .left ? .down : heading == .down ? .left : .right]
    case "\\": return [heading == .right ? .down : heading == .left ? .up : heading == .down ? .right : .left]
    case "*": return Direction.allCases.filter { $0 != heading.opposite && isReached(step(cell, $0), $0) }
    default: break
    }
    guard let arms = Self.arms(glyph), arms.contains(heading.opposite) else { return nil }
    if arms.count == 4 { return [heading] }
    return Direction.allCases.filter { $0 != heading.opposite && arms.contains($0) }
  }

  /// Whether the line from an ASCII join goes on to this cell.
  private func isReached(_ cell: Point, _ heading: Direction) -> Bool {
    guard grid.bounds.contains(cell), boxAt[cell.y * grid.width + cell.x] == nil else { return false }
    if grid[cell.x, cell.y] == .blank { return false }
    return head(at: cell).map { $0.direction == heading } ?? (ways(from: cell, heading: heading) != nil)
  }

  fileprivate func lanes(of glyph: Unicode.Scalar) -> (across: Bool, upright: Bool) {
    if glyph == "/" || glyph == "\\" || glyph == "*" { return (true, true) }
    if let arms = Self.arms(glyph) {
      return (arms.contains(.left) || arms.contains(.right), arms.contains(.up) || arms.contains(.down))
    }
    return ("▶▷◀◁><()".unicodeScalars.contains(glyph), "▼▽vV".unicodeScalars.contains(glyph))
  }

  /// The crossing of a line across with an upright one.
  fileprivate func crossing(_ across: Edge.Kind?, _ upright: Edge.Kind?) -> Unicode.Scalar {
    if drawing.glyphs == .ascii { return "+" }
    return across == .queue ? (upright == .queue ? "╬" : "╪") : (upright == .queue ? "╫" : "┼")
  }

  fileprivate func kind(of glyph: Unicode.Scalar) -> Edge.Kind? {
    switch glyph {
    case "─", "│", "-", "|": .rpc
    case "═", "║", "=", "#", "╔", "╗", "╚", "╝", "╦", "╩", "╠", "╣": .queue
    case "┄", "┆", "~", ":": .topic
    case "·", "┊", ".", ";": .schedule
    default: nil
    }
  }
}
