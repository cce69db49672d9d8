import MachineContract

/// R-I2: two logs with an entry of one epoch at one index are equal up to there (Raft §5.3).
///
/// It is enough to compare each new entry with the first one ever seen at its place: prefixes carry the rest.
struct LogMatching: Equatable, Sendable {
  static let id = "R-I2"
  static let name = "LogMatching"

  func observe(_ observation: LogObservation, at position: Int, in logs: ObservedLogs) -> String? {
    guard case .appended(let index, let epoch, _) = observation else { return nil }
    guard let record = logs.record(index, of: position) else {
      return "\(replica(position)) appended at \(index) with nothing before it"
    }
    guard let holders = logs.holders[ObservedLogs.Place(index: index, epoch: epoch)],
      holders.prefix != record.prefix
    else { return nil }
    return "\(replica(holders.first)) and \(replica(position)) have entries of epoch \(epoch) at \(index) "
      + "that differ, or that follow different entries"
  }
}
