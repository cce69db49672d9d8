import LogContract
import MachineContract
import Primitives
import Quorums

// Elections: §5.2, §5.4.1; thesis §9.6 for pre-votes and §6.2 for the check of the quorum.
extension RaftMachine {
  /// The paper's 150–300 ms (§9.3): long against a heartbeat, spread so that two servers rarely stand together.
  private static var electionTimeout: DurationRange {
    .uniform(low: .milliseconds(150), high: .milliseconds(300))
  }

  func armElectionTimer(into out: inout Outbox<Self>) {
    out.arm(.election, after: Self.electionTimeout, purpose: .upkeep)
  }

  // MARK: Candidates

  mutating func onElectionTimer(into out: inout Outbox<Self>) {
    switch role {
    case .leader:
      if configuration.checkQuorum { checkQuorum(into: &out) }
    case .follower, .preCandidate, .candidate:
      leader = nil
      if configuration.preVote { becomePreCandidate(into: &out) } else { becomeCandidate(into: &out) }
    }
  }

  private mutating func becomePreCandidate(into out: inout Outbox<Self>) {
    role = .preCandidate
    votes = AckSet(needed: configuration.quorums.election)
    armElectionTimer(into: &out)
    askForVotes(term: currentTerm + 1, isPreVote: true, into: &out)
    countVote(of: id, into: &out)
  }

  private mutating func becomeCandidate(into out: inout Outbox<Self>) {
    role = .candidate
    currentTerm += 1
    votedFor = id
    votes = AckSet(needed: configuration.quorums.election)
    out.observe(.adoptedEpoch(currentTerm))
    persistBallot(term: currentTerm, candidate: id, into: &out)
    armElectionTimer(into: &out)
    askForVotes(term: currentTerm, isPreVote: false, into: &out)
    // The own vote counts once it is on the disk, unless nothing is ever put there: in a group of one, nobody else's
    // answer shows that the write has completed.
    if !configuration.persistVote { countVote(of: id, into: &out) }
  }

  private func askForVotes(term: UInt64, isPreVote: Bool, into out: inout Outbox<Self>) {
    let tip = log.tip
    let request = RaftVoteRequest(term: term, lastIndex: tip.index, lastTerm: tip.epoch, isPreVote: isPreVote)
    for peer in configuration.servers where peer != id { out.send(.requestVote(request), to: peer) }
  }

  mutating func onVoteReply(
    term: UInt64, granted: Bool, isPreVote: Bool, at position: Int, into out: inout Outbox<Self>
  ) {
    if !granted, term > currentTerm {
      becomeFollower(term: term, votingFor: nil, into: &out)
      return
    }
    guard granted else { return }
    // A grant of an earlier candidacy says nothing about this one.
    let isAwaited: Bool =
      switch role {
      case .preCandidate: isPreVote && term == currentTerm + 1
      case .candidate: !isPreVote && term == currentTerm
      case .follower, .leader: false
      }
    if isAwaited { countVote(of: configuration.servers[position], into: &out) }
  }

  private mutating func countVote(of voter: MachineID, into out: inout Outbox<Self>) {
    guard let position = configuration.position(of: voter), votes?.add(position) == true else { return }
    switch role {
    case .preCandidate: becomeCandidate(into: &out)
    case .candidate: becomeLeader(into: &out)
    case .follower, .leader: break
    }
  }

  private mutating func becomeLeader(into out: inout Outbox<Self>) {
    let count = configuration.servers.count
    role = .leader
    leader = id
    votes = nil
    nextIndex = Array(repeating: log.lastIndex + 1, count: count)
    matchIndex = Array(repeating: 0, count: count)
    noteOwnCopy()
    roundAnswered = Array(repeating: 0, count: count)
    probing = ServerSet(first: count)
    out.observe(.becameLeader(epoch: currentTerm))
    armLeaderTimers(into: &out)
    // Without an entry of its own term a leader can commit nothing, and answer no read (§5.4.2, §8).
    if configuration.noopOnElection { appendOwn(.noOp, into: &out) }
    sendToAll(into: &out)
  }

  func armLeaderTimers(into out: inout Outbox<Self>) {
    if configuration.servers.count > 1 { armHeartbeatTimer(into: &out) }
    if configuration.checkQuorum { armElectionTimer(into: &out) } else { out.disarm(.election) }
  }

