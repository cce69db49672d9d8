import MachineContract

/// R-I3: a leader never deletes or replaces an entry of its own log (Raft §5.3).
struct LeaderAppendOnly: Equatable, Sendable {
  static let id = "R-I3"
  static let name = "LeaderAppendOnly"

  /// Indexed by replica: the last index of its log while it leads, else nil.
  private var lastIndexes: [UInt64?]

  init(replicas: Int) { lastIndexes = Array(repeating: nil, count: replicas) }

  mutating func restarted(_ position: Int) { lastIndexes[position] = nil }

  mutating func observe(_ observation: LogObservation, at position: Int, in logs: ObservedLogs) -> String? {
    switch observation {
    case .becameLeader:
      lastIndexes[position] = logs.lastIndex(of: position)
    case .adoptedEpoch:
      lastIndexes[position] = nil
    case .appended(let index, _, _):
      guard let last = lastIndexes[position] else { return nil }
      if index <= last { return "\(replica(position)) replaced the entry at \(index) while it led" }
      lastIndexes[position] = index
    case .truncated(let index):
      guard let last = lastIndexes[position], index <= last else { return nil }
      return "\(replica(position)) deleted its entries from \(index) on while it led"
    case .voted, .committed, .sealed, .acknowledged, .readAnswered:
      break
    }
    return nil
  }
}
