import LabEngine
import Screen

/// How far each workflow has come at the present moment, as a tree: its work, the steps of the work, and below each
/// step the work that it started.
struct ProgressPane {
  private let workflows: [WorkflowReport]
  private let cursor: Int?
  private let glyphs: GlyphSet

  init(_ state: AppState) {
    workflows = state.moment.progress
    cursor = state.focus == .progress ? state.progressCursor : nil
    glyphs = state.glyphs
  }

  func lines() -> [StyledLine] {
    var lines: [StyledLine] = []
    for workflow in workflows {
      var line = StyledLine(" \(workflow.trigger)", Style(.title, bold: true))
      line.append(workflow.isComplete ? "  complete" : workflow.works.isEmpty ? "  not begun" : "", Style(.muted))
      lines.append(line)
      for work in workflow.works { add(work, depth: 1, to: &lines) }
      if workflow.isCut { lines.append(StyledLine("   and more, left out here", Style(.muted))) }
    }
    return lines
  }

  private func add(_ work: WorkReport, depth: Int, to lines: inout [StyledLine]) {
    var line = StyledLine(indent(depth) + mark(of: work.state), style(of: work.state))
    line.append(work.place, Style(.plain, bold: true))
    let attempts = work.attempts > 1 ? ", attempt \(work.attempts)" : ""
    line.append("  \(work.state)\(attempts)", style(of: work.state))
    lines.append(line)
    for step in work.steps { add(step, depth: depth + 1, to: &lines) }
  }

  private func add(_ step: StepReport, depth: Int, to lines: inout [StyledLine]) {
    var line = StyledLine(indent(depth) + mark(of: step.state), style(of: step.state))
    line.append(step.step)
    var words = "  \(step.state)"
    if let waitsFor = step.waitsFor { words += ", waits for \(waitsFor)" }
    if step.retries > 0 { words += ", tried again \(step.retries)x" }
    line.append(words, style(of: step.state))
    lines.append(line)
    for work in step.below { add(work, depth: depth + 1, to: &lines) }
  }

  private func indent(_ depth: Int) -> String { String(repeating: " ", count: 2 * depth - 1) }

  /// A glyph beside the word, so that a column tells at a glance what is done.
  private func mark(of state: String) -> String {
    switch state {
    case "done": glyphs == .unicode ? "✓ " : "+ "
    case "failed", "aborted", "parked", "dropped": glyphs == .unicode ? "✗ " : "x "
    case "running", "requested", "stored": glyphs == .unicode ? "▸ " : "> "
    default: glyphs == .unicode ? "· " : ". "
    }
  }

  private func style(of state: String) -> Style {
    switch state {
    case "failed", "aborted", "parked", "dropped": Style(.bad)
    case "running", "requested", "stored": Style(.warning)
    default: Style(.muted)
    }
  }

  func draw(into grid: inout Grid, in area: Rect) {
    let lines = lines()
    guard !lines.isEmpty else {
      grid.write(
        "nothing has started yet", at: Point(x: area.x + 1, y: area.y), style: Style(.muted), limit: area.width - 1,
        glyphs: glyphs)
      return
    }
    ScrolledList(lines, cursor: cursor).draw(into: &grid, in: area, glyphs: glyphs)
  }
}
