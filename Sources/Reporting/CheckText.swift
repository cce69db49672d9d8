import LabEngine
import Primitives
import ProgressGraph

/// One graph of a check: verdict, what ran, scenarios, search, expectations, then every failure with its shortest run.
struct CheckText {
  private let graph: GraphReport
  private let report: Report

  /// Lines of a story among others; `headway run` tells the whole of it.
  private static let storyLimit = 80

  init(graph: GraphReport, of report: Report) {
    self.graph = graph
    self.report = report
  }

  func write(to text: inout StyledText) {
    let verdict = graph.verdict(failOn: report.failOn)
    text.add(graph.name, .strong)
    text.add("  \(graph.file)  ", .muted)
    text.line(verdict.rawValue.uppercased(), ReportText.ink(of: verdict))
    row("checked", ReportText.parts(of: graph, command: .check), to: &text)
    for substitution in graph.substitutions {
      row("replaced", substitution.words, to: &text)
    }
    writeScenarios(to: &text)
    if let search = graph.search { write(search, to: &text) }
    writeExpectations(to: &text)
    writeBudgets(to: &text)
    let hasProblems =
      !graph.diagnostics.isEmpty || graph.findings.contains { !$0.isSuppressed }
      || graph.scenarios.contains { !$0.passed } || !(graph.search?.violations.isEmpty ?? true)
    if hasProblems { text.line() }
    ReportText.write(problemsOf: graph, to: &text)
    for scenario in graph.scenarios where !scenario.passed { write(failed: scenario, to: &text) }
    for violation in graph.search?.violations ?? [] where !violation.isDeclared { write(violation, to: &text) }
  }

  // MARK: The block

  private func row(_ label: String, _ words: String, _ ink: Ink = .plain, to text: inout StyledText) {
    text.blanks(2)
    text.add(label, padded: 11, .muted)
    for (number, row) in wrapped(printable(words, text.style.glyphs), to: text.style.width - 13).enumerated() {
      if number > 0 { text.blanks(13) }
      text.line(row, ink)
    }
  }

  private func writeScenarios(to text: inout StyledText) {
    let names = graph.scenarios.map { displayWidth($0.name) }.max() ?? 0
    let outcomes = graph.scenarios.map { codes($0.outcome).utf8.count }.max() ?? 0
    let judgements = graph.scenarios.map { displayWidth(judgement(of: $0)) }.max() ?? 0
    for scenario in graph.scenarios {
      text.blanks(2)
      let (word, ink) = mark(of: scenario)
      text.add(word, padded: 11, ink)
      text.add(scenario.name, padded: names + 2)
      text.add(codes(scenario.outcome), padded: outcomes + 2, scenario.outcome.isEmpty ? .muted : .strong)
      text.add(judgement(of: scenario), padded: judgements + 2)
      text.line(counted(scenario.steps, "step"), .muted)
    }
  }

  private func mark(of scenario: ScenarioReport) -> (String, Ink) {
    if !scenario.passed { return ("FAIL", .bad) }
    return scenario.isComplete ? ("ok", .good) : ("open", .warning)
  }

  private func judgement(of scenario: ScenarioReport) -> String {
    guard let expected = scenario.expected else {
      if scenario.passed { return "violates nothing" }
      return scenario.violated.isEmpty ? "its fault never struck" : "violates \(enumerated(scenario.violated))"
    }
    if !scenario.unstruck.isEmpty { return "its fault never struck" }
    return scenario.passed ? "as declared" : "declared: \(codes(expected))"
  }

  private func codes(_ outcome: [AnomalyCode]) -> String {
    outcome.isEmpty ? "none" : outcome.map(\.rawValue).joined(separator: " ")
  }

  private func write(_ search: SearchReport, to text: inout StyledText) {
    let faults = search.faults == 0 ? "without faults" : "with \(counted(search.faults, "fault")) each"
    let end = search.isComplete ? "complete" : "NOT complete: a bound was reached first"
    if search.violations.contains(where: { $0.faults.isEmpty && $0.expectations.contains("settles") }) {
      return row("search", "the run without faults never comes to rest: no fault was tried", .warning, to: &text)
    }
    row(
      "search", "\(counted(search.runs, "run")) \(faults), \(counted(search.states, "state")), \(end)",
      search.isComplete ? .plain : .warning, to: &text)
    for violation in search.violations where violation.isDeclared {
      row(
        "declared",
        "\(violation.code.rawValue) of \(violation.subject) in \(counted(violation.steps, "step")): "
          + enumerated(violation.faults), .muted, to: &text)
    }
    if !search.observed.isEmpty {
      let seen = search.observed.map { "\($0.code.rawValue) in \(counted($0.count, "run"))" }
      row("seen too", enumerated(seen) + ", violating nothing", .muted, to: &text)
    }
  }

