import GraphDrawing
import LabEngine
import Primitives
import ProgressGraph
import Screen

/// The graph as a drawing, with the state of each box and the messages on their way.
struct GraphPane {
  private let state: AppState
  private let drawing: Drawing
  private let glyphs: GlyphSet

  init(_ state: AppState, drawing: Drawing) {
    self.state = state
    self.drawing = drawing
    glyphs = state.glyphs
  }

  func draw(into grid: inout Grid, in area: Rect) {
    let hasLegend = area.height >= 10
    let (below, space) = area.cut(bottom: hasLegend ? 1 : 0)
    let canvas = GraphCanvas(drawing: drawing, area: space, pan: state.look.pan)
    drawing.paint(
      into: &grid, viewport: canvas.viewport, scroll: canvas.scroll, faces: faces, linkStyles: linkStyles)
    markFailures(into: &grid, on: canvas)
    drawTokens(into: &grid, on: canvas)
    if hasLegend { drawLegend(into: &grid, in: below) }
  }

  // MARK: Boxes and links

  private var faces: [Face] {
    drawing.diagram.boxes.map { box in
      let status = state.moment[box.id]
      let isDimmed = !isNear(box.id)
      var text = status.health == .up ? Style(.plain) : status.health.style
      var border = status.health == .up ? Style(.muted) : status.health.style
      if isDimmed { (text, border) = (Style(.muted, dim: true), Style(.muted, dim: true)) }
      let mark = status.health == .up ? "" : status.health.glyph(glyphs) + " "
      let word = status.health == .up && !status.note.isEmpty ? status.note : status.health.word
      // Three lines at most are seen: what is wrong with a box comes before what it is.
      let notes = status.health == .up ? [] : [status.note]
      return Face(
        lines: [mark + word] + notes + kind(of: box), text: text, border: border, isSelected: box.id == state.selection)
    }
  }

  /// Where a box has no room for its state, a glyph at its left end tells it: colour alone must not.
  private func markFailures(into grid: inout Grid, on canvas: GraphCanvas) {
    guard drawing.zoom < 2 else { return }
    for (box, area) in zip(drawing.diagram.boxes, drawing.boxes) {
      let health = state.moment[box.id].health
      guard health != .up, let glyph = health.glyph(glyphs).unicodeScalars.first else { continue }
      put(glyph, at: canvas.cell(of: Point(x: area.x, y: area.y)), health.style, in: canvas, &grid)
    }
  }

  /// What a box is, and how its work is controlled, each on a line: side by side they would not fit.
  private func kind(of box: Diagram.Box) -> [String] {
    switch box.kind {
    case .node(let kind):
      guard case .node(let node) = box.id, state.graph[node].work != .none else { return [kind.rawValue] }
      return [kind.rawValue, state.graph[node].work.rawValue]
    case .channel(let kind): return [kind.rawValue]
    }
  }

  private var linkStyles: [Style] {
    drawing.diagram.links.map { link in
      let ends = [drawing.diagram.boxes[link.from].id, drawing.diagram.boxes[link.to].id]
      if let channel = link.channel, state.selection == .channel(channel) {
        return Style(Style.Role(link.kind), bold: true, reversed: true)
      }
      let isDimmed = state.look.dimsOthers && !ends.contains(state.selection)
      return isDimmed ? Style(.muted, dim: true) : Style(Style.Role(link.kind))
    }
  }

  /// True for everything unless the others are to be dimmed.
  private func isNear(_ place: Edge.End) -> Bool {
    guard state.look.dimsOthers, place != state.selection else { return true }
    return drawing.diagram.links.contains { link in
      let ends = [drawing.diagram.boxes[link.from].id, drawing.diagram.boxes[link.to].id]
      return ends.contains(place) && ends.contains(state.selection)
    }
  }

  // MARK: Messages

  private func drawTokens(into grid: inout Grid, on canvas: GraphCanvas) {
    // By link, because a crowd on one link is shown as a count.
    var crowds = Array(repeating: [Flight](), count: drawing.diagram.links.count)
    for flight in state.moment.inFlight {
      if let link = link(of: flight) { crowds[link].append(flight) }
    }
    for (link, crowd) in crowds.enumerated() where !crowd.isEmpty {
      let cells = drawing.routes[link].cells()
      if crowd.count > 9 {
        let text = token(crowd[0]) + String(crowd.count)
        for (offset, scalar) in text.unicodeScalars.enumerated() {
          let middle = cells[cells.count / 2]
          let cell = canvas.cell(of: Point(x: middle.x + offset, y: middle.y))
          put(scalar, at: cell, Style(.accent, bold: true), in: canvas, &grid)
        }
        continue
      }
      for (rank, flight) in crowd.enumerated() {
        let share = share(of: flight, on: drawing.diagram.links[link], rank: rank, of: crowd.count)
        let cell = canvas.cell(of: cells[min(cells.count - 1, max(0, Int(share * Double(cells.count))))])
        guard let scalar = token(flight).unicodeScalars.first else { continue }
        put(scalar, at: cell, Style(flight.isReply ? .good : .accent, bold: true), in: canvas, &grid)
      }
    }
  }

