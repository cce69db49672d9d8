import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Simulation

/// One run of one graph: the simulator, and the judge that watches it.
///
/// Owner: whoever drives it; a copy goes on exactly as the original would.
struct Execution: Sendable {
  let deployment: Deployment
  private(set) var faults: [Fault]
  private(set) var simulator: Simulator<LabMachine>
  private(set) var judge: WorkJudge
  private var promises = LogPromises()
  /// Why it stopped; nil while it goes on.
  private(set) var rest: Simulator<LabMachine>.Rest?

  /// More actions than any settled run of a sound graph needs; a run that reaches it is cut and said to be.
  static let stepLimit = 4_000_000

  init(_ deployment: Deployment, load: Load, faults: [Fault], seed: UInt64) {
    self.deployment = deployment
    self.faults = faults
    judge = WorkJudge(graph: deployment.graph)
    let planner = FaultPlanner(deployment: deployment)
    simulator = Simulator(
      Cluster(deployment), timing: TimingProfile(network: deployment.graph.networkLatency), seed: seed,
      actions: Self.actions(of: load, in: deployment), faults: faults.compactMap { planner.plan($0) })
  }

  /// Root triggers count from 1.
  private static func actions(of load: Load, in deployment: Deployment) -> [(SimInstant, Action<LabMachine>)] {
    guard let start = deployment.graph.workflow.start else { return [] }
    return (0..<load.count).map { position in
      let instant = SimInstant.start + load.every * Int64(position)
      return (instant, .invoke(deployment.machine(of: start), .trigger(root: UInt64(position + 1))))
    }
  }

  /// Does the next action and shows it to the judge.
  ///
  /// - Returns: the action; nil once the run rests.
  mutating func advance() -> Action<LabMachine>? {
    guard rest == nil else { return nil }
    switch simulator.advance(until: simulator.lastFault + deployment.graph.horizon) {
    case .rested(let rest):
      self.rest = rest
      return nil
    case .acted(let action):
      for event in simulator.events {
        if case .observed(_, .work(let observation)) = event {
          judge.observe(observation, step: simulator.steps)
          promises.observe(observation)
        }
      }
      return action
    }
  }

  /// Adds a fault to the run under way; a run that had come to rest goes on.
  mutating func inject(_ fault: Fault, _ planned: PlannedFault<LabMachine>) {
    faults.append(fault)
    simulator.inject(planned)
    rest = nil
  }

  /// Runs to the end, or to the step limit.
  mutating func finish() {
    while simulator.steps < Self.stepLimit, advance() != nil {}
  }

  /// False when the step limit cut the run.
  var isComplete: Bool { rest != nil }

  var facts: RunFacts {
    RetryBudgets(graph: deployment.graph).facts(of: faults, missing: promises.missing(in: simulator.cluster))
  }

  var judgement: Judgement { judge.verdict(settled: rest != nil, facts: facts) }
}
