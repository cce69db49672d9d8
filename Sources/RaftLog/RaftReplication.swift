import LogContract
import MachineContract
import Primitives
import Quorums

// Replication and commit: §5.3, §5.4.2.
extension RaftMachine {
  /// Entries in one append: a follower that is far behind catches up in several, so that no step grows with the log.
  static var appendLimit: Int { 64 }

  /// The paper asks for a time well below the election time-out (§5.6).
  func armHeartbeatTimer(into out: inout Outbox<Self>) {
    out.arm(.heartbeat, after: .exactly(.milliseconds(50)), purpose: .upkeep)
  }

  // MARK: Leaders

  mutating func onHeartbeatTimer(into out: inout Outbox<Self>) {
    guard role == .leader else { return }
    armHeartbeatTimer(into: &out)
    sendToAll(into: &out)
  }

  /// Sends every follower what it lacks as far as is known, or nothing but the news that this leader is alive. What was
  /// probed before counts as lost.
  mutating func sendToAll(into out: inout Outbox<Self>) {
    awaiting.removeAll()
    for position in configuration.servers.indices { send(to: position, into: &out) }
  }

  /// Takes an entry into the own log. The caller sends it.
  mutating func appendOwn(_ content: RaftContent<Payload>, into out: inout Outbox<Self>) {
    let entry = RaftEntry(term: currentTerm, content: content)
    log.append(entry)
    announceAppended(from: log.lastIndex, into: &out)
    out.persist(.entries(from: log.lastIndex, [entry]))
    noteOwnCopy()
    advanceCommit(into: &out)
  }

  /// Sends new entries to whoever is ready for them.
  mutating func sendNewEntries(into out: inout Outbox<Self>) {
    for position in configuration.servers.indices where nextIndex[position] <= log.lastIndex {
      send(to: position, into: &out)
    }
  }

  private mutating func send(to position: Int, into out: inout Outbox<Self>) {
    let peer = configuration.servers[position]
    guard peer != id, !awaiting.contains(position) else { return }
    let previous = nextIndex[position] - 1
    let entries = log.entries(from: previous + 1, limit: Self.appendLimit)
    let append = RaftAppend(
      term: currentTerm, previousIndex: previous, previousTerm: log.term(at: previous) ?? 0, entries: entries,
      commitIndex: commitIndex, round: round)
    if probing.contains(position) {
      awaiting.insert(position)
    } else {
      nextIndex[position] += UInt64(entries.count)
    }
    if configuration.leaderFsyncBeforeAppendEntries {
      out.send(.appendEntries(append), to: peer)
    } else {
      // Ahead of the own disk: the leader's copy is not counted before it is durable, so an entry that only followers
      // hold needs a quorum of them, and a leader that forgets it cannot lead this term again (thesis §10.2.1). The
      // term itself was durable before the first vote was asked for.
      out.sendAhead(.appendEntries(append), to: peer)
    }
  }

  mutating func onAppendReply(_ reply: RaftAppendReply, at position: Int, into out: inout Outbox<Self>) {
    if reply.term > currentTerm {
      becomeFollower(term: reply.term, votingFor: nil, into: &out)
      return
    }
    guard role == .leader, reply.term == currentTerm else { return }
    if configuration.checkQuorum { heard.insert(position) }
    noteRound(reply.round, at: position, into: &out)
    switch reply.outcome {
    case .matches(let index): onMatch(index, at: position, into: &out)
    case .conflicts(let previous, let from, let term):
      onConflict(previous: previous, from: from, term: term, at: position, into: &out)
    case .isStale: break
    }
  }

  private mutating func onMatch(_ confirmed: UInt64, at position: Int, into out: inout Outbox<Self>) {
    // Beyond the own log only where a term is led twice, because `persist_term` is off and the leader forgot it.
    let index = min(confirmed, log.lastIndex)
    awaiting.remove(position)
    if configuration.pipelining { probing.remove(position) }
    matchIndex[position] = max(matchIndex[position], index)
    advanceCommit(into: &out)
    nextIndex[position] = max(nextIndex[position], index + 1)
    if nextIndex[position] <= log.lastIndex { send(to: position, into: &out) }
  }

  /// Steps back to where the logs can still agree, a term at a time (§5.3, end).
  ///
  /// This may be below `matchIndex`: a follower that confirms before it syncs can forget what it confirmed.
  private mutating func onConflict(
    previous: UInt64, from: UInt64, term: UInt64?, at position: Int, into out: inout Outbox<Self>
  ) {
    // A probe has one answer; any other conflict is an old message, and stepping back on it would start the search
    // anew.
    let isProbed = probing.contains(position)
    guard previous < nextIndex[position], !isProbed || previous == nextIndex[position] - 1 else { return }
    var next = from
    if let term {
      // With entries of the follower's term in this log, agreement can begin after the last of them.
      let afterTerm = log.firstIndex(ofTermAtLeast: term + 1)
      if log.term(at: afterTerm - 1) == term { next = afterTerm }
    }
    nextIndex[position] = max(1, min(next, previous))
    probing.insert(position)
    awaiting.remove(position)
    send(to: position, into: &out)
  }

