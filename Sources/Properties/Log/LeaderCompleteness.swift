import MachineContract

/// R-I4: what is committed is in the log of every later leader (Raft §5.4.3).
///
/// Judged when a leader takes office, and again whenever something is committed while a newer leader than the
/// committing one is in office.
struct LeaderCompleteness: Equatable, Sendable {
  static let id = "R-I4"
  static let name = "LeaderCompleteness"

  private var newestEpoch: UInt64 = 0
  /// The leader of the newest epoch, while it has neither crashed nor gone on to another epoch.
  private var newestLeader: Int?

  mutating func restarted(_ position: Int) {
    if newestLeader == position { newestLeader = nil }
  }

  mutating func observe(_ observation: LogObservation, at position: Int, in logs: ObservedLogs) -> String? {
    switch observation {
    case .becameLeader(let epoch):
      guard epoch >= newestEpoch else { return nil }
      newestEpoch = epoch
      newestLeader = position
      return complaint(about: position, in: logs)
    case .adoptedEpoch:
      if newestLeader == position { newestLeader = nil }
      return nil
    case .committed:
      return newestLeader.flatMap { complaint(about: $0, in: logs) }
    case .voted, .appended, .truncated, .sealed, .acknowledged, .readAnswered:
      return nil
    }
  }

  private func complaint(about leader: Int, in logs: ObservedLogs) -> String? {
    guard !logs.holdsCommitted(leader) else { return nil }
    return "\(replica(leader)) leads epoch \(newestEpoch) without the entries committed up to \(logs.committedIndex)"
  }
}
