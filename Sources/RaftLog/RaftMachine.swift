public import LogContract
public import MachineContract
public import Primitives
import Quorums

/// One server of a Raft group, after Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm (2014),
/// and Ongaro's thesis. What differs from them is listed in this target's README.md.
///
/// Owner: the driver that steps it. Sections in comments are the paper's, unless the thesis is named.
///
/// Invariants: `commitIndex <= log.lastIndex`; what belongs to one role is empty in every other, so that two servers
/// with the same future are equal.
public struct RaftMachine<Payload: LogPayload>: Machine {
  public typealias Message = RaftMessage<Payload>
  public typealias Timer = RaftTimer
  public typealias Write = RaftWrite<Payload>
  public typealias Store = RaftStore<Payload>
  public typealias Operation = RaftOperation<Payload>

  public let id: MachineID
  public let configuration: RaftConfiguration

  // Persistent in the store as well.
  public internal(set) var currentTerm: UInt64 = 0
  /// Of the current term; nil while it has given no vote in it.
  public internal(set) var votedFor: MachineID?
  public internal(set) var log = RaftEntries<Payload>()

  // Volatile, every role.
  public internal(set) var role = RaftRole.follower
  /// Who leads the current term, where known. A server forgets it when its election timer fires.
  public internal(set) var leader: MachineID?
  public internal(set) var commitIndex: UInt64 = 0
  /// The last index up to which the log in memory is on the disk.
  public internal(set) var durableIndex: UInt64 = 0

  // Candidates, of either kind. Nil for others.
  var votes: AckSet?

  // Leaders. The arrays are indexed by position in the group, and empty for others.
  public internal(set) var nextIndex: [UInt64] = []
  /// Up to where each server is known to hold this leader's log; the own element is `ownReplicatedIndex`.
  public internal(set) var matchIndex: [UInt64] = []
  /// Followers whose log is not known to reach `nextIndex`: sent one message at a time.
  var probing = ServerSet()
  /// Probed followers whose answer is awaited.
  var awaiting = ServerSet()
  /// Who answered since the last check of the quorum.
  var heard = ServerSet()
  /// Sorted by index.
  var pendingAppends: [RaftPendingAppend] = []
  /// In the order of their rounds.
  var pendingReads: [RaftPendingRead] = []
  /// Counts the rounds of leadership confirmation of this leadership.
  var round: UInt64 = 0
  /// The last round that each server answered.
  var roundAnswered: [UInt64] = []

  /// A server with an empty disk.
  public init(id: MachineID, configuration: RaftConfiguration) {
    precondition(configuration.position(of: id) != nil, "a server belongs to its group")
    self.id = id
    self.configuration = configuration
  }

  /// A server of a group that has elected `leader` in term 1: everything is on every disk, and the leader knows so.
  /// Nothing is called committed before the first exchange, so that observers hear of every copy first.
  public init(id: MachineID, configuration: RaftConfiguration, electedLeader leader: MachineID) {
    precondition(configuration.position(of: leader) != nil, "a leader belongs to its group")
    self.init(id: id, configuration: configuration)
    currentTerm = 1
    votedFor = leader
    self.leader = leader
    if configuration.noopOnElection { log.append(RaftEntry(term: 1, content: .noOp)) }
    durableIndex = log.lastIndex
    guard id == leader else { return }
    role = .leader
    nextIndex = Array(repeating: log.lastIndex + 1, count: configuration.servers.count)
    matchIndex = Array(repeating: log.lastIndex, count: configuration.servers.count)
    roundAnswered = Array(repeating: 0, count: configuration.servers.count)
    if !configuration.pipelining { probing = ServerSet(first: configuration.servers.count) }
  }

  /// What the disk of this server holds when everything it remembers has been written.
  public var settledStore: Store {
    var store = Store()
    store.currentTerm = currentTerm
    store.vote = votedFor.map { RaftVote(term: currentTerm, candidate: $0) }
    store.log = log
    return store
  }

  public mutating func step(_ input: Input<Self>, into out: inout Outbox<Self>) {
    switch input {
    case .start(let incarnation): onStart(incarnation, into: &out)
    case .message(let message, let sender): onMessage(message, from: sender, into: &out)
    case .timer(.election): onElectionTimer(into: &out)
    case .timer(.heartbeat): onHeartbeatTimer(into: &out)
    case .persisted(let write): onPersisted(write, into: &out)
    case .chosen: preconditionFailure("a replica leaves nothing open")
    case .invoke(.append(let request, let payload)): onAppendRequest(request, payload, from: nil, into: &out)
    case .invoke(.read(let request, let position)): onRead(request, from: position, by: nil, into: &out)
    }
  }

