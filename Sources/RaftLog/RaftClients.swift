import LogContract
import MachineContract
import Primitives
import Quorums

// What clients ask: §8; thesis §6.4 for reads.
extension RaftMachine {
  mutating func onClient(_ message: LogMessage<Payload>, from client: MachineID, into out: inout Outbox<Self>) {
    switch message {
    case .append(let request, let payload): onAppendRequest(request, payload, from: client, into: &out)
    case .read(let request, let position): onRead(request, from: position, by: client, into: &out)
    // Only clients are told these.
    case .appended, .entries, .redirected: break
    }
  }

  mutating func onAppendRequest(
    _ request: UInt64, _ payload: Payload, from client: MachineID?, into out: inout Outbox<Self>
  ) {
    guard role == .leader else {
      redirect(request, client: client, hint: leader, into: &out)
      return
    }
    pendingAppends.append(RaftPendingAppend(index: log.lastIndex + 1, request: request, client: client))
    appendOwn(.value(payload), into: &out)
    sendNewEntries(into: &out)
  }

  mutating func onRead(
    _ request: UInt64, from position: UInt64, by client: MachineID?, into out: inout Outbox<Self>
  ) {
    guard role == .leader else {
      redirect(request, client: client, hint: leader, into: &out)
      return
    }
    switch configuration.readMode {
    case .leaderLocal:
      answer(RaftPendingRead(round: round, request: request, position: position, client: client), into: &out)
    case .readIndex:
      round += 1
      if let own = configuration.position(of: id) { roundAnswered[own] = round }
      pendingReads.append(RaftPendingRead(round: round, request: request, position: position, client: client))
      // The confirmation must begin after the read did, so earlier heartbeats do not count.
      sendToAll(into: &out)
      advanceCommit(into: &out)
      answerReads(into: &out)
    }
  }

  mutating func noteRound(_ answered: UInt64, at position: Int, into out: inout Outbox<Self>) {
    guard answered > roundAnswered[position] else { return }
    roundAnswered[position] = answered
    answerReads(into: &out)
  }

  /// Answers the reads whose round a quorum has confirmed. A quorum of replication meets every quorum that could have
  /// elected somebody else before the read began. What is committed by now is at least what was committed then, once
  /// the leader has committed in its own term and so knows how far its predecessors came.
  mutating func answerReads(into out: inout Outbox<Self>) {
    guard !pendingReads.isEmpty, log.term(at: commitIndex) == currentTerm else { return }
    let confirmed = quorumIndex(configuration.quorums.replication, of: roundAnswered)
    while let read = pendingReads.first, read.round <= confirmed {
      pendingReads.removeFirst()
      answer(read, into: &out)
    }
  }

  private func answer(_ read: RaftPendingRead, into out: inout Outbox<Self>) {
    out.observe(.readAnswered(request: read.request, tail: commitIndex))
    guard let client = read.client else { return }
    let payloads = log.values(from: read.position, throughIndex: commitIndex)
    // Ahead of the own disk: everything committed is durable on a quorum already.
    out.sendAhead(.client(.entries(request: read.request, from: read.position, payloads)), to: client)
  }

  mutating func answerAppends(into out: inout Outbox<Self>) {
    var answered = 0
    for append in pendingAppends {
      guard append.index <= commitIndex else { break }
      answered += 1
      let entry = log[append.index].content.entryFingerprint
      out.observe(.acknowledged(request: append.request, index: append.index, entry: entry))
      guard let client = append.client else { continue }
      let position = log.position(ofIndex: append.index)
      // Ahead of the own disk: the entry is durable on a quorum, which need not include this server.
      out.sendAhead(.client(.appended(request: append.request, index: position)), to: client)
    }
    pendingAppends.removeFirst(answered)
  }

  func redirect(_ request: UInt64, client: MachineID?, hint: MachineID?, into out: inout Outbox<Self>) {
    guard let client else { return }
    // Ahead of the disk: it tells where to ask, and promises nothing.
    out.sendAhead(.client(.redirected(request: request, hint: hint)), to: client)
  }
}
