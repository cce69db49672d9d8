import MachineContract

/// C1: what a client was told is appended is committed, and stays where the client was told.
///
/// Judged when the client is told, and whenever a leader takes office.
struct AckDurable: Equatable, Sendable {
  static let id = "C1"
  static let name = "AckDurable"

  private var newestEpoch: UInt64 = 0
  /// The entry that was acknowledged at each index.
  private var entries: [UInt64: UInt64] = [:]
  /// The highest index acknowledged, with everything up to it as its leader had it.
  private var highest: (index: UInt64, prefix: UInt64) = (0, 0)

  static func == (left: AckDurable, right: AckDurable) -> Bool {
    left.newestEpoch == right.newestEpoch && left.entries == right.entries && left.highest == right.highest
  }

  mutating func observe(_ observation: LogObservation, at position: Int, in logs: ObservedLogs) -> String? {
    if case .acknowledged(_, let index, let entry) = observation {
      return acknowledge(index, entry, at: position, in: logs)
    }
    if case .becameLeader(let epoch) = observation, epoch >= newestEpoch {
      newestEpoch = epoch
      guard highest.index > 0, logs.record(highest.index, of: position)?.prefix != highest.prefix else { return nil }
      return "\(replica(position)) leads epoch \(epoch) without the entries acknowledged up to \(highest.index)"
    }
    return nil
  }

  private mutating func acknowledge(
    _ index: UInt64, _ entry: UInt64, at position: Int, in logs: ObservedLogs
  ) -> String? {
    if let earlier = entries[index], earlier != entry {
      return "\(replica(position)) acknowledged a second entry at \(index)"
    }
    entries[index] = entry
    if index > highest.index, let record = logs.record(index, of: position) {
      highest = (index, record.prefix)
    }
    guard logs.committedRecord(index)?.entry == entry else {
      return "\(replica(position)) acknowledged \(index), where this entry is not committed"
    }
    return nil
  }
}
