import ClusterModel
import Exploration
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Properties

/// What may come next in a graph, when every interleaving is explored: deliveries, writes and boundaries between steps
/// in any order, time only when none of these is left, and what the budgets of faults allow.
struct GraphRules: ExplorationRules {
  typealias M = LabMachine

  /// How many faults a path may have.
  struct Budgets: Equatable, Sendable {
    /// Crashes of nodes, each with a restart after a second.
    var crashes = 0
    /// Timers that fire before their turn; nil for any number.
    var early: Int? = 0
  }

  struct Memory: Fingerprintable, Sendable {
    var judge: WorkJudge
    var promises = LogPromises()
    var clock = PatientClock<LabMachine>()
    var budgets: Budgets
    /// The load is still to come.
    var isAwaited = true

    func feed(into fingerprinter: inout Fingerprinter) {
      fingerprinter.feed(judge)
      fingerprinter.feed(promises)
      fingerprinter.feed(clock)
      fingerprinter.feed(budgets.crashes)
      fingerprinter.feed(budgets.early ?? -1)
      fingerprinter.feed(isAwaited)
    }
  }

  let deployment: Deployment
  private let menu: FaultMenu

  init(_ deployment: Deployment) {
    self.deployment = deployment
    menu = FaultMenu(deployment)
  }

  /// The cluster and the memory before anything has come from outside.
  func start(_ budgets: Budgets) -> (cluster: Cluster<LabMachine>, memory: Memory) {
    var cluster = Cluster<LabMachine>(deployment)
    var memory = Memory(judge: WorkJudge(graph: deployment.graph), budgets: budgets)
    var scratch = Cluster<LabMachine>.Scratch()
    cluster.start(into: &scratch)
    memory.clock.note(scratch.events)
    return (cluster, memory)
  }

  func choices(_ cluster: Cluster<LabMachine>, _ memory: Memory) -> [Action<LabMachine>] {
    if memory.isAwaited, let start = deployment.graph.workflow.start {
      return [.invoke(deployment.machine(of: start), .trigger(root: 1))]
    }
    var choices = memory.clock.choices(cluster)
    // Nothing is left to be broken once the system is at rest.
    guard !choices.isEmpty else { return [] }
    if memory.budgets.crashes > 0 {
      for node in deployment.graph.nodeIDs where menu.isWorker[node.index] {
        let machine = deployment.machine(of: node)
        if cluster[machine].status == .up { choices.append(.crash(machine, .keepPending)) }
      }
    }
    if memory.budgets.early != 0 { choices += memory.clock.hasty(cluster) }
    return choices
  }

  func follow(
    _ action: Action<LabMachine>, _ events: [Event<LabMachine>], before: Cluster<LabMachine>, depth: Int,
    memory: inout Memory
  ) {
    memory.isAwaited = false
    if case .crash = action { memory.budgets.crashes -= 1 }
    if let early = memory.budgets.early, early > 0, memory.clock.isHasty(action, before) {
      memory.budgets.early = early - 1
    }
    memory.clock.follow(action, events)
    for event in events {
      guard case .observed(_, .work(let observation)) = event else { continue }
      memory.judge.observe(observation, step: depth)
      memory.promises.observe(observation)
    }
  }
}
