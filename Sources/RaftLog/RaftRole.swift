public import LogContract
public import Primitives

/// What a server is to its group.
public enum RaftRole: UInt8, Equatable, Sendable {
  case follower
  /// Asks whether a candidacy could succeed (`pre_vote`), without beginning a term.
  case preCandidate
  case candidate
  case leader
}

/// Both only keep an idle group alive, so a run settles while they are armed.
public enum RaftTimer: UInt8, Equatable, Sendable, Fingerprintable {
  /// Nobody was heard of: become a candidate. At a leader with `check_quorum`: count who was heard of.
  case election
  /// Send what is missing, or nothing, to every follower. Lost appends are repeated on it.
  case heartbeat

  public func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(UInt64(rawValue)) }
}

/// What the outside asks of a server directly, with no client machine in between. The answers are observations.
public enum RaftOperation<Payload: LogPayload>: Equatable, Sendable {
  case append(request: UInt64, Payload)
  /// Everything from a client's position on.
  case read(request: UInt64, from: UInt64)
}

extension RaftOperation: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .append(let request, let payload):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(request)
      fingerprinter.feed(payload)
    case .read(let request, let position):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(request)
      fingerprinter.feed(position)
    }
  }
}

/// An append that a leader took and has not committed.
struct RaftPendingAppend: Equatable, Sendable, Fingerprintable {
  var index: UInt64
  var request: UInt64
  /// Nil when the outside asked.
  var client: MachineID?

  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(index)
    fingerprinter.feed(request)
    fingerprinter.feed(client)
  }
}

/// A read that a leader took and has not answered.
struct RaftPendingRead: Equatable, Sendable, Fingerprintable {
  /// The round that has to confirm the leadership.
  var round: UInt64
  var request: UInt64
  /// Where the client wants to read from, in the client's positions.
  var position: UInt64
  /// Nil when the outside asked.
  var client: MachineID?

  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(round)
    fingerprinter.feed(request)
    fingerprinter.feed(position)
    fingerprinter.feed(client)
  }
}
