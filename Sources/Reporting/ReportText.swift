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
  /// The code of the diagnostic that counts what is not listed; it has no place of its own.
  private static let furtherMistakes = "HW039"

  /// Diagnostics and unwaived findings, each as an excerpt.
  static func write(problemsOf graph: GraphReport, to text: inout StyledText) {
    let located = graph.diagnostics.filter { $0.code != furtherMistakes }
    for diagnostic in chosen(from: located) { write(diagnostic, of: graph, to: &text) }
    let left = located.count - diagnosticLimit
    if left > 0 { text.line("and \(left) more; `--format json` lists them", .muted) }
    for count in graph.diagnostics where count.code == furtherMistakes { text.line(count.message, .muted) }
    if left > 0 { text.line() }
    write(findingsOf: graph, to: &text)
  }

  /// Where there are too many for a person, errors come first: one among thousands of warnings is what matters.
  private static func chosen(from diagnostics: [DiagnosticReport]) -> ArraySlice<DiagnosticReport> {
    guard diagnostics.count > diagnosticLimit else { return diagnostics[...] }
    let ordered = diagnostics.filter { $0.severity == .error } + diagnostics.filter { $0.severity == .warning }
    return ordered.prefix(diagnosticLimit)
  }

  private static func write(_ diagnostic: DiagnosticReport, of graph: GraphReport, to text: inout StyledText) {
    let file = diagnostic.file ?? graph.file
    var notes = diagnostic.related.map { related in
      Excerpt.Note(label: "see", text: "\(file):\(related.span.line):\(related.span.column): \(related.message)")
    }
    if let hint = diagnostic.hint { notes.append(Excerpt.Note(label: "help", text: hint)) }
    Excerpt(
      headline: .of(diagnostic.severity), code: diagnostic.code, message: diagnostic.message, file: file,
      span: diagnostic.span, notes: notes
    ).write(to: &text)
  }

  private static func write(findingsOf graph: GraphReport, to text: inout StyledText) {
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
