import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation

/// Turns the faults of a file into what a simulator carries out on the machines of a deployment.
struct FaultPlanner {
  let deployment: Deployment

  /// Nil for a fault on a replica that does not exist: under an ideal log there is none to break.
  func plan(_ fault: Fault) -> PlannedFault<LabMachine>? {
    switch fault.kind {
    case .crash(let target, let restart, let disk):
      guard let machine = machine(of: target) else { return nil }
      var strikes = [PlannedFault<LabMachine>.Strike(.act(.crash(machine, fate(disk))))]
      if let restart { strikes.append(.init(after: restart, .act(.restart(machine)))) }
      return PlannedFault(trigger(of: fault), strikes)
    case .pause(let target, let length):
      guard let machine = machine(of: target) else { return nil }
      return lasting(length, fault, .act(.pause(machine)), .act(.resume(machine)))
    case .down(let node, let length):
      let machine = deployment.machine(of: node)
      return lasting(length, fault, .act(.refuse(machine)), .act(.accept(machine)))
    case .slow(let node, let delay, let length):
      let machine = deployment.machine(of: node)
      return lasting(length, fault, .slow(machine, by: delay), .slow(machine, by: .zero))
    case .skew(let node, let distance, let length):
      let machine = deployment.machine(of: node)
      return lasting(length, fault, .jump(machine, by: distance), .jump(machine, by: .zero - distance))
    case .poison(let step):
      let machine = deployment.machine(of: deployment.graph[deployment.graph[step].handler].node)
      return PlannedFault(.at(.start), [.init(.act(.invoke(machine, .poison(step, nth: fault.nth))))])
    case .partition(let left, let right, let isOneWay, let length):
      return partition(left, right, isOneWay: isOneWay, length, fault)
    case .message(.duplicate, .channel(let channel)):
      let front = deployment.front(of: channel)
      return PlannedFault(.at(.start), [.init(.act(.invoke(front, .storeTwice(nth: fault.nth))))])
    case .message(let kind, let link):
      return PlannedFault(.message(pattern(of: link), nth: fault.nth, kind))
    }
  }

  /// The machine that a fault names; nil for a replica that the deployment does not have.
  func machine(of target: FaultTarget) -> MachineID? {
    switch target {
    case .node(let node): return deployment.machine(of: node)
    case .front(let channel): return deployment.fronts[channel.index]
    case .logReplica(let channel, let number): return replica(number, of: .channel(channel))
    case .journalReplica(let node, let number): return replica(number, of: .journal(node))
    }
  }

  private func replica(_ number: Int, of owner: Deployment.LogOwner) -> MachineID? {
    guard let placement = deployment.placements.first(where: { $0.owner == owner }), placement.runs != .ideal,
      placement.replicas.indices.contains(number - 1)
    else { return nil }
    return placement.replicas[number - 1]
  }

  private func fate(_ disk: DiskFate) -> CrashFate {
    switch disk {
    case .keep: .keepPending
    case .loseUnsynced: .losePending
    case .wipe: .wipeDisk
    }
  }

  private func trigger(of fault: Fault) -> PlannedFault<LabMachine>.Trigger {
    if case .at(let instant) = fault.point { return .at(instant) }
    return .observed(ObservationPattern(fault.point), nth: fault.nth)
  }

  private func lasting(
    _ length: SimDuration, _ fault: Fault, _ begin: PlannedFault<LabMachine>.Deed,
    _ end: PlannedFault<LabMachine>.Deed
  ) -> PlannedFault<LabMachine> {
    PlannedFault(trigger(of: fault), [.init(begin), .init(after: length, end)])
  }

  private func partition(
    _ left: FaultEnd, _ right: FaultEnd, isOneWay: Bool, _ length: SimDuration, _ fault: Fault
  ) -> PlannedFault<LabMachine> {
    let (left, right) = (machine(of: left), machine(of: right))
    var strikes: [PlannedFault<LabMachine>.Strike] = [.init(.act(.sever(from: left, to: right)))]
    if !isOneWay { strikes.append(.init(.act(.sever(from: right, to: left)))) }
    strikes.append(.init(after: length, .act(.heal(from: left, to: right))))
    if !isOneWay { strikes.append(.init(after: length, .act(.heal(from: right, to: left)))) }
    return PlannedFault(trigger(of: fault), strikes)
  }

  private func machine(of end: FaultEnd) -> MachineID {
    switch end {
    case .node(let node): deployment.machine(of: node)
    case .channel(let channel): deployment.front(of: channel)
    }
  }

  /// Between two ends every message counts; on a channel, what it delivers.
  private func pattern(of link: FaultLink) -> MessagePattern<LabMachine> {
    switch link {
    case .link(let from, let to):
      return linkPattern(from: machine(of: from), to: machine(of: to))
    case .channel(let channel):
      let consumers = deployment.consumers[channel.index].map { deployment.machine(of: $0) }
      return MessagePattern(from: [deployment.front(of: channel)], to: consumers) { message, _ in
        if case .node(.deliver) = message { true } else { false }
      }
    }
  }

  /// A file knows nodes and edges, not the engine: a request that the engine makes on a node's behalf is a message from
  /// that node.
  private func linkPattern(from: MachineID, to: MachineID) -> MessagePattern<LabMachine> {
    guard let engine = deployment.engine.map({ deployment.front(of: $0) }), from != engine else {
      return MessagePattern(from: [from], to: [to]) { _, _ in true }
    }
    let graph = deployment.graph
    return MessagePattern(from: [from, engine], to: [to]) { message, sender in
      guard sender == engine else { return true }
      guard case .node(.request(let request)) = message else { return false }
      return graph[graph[request.step].handler].node.raw == from.raw
    }
  }
}
