import GraphFile
import GraphNodes
import Primitives
import ProgressGraph
import Properties
import Simulation

/// Which faults designs are compared under.
public enum ComparedFaults: Equatable, Sendable {
  /// Those of all scenarios of all designs, each set of faults once.
  case scenarios
  /// Those of the scenarios of this name.
  case scenario(String)
  /// These, each alone, as they would stand in a file.
  case faults([String])
}

/// What became of a wish to compare.
public enum ComparisonResult: Equatable, Sendable {
  case comparison(Comparison)
  /// No design has a scenario of this name.
  case unknownScenario(known: [String])
  /// A fault that no design can have, and why the first one cannot.
  case mistakes([DiagnosticReport])
}

extension Lab {
  /// Runs every design calm and under the same faults.
  ///
  /// A fault names nodes, channels and steps; a design that lacks one of them has no such run. A fault of the command
  /// line that fits no design at all is a mistake.
  ///
  /// - Parameter progress: told before every run; may stop the comparison, which is then marked incomplete.
  public static func compare(
    _ loaded: [LoadedGraph], under faults: ComparedFaults, _ options: RunOptions,
    progress: (Progress) -> Pace = { _ in .goOn }
  ) -> ComparisonResult {
    var comparison = Comparison(seed: options.seed, logs: options.logs, designs: loaded.map { report(on: $0) })
    let designs = loaded.compactMap(\.graph).map { Deployment($0, logs: options.logs.deployed) }
    // One unreadable design leaves nothing to hold the others against.
    guard designs.count == loaded.count else { return .comparison(comparison) }
    for (position, design) in designs.enumerated() {
      comparison.designs[position].substitutions = substitutions(in: design)
    }
    switch rows(faults, designs) {
    case .failure(let refusal): return refusal.result
    case .success(let rows): comparison.rows = rows
    }
    if let mistakes = mistakes(in: comparison.rows, of: faults, designs) { return .mistakes(mistakes) }
    fill(&comparison, designs, options, progress)
    return .comparison(comparison)
  }

  private static func fill(
    _ comparison: inout Comparison, _ designs: [Deployment], _ options: RunOptions, _ progress: (Progress) -> Pace
  ) {
    let total = comparison.rows.count * designs.count
    for row in comparison.rows.indices {
      for (position, design) in designs.enumerated() {
        let status = Progress(part: .scenarios, runs: row * designs.count + position, total: total, states: 0)
        let cell = cell(comparison.rows[row], design, options) { progress(status) }
        guard let cell else {
          comparison.isComplete = false
          return
        }
        comparison.rows[row].cells.append(cell)
      }
    }
  }

  /// Nil where somebody stopped it.
  private static func cell(
    _ row: ComparisonRow, _ design: Deployment, _ options: RunOptions, pace: () -> Pace
  ) -> ComparisonCell? {
    guard pace() == .goOn else { return nil }
    var faults: [Fault] = []
    for text in row.faults {
      switch GraphReader.decodeFault(text, in: design.graph) {
      case .success(let fault): faults.append(fault)
      case .failure(let found): return .notApplicable(found.diagnostics.first?.message ?? "no such place")
      }
    }
    let load = row.load.load(in: design.graph)
    var run = TimedRun(Execution(design, load: load, faults: faults, seed: options.seed))
    run.finish(pace: pace)
    return run.execution.isStopped ? nil : .run(run.result(under: load))
  }
}

// MARK: - Which faults

extension Lab {
  private struct Refusal: Error {
    let result: ComparisonResult
  }

  private static func rows(_ faults: ComparedFaults, _ designs: [Deployment]) -> Result<[ComparisonRow], Refusal> {
    // One load for all: that of the first design which cares for the order of its triggers.
    let loads = designs.map { NamedLoad($0.graph.usualLoad, in: $0.graph) }
    let usual = loads.first { $0 != .single } ?? .single
    var rows = [ComparisonRow(name: "calm", faults: [], load: usual)]
    switch faults {
    case .faults(let texts):
      for text in texts where !rows.contains(where: { $0.faults == [text] }) {
        rows.append(ComparisonRow(name: text, faults: [text], load: usual))
      }
    case .scenarios, .scenario:
      let wanted: String? = if case .scenario(let name) = faults { name } else { nil }
      let known = designs.flatMap(\.graph.scenarios)
      if let wanted, !known.contains(where: { $0.name == wanted }) {
        return .failure(Refusal(result: .unknownScenario(known: known.map(\.name))))
      }
      for design in designs {
        for scenario in design.graph.scenarios where wanted == nil || scenario.name == wanted {
          add(scenario, of: design.graph, to: &rows)
        }
      }
    }
    return .success(rows)
  }

  /// Adds the scenario's faults, unless they are there already. Where two designs mean different faults by one name,
  /// the later one is told apart by its design.
  private static func add(_ scenario: Scenario, of graph: Graph, to rows: inout [ComparisonRow]) {
    let texts = scenario.faults.map(\.text)
    let load = NamedLoad(scenario.load, in: graph)
    if rows.contains(where: { $0.faults == texts && $0.load == load }) { return }
    let isTaken = rows.contains { $0.name == scenario.name }
    let name = isTaken ? "\(scenario.name) (\(graph.name))" : scenario.name
    rows.append(ComparisonRow(name: name, faults: texts, load: load))
  }

  /// Faults of the command line that no design can have, as the first design reads them.
  private static func mistakes(
    in rows: [ComparisonRow], of faults: ComparedFaults, _ designs: [Deployment]
  ) -> [DiagnosticReport]? {
    guard case .faults = faults, let first = designs.first else { return nil }
    var mistakes: [DiagnosticReport] = []
    for text in rows.flatMap(\.faults) {
      let fits = designs.contains {
        if case .success = GraphReader.decodeFault(text, in: $0.graph) { true } else { false }
      }
      if !fits, case .failure(let found) = GraphReader.decodeFault(text, in: first.graph) {
        mistakes += found.diagnostics.map { Self.report(on: $0, in: found.source, as: "--fault") }
      }
    }
    return mistakes.isEmpty ? nil : mistakes
  }
}

// MARK: - One run

/// A run that remembers when each of its steps was.
private struct TimedRun {
  private(set) var execution: Execution
  /// Indexed by step; the start of the run first.
  private var instants = [SimInstant.start]

  init(_ execution: Execution) { self.execution = execution }

  mutating func finish(pace: () -> Pace) {
    while execution.advance(pace: pace) != nil { instants.append(execution.simulator.now) }
  }

  func result(under load: Load) -> ComparedRun {
    let judgement = execution.judgement
    let roots = execution.judge.rootOutcomes(facts: execution.facts)
    let answers = RootOutcome.Answer.allCases.map { answer in
      AnswerCount(answer: answer.rawValue, count: roots.count { $0.answer == answer })
    }
    return ComparedRun(
      outcome: judgement.outcome, failed: judgement.failed, triggers: roots.count, answers: answers,
      completed: roots.count { $0.completedAt != nil },
      acceptance: longest(roots, load) { $0.answer == .accepted ? $0.answeredAt : nil },
      completion: longest(roots, load, \.completedAt),
      steps: execution.simulator.steps, stateHash: execution.stateHash,
      isComplete: execution.isComplete)
  }

  private func longest(_ roots: [RootOutcome], _ load: Load, _ event: (RootOutcome) -> Int?) -> SimDuration? {
    roots.enumerated().compactMap { position, root in
      event(root).map { instants[min($0, instants.count - 1)] - (SimInstant.start + load.every * Int64(position)) }
    }.max()
  }
}
