import LogContract
import MachineContract
import Primitives
import Testing

@testable import RaftLog

/// The paper's rules of replication and commit (Figure 2, §5.3, §5.4.2, §8), by stepping a single server.
@Suite struct RaftReplicationPaperTests {
  // MARK: Receivers of appends

  @Test(arguments: [(0, 0, true), (1, 1, true), (2, 2, true), (2, 1, false), (3, 2, false)] as [(UInt64, UInt64, Bool)])
  func `5·3: entries are taken only behind the one that precedes them`(index: UInt64, term: UInt64, matches: Bool) {
    var server = OneServer(term: 2, log: [1, 2])
    server.step(append(term: 2, after: index, term))
    #expect((server.appendReply?.outcome == .matches(through: index)) == matches)
    #expect(server.terms == [1, 2])
  }

  /// Cases in the manner of the paper's Figure 7: a log, an append, and the log after it.
  @Test(arguments: [
    ([1, 1], 2, 1, [3, 3], [1, 1, 3, 3]),
    ([1, 1, 2, 2], 2, 1, [3], [1, 1, 3]),
    ([1, 1, 3, 3], 2, 1, [3], [1, 1, 3, 3]),
    ([1, 1, 3], 1, 1, [1, 3, 3], [1, 1, 3, 3]),
    ([2], 0, 0, [1, 3], [1, 3]),
    ([1, 1, 2], 2, 1, [], [1, 1, 2]),
  ] as [([UInt64], UInt64, UInt64, [UInt64], [UInt64])])
  func `5·3: only what conflicts is deleted, and only what is missing is added`(
    log: [UInt64], previous: UInt64, previousTerm: UInt64, sent: [UInt64], after: [UInt64]
  ) {
    var server = OneServer(term: 3, log: log)
    server.step(append(term: 3, after: previous, previousTerm, sent))
    #expect(server.terms == after)
    #expect(server.appendReply?.outcome == .matches(through: previous + UInt64(sent.count)))
  }

  @Test func `Figure 2: a follower commits up to the leader's word, but not beyond the last entry it sent`() {
    var server = OneServer(term: 3, log: [1, 1, 2])
    server.step(append(term: 3, after: 2, 1, [], commit: 3))
    #expect(server.machine.commitIndex == 2)
    server.step(append(term: 3, after: 1, 1, [], commit: 1))
    #expect(server.machine.commitIndex == 2)
    server.step(append(term: 3, after: 2, 1, [3], commit: 3))
    #expect(server.machine.commitIndex == 3)
  }

  @Test func `Figure 2: entries are on the disk before they are confirmed`() {
    var server = OneServer(term: 1)
    server.step(append(term: 1, after: 0, 0, [1, 1]))
    #expect(server.written == [.entries(from: 1, entries([1, 1]))])
    #expect(server.appendReply != nil && server.sentAhead.isEmpty)
    #expect(server.machine.durableIndex == 0)
    server.step(.persisted(.entries(from: 1, entries([1, 1]))))
    #expect(server.machine.durableIndex == 2)
  }

  @Test func `a write that was overtaken by a deletion is not taken for a durable entry`() {
    var server = OneServer(term: 1)
    server.step(append(term: 1, after: 0, 0, [1, 1]))
    server.step(append(term: 2, after: 0, 0, [2]))
    server.step(.persisted(.entries(from: 1, entries([1, 1]))))
    #expect(server.terms == [2] && server.machine.durableIndex == 0)
    server.step(.persisted(.entries(from: 1, entries([2]))))
    #expect(server.machine.durableIndex == 1)
  }

  // MARK: Leaders

