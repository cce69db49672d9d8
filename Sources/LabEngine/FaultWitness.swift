import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation

/// Tells which faults of a run came to nothing, because the moment they wait for never came. A run under a fault that
/// does not happen shows nothing about it.
struct FaultWitness: Sendable {
  private let deployment: Deployment
  /// The faults by their number in the simulator; nil for one that the deployment cannot have, such as that of a
  /// replica under an ideal log.
  private var planned: [(fault: Fault, number: Int?)] = []
  /// By channel, the messages that its log took, each once.
  private var stored: [[UInt64]]
  private let countsRecords: Bool

  init(_ deployment: Deployment, faults: [(fault: Fault, isPlanned: Bool)]) {
    self.deployment = deployment
    stored = Array(repeating: [], count: deployment.graph.channels.count)
    countsRecords = faults.contains { Self.doubledChannel(of: $0.fault) != nil }
    for (fault, isPlanned) in faults { add(fault, isPlanned: isPlanned) }
  }

  mutating func add(_ fault: Fault, isPlanned: Bool) {
    planned.append((fault, isPlanned ? planned.count { $0.number != nil } : nil))
  }

  mutating func observe(_ observation: WorkObservation) {
    guard countsRecords, case .stored(let trigger) = observation,
      !stored[trigger.channel.index].contains(trigger.message)
    else { return }
    stored[trigger.channel.index].append(trigger.message)
  }

  /// In the order of the plan.
  func unstruck(in simulator: Simulator<LabMachine>) -> [Fault] {
    planned.compactMap { fault, number in
      guard let number, !hasStruck(fault, number, in: simulator) else { return nil }
      return fault
    }
  }

  private func hasStruck(_ fault: Fault, _ number: Int, in simulator: Simulator<LabMachine>) -> Bool {
    if let channel = Self.doubledChannel(of: fault) { return stored[channel.index].count >= fault.nth }
    guard case .poison(let step) = fault.kind else { return simulator.struck[number] }
    // It lies in wait from the start and strikes the trigger that it binds itself to.
    let node = deployment.graph[deployment.graph[step].handler].node
    guard case .node(let store) = simulator.cluster[deployment.machine(of: node)].store else { return false }
    return store.poisons.contains { $0.step == step && $0.root != nil }
  }

  private static func doubledChannel(of fault: Fault) -> ChannelID? {
    if case .message(.duplicate, .channel(let channel)) = fault.kind { channel } else { nil }
  }
}