  private func writeExpectations(to text: inout StyledText) {
    guard !graph.expectations.isEmpty else { return }
    let broken = graph.expectations.filter { !$0.holds }.map(\.name)
    let total = graph.expectations.count
    if broken.isEmpty, graph.verdict(failOn: report.failOn) == .inconclusive {
      row("expected", "none of \(total) is known to be broken", to: &text)
    } else if broken.isEmpty {
      row("expected", total == 1 ? "the one expectation holds" : "all \(total) hold", to: &text)
    } else {
      row("expected", "\(total - broken.count) of \(total) hold; broken: \(broken.joined(separator: ", "))", to: &text)
    }
  }

  private func writeBudgets(to text: inout StyledText) {
    for budget in graph.budgets {
      let limit = "limit \(budget.limit)"
      guard let value = budget.value, let holds = budget.holds else {
        row("budget", "\(budget.name): not evaluated, \(limit)", .warning, to: &text)
        continue
      }
      row("budget", "\(budget.name): \(value), \(limit)\(holds ? "" : ", exceeded")", holds ? .plain : .bad, to: &text)
    }
  }

  // MARK: Failures

  private func write(failed scenario: ScenarioReport, to text: inout StyledText) {
    let message =
      scenario.expected == nil
      ? "scenario \(scenario.name) violates \(enumerated(scenario.violated.map { "`\($0)`" }))"
      : "scenario \(scenario.name) shows \(codes(scenario.outcome)), declared is \(codes(scenario.expected ?? []))"
    Excerpt(
      headline: .error, code: scenario.outcome.first?.rawValue ?? "OUTCOME", message: message, file: graph.file,
      span: scenario.span,
      notes: [
        Excerpt.Note(label: "again", text: again("--scenario \(quoted(scenario.name))"), isCommand: true)
      ]
    ).write(to: &text)
    write(scenario.story, to: &text)
    text.paragraph(Epilogue(scenario).sentences.joined(separator: " "), indent: 2)
    text.line()
  }

  private func write(_ violation: ViolationReport, to text: inout StyledText) {
    let wording = AnomalyWording(code: violation.code, isCleanFailure: violation.isCleanFailure)
    let clause = wording.clause(subject: "`\(violation.subject)`", key: violation.key, count: violation.count)
    let broken = violation.expectations.map { "`\($0)`" }
    let verb = broken.count == 1 ? "does" : "do"
    var notes = [
      Excerpt.Note(
        label: "did",
        text: "reached in \(counted(violation.steps, "step")) (seed \(report.seed)): \(enumerated(violation.faults))")
    ]
    if let run = violation.run {
      notes.append(Excerpt.Note(label: "replay", text: "headway replay \(quoted(run))", isCommand: true))
    } else {
      var options = violation.faults.map { "--fault \(quoted($0))" }
      if !violation.choices.isEmpty { options.append("--choose \(quoted(violation.choices.text))") }
      notes.append(Excerpt.Note(label: "again", text: again(options.joined(separator: " ")), isCommand: true))
    }
    notes.append(Excerpt.Note(label: "help", text: wording.remedy))
    Excerpt(
      headline: .error, code: violation.code.rawValue,
      message: broken.isEmpty ? clause : "\(clause); \(enumerated(broken)) \(verb) not hold", file: graph.file,
      span: violation.span, notes: notes
    ).write(to: &text)
    write(violation.story, to: &text)
  }

  private func write(_ story: [StoryEvent], to text: inout StyledText) {
    guard !story.isEmpty else { return }
    StoryText(story, indent: 2, limit: Self.storyLimit).write(to: &text)
    text.line()
  }

  /// The command that shows this run.
  private func again(_ what: String) -> String {
    var command = "headway run \(quoted(graph.file)) \(what)"
    if report.seed != 1 { command += " --seed \(report.seed)" }
    if report.logs == .ideal { command += " --logs ideal" }
    return command
  }
}

extension Substitution {
  var words: String { "\(subject) asks for \(asked) and ran on \(ranOn)" }
}
