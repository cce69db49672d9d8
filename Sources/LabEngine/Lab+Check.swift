import Exploration
import GraphFile
import GraphNodes
public import Primitives
import ProgressGraph
import Properties
import Simulation

/// How far a check goes.
public struct CheckOptions: Equatable, Sendable {
  public var run: RunOptions
  /// How many faults at a time the systematic search tries: 0, 1 or 2.
  public var faults: Int
  /// How many random schedules of faults are tried beside it.
  public var seeds: Int
  /// Whether every interleaving is explored, within bounds; with `faults` above 0 each path may have one crash.
  public var isExhaustive: Bool
  /// Distinct states after which each part of the search stops and says so; nil for no bound but the exploration's own.
  public var stateLimit: Int?

  public init(
    run: RunOptions = RunOptions(), faults: Int = 1, seeds: Int = 0, isExhaustive: Bool = false, stateLimit: Int? = nil
  ) {
    precondition((0...2).contains(faults) && seeds >= 0, "searches try at most two faults at a time")
    self.run = run
    self.faults = faults
    self.seeds = seeds
    self.isExhaustive = isExhaustive
    self.stateLimit = stateLimit
  }
}

extension Lab {
  /// Executes the saved runs of the graph again, then every scenario of the file, then searches as far as asked, and
  /// judges all of it.
  ///
  /// - Parameters:
  ///   - regressions: saved runs of this graph, in the order in which they are told of.
  ///   - crew: does the runs of a search; whoever it is, the report is the same.
  ///   - progress: told after every run, by any of the crew; what it answers decides whether the check goes on.
  public static func check(
    _ loaded: LoadedGraph, _ options: CheckOptions, regressions: [SavedRun] = [], crew: any Crew = OneByOne(),
    progress: @escaping @Sendable (Progress) -> Pace = { _ in .goOn }
  ) -> GraphReport {
    var report = report(on: loaded)
    guard let graph = loaded.graph else { return report }
    let deployment = Deployment(graph, logs: options.run.logs.deployed)
    report.substitutions = substitutions(in: deployment)
    report.budgets = graph.budgets.map { BudgetReport(name: $0.metric, value: nil, limit: $0.limit, holds: nil) }
    var reached: Set<Sometimes> = []
    let isWhole =
      execute(regressions, on: loaded, into: &report, progress)
      && runScenarios(of: loaded, deployment, options, into: &report, &reached, progress)
    let isSearched = options.faults > 0 || options.seeds > 0 || options.isExhaustive
    guard isWhole, isSearched else {
      if isWhole, !report.scenarios.isEmpty { judgeSometimes(reached, deployment, of: loaded, into: &report) }
      if !isWhole { report.search = SearchReport(faults: options.faults, runs: 0, states: 0, isComplete: false) }
      return report
    }
    let search = WholeSearch(deployment: deployment, options: options, crew: crew)
    let result = search.run(progress)
    report.checks += result.parts
    SearchSummary(result: result, deployment: deployment, loaded: loaded, options: options).write(into: &report)
    reached.formUnion(result.tally.reached)
    if result.tally.isComplete { judgeSometimes(reached, deployment, of: loaded, into: &report) }
    return report
  }

  /// Returns false where `progress` stopped it.
  private static func runScenarios(
    of loaded: LoadedGraph, _ deployment: Deployment, _ options: CheckOptions, into report: inout GraphReport,
    _ reached: inout Set<Sometimes>, _ progress: (Progress) -> Pace
  ) -> Bool {
    let graph = deployment.graph
    report.checks.append(.scenarios)
    report.expectations = Expectation.names(in: graph).map { ExpectationReport(name: $0, holds: true) }
    for (position, scenario) in graph.scenarios.enumerated() {
      let status = Progress(part: .scenarios, runs: position, total: graph.scenarios.count, states: 0)
      guard progress(status) == .goOn else { return false }
      guard let plan = plan(graph, scenario: scenario.name, faults: []) else { continue }
      var run = execute(deployment, plan, options.run, recording: false) { progress(status) }
      guard !run.isStopped else { return false }
      var scenarioReport = run.report(in: loaded)
      reached.formUnion(run.judgement?.reached ?? [])
      report.diagnostics += warnings(onUnstruckFaultsOf: scenarioReport)
      if !scenarioReport.passed {
        // The story is only worth its memory where there is something to explain.
        run = execute(deployment, plan, options.run, recording: true)
        scenarioReport.story = run.story
      }
      report.scenarios.append(scenarioReport)
      // A declared outcome is the scenario's only judge; it says nothing against the expectations.
      guard plan.outcome == nil else { continue }
      for violated in scenarioReport.violated {
        let index = report.position(ofExpectation: violated)
        guard report.expectations[index].holds else { continue }
        report.expectations[index].holds = false
        report.expectations[index].scenario = scenario.name
      }
    }
    return true
  }
}

extension GraphReport {
  /// Where an expectation stands in the list: at its end, if only a run that broke it told of it.
  mutating func position(ofExpectation name: String) -> Int {
    if let known = expectations.firstIndex(where: { $0.name == name }) { return known }
    expectations.append(ExpectationReport(name: name, holds: true))
    return expectations.count - 1
  }
}
