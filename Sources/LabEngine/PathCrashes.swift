import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph

/// The crashes of one interleaving as faults, each at the point of its node's work that came last before it.
struct PathCrashes {
  let deployment: Deployment
  private(set) var faults: [Fault] = []
  private var counts: [FaultPoint: Int] = [:]
  /// By node.
  private var latest: [FaultPoint?]

  init(deployment: Deployment) {
    self.deployment = deployment
    latest = Array(repeating: nil, count: deployment.graph.nodes.count)
  }

  mutating func note(_ action: Action<LabMachine>) {
    guard case .crash(let machine, _) = action, machine.index < latest.count else { return }
    let point = latest[machine.index] ?? .at(.start)
    var fault = Fault(
      kind: .crash(.node(NodeID(raw: machine.raw)), restart: .seconds(1), disk: .keep), point: point,
      nth: counts[point] ?? 1, text: "")
    fault.text = FaultText(graph: deployment.graph).text(of: fault)
    faults.append(fault)
  }

  mutating func read(_ events: [Event<LabMachine>]) {
    for event in events {
      guard case .observed(let machine, .work(let observation)) = event, machine.index < latest.count,
        let point = point(of: observation)
      else { continue }
      counts[point, default: 0] += 1
      latest[machine.index] = point
    }
  }

  private func point(of observation: WorkObservation) -> FaultPoint? {
    if case .arrived(let unit, _) = observation { return .before(.work(unit.node)) }
    if case .began(_, let step) = observation { return .before(.step(step)) }
    if case .performed(let unit, let step) = observation, deployment.graph[unit.node].work == .durable {
      return .during(.step(step))
    }
    if case .waiting(_, let step) = observation { return .during(.step(step)) }
    if case .ended(_, let step) = observation { return .after(.step(step)) }
    if case .finished(let unit) = observation { return .after(.work(unit.node)) }
    return nil
  }
}
