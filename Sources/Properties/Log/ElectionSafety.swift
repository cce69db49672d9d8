import MachineContract

/// R-I1: at most one replica ever becomes leader of an epoch (Raft §5.2).
struct ElectionSafety: Equatable, Sendable {
  static let id = "R-I1"
  static let name = "ElectionSafety"

  private var leaders: [UInt64: Int] = [:]

  mutating func observe(_ observation: LogObservation, at position: Int) -> String? {
    guard case .becameLeader(let epoch) = observation else { return nil }
    if let other = leaders[epoch], other != position {
      return "\(replica(other)) and \(replica(position)) both became leader of epoch \(epoch)"
    }
    leaders[epoch] = position
    return nil
  }
}
