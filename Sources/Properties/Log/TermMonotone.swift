import MachineContract

/// R-I8: within one life of a replica its epoch never decreases, it calls positions committed one after the other,
/// and none beyond the end of its log.
///
/// Across a restart an epoch may be forgotten that was never written, and so never told anybody.
struct TermMonotone: Equatable, Sendable {
  static let id = "R-I8"
  static let name = "TermMonotone"

  /// Indexed by replica.
  private var epochs: [UInt64]
  private var commitIndexes: [UInt64]

  init(replicas: Int) {
    epochs = Array(repeating: 0, count: replicas)
    commitIndexes = Array(repeating: 0, count: replicas)
  }

  mutating func restarted(_ position: Int) {
    epochs[position] = 0
    commitIndexes[position] = 0
  }

  mutating func observe(_ observation: LogObservation, at position: Int, in logs: ObservedLogs) -> String? {
    switch observation {
    case .adoptedEpoch(let epoch):
      guard epoch >= epochs[position] else {
        return "\(replica(position)) went back from epoch \(epochs[position]) to \(epoch)"
      }
      epochs[position] = epoch
    case .committed(let index, _, _):
      guard index == commitIndexes[position] + 1 else {
        return "\(replica(position)) called \(index) committed right after \(commitIndexes[position])"
      }
      commitIndexes[position] = index
      if index > logs.lastIndex(of: position) {
        return "\(replica(position)) calls \(index) committed, beyond the end of its log"
      }
    case .becameLeader, .voted, .appended, .truncated, .sealed, .acknowledged, .readAnswered:
      break
    }
    return nil
  }
}