  @Test func `5·3: a leader steps back until the logs agree, a term at a time`() {
    var server = OneServer(term: 4, log: [1, 1, 1, 4, 4])
    server.win()
    #expect(server.machine.nextIndex[1] == 6)
    // The follower has entries of term 2 where the leader has none: skip them all.
    server.step(appendReply(term: 5, .conflicts(previousIndex: 5, from: 4, term: 2)))
    #expect(server.appends.map(\.previousIndex) == [3] && server.appends.first?.entries.map(\.term) == [4, 4, 5])
    // It has term 1 there: go on behind the leader's last entry of term 1, at the most to where it was refused.
    server.step(appendReply(term: 5, .conflicts(previousIndex: 3, from: 1, term: 1)))
    #expect(server.machine.nextIndex[1] == 3)
    // Its log is shorter.
    server.step(appendReply(term: 5, .conflicts(previousIndex: 2, from: 1, term: nil)))
    #expect(server.appends.map(\.previousIndex) == [0])
    server.step(appendReply(term: 5, .matches(through: 6)))
    #expect(server.machine.matchIndex[1] == 6 && server.machine.nextIndex[1] == 7)
  }

  @Test func `a refusal that answers an older message is ignored`() {
    var server = OneServer(term: 1, log: [1, 1, 1])
    server.win()
    server.step(appendReply(term: 2, .conflicts(previousIndex: 1, from: 1, term: nil)))
    #expect(server.appends.isEmpty && server.machine.nextIndex[1] == 4)
  }

  @Test func `one append carries at most 64 entries, and the next follows on the answer`() {
    var server = OneServer(term: 1, log: Array(repeating: 1, count: 200))
    server.win()
    server.step(appendReply(term: 2, .conflicts(previousIndex: 200, from: 1, term: nil)))
    #expect(server.appends.map(\.entries.count) == [64])
    server.step(appendReply(term: 2, .matches(through: 64)))
    #expect(server.appends.map(\.previousIndex) == [64])
  }

  @Test func `5·3: a leader answers when the entry is committed, not before`() {
    var server = OneServer()
    server.win()
    server.step(appendReply(term: 2, .matches(through: 1)))
    server.step(.message(.client(.append(request: 7, "x")), from: MachineID(9)), completingWrites: true)
    #expect(!server.sent.contains { if case .client = $0 { true } else { false } })
    server.step(appendReply(term: 2, .matches(through: 2)))
    // The client counts values; the log holds an empty entry before it.
    #expect(server.sent.contains(.client(.appended(request: 7, index: 1))))
    #expect(server.observed.contains(.acknowledged(request: 7, index: 2, entry: Letters("x").fingerprint)))
  }

  @Test func `5·4·2: an entry of an older term is committed only along with one of this term`() {
    var server = OneServer(term: 1, log: [1, 1])
    server.win()
    #expect(server.terms == [1, 1, 2])
    server.step(appendReply(term: 2, .matches(through: 2)))
    #expect(server.machine.commitIndex == 0)
    server.step(appendReply(term: 2, .matches(through: 3)))
    #expect(server.machine.commitIndex == 3)
  }

  @Test func `the leader's own copy counts once it is on its disk`() {
    var server = OneServer()
    server.win()
    server.step(appendReply(term: 2, .matches(through: 1)))
    server.step(.message(.client(.append(request: 1, "x")), from: MachineID(9)))
    let write = server.written
    server.step(appendReply(term: 2, .matches(through: 2)))
    #expect(server.machine.commitIndex == 1)
    for write in write { server.step(.persisted(write)) }
    #expect(server.machine.commitIndex == 2)
  }

  @Test func `5·3: a leader never deletes its own entries, whoever sends what`() {
    var server = OneServer(term: 1, log: [1])
    server.win()
    server.step(append(term: 2, after: 0, 0, [2, 2]))
    #expect(server.machine.role == .leader && server.terms == [1, 2] && server.outputs.isEmpty)
  }

  // MARK: Clients

