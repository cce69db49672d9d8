public import ClusterModel
public import GraphNodes
import IdealLog
import Primitives
import RaftLog

extension Slot where M == LabMachine {
  /// What a replica has of its log, on its disk and, while it is up, in memory; none for a node or front.
  ///
  /// An entry can come twice, and one that is not committed yet is among them. Cost: proportional to the log.
  public var heldRecords: [Record] {
    var records: [Record] = []
    switch store {
    case .ideal(let store): records = store.payloads
    case .raft(let store): records = values(of: store.log)
    case .node, .front: break
    }
    if status == .up, case .raft(let machine) = machine { records += values(of: machine.log) }
    return records
  }

  private func values(of log: RaftEntries<Record>) -> [Record] {
    log.entries(from: 1, limit: Int(log.lastIndex)).compactMap { entry in
      if case .value(let record) = entry.content { record } else { nil }
    }
  }
}
