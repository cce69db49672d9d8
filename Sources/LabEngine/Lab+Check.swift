import GraphFile
import GraphNodes
import Primitives
import ProgressGraph
import Properties
import Simulation

/// How far a check goes.
public struct CheckOptions: Equatable, Sendable {
  public var run: RunOptions
  /// How many faults at a time the search tries: 0 or 1.
  public var faults: Int
  /// Distinct states after which the search stops and says so; nil for no bound.
  public var stateLimit: Int?

  public init(run: RunOptions = RunOptions(), faults: Int = 1, stateLimit: Int? = nil) {
    self.run = run
    self.faults = faults
    self.stateLimit = stateLimit
  }
}

extension Lab {
  /// Runs every scenario of the file, then every single fault, and judges all of it.
  ///
  /// - Parameter progress: told after every run; what it answers decides whether the check goes on.
  public static func check(
    _ loaded: LoadedGraph, _ options: CheckOptions, progress: (Progress) -> Pace = { _ in .goOn }
  ) -> GraphReport {
    var report = report(on: loaded)
    guard let graph = loaded.graph else { return report }
    let deployment = Deployment(graph, logs: options.run.logs.deployed)
    report.substitutions = substitutions(in: deployment)
    report.budgets = graph.budgets.map { BudgetReport(name: $0.metric, value: nil, limit: $0.limit, holds: nil) }
    var reached: Set<Sometimes> = []
    let isWhole = runScenarios(of: loaded, deployment, options, into: &report, &reached, progress)
    guard isWhole, options.faults > 0 else {
      if isWhole, !report.scenarios.isEmpty { judgeSometimes(reached, deployment, of: loaded, into: &report) }
      if !isWhole { report.search = SearchReport(faults: options.faults, runs: 0, states: 0, isComplete: false) }
      return report
    }
    var search = FaultSearch(deployment, seed: options.run.seed)
    search.run(limit: options.stateLimit, progress: progress)
    report.checks.append(.search)
    SearchSummary(search: search, deployment: deployment, loaded: loaded, options: options).write(into: &report)
    reached.formUnion(search.reached)
    if search.isComplete { judgeSometimes(reached, deployment, of: loaded, into: &report) }
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
  fileprivate mutating func position(ofExpectation name: String) -> Int {
    if let known = expectations.firstIndex(where: { $0.name == name }) { return known }
    expectations.append(ExpectationReport(name: name, holds: true))
    return expectations.count - 1
  }
}

/// What a search found, as a report prints it.
private struct SearchSummary {
  let search: FaultSearch
  let deployment: Deployment
  let loaded: LoadedGraph
  let options: CheckOptions

  private var graph: Graph { deployment.graph }

  func write(into report: inout GraphReport) {
    var summary = SearchReport(
      faults: options.faults, runs: search.runs, states: search.stateCount, isComplete: search.isComplete)
    for finding in search.findings {
      let violation = violation(finding)
      for expectation in violation.expectations {
        let index = report.position(ofExpectation: expectation)
        report.expectations[index].holds = false
        if report.expectations[index].violatedBy == nil {
          report.expectations[index].violatedBy = summary.violations.count
        }
      }
      summary.violations.append(violation)
    }
    let violating = Set(search.findings.compactMap { $0.anomaly?.code })
    summary.observed = AnomalyCode.allCases.sorted().compactMap { code in
      guard !violating.contains(code), let count = search.observed[code] else { return nil }
      return ObservedAnomaly(code: code, count: count)
    }
    report.search = summary
  }

  private func violation(_ finding: FaultSearch.Finding) -> ViolationReport {
    // A caller told "failed" where the work must complete is lost work (semantics.md, section 1).
    let code = finding.anomaly?.code ?? .lost
    let subject = finding.anomaly?.subject.name(in: graph) ?? graph.workflow.start.map { graph[$0].name } ?? graph.name
    var report = ViolationReport(
      code: code, subject: subject, faults: finding.fault.map { [$0.text] } ?? [], steps: finding.steps,
      isDeclared: isDeclared(code))
    report.expectations = finding.expectations.map { $0.name(in: graph) }
    let root = KeyValue(field: nil, root: finding.anomaly?.root ?? finding.failure?.root ?? 0).packed
    report.key = graph.label(ofKey: finding.anomaly?.key ?? root)
    report.count = finding.anomaly?.count ?? 1
    report.isCleanFailure = finding.anomaly == nil
    report.choices = finding.choices
    report.span = span(of: finding)
    var plan = RunPlan(name: "search", load: graph.usualLoad, faults: finding.fault.map { [$0] } ?? [], outcome: nil)
    plan.choices = finding.choices
    report.story = Lab.execute(deployment, plan, options.run, recording: true).story
    return report
  }

  /// What a file declares is not a failure: the code stands in an outcome of one of its scenarios, or is tolerated.
  private func isDeclared(_ code: AnomalyCode) -> Bool {
    graph.scenarios.contains { $0.outcome?.contains(code) ?? false }
      || graph.expectations.tolerate.contains { $0.anomaly == code }
  }

  /// The step that names the effect, or the handler.
  private func span(of finding: FaultSearch.Finding) -> SourceSpan? {
    let sources = loaded.decoded.sources
    guard let anomaly = finding.anomaly else { return nil }
    switch anomaly.subject {
    case .effect(let name):
      let step = graph.stepIDs.first { id in
        switch graph[id].verb {
        case .write(name, _, _), .effect(name, _): true
        case .send(let send): deployment.channelNames[send.channel.index] == name
        case .publish(let publish): deployment.channelNames[publish.channel.index] == name
        case .compute, .call, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel, .each,
          .signal, .reply, .fail:
          false
        }
      }
      return step.map { SourceSpan(sources.span(of: $0), in: loaded.decoded.source) }
    case .node(let node):
      return SourceSpan(sources.span(of: node), in: loaded.decoded.source)
    case .channel(let channel) where channel != deployment.engine:
      return SourceSpan(sources.span(of: channel), in: loaded.decoded.source)
    case .channel, .group, .exclusion:
      return nil
    }
  }
}
