public import LabEngine

/// A report for people: the checks of each graph as a block with what broke and how, or a run as a story.
public enum ReportText {
  public static func bytes(of report: Report, style: TextStyle) -> [UInt8] {
    var text = StyledText(style: style)
    for (position, graph) in report.graphs.enumerated() {
      if position > 0 { text.line() }
      switch report.command {
      case .check: CheckText(graph: graph, of: report).write(to: &text)
      case .run, .replay: RunText(graph: graph, of: report).write(to: &text)
      }
    }
    if report.command == .check, report.graphs.count > 1 { AnomalyTable(report).write(to: &text) }
    if !report.isComplete {
      text.line()
      text.line("Stopped before the end: this is a part of the result.", .warning)
    }
    if report.command == .check { summarise(report, to: &text) }
    return text.bytes
  }

  /// The counts, the seed, and the verdict in the last line.
  private static func summarise(_ report: Report, to text: inout StyledText) {
    if !report.graphs.isEmpty { text.line() }
    let verdicts = report.graphs.map { $0.verdict(failOn: report.failOn) }
    let perVerdict = Verdict.allCases.compactMap { verdict in
      let count = verdicts.count { $0 == verdict }
      return count == 0 ? nil : "\(count) \(verdict.rawValue)"
    }
    let scenarios = report.graphs.reduce(0) { $0 + $1.scenarios.count }
    let runs = report.graphs.reduce(0) { $0 + ($1.search?.runs ?? 0) }
    text.add(report.verdict.rawValue.uppercased(), ink(of: report.verdict))
    text.line(
      "  \(counted(report.graphs.count, "graph")): \(enumerated(perVerdict)); \(counted(scenarios, "scenario")), "
        + "\(counted(runs, "run")) of the search; seed \(report.seed), logs \(report.logs.rawValue)")
  }

  static func ink(of verdict: Verdict) -> Ink {
    switch verdict {
    case .pass: .good
    case .inconclusive: .warning
    case .fail, .error: .bad
    }
  }

  /// Nobody reads further; a hostile file can have tens of thousands.
  private static let diagnosticLimit = 100

  /// Diagnostics and unwaived findings, each as an excerpt.
  static func write(problemsOf graph: GraphReport, to text: inout StyledText) {
    for diagnostic in graph.diagnostics.prefix(diagnosticLimit) {
      var notes = diagnostic.related.map { related in
        let place = "\(diagnostic.file ?? graph.file):\(related.span.line):\(related.span.column)"
        return Excerpt.Note(label: "see", text: "\(place): \(related.message)")
      }
      if let hint = diagnostic.hint { notes.append(Excerpt.Note(label: "help", text: hint)) }
      Excerpt(
        headline: .of(diagnostic.severity), code: diagnostic.code, message: diagnostic.message,
        file: diagnostic.file ?? graph.file,
        span: diagnostic.span, notes: notes
      ).write(to: &text)
    }
    if graph.diagnostics.count > diagnosticLimit {
      text.line("and \(graph.diagnostics.count - diagnosticLimit) more; `--format json` has them all", .muted)
      text.line()
    }
    for finding in graph.findings where !finding.isSuppressed {
      Excerpt(
        headline: .of(finding.severity), code: finding.rule, message: finding.message, file: graph.file,
        span: finding.span, notes: finding.hint.map { [Excerpt.Note(label: "help", text: $0)] } ?? []
      ).write(to: &text)
    }
  }

  /// The parts that ran, and those that did not.
  static func parts(of graph: GraphReport, command: Report.Command) -> String {
    let missing: [CheckPart]
    switch command {
    case .check:
      let usual: [CheckPart] = [.load, .rules, .budgets, .scenarios, .search]
      missing = usual.filter { !graph.checks.contains($0) }
    case .run, .replay: missing = []
    }
    let ran = graph.checks.isEmpty ? "nothing" : graph.checks.map(\.rawValue).joined(separator: ", ")
    return missing.isEmpty ? ran : "\(ran); not \(missing.map(\.rawValue).joined(separator: ", "))"
  }
}
