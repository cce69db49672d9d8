import LabEngine
import Primitives
import ProgressGraph

/// One graph of a check: verdict, what ran, scenarios, search, expectations, then every failure with its shortest run.
struct CheckText {
  private let graph: GraphReport
  private let report: Report

  /// Lines of a story among others; `headway run` tells the whole of it.
  private static let storyLimit = 80
  /// Names of what a search has not reached; `--format json` has them all.
  private static let missingLimit = 6

  init(graph: GraphReport, of report: Report) {
    self.graph = graph
    self.report = report
  }

  func write(to text: inout StyledText) {
    let verdict = graph.verdict(failOn: report.failOn)
    text.add(printable(clipped(graph.name), text.style.glyphs), .strong)
    text.add("  \(graph.file)  ", .muted)
    text.line(verdict.rawValue.uppercased(), ReportText.ink(of: verdict))
    row("checked", ReportText.parts(of: graph, command: .check), to: &text)
    for substitution in graph.substitutions {
      row("replaced", substitution.words, to: &text)
    }
    writeRegressions(to: &text)
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

  private func writeRegressions(to text: inout StyledText) {
    for regression in graph.regressions {
      let codes = codes(regression.codes)
      switch regression.state {
      case .failing where regression.isDeclared: row("saved", "\(regression.run) shows \(codes), declared", to: &text)
      case .failing: row("saved", "\(regression.run) still shows \(codes)", .bad, to: &text)
      case .fixed: row("saved", "\(regression.run) is fixed: it violates nothing any more", .good, to: &text)
      case .stale: row("saved", "\(regression.run) is stale: see below", .warning, to: &text)
      case .open: row("saved", "\(regression.run) was not executed to its end", .warning, to: &text)
      }
    }
  }

  private func writeScenarios(to text: inout StyledText) {
    let names = graph.scenarios.map { displayWidth(clipped($0.name)) }.max() ?? 0
    let outcomes = graph.scenarios.map { codes($0.outcome).utf8.count }.max() ?? 0
    let judgements = graph.scenarios.map { displayWidth(judgement(of: $0)) }.max() ?? 0
    for scenario in graph.scenarios {
      text.blanks(2)
      let (word, ink) = mark(of: scenario)
      text.add(word, padded: 11, ink)
      text.add(clipped(scenario.name), padded: names + 2)
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
    let faults =
      switch search.faults {
      case 0: "without faults"
      case 1: "with 1 fault each"
      case let count: "with at most \(count) faults each"
      }
    let end = search.isComplete ? "complete" : "NOT complete: a bound was reached first"
    if search.violations.contains(where: { $0.faults.isEmpty && $0.expectations.contains("settles") }) {
      row("search", "a run without faults never comes to rest: on its way no fault was tried", .warning, to: &text)
    }
    row(
      "search", "\(counted(search.runs, "run")) \(faults), \(counted(search.states, "state")), \(end)",
      search.isComplete ? .plain : .warning, to: &text)
    if search.seeds > 0 { row("random", "\(counted(search.seeds, "schedule")) of random faults among them", to: &text) }
    if let interleavings = search.interleavings { write(interleavings, to: &text) }
    if let coverage = graph.coverage { write(coverage, to: &text) }
    for violation in search.violations where violation.isDeclared {
      row(
        "declared",
        "\(violation.code.rawValue) of \(clipped(violation.subject)) in \(counted(violation.steps, "step")): "
          + enumerated(violation.faults), .muted, to: &text)
    }
    if !search.observed.isEmpty {
      let seen = search.observed.map { "\($0.code.rawValue) in \(counted($0.count, "run"))" }
      row("seen too", enumerated(seen) + ", violating nothing", .muted, to: &text)
    }
  }

  private func write(_ interleavings: InterleavingReport, to text: inout StyledText) {
    let faults = interleavings.crashes == 0 ? "no fault" : "at most one crash"
    let end = interleavings.bound.map { "NOT complete: \($0.words)" } ?? "complete"
    row(
      "explored",
      "\(counted(interleavings.distinctStates, "state")), up to \(counted(interleavings.depth, "action")) deep, "
        + "\(counted(interleavings.ends, "end")), \(faults), \(end)",
      interleavings.bound == nil ? .plain : .warning, to: &text)
    row("but", enumerated(interleavings.approximations), .muted, to: &text)
  }

  /// Counts, and names where they are few.
  private func write(_ coverage: CoverageReport, to text: inout StyledText) {
    row("reached", coverage.words, to: &text)
    for part in coverage.parts where !part.missing.isEmpty {
      let more = part.missing.count > Self.missingLimit ? " and \(part.missing.count - Self.missingLimit) more" : ""
      row(
        "not", "\(part.noun): \(part.missing.prefix(Self.missingLimit).joined(separator: ", "))\(more)", .muted,
        to: &text)
    }
  }

  private func writeExpectations(to text: inout StyledText) {
    guard !graph.expectations.isEmpty else { return }
    let broken = graph.expectations.filter { !$0.holds }.map { clipped($0.name) }
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
      ? "scenario \(scenario.name) violates \(enumerated(scenario.violated.map { "`\(clipped($0))`" }))"
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
    let wording = AnomalyWording(
      code: violation.code, isCleanFailure: violation.isCleanFailure, loss: violation.loss)
    let clause = wording.clause(subject: "`\(clipped(violation.subject))`", key: violation.key, count: violation.count)
    let broken = violation.expectations.map { "`\(clipped($0))`" }
    let verb = broken.count == 1 ? "does" : "do"
    var notes = [
      Excerpt.Note(
        label: "did",
        text: "reached in \(counted(violation.steps, "step")) (\(origin(of: violation))): \(cause(of: violation))")
    ]
    if let run = violation.run {
      notes.append(Excerpt.Note(label: "replay", text: "headway replay \(quoted(run))", isCommand: true))
    } else {
      notes.append(Excerpt.Note(label: "again", text: again(violation), isCommand: true))
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

  private func origin(of violation: ViolationReport) -> String {
    violation.path == nil ? "seed \(violation.seed ?? report.seed)" : "one interleaving"
  }

  private func cause(of violation: ViolationReport) -> String {
    if violation.path != nil {
      let order = "messages and steps in this order"
      return violation.faults.isEmpty ? order : "\(enumerated(violation.faults)), with \(order)"
    }
    return violation.faults.isEmpty ? "without any fault" : enumerated(violation.faults)
  }

  /// An interleaving has no name but its actions: it is found again, and saved.
  private func again(_ violation: ViolationReport) -> String {
    let logs = report.logs == .ideal ? " --logs ideal" : ""
    if violation.path != nil { return "headway check \(quoted(graph.file)) --exhaustive --save runs\(logs)" }
    var options = violation.faults.map { "--fault \(quoted($0))" }
    if !violation.choices.isEmpty { options.append("--choose \(quoted(violation.choices.text))") }
    let what = options.joined(separator: " ")
    guard let seed = violation.seed else { return again(what) }
    return "headway run \(quoted(graph.file)) \(what) --seed \(seed)\(logs)"
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
