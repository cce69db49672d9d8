public import ClusterModel
public import GraphNodes
import IdealLog
import MachineContract
import Primitives
import ProgressGraph
import RaftLog

extension Cluster where M == LabMachine {
  /// The machines of a deployment, settled: every Raft group has elected its first replica.
  public init(_ deployment: Deployment) {
    var machines: [(machine: LabMachine, store: LabStore)] = deployment.graph.nodeIDs.map {
      (.node(NodeMachine($0, in: deployment)), .node(NodeStore()))
    }
    for channel in deployment.graph.channelIDs where deployment.graph[channel].kind != .table {
      machines.append((.front(FrontMachine(channel, in: deployment)), .front))
    }
    for placement in deployment.placements {
      for replica in placement.replicas {
        machines.append(LabMachine.replica(replica, of: placement))
      }
    }
    self.init(machines)
  }
}

extension LabMachine {
  fileprivate static func replica(
    _ replica: MachineID, of placement: Deployment.LogPlacement
  ) -> (machine: LabMachine, store: LabStore) {
    guard placement.runs == .raft else {
      let latency = placement.specification.duration("latency") ?? .milliseconds(2)
      return (.ideal(IdealMachine(latency: latency)), .ideal(IdealStore()))
    }
    let machine = RaftMachine<Record>(
      id: replica, configuration: configuration(of: placement), electedLeader: placement.replicas[0])
    return (.raft(machine), .raft(machine.settledStore))
  }

  /// Knobs of another protocol mean nothing to the Raft group that stands in for it.
  private static func configuration(of placement: Deployment.LogPlacement) -> RaftConfiguration {
    var configuration = RaftConfiguration(servers: placement.replicas)
    guard placement.specification.protocol == .raft else { return configuration }
    if let isSynced = placement.specification.flag("fsync") { configuration.setFsync(isSynced) }
    for entry in placement.specification.weakened {
      let value =
        switch entry.value {
        case .count(let count): String(count)
        case .flag(let flag): String(flag)
        case .word(let word): word
        case .duration(let duration): String(duration.microseconds)
        }
      _ = configuration.set(knob: entry.key, value: value)
    }
    return configuration
  }
}
