import ProgressGraph
import Screen

/// The lines of a part of a drawing: for each cell the directions in which lines leave it.
struct LineCanvas {
  let area: Rect
  /// Row-major, `area.width * area.height`.
  private var arms: [Arms]
  private var styles: [Style]

  init(area: Rect) {
    self.area = area
    arms = Array(repeating: Arms(), count: area.width * area.height)
    styles = Array(repeating: .plain, count: area.width * area.height)
  }

  /// Adds a route; its first cell is joined to the box it leaves.
  mutating func draw(_ route: Route, _ kind: Edge.Kind, _ style: Style) {
    add(route.leaves.opposite, at: route.points[0], kind, style)
    for (start, end) in zip(route.points, route.points.dropFirst()) {
      guard let direction = Direction(from: start, to: end), touches(start, end) else { continue }
      add(direction, at: start, kind, style)
      add(direction.opposite, at: end, kind, style)
      switch direction {
      case .left, .right:
        for x in between(start.x, end.x, from: area.x, to: area.maxX) {
          add(.left, at: Point(x: x, y: start.y), kind, style)
          add(.right, at: Point(x: x, y: start.y), kind, style)
        }
      case .up, .down:
        for y in between(start.y, end.y, from: area.y, to: area.maxY) {
          add(.up, at: Point(x: start.x, y: y), kind, style)
          add(.down, at: Point(x: start.x, y: y), kind, style)
        }
      }
    }
  }

  func paint(on page: inout Grid, glyphs: GlyphSet) {
    for y in 0..<area.height {
      for x in 0..<area.width {
        let index = y * area.width + x
        if !arms[index].isEmpty { page[x, y] = Cell(arms[index].glyph(glyphs), styles[index]) }
      }
    }
  }

  /// The numbers between two ends, the ends left out, as far as they are in `low..<high`.
  private func between(_ start: Int, _ end: Int, from low: Int, to high: Int) -> Range<Int> {
    let first = max(low, min(start, end) + 1)
    return first..<max(first, min(high, max(start, end)))
  }

  private func touches(_ start: Point, _ end: Point) -> Bool {
    min(start.x, end.x) < area.maxX && max(start.x, end.x) >= area.x && min(start.y, end.y) < area.maxY
      && max(start.y, end.y) >= area.y
  }

  private mutating func add(_ direction: Direction, at point: Point, _ kind: Edge.Kind, _ style: Style) {
    guard area.contains(point) else { return }
    let index = (point.y - area.y) * area.width + point.x - area.x
    arms[index].add(direction, kind)
    styles[index] = style
  }
}
