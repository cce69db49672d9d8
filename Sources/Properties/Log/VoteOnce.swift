import MachineContract
import Primitives

/// R-I7: all votes of a replica in one epoch name one candidate, across its restarts (Raft §5.2).
struct VoteOnce: Equatable, Sendable {
  static let id = "R-I7"
  static let name = "VoteOnce"

  private struct Ballot: Hashable, Sendable {
    var voter: Int
    var epoch: UInt64
  }

  private var votes: [Ballot: UInt16] = [:]

  mutating func observe(_ observation: LogObservation, at position: Int) -> String? {
    guard case .voted(let epoch, let candidate) = observation else { return nil }
    let ballot = Ballot(voter: position, epoch: epoch)
    if let earlier = votes[ballot], earlier != candidate.raw {
      return "\(replica(position)) voted for two candidates in epoch \(epoch)"
    }
    votes[ballot] = candidate.raw
    return nil
  }
}
