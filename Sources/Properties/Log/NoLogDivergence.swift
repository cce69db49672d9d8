import MachineContract

/// R-I5: two logs agree as far as both call their entries committed, and what was committed stays (Raft §5.4.3, State
/// Machine Safety).
struct NoLogDivergence: Equatable, Sendable {
  static let id = "R-I5"
  static let name = "NoLogDivergence"

  /// Indexed by replica: what it called committed since its last start.
  private var commitIndexes: [UInt64]

  init(replicas: Int) { commitIndexes = Array(repeating: 0, count: replicas) }

  mutating func restarted(_ position: Int) { commitIndexes[position] = 0 }

  mutating func observe(_ observation: LogObservation, at position: Int, in logs: ObservedLogs) -> String? {
    switch observation {
    case .committed(let index, _, _):
      commitIndexes[position] = max(commitIndexes[position], index)
      return divergence(at: index, of: position, in: logs)
    case .truncated(let index), .appended(let index, _, _):
      guard index <= commitIndexes[position] else { return nil }
      return "\(replica(position)) replaced the entry at \(index), which it had called committed"
    case .becameLeader, .voted, .adoptedEpoch, .sealed, .acknowledged, .readAnswered:
      return nil
    }
  }

  /// The entry before is compared as well, because the first replica to commit an index sets what stands there.
  private func divergence(at index: UInt64, of position: Int, in logs: ObservedLogs) -> String? {
    for index in [index - 1, index] where index > 0 {
      guard let committed = logs.committedRecord(index), logs.record(index, of: position) != committed else { continue }
      return "\(replica(position)) calls another entry committed at \(index) than was committed there before"
    }
    return nil
  }
}
