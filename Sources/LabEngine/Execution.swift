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
  private var witness: FaultWitness
  private var horizon: Horizon
  /// Why it stopped; nil while it goes on.
  private(set) var rest: Simulator<LabMachine>.Rest?
  /// True once somebody outside said stop: what is unfinished then says nothing about the design.
  private(set) var isStopped = false

  /// Where a run ends whatever it does. One that was disturbed shortly before is cut: nothing is known of its end.
  static let stepLimit = 4_000_000
  /// More actions than a sound graph needs to settle once every trigger has started and every fault is over. A run that
  /// is busy for longer will be for ever, a loop of events that feeds itself or work that is tried again though nothing
  /// is broken, and is judged as at its horizon, which may be years away. Nil where the load is so large that only the
  /// step limit ends the run.
  var patience: Int?
  private let lastTrigger: SimInstant
  /// The last step at which a trigger was yet to come, or a fault not over.
  private var disturbedAt = 0

  init(_ deployment: Deployment, load: Load, faults: [Fault], choices: ForcedChoices = .none, seed: UInt64) {
    let deployment = deployment.sharing(load.same)
    self.deployment = deployment
    self.faults = faults
    patience = Self.patience(with: load, in: deployment.graph)
    judge = WorkJudge(graph: deployment.graph, same: load.same)
    horizon = Horizon(deployment.graph, load: load)
    lastTrigger = horizon.start
    let planner = FaultPlanner(deployment: deployment)
    let planned = faults.map { planner.plan($0) }
    witness = FaultWitness(deployment, faults: zip(faults, planned).map { ($0, $1 != nil) })
    simulator = Simulator(
      Cluster(deployment), timing: TimingProfile(network: deployment.graph.networkLatency), seed: seed,
      actions: Self.actions(of: load, in: deployment), faults: planned.compactMap { $0 },
      choices: choices)
  }

  /// Every trigger may cost its share, and every execution of a step that loops and fan-outs can make of it.
  static func patience(with load: Load, in graph: Graph) -> Int? {
    let executions = min(stepLimit, graph.stepIDs.reduce(0) { min(stepLimit, $0 + graph.mostExecutions(of: $1)) })
    let patience = 250_000 + (2_000 + 50 * executions) * load.count
    return load.count <= 1_000 && patience < stepLimit ? patience : nil
  }

  /// How many actions are done before somebody is asked whether to go on: well under a tenth of a second's worth, also
  /// where a single action has become slow.
  private static let stepsPerQuestion = 256

  /// The load, and as many firings of every timer.
  static func actions(of load: Load, in deployment: Deployment) -> [(SimInstant, Action<LabMachine>)] {
    let graph = deployment.graph
    let timers = TimerSchedule(graph, load: load).actions(in: deployment)
    guard let start = graph.workflow.start, graph.isStartedByLoad(start) else { return timers }
    return (0..<load.count).map { position in
      let instant = SimInstant.start + load.every * Int64(position)
      let root = RootNumber.load(position + 1).root
      return (instant, .invoke(deployment.machine(of: start), .trigger(root: root)))
    } + timers
  }

  /// Does the next action and shows it to the judge.
  ///
  /// - Returns: the action; nil once the run rests.
  mutating func advance() -> Action<LabMachine>? {
    guard rest == nil else { return nil }
    switch simulator.advance(until: max(simulator.lastFault, horizon.start) + deployment.graph.horizon) {
    case .rested(let rest):
      self.rest = rest
      return nil
    case .acted(let action):
      if simulator.now <= max(lastTrigger, simulator.lastFault) { disturbedAt = simulator.steps }
      for event in simulator.events {
        if case .observed(_, .work(let observation)) = event {
          judge.observe(observation, step: simulator.steps, at: simulator.now)
          promises.observe(observation)
          witness.observe(observation)
          horizon.observe(observation, at: simulator.now)
        }
      }
      return action
    }
  }

  /// Adds a fault to the run under way; a run that had come to rest goes on.
  mutating func inject(_ fault: Fault, _ planned: PlannedFault<LabMachine>) {
    faults.append(fault)
    witness.add(fault, isPlanned: true)
    simulator.inject(planned)
    rest = nil
  }

  /// Adds a fault as if it had been planned from the start; the run must not have come to where it strikes.
  ///
  /// - Parameter matched: how many points or messages have fitted so far.
  mutating func include(_ fault: Fault, _ planned: PlannedFault<LabMachine>, matched: Int) {
    faults.append(fault)
    witness.add(fault, isPlanned: true)
    simulator.include(planned, matched: matched)
    rest = nil
  }

  /// All that decides how it goes on and how it will be judged.
  var fingerprint: UInt64 {
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(simulator)
    fingerprinter.feed(judge)
    fingerprinter.feed(promises)
    fingerprinter.feed(Int(clamping: (horizon.start - simulator.now).microseconds))
    fingerprinter.feed(horizon.turns)
    let facts = RetryBudgets(graph: deployment.graph).facts(of: faults, missing: [])
    fingerprinter.feed(facts.neverHeals)
    fingerprinter.feed(facts.outlastsCallers)
    return fingerprinter.value
  }

  /// Does the next action of a run that may be long: it ends at the step limit, and where `pace` says so.
  ///
  /// - Returns: the action; nil once the run rests or is cut.
  mutating func advance(pace: () -> Pace) -> Action<LabMachine>? {
    guard simulator.steps < Self.stepLimit, !isEndless, !isStopped else { return nil }
    if simulator.steps % Self.stepsPerQuestion == 0, pace() == .stop {
      isStopped = true
      return nil
    }
    return advance()
  }

  /// Runs to the end, to the step limit, or until somebody stops it.
  mutating func finish(pace: () -> Pace = { .goOn }) {
    while advance(pace: pace) != nil {}
  }

  /// True for a run that would be busy for ever.
  var isEndless: Bool { rest == nil && patience.map { simulator.steps - disturbedAt >= $0 } ?? false }

  /// False when the step limit or somebody outside cut the run.
  var isComplete: Bool { rest != nil || isEndless }

  /// Faults of the plan that never struck.
  var unstruck: [Fault] { witness.unstruck(in: simulator) }

  var facts: RunFacts {
    var facts = RetryBudgets(graph: deployment.graph)
      .facts(of: faults, missing: promises.missing(in: simulator.cluster))
    facts.isEndless = isEndless
    return facts
  }

  var judgement: Judgement { judge.verdict(settled: isComplete, facts: facts) }
}