  // MARK: Commit

  mutating func noteOwnCopy() {
    guard role == .leader, let own = configuration.position(of: id) else { return }
    matchIndex[own] = configuration.leaderFsyncBeforeIncludeInQuorum ? durableIndex : log.lastIndex
  }

  mutating func advanceCommit(into out: inout Outbox<Self>) {
    let reached = quorumIndex(configuration.quorums.replication, of: matchIndex)
    guard reached > commitIndex else { return }
    // An entry of an older term may be on a quorum and still be overwritten by a leader that never saw it; it is
    // committed only along with an entry of this term (§5.4.2, Figure 8).
    guard !configuration.commitCurrentTermOnly || log.term(at: reached) == currentTerm else { return }
    commit(through: reached, into: &out)
    answerAppends(into: &out)
    answerReads(into: &out)
  }

  private mutating func commit(through index: UInt64, into out: inout Outbox<Self>) {
    let last = commitIndex
    guard index > last else { return }
    commitIndex = index
    announceCommitted(after: last, into: &out)
  }

  // MARK: Followers

  mutating func onAppend(_ append: RaftAppend<Payload>, from sender: MachineID, into out: inout Outbox<Self>) {
    guard append.term >= currentTerm else {
      reply(.isStale, to: append, from: sender, into: &out)
      return
    }
    if append.term > currentTerm {
      becomeFollower(term: append.term, votingFor: nil, into: &out)
    } else if role == .leader {
      // A term has two leaders only where a rule is left out; then each goes on believing in itself.
      return
    } else if role != .follower {
      leaveOffice(into: &out)
    }
    leader = sender
    armElectionTimer(into: &out)
    if configuration.prevLogCheck, log.term(at: append.previousIndex) != append.previousTerm {
      reply(conflict(with: append), to: append, from: sender, into: &out)
      return
    }
    take(append, into: &out)
    let match = append.previousIndex + UInt64(append.entries.count)
    commit(through: min(append.commitIndex, match, log.lastIndex), into: &out)
    reply(.matches(through: match), to: append, from: sender, into: &out)
  }

  /// Stores what is missing. An append can arrive late, after a longer one, so what is there and agrees stays (§5.3).
  private mutating func take(_ append: RaftAppend<Payload>, into out: inout Outbox<Self>) {
    // Without the check before, the leader's entries can start beyond the end of this log: they land at its end.
    let base = min(append.previousIndex, log.lastIndex)
    var agreed = 0
    if configuration.truncateOnlyOnConflict {
      while agreed < append.entries.count, log.term(at: base + UInt64(agreed) + 1) == append.entries[agreed].term {
        agreed += 1
      }
      guard agreed < append.entries.count else { return }
    }
    let first = base + UInt64(agreed) + 1
    let added = Array(append.entries[agreed...])
    let deletes = first <= log.lastIndex
    guard deletes || !added.isEmpty else { return }
    if deletes {
      log.truncate(from: first)
      durableIndex = min(durableIndex, first - 1)
      commitIndex = min(commitIndex, first - 1)
      out.observe(.truncated(from: first))
    }
    for entry in added { log.append(entry) }
    announceAppended(from: first, into: &out)
    out.persist(.entries(from: first, added))
  }

  private func conflict(with append: RaftAppend<Payload>) -> RaftAppendReply.Outcome {
    guard let term = log.term(at: append.previousIndex) else {
      return .conflicts(previousIndex: append.previousIndex, from: log.lastIndex + 1, term: nil)
    }
    let first = log.firstIndex(ofTermAtLeast: term)
    return .conflicts(previousIndex: append.previousIndex, from: first, term: term)
  }

  private func reply(
    _ outcome: RaftAppendReply.Outcome, to append: RaftAppend<Payload>, from sender: MachineID,
    into out: inout Outbox<Self>
  ) {
    let reply = RaftAppendReply(term: currentTerm, outcome: outcome, round: append.round)
    if configuration.followerFsyncBeforeReply {
      out.send(.appendReply(reply), to: sender)
    } else {
      // The weakened rule itself: a copy is confirmed that a crash can still lose (R-A4).
      out.sendAhead(.appendReply(reply), to: sender)
    }
  }

  // MARK: The disk

  /// Entries up to the end of this write are durable, unless the log was cut below since. Writes complete in order, so
  /// where the last entry is still the same one, so is everything before it on the disk.
  mutating func onEntriesPersisted(
    from index: UInt64, _ entries: [RaftEntry<Payload>], into out: inout Outbox<Self>
  ) {
    guard let last = entries.last else { return }
    let end = index + UInt64(entries.count) - 1
    guard log.term(at: end) == last.term, end > durableIndex else { return }
    durableIndex = end
    guard role == .leader else { return }
    noteOwnCopy()
    advanceCommit(into: &out)
  }
}