  private func put(
    _ scalar: Unicode.Scalar, at point: Point, _ style: Style, in canvas: GraphCanvas, _ grid: inout Grid
  ) {
    if canvas.viewport.contains(point) { grid[point.x, point.y] = Cell(scalar, style) }
  }

  private func token(_ flight: Flight) -> String {
    if glyphs == .ascii { return flight.isDuplicate ? "#" : flight.isReply ? "o" : "*" }
    return flight.isDuplicate ? "◆" : flight.isReply ? "○" : "●"
  }

  /// The link a message travels on: that of the call it belongs to, or one through its channel.
  private func link(of flight: Flight) -> Int? {
    let (from, to) = flight.isReply ? (flight.to, flight.from) : (flight.from, flight.to)
    return drawing.diagram.links.firstIndex { link in
      let ends = (drawing.diagram.boxes[link.from].id, drawing.diagram.boxes[link.to].id)
      if ends == (from, to) { return true }
      guard let channel = link.channel else { return false }
      return (from, to) == (ends.0, .channel(channel)) || (from, to) == (.channel(channel), ends.1)
    }
  }

  /// How far along its link a message is drawn, 0...1: the one sent first is the farthest. A channel without a box lies
  /// in the middle of its link, so that what goes to it covers the first half.
  private func share(of flight: Flight, on link: Diagram.Link, rank: Int, of count: Int) -> Double {
    let travelled = 1 - (Double(rank + 1) - state.playback.phase) / Double(count + 1)
    let forward = flight.isReply ? 1 - travelled : travelled
    guard let channel = link.channel else { return forward }
    let (from, to) = flight.isReply ? (flight.to, flight.from) : (flight.from, flight.to)
    if to == .channel(channel) { return forward / 2 }
    if from == .channel(channel) { return 0.5 + forward / 2 }
    return forward
  }

  private func drawLegend(into grid: inout Grid, in area: Rect) {
    var line = StyledLine()
    let kinds: [(Edge.Kind, String)] =
      glyphs == .unicode
      ? [(.rpc, "─"), (.queue, "═"), (.topic, "┄"), (.schedule, "··")]
      : [(.rpc, "--"), (.queue, "=="), (.topic, "~~"), (.schedule, "..")]
    let used = drawing.diagram.links.map(\.kind)
    for (kind, glyph) in kinds where used.contains(kind) {
      line.append("\(glyph) \(kind.rawValue)  ", Style(Style.Role(kind)))
    }
    let tokens = glyphs == .unicode ? "● request  ○ reply  ◆ duplicate" : "* request  o reply  # duplicate"
    line.append(tokens, Style(.muted))
    grid.write(line, at: Point(x: area.x + 1, y: area.y), limit: area.width - 1, glyphs: glyphs)
  }
}

/// Where a drawing lies in its pane: in the middle if it fits, else scrolled.
struct GraphCanvas {
  let viewport: Rect
  /// The cell of the drawing in the upper left corner of `viewport`.
  let scroll: Point

  init(drawing: Drawing, area: Rect, pan: Point) {
    let spareX = area.width - drawing.width
    let spareY = area.height - drawing.height
    viewport = Rect(
      x: area.x + max(0, spareX / 2), y: area.y + max(0, spareY / 2), width: min(area.width, drawing.width),
      height: min(area.height, drawing.height))
    scroll = Point(x: min(max(0, pan.x), max(0, -spareX)), y: min(max(0, pan.y), max(0, -spareY)))
  }

  /// The cell of the grid at which a cell of the drawing lies, which may be outside of the viewport.
  func cell(of point: Point) -> Point {
    Point(x: viewport.x + point.x - scroll.x, y: viewport.y + point.y - scroll.y)
  }

  /// The cell of the drawing under a cell of the grid.
  func point(at cell: Point) -> Point {
    Point(x: cell.x - viewport.x + scroll.x, y: cell.y - viewport.y + scroll.y)
  }

  /// The least scrolling after which a box is wholly visible.
  func scroll(showing box: Rect) -> Point {
    var scroll = scroll
    scroll.x = min(max(scroll.x, box.maxX - viewport.width), box.x)
    scroll.y = min(max(scroll.y, box.maxY - viewport.height), box.y)
    return scroll
  }
}