  @Test func `8: another server tells clients who leads, where it knows`() {
    var server = OneServer()
    server.step(.message(.client(.append(request: 1, "x")), from: MachineID(9)))
    #expect(server.sent == [.client(.redirected(request: 1, hint: nil))])
    server.step(append(term: 1, after: 0, 0))
    server.step(.message(.client(.read(request: 2, from: 1)), from: MachineID(9)))
    #expect(server.sent == [.client(.redirected(request: 2, hint: MachineID(1)))])
  }

  @Test func `8: a read waits for a majority that answers what was asked after it`() {
    var server = OneServer()
    server.win()
    server.step(appendReply(term: 2, .matches(through: 1)))
    server.step(.message(.client(.append(request: 1, "x")), from: MachineID(9)), completingWrites: true)
    server.step(appendReply(term: 2, .matches(through: 2)))
    server.step(.message(.client(.read(request: 2, from: 1)), from: MachineID(9)))
    #expect(server.appends.map(\.round) == [1, 1])
    // The answer to an earlier heartbeat confirms nothing.
    server.step(appendReply(term: 2, .matches(through: 2)))
    #expect(server.sent.isEmpty)
    let confirmed = RaftAppendReply(term: 2, outcome: .matches(through: 2), round: 1)
    server.step(.message(.appendReply(confirmed), from: MachineID(2)))
    #expect(server.sent == [.client(.entries(request: 2, from: 1, ["x"]))])
    #expect(server.observed == [.readAnswered(request: 2, tail: 2)])
  }

  @Test func `8: a read waits for the first commit of the term`() {
    var server = OneServer(term: 1, log: [1])
    server.win()
    server.step(.message(.client(.read(request: 2, from: 1)), from: MachineID(9)))
    let confirmed = RaftAppendReply(term: 2, outcome: .matches(through: 1), round: 1)
    server.step(.message(.appendReply(confirmed), from: MachineID(1)))
    #expect(!server.sent.contains { if case .client = $0 { true } else { false } })
    server.step(appendReply(term: 2, .matches(through: 2)))
    #expect(server.sent == [.client(.entries(request: 2, from: 1, ["1of1"]))])
  }

  @Test func `a leader that gives up leaves appends unanswered and sends reads elsewhere`() {
    var server = OneServer()
    server.win()
    server.step(.message(.client(.append(request: 1, "x")), from: MachineID(9)))
    server.step(.message(.client(.read(request: 2, from: 1)), from: MachineID(9)))
    server.step(voteRequest(term: 5, log: 9, 4))
    let answers = server.sent.filter { if case .client = $0 { true } else { false } }
    #expect(answers == [.client(.redirected(request: 2, hint: nil))])
  }

  // MARK: Restarts

  @Test func `Figure 2: term, vote and log survive a restart, role and commit index do not`() {
    var server = OneServer(term: 1, log: [1])
    server.win()
    server.step(appendReply(term: 2, .matches(through: 2)))
    #expect(server.machine.commitIndex == 2)
    let again = Raft.restart(from: server.machine.settledStore, previous: server.machine)
    #expect(again.currentTerm == 2 && again.votedFor == MachineID(0) && again.log == server.machine.log)
    #expect(again.role == .follower && again.commitIndex == 0 && again.leader == nil && again.durableIndex == 2)
  }

  @Test func `writes replace the log from their first index on`() {
    var store = RaftStore<Letters>()
    Raft.absorb(.entries(from: 1, entries([1, 1, 1])), into: &store)
    Raft.absorb(.entries(from: 2, entries([2], after: 1)), into: &store)
    Raft.absorb(.ballot(term: 3, vote: nil), into: &store)
    Raft.absorb(.ballot(term: nil, vote: RaftVote(term: 3, candidate: MachineID(2))), into: &store)
    #expect(store.log == RaftEntries(entries([1]) + entries([2], after: 1)))
    #expect(store.currentTerm == 3 && store.vote == RaftVote(term: 3, candidate: MachineID(2)))
    #expect(Raft.wiped(store) == RaftStore())
  }
}
