import MachineContract

/// R-I6: an entry is called committed only after a quorum of the replicas came to hold it.
///
/// Replicas count that ever held it, so a disk that is lost later is no violation.
struct CommittedEntriesReachMajority: Equatable, Sendable {
  static let id = "R-I6"
  static let name = "CommittedEntriesReachMajority"

  /// How many replicas have to hold an entry.
  let quorum: Int

  func observe(_ observation: LogObservation, at position: Int, in logs: ObservedLogs) -> String? {
    guard case .committed(let index, let epoch, _) = observation else { return nil }
    let holders = logs.holders[ObservedLogs.Place(index: index, epoch: epoch)]?.all.nonzeroBitCount ?? 0
    guard holders < quorum else { return nil }
    return "\(replica(position)) calls the entry at \(index) committed, which \(holders) of \(quorum) replicas held"
  }
}
