import LabEngine
import ProgressGraph

/// One run as a story: what was run, the lines of the story, and a closing paragraph.
struct RunText {
  private let graph: GraphReport
  private let report: Report

  init(graph: GraphReport, of report: Report) {
    self.graph = graph
    self.report = report
  }

  func write(to text: inout StyledText) {
    ReportText.write(problemsOf: graph, to: &text)
    for run in graph.scenarios { write(run, to: &text) }
    if let replay = graph.replay { write(replay, to: &text) }
  }

  private func write(_ run: ScenarioReport, to text: inout StyledText) {
    text.add(printable(clipped(graph.name), text.style.glyphs), .strong)
    for part in ["scenario \(clipped(run.name))", "seed \(report.seed)", "logs \(report.logs.rawValue)"] {
      text.add(" ")
      text.add(.separator, .muted)
      text.add(" \(part)")
    }
    text.line()
    for fault in run.faults {
      text.add("fault  ", .muted)
      text.line(fault)
    }
    for substitution in graph.substitutions {
      text.add("note   ", .muted)
      text.line(substitution.words)
    }
    text.line()
    StoryText(run.story).write(to: &text)
    if !run.story.isEmpty { text.line() }
    let declarer = report.command == .replay ? "saved run" : "file"
    let epilogue = Epilogue(run, declaredBy: declarer, isTrusted: graph.replay?.isExact ?? true)
    text.paragraph(epilogue.sentences.joined(separator: " "))
    text.line()
    let unfinished = run.progress.filter { !$0.isComplete }
    if !unfinished.isEmpty {
      text.line("Where it stands:", .muted)
      ProgressText(workflows: unfinished).write(to: &text)
      text.line()
    }
    let verdict = graph.verdict(failOn: report.failOn)
    text.add(verdict.rawValue.uppercased(), ReportText.ink(of: verdict))
    let codes = run.outcome.isEmpty ? "no anomaly" : run.outcome.map(\.rawValue).joined(separator: " ")
    text.line("  \(codes), \(counted(run.steps, "step")), state \(hexadecimal(run.stateHash))")
  }

  private func write(_ replay: ReplayReport, to text: inout StyledText) {
    if replay.isExact {
      let hashes = counted(replay.hashes, "state hash", "state hashes")
      text.line("The same run: \(counted(replay.steps, "step")), \(hashes) equal.", .good)
      return
    }
    let place = replay.divergedAt.map { " at step \($0)" } ?? ""
    text.paragraph("Not the same run: it differs\(place). \(replay.difference ?? "")", .bad)
  }
}
