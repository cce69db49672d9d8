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
    var clock: PatientClock<LabMachine>
    var budgets: Budgets

    func feed(into fingerprinter: inout Fingerprinter) {
      fingerprinter.feed(judge)
      fingerprinter.feed(promises)
      fingerprinter.feed(clock)
      fingerprinter.feed(budgets.crashes)
      fingerprinter.feed(budgets.early ?? -1)
    }
  }

  let deployment: Deployment
  private let menu: FaultMenu

  init(_ deployment: Deployment) {
    self.deployment = deployment.sharing(deployment.graph.usualLoad.same)
    menu = FaultMenu(self.deployment)
  }

  /// The cluster and the memory before anything has come from outside.
  func start(_ budgets: Budgets) -> (cluster: Cluster<LabMachine>, memory: Memory) {
    var cluster = Cluster<LabMachine>(deployment)
    let load = deployment.graph.usualLoad
    var memory = Memory(
      judge: WorkJudge(graph: deployment.graph, same: load.same), clock: PatientClock(arrivals: arrivals(load)),
      budgets: budgets)
    var scratch = Cluster<LabMachine>.Scratch()
    cluster.start(into: &scratch)
    memory.clock.note(scratch.events)
    return (cluster, memory)
  }

  /// The load, and the firings of timers.
  private func arrivals(_ load: Load) -> [(SimDuration, MachineID, NodeOperation)] {
    Execution.actions(of: load, in: deployment).compactMap { instant, action in
      guard case .invoke(let machine, let operation) = action else { return nil }
      return (instant - .start, machine, operation)
    }
  }

  func choices(_ cluster: Cluster<LabMachine>, _ memory: Memory) -> [Action<LabMachine>] {
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
    if case .crash = action { memory.budgets.crashes -= 1 }
    if let early = memory.budgets.early, early > 0, memory.clock.isHasty(action, before) {
      memory.budgets.early = early - 1
    }
    memory.clock.follow(action, events, before: before)
    for event in events {
      guard case .observed(_, .work(let observation)) = event else { continue }
      memory.judge.observe(observation, step: depth, at: .start)
      memory.promises.observe(observation)
    }
  }
}
