public import LogContract
public import Primitives

/// A vote, with the term it was given in: a vote of an older term binds nobody.
public struct RaftVote: Equatable, Sendable, Fingerprintable {
  public var term: UInt64
  public var candidate: MachineID

  public init(term: UInt64, candidate: MachineID) {
    self.term = term
    self.candidate = candidate
  }

  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(term)
    fingerprinter.feed(candidate)
  }
}

/// What a server's disk holds (Figure 2, persistent state).
public struct RaftStore<Payload: LogPayload>: Equatable, Sendable, Fingerprintable {
  public var currentTerm: UInt64 = 0
  public var vote: RaftVote?
  public var log = RaftEntries<Payload>()

  public init() {}

  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(currentTerm)
    fingerprinter.feed(vote)
    fingerprinter.feed(log)
  }
}

/// One write to a server's disk.
public enum RaftWrite<Payload: LogPayload>: Equatable, Sendable {
  /// Term and vote in one record, so that no crash separates a vote from the term it was given in. What is nil stays.
  case ballot(term: UInt64?, vote: RaftVote?)
  /// Replaces everything from this index on.
  case entries(from: UInt64, [RaftEntry<Payload>])
}

extension RaftWrite: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .ballot(let term, let vote):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(term)
      fingerprinter.feed(vote)
    case .entries(let index, let entries):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(index)
      fingerprinter.feed(entries)
    }
  }
}