  /// A leader that a quorum does not answer for an election time-out gives up, so that its clients look elsewhere.
  private mutating func checkQuorum(into out: inout Outbox<Self>) {
    guard let own = configuration.position(of: id) else { return }
    heard.insert(own)
    if heard.count >= configuration.quorums.replication {
      heard.removeAll()
      armElectionTimer(into: &out)
    } else {
      leaveOffice(into: &out)
      leader = nil
      armElectionTimer(into: &out)
    }
  }

  // MARK: Voters

  mutating func onVoteRequest(_ request: RaftVoteRequest, from candidate: MachineID, into out: inout Outbox<Self>) {
    let candidateTip = LogTip(epoch: request.lastTerm, index: request.lastIndex)
    let isUpToDate = !configuration.upToDateCheck || candidateTip >= log.tip
    if request.isPreVote {
      // Nothing is promised and nothing changes. A server that still hears from a leader supports no other (thesis
      // §9.6).
      let granted = request.term > currentTerm && isUpToDate && leader == nil
      let term = granted ? request.term : currentTerm
      out.send(.voteReply(term: term, granted: granted, isPreVote: true), to: candidate)
      return
    }
    if request.term > currentTerm {
      becomeFollower(term: request.term, votingFor: isUpToDate ? candidate : nil, into: &out)
    } else if request.term == currentTerm, votedFor == nil, isUpToDate, role != .leader {
      votedFor = candidate
      persistBallot(term: nil, candidate: candidate, into: &out)
    }
    let granted = request.term == currentTerm && votedFor == candidate
    // One vote per term means no second thoughts: the timer restarts only for a vote that helps somebody (§5.2).
    if granted { armElectionTimer(into: &out) }
    out.send(.voteReply(term: currentTerm, granted: granted, isPreVote: false), to: candidate)
  }

  /// Enters a term that somebody else began (§5.1).
  mutating func becomeFollower(term: UInt64, votingFor candidate: MachineID?, into out: inout Outbox<Self>) {
    precondition(term > currentTerm, "terms only grow")
    let wasLeader = role == .leader
    leaveOffice(into: &out)
    currentTerm = term
    votedFor = candidate
    leader = nil
    out.observe(.adoptedEpoch(term))
    persistBallot(term: term, candidate: candidate, into: &out)
    if wasLeader { armElectionTimer(into: &out) }
  }

  /// Becomes a follower of the same term. Appends that were not committed stay unanswered: they may yet be. Reads
  /// changed nothing, so their clients are sent elsewhere.
  mutating func leaveOffice(into out: inout Outbox<Self>) {
    let reads = pendingReads
    if role == .leader { out.disarm(.heartbeat) }
    role = .follower
    votes = nil
    nextIndex.removeAll()
    matchIndex.removeAll()
    roundAnswered.removeAll()
    probing.removeAll()
    awaiting.removeAll()
    heard.removeAll()
    pendingAppends.removeAll()
    pendingReads.removeAll()
    round = 0
    for read in reads { redirect(read.request, client: read.client, hint: nil, into: &out) }
  }

  // MARK: Ballots on the disk

  /// Writes what changed, in one record. The vote is announced once it binds this server for good.
  private func persistBallot(term: UInt64?, candidate: MachineID?, into out: inout Outbox<Self>) {
    let vote = candidate.map { RaftVote(term: currentTerm, candidate: $0) }
    let writtenTerm = configuration.persistTerm ? term : nil
    let writtenVote = configuration.persistVote ? vote : nil
    if writtenTerm != nil || writtenVote != nil { out.persist(.ballot(term: writtenTerm, vote: writtenVote)) }
    if let vote, !configuration.persistVote {
      out.observe(.voted(epoch: vote.term, candidate: vote.candidate))
    }
  }

  mutating func onVotePersisted(_ vote: RaftVote, into out: inout Outbox<Self>) {
    out.observe(.voted(epoch: vote.term, candidate: vote.candidate))
    guard role == .candidate, vote.term == currentTerm, vote.candidate == id else { return }
    countVote(of: id, into: &out)
  }
}
