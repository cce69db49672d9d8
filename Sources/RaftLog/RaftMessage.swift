public import LogContract
public import Primitives

/// Everything that servers of a group, and their clients, send to each other.
///
/// The sender is told by the envelope, so no message repeats its candidate or leader.
public enum RaftMessage<Payload: LogPayload>: Equatable, Sendable {
  case requestVote(RaftVoteRequest)
  case voteReply(term: UInt64, granted: Bool, isPreVote: Bool)
  case appendEntries(RaftAppend<Payload>)
  case appendReply(RaftAppendReply)
  case client(LogMessage<Payload>)
}

/// A candidate asks for a vote (Figure 2, RequestVote).
public struct RaftVoteRequest: Equatable, Sendable {
  /// The term to be led: of a pre-vote, one that nobody has begun yet.
  public var term: UInt64
  public var lastIndex: UInt64
  public var lastTerm: UInt64
  public var isPreVote: Bool
}

/// A leader sends what follows `previousIndex`, or nothing: a heartbeat (Figure 2, AppendEntries).
public struct RaftAppend<Payload: LogPayload>: Equatable, Sendable {
  public var term: UInt64
  public var previousIndex: UInt64
  public var previousTerm: UInt64
  public var entries: [RaftEntry<Payload>]
  public var commitIndex: UInt64
  /// The last round of leadership confirmation that the leader had begun; the reply echoes it.
  public var round: UInt64
}

/// What a follower did with an append.
public struct RaftAppendReply: Equatable, Sendable {
  public enum Outcome: Equatable, Sendable {
    /// The follower's log is the leader's up to here.
    case matches(through: UInt64)
    /// The follower has no entry of that term at `previousIndex`. `from` is where its log, or its term there, begins to
    /// differ; `term` is the term it has at `previousIndex`, nil when its log is shorter (§5.3, end).
    case conflicts(previousIndex: UInt64, from: UInt64, term: UInt64?)
    /// The sender's term is over.
    case isStale
  }

  public var term: UInt64
  public var outcome: Outcome
  public var round: UInt64
}

extension RaftMessage: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .requestVote(let request):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(request)
    case .voteReply(let term, let granted, let isPreVote):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(term)
      fingerprinter.feed(granted)
      fingerprinter.feed(isPreVote)
    case .appendEntries(let append):
      fingerprinter.feed(3 as UInt64)
      fingerprinter.feed(append)
    case .appendReply(let reply):
      fingerprinter.feed(4 as UInt64)
      fingerprinter.feed(reply)
    case .client(let message):
      fingerprinter.feed(5 as UInt64)
      fingerprinter.feed(message)
    }
  }
}

extension RaftVoteRequest: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(term)
    fingerprinter.feed(lastIndex)
    fingerprinter.feed(lastTerm)
    fingerprinter.feed(isPreVote)
  }
}

extension RaftAppend: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(term)
    fingerprinter.feed(previousIndex)
    fingerprinter.feed(previousTerm)
    fingerprinter.feed(entries)
    fingerprinter.feed(commitIndex)
    fingerprinter.feed(round)
  }
}

extension RaftAppendReply: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(term)
    fingerprinter.feed(round)
    switch outcome {
    case .matches(let index):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(index)
    case .conflicts(let previousIndex, let from, let term):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(previousIndex)
      fingerprinter.feed(from)
      fingerprinter.feed(term)
    case .isStale:
      fingerprinter.feed(3 as UInt64)
    }
  }
}
