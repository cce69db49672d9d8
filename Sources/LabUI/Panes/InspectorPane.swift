import LabEngine
import ProgressGraph
import Screen

/// Everything about the selected node or channel, one fact a line; what changed in this step shows its old value.
struct InspectorPane {
  private let name: String
  private let kind: String
  private let status: PlaceStatus
  private let offset: Int
  private let glyphs: GlyphSet

  init(_ state: AppState) {
    name = state.name(of: state.selection)
    kind =
      switch state.selection {
      case .node(let node): state.graph[node].kind.rawValue
      case .channel(let channel): state.graph[channel].kind.rawValue
      }
    status = state.moment[state.selection]
    offset = state.inspectorOffset
    glyphs = state.glyphs
  }

  var title: String { name }

  /// The pane as lines: also what its text twin prints.
  func lines() -> [StyledLine] {
    var head = StyledLine(name, Style(.title, bold: true))
    head.append("  (\(kind))", Style(.muted))
    var state = StyledLine(status.health.glyph(glyphs) + " ", status.health.style)
    state.append(status.health.word, status.health.style)
    if !status.note.isEmpty { state.append("  " + status.note) }
    return [head, state] + status.facts.map(line)
  }

  private func line(_ fact: Fact) -> StyledLine {
    let padding = String(repeating: " ", count: max(1, 10 - TextWidth.of(fact.label, glyphs: glyphs)))
    guard let before = fact.before else {
      var line = StyledLine(fact.label + padding, Style(.muted))
      line.append(fact.value)
      return line
    }
    let arrow = glyphs == .unicode ? "→" : "->"
    var line = StyledLine(fact.label + padding, Style(.accent, bold: true))
    line.append("\(before.isEmpty ? "-" : before) \(arrow) ", Style(.muted))
    line.append(fact.value, Style(.accent, bold: true))
    return line
  }

  func draw(into grid: inout Grid, in outer: Rect) {
    let area = outer.cut(left: 1).1
    let all = lines()
    let first = min(max(0, offset), max(0, all.count - area.height))
    let shown = Array(all[first...])
    for (row, line) in shown.prefix(area.height).enumerated() {
      grid.write(line, at: Point(x: area.x, y: area.y + row), limit: area.width, glyphs: glyphs)
    }
    guard area.height > 0 else { return }
    if first > 0 { grid[area.maxX - 1, area.y] = Cell(glyphs.upArrow, Style(.accent, bold: true)) }
    if shown.count > area.height { grid[area.maxX - 1, area.maxY - 1] = Cell(glyphs.downArrow, Style(.accent)) }
  }
}
