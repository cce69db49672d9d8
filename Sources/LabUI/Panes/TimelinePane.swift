import LabEngine
import Screen

/// The branch from its first step to its tip, with marks for what matters, and below it the other branches.
struct TimelinePane {
  private let history: LabHistory
  private let step: Int
  private let glyphs: GlyphSet

  init(_ state: AppState) {
    history = state.history
    step = state.moment.step
    glyphs = state.glyphs
  }

  /// The longest branch sets the scale, so that all rows compare.
  private func scale(inRows isOverview: Bool) -> Int {
    max(1, isOverview ? history.branches.map(\.tip).max() ?? history.tip : history.tip)
  }

  /// Draws one line: ruler, marks and cursor, with the name of the branch at the right.
  func drawLine(into grid: inout Grid, in area: Rect) {
    let name = history.branches[history.current].name
    let end = String(history.tip)
    let nameWidth = area.width >= 60 ? min(20, TextWidth.of(name, glyphs: glyphs) + 3) : 0
    let ruler = Rect(x: area.x + 1, y: area.y, width: area.width - 2 - end.count - nameWidth, height: 1)
    guard ruler.width > 2 else { return }
    grid.write("0", at: Point(x: area.x, y: area.y), style: Style(.muted), glyphs: glyphs)
    drawRuler(into: &grid, in: ruler, scale: scale(inRows: false))
    grid.write(end, at: Point(x: ruler.maxX, y: area.y), style: Style(.muted), glyphs: glyphs)
    if nameWidth > 0 {
      grid.write(name, at: Point(x: ruler.maxX + end.count + 2, y: area.y), style: Style(.title),
        limit: nameWidth - 2, glyphs: glyphs)
    }
  }

  /// The cells between `0` and the tip, by which a click finds its step. Must agree with `drawLine`.
  static func rulerColumns(_ state: AppState, in area: Rect) -> Range<Int> {
    let history = state.history
    let name = TextWidth.of(history.branches[history.current].name, glyphs: state.glyphs)
    let nameWidth = area.width >= 60 ? min(20, name + 3) : 0
    let width = max(0, area.width - 2 - String(history.tip).count - nameWidth)
    return area.x + 1..<area.x + 1 + width
  }

  private func drawRuler(into grid: inout Grid, in ruler: Rect, scale: Int) {
    let column = { (step: Int) in ruler.x + step * (ruler.width - 1) / scale }
    let present = column(step)
    for x in ruler.x..<ruler.maxX {
      let isPast = x <= present
      let glyph: Unicode.Scalar =
        switch (glyphs, isPast) {
        case (.unicode, true): "─"
        case (.unicode, false): "┄"
        case (.ascii, true): "-"
        case (.ascii, false): "."
        }
      grid[x, ruler.y] = Cell(glyph, isPast ? Style(.plain) : Style(.muted, dim: true))
    }
    // Weak marks first, so that a strong one on the same cell covers them.
    for kind in [StoryEvent.Kind.failure, .recovery, .fault, .anomaly] {
      for event in history.events where event.kind == kind {
        grid.write(
          kind.glyph(glyphs), at: Point(x: column(event.step), y: ruler.y), style: kind.style, glyphs: glyphs)
      }
    }
    // The cursor covers a mark and shows it in reverse, so that neither hides the other.
    let under = grid[present, ruler.y]
    let isMark = !["─", "-", "┄", "."].contains(under.glyph)
    let cursor: Unicode.Scalar = glyphs == .unicode ? "▲" : "^"
    grid[present, ruler.y] = Cell(isMark ? under.glyph : cursor, Style(.accent, bold: true, reversed: isMark))
  }

  /// Draws the ruler and one row for each branch that fits, the shown one first.
  func drawRows(into grid: inout Grid, in area: Rect) {
    guard area.height > 0 else { return }
    drawLine(into: &grid, in: Rect(x: area.x, y: area.y, width: area.width, height: 1))
    let others = history.branches.indices.filter { $0 != history.current }
    let scale = scale(inRows: true)
    for (row, position) in others.prefix(area.height - 1).enumerated() {
      let branch = history.branches[position]
      let y = area.y + 1 + row
      var line = StyledLine(TextWidth.cut(branch.name, to: 20, glyphs: glyphs), Style(.title))
      line.append("  \(branch.tip) steps", Style(.muted))
      if let origin = branch.origin {
        line.append("  left \(history.branches[origin.branch].name) at \(origin.step)", Style(.muted))
      }
      line.append("  " + branch.codes.joined(separator: " "), Style(.bad, bold: true))
      let bar = max(1, 20 * branch.tip / scale)
      line.append("  " + String(repeating: glyphs == .unicode ? "─" : "-", count: bar), Style(.muted))
      grid.write(line, at: Point(x: area.x + 1, y: y), limit: area.width - 1, glyphs: glyphs)
    }
  }
}
