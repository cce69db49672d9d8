import ClusterModel
import GraphFile
import GraphNodes
import LabWorld
public import Primitives
public import ProgressGraph
import Properties
import Simulation

/// What is to be run: a scenario of the file, or one made up on the command line.
public struct RunPlan: Equatable, Sendable {
  public var name: String
  public var load: Load
  public var faults: [Fault]
  /// Choices that are made as told; all others are drawn.
  public var choices: ForcedChoices
  /// What the file declares for a scenario that is run as it stands; nil otherwise.
  public var outcome: [AnomalyCode]?
  /// The position among the file's scenarios.
  public var position: Int?

  public init(
    name: String, load: Load, faults: [Fault], choices: ForcedChoices = .none, outcome: [AnomalyCode]?,
    position: Int? = nil
  ) {
    self.name = name
    self.load = load
    self.faults = faults
    self.choices = choices
    self.outcome = outcome
    self.position = position
  }

  /// The usual load and no fault.
  public static func calm(of graph: Graph) -> RunPlan {
    RunPlan(name: "calm", load: graph.usualLoad, faults: [], outcome: nil)
  }
}

extension Lab {
  /// The plan for a scenario of the file, with faults added; nil where the file has no such scenario.
  ///
  /// Added faults make it another run than the one whose outcome the file declares.
  public static func plan(_ graph: Graph, scenario: String?, faults: [Fault]) -> RunPlan? {
    guard let scenario else {
      guard !faults.isEmpty else { return .calm(of: graph) }
      return RunPlan(name: "faults", load: graph.usualLoad, faults: faults, outcome: nil)
    }
    guard let position = graph.scenarios.firstIndex(where: { $0.name == scenario }) else { return nil }
    let found = graph.scenarios[position]
    return RunPlan(
      name: found.name, load: found.load, faults: found.faults + faults,
      outcome: faults.isEmpty ? found.outcome : nil, position: position)
  }

  /// One seeded run, judged.
  ///
  /// - Parameters:
  ///   - loaded: a graph that could be read.
  ///   - isTold: whether the report has the run's story, whose length grows with the run.
  ///   - progress: asked every few hundred actions; a run that it stops is told as far as it came and not judged.
  public static func run(
    _ loaded: LoadedGraph, _ plan: RunPlan, _ options: RunOptions, isTold: Bool = true,
    progress: (Progress) -> Pace = { _ in .goOn }
  ) -> GraphReport {
    var report = report(on: loaded)
    guard let graph = loaded.graph else { return report }
    let deployment = Deployment(graph, logs: options.logs.deployed)
    let run = execute(deployment, plan, options, recording: isTold) {
      progress(Progress(part: .scenarios, runs: 0, total: 1, states: 0))
    }
    report.checks.append(.scenarios)
    report.scenarios = [run.report(in: loaded)]
    report.scenarios[0].progress = run.execution.judge.workflows(in: deployment.graph)
    report.substitutions = substitutions(in: deployment)
    guard let judgement = run.judgement else { return report }
    report.expectations = judgement.expectations.map {
      ExpectationReport(
        name: $0.expectation.name(in: deployment.graph), holds: $0.holds, violatedBy: nil,
        scenario: $0.holds ? nil : plan.name)
    }
    return report
  }

  /// Channels and journals that ran on another protocol than they ask for.
  static func substitutions(in deployment: Deployment) -> [Substitution] {
    deployment.placements.filter(\.isSubstituted).map { placement in
      let subject =
        switch placement.owner {
        case .channel(let channel): deployment.graph[channel].name
        case .journal(let node): "\(deployment.graph[node].name)/journal"
        case .table(let channel): "\(deployment.graph[channel].name)/snapshots"
        }
      return Substitution(
        subject: subject, asked: placement.specification.protocol.rawValue, ranOn: placement.runs.rawValue)
    }
  }

  static func execute(
    _ deployment: Deployment, _ plan: RunPlan, _ options: RunOptions, recording: Bool,
    pace: () -> Pace = { .goOn }
  ) -> FinishedRun {
    var execution = Execution(
      deployment, load: plan.load, faults: plan.faults, choices: plan.choices, seed: options.seed)
    var story = StoryWriter(deployment)
    while let action = execution.advance(pace: pace) {
      guard recording else { continue }
      let simulator = execution.simulator
      story.record(action, simulator.events, simulator.interferences, step: simulator.steps, at: simulator.now)
    }
    return FinishedRun(
      plan: plan, deployment: deployment, execution: execution,
      judgement: execution.isStopped ? nil : execution.judgement, story: story.lines)
  }
}

/// A run that came to rest, or was cut.
struct FinishedRun {
  let plan: RunPlan
  let deployment: Deployment
  let execution: Execution
  /// Nil for a run that was stopped: it would be wrong, and a judge of a long run takes its time.
  let judgement: Judgement?
  let story: [StoryEvent]
  /// True where somebody outside stopped it: what is unfinished then says nothing about the design.
  var isStopped: Bool { judgement == nil }

  func report(in loaded: LoadedGraph) -> ScenarioReport {
    var report = ScenarioReport(name: plan.name)
    report.faults = plan.faults.map(\.text)
    report.expected = plan.outcome?.sorted()
    report.steps = execution.simulator.steps
    report.stateHash = execution.stateHash
    report.isComplete = execution.isComplete && !isStopped
    report.story = story
    report.span = plan.position.map {
      SourceSpan(loaded.decoded.sources.span(ofScenario: $0), in: loaded.decoded.source)
    }
    report.unstruck = isStopped ? [] : execution.unstruck.map(\.text)
    report.isEndless = execution.isEndless && !execution.facts.neverHeals
    guard let judgement else { return report }
    report.outcome = judgement.outcome
    report.violated = judgement.expectations.filter { !$0.holds }.map { $0.expectation.name(in: deployment.graph) }
    let isAsWanted = plan.outcome.map { $0.sorted() == judgement.outcome } ?? report.violated.isEmpty
    report.passed = isAsWanted && report.unstruck.isEmpty
    report.anomalies = judgement.anomalies.map { $0.report(in: deployment.graph) }
    report.failed = judgement.failed
    return report
  }
}

extension Anomaly {
  func report(in graph: Graph) -> AnomalyReport {
    AnomalyReport(
      code: code, subject: subject.name(in: graph), key: graph.label(ofKey: key), count: count, step: step,
      loss: lossCause(in: graph))
  }
}

extension LogChoice {
  var deployed: Deployment.LogChoice {
    switch self {
    case .ideal: .ideal
    case .replicated: .replicated
    }
  }
}