  public static func absorb(_ write: Write, into store: inout Store) {
    switch write {
    case .ballot(let term, let vote):
      if let term { store.currentTerm = term }
      if let vote { store.vote = vote }
    case .entries(let index, let entries):
      store.log.truncate(from: index)
      precondition(store.log.lastIndex == index - 1, "a write would leave a gap in the log")
      for entry in entries { store.log.append(entry) }
    }
  }

  /// The role is follower and nothing is known to be committed, whatever was true before (§5.1; Figure 2).
  public static func restart(from store: Store, previous: Self) -> Self {
    var machine = Self(id: previous.id, configuration: previous.configuration)
    machine.currentTerm = store.currentTerm
    if let vote = store.vote, vote.term == store.currentTerm { machine.votedFor = vote.candidate }
    machine.log = store.log
    machine.durableIndex = store.log.lastIndex
    return machine
  }

  /// Under its old name, with no memory of what it promised: outside what Raft tolerates.
  public static func wiped(_ store: Store) -> Store { Store() }

  /// The configuration is left out: it is constant over a run.
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(id)
    fingerprinter.feed(currentTerm)
    fingerprinter.feed(votedFor)
    fingerprinter.feed(log)
    fingerprinter.feed(UInt64(role.rawValue))
    fingerprinter.feed(leader)
    fingerprinter.feed(commitIndex)
    fingerprinter.feed(durableIndex)
    fingerprinter.feed(votes)
    fingerprinter.feed(nextIndex)
    fingerprinter.feed(matchIndex)
    fingerprinter.feed(probing)
    fingerprinter.feed(awaiting)
    fingerprinter.feed(heard)
    fingerprinter.feed(pendingAppends)
    fingerprinter.feed(pendingReads)
    fingerprinter.feed(round)
    fingerprinter.feed(roundAnswered)
  }
}

// MARK: Dispatch

extension RaftMachine {
  /// Announces what the disk holds, because observers cannot know what a crash left of it.
  private mutating func onStart(_ incarnation: UInt32, into out: inout Outbox<Self>) {
    if incarnation > 0 { out.observe(.truncated(from: 1)) }
    out.observe(.adoptedEpoch(currentTerm))
    if let votedFor { out.observe(.voted(epoch: currentTerm, candidate: votedFor)) }
    announceAppended(from: 1, into: &out)
    switch role {
    case .follower, .preCandidate, .candidate:
      armElectionTimer(into: &out)
    case .leader:
      out.observe(.becameLeader(epoch: currentTerm))
      armLeaderTimers(into: &out)
    }
  }

  private mutating func onMessage(_ message: Message, from sender: MachineID, into out: inout Outbox<Self>) {
    if case .client(let message) = message {
      onClient(message, from: sender, into: &out)
      return
    }
    guard sender != id, let position = configuration.position(of: sender) else { return }
    switch message {
    case .requestVote(let request): onVoteRequest(request, from: sender, into: &out)
    case .voteReply(let term, let granted, let isPreVote):
      onVoteReply(term: term, granted: granted, isPreVote: isPreVote, at: position, into: &out)
    case .appendEntries(let append): onAppend(append, from: sender, into: &out)
    case .appendReply(let reply): onAppendReply(reply, at: position, into: &out)
    case .client: break
    }
  }

  private mutating func onPersisted(_ write: Write, into out: inout Outbox<Self>) {
    switch write {
    case .ballot(_, let vote):
      if let vote { onVotePersisted(vote, into: &out) }
    case .entries(let index, let entries):
      onEntriesPersisted(from: index, entries, into: &out)
    }
  }

  func announceAppended(from first: UInt64, into out: inout Outbox<Self>) {
    guard first <= log.lastIndex else { return }
    for index in first...log.lastIndex {
      let entry = log[index]
      out.observe(.appended(index: index, epoch: entry.term, entry: entry.content.entryFingerprint))
    }
  }

  func announceCommitted(after last: UInt64, into out: inout Outbox<Self>) {
    guard last < commitIndex else { return }
    for index in (last + 1)...commitIndex {
      let entry = log[index]
      out.observe(.committed(index: index, epoch: entry.term, entry: entry.content.entryFingerprint))
    }
  }
}
