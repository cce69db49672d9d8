import LogContract
import Primitives
import Quorums
import Testing

@testable import RaftLog

/// Changes one field at a time and expects another fingerprint; a field that the list forgets fails the count.
@Suite struct RaftFingerprintTests {
  private static func changed(_ change: (inout Raft) -> Void) -> Raft {
    var machine = RaftBench.machines()[0].machine
    change(&machine)
    return machine
  }

  /// Every stored field but `id`, which a server cannot change, and `configuration`, which is constant over a run.
  private static let changes: [(String, Raft)] = [
    ("currentTerm", changed { $0.currentTerm = 5 }),
    ("votedFor", changed { $0.votedFor = nil }),
    ("log", changed { $0.log.append(RaftEntry(term: 1, content: .value("x"))) }),
    ("role", changed { $0.role = .candidate }),
    ("leader", changed { $0.leader = nil }),
    ("commitIndex", changed { $0.commitIndex = 1 }),
    ("durableIndex", changed { $0.durableIndex = 0 }),
    ("votes", changed { $0.votes = .init(needed: 2) }),
    ("nextIndex", changed { $0.nextIndex[1] = 1 }),
    ("matchIndex", changed { $0.matchIndex[1] = 0 }),
    ("probing", changed { $0.probing.insert(1) }),
    ("awaiting", changed { $0.awaiting.insert(1) }),
    ("heard", changed { $0.heard.insert(1) }),
    ("pendingAppends", changed { $0.pendingAppends = [RaftPendingAppend(index: 1, request: 1, client: nil)] }),
    ("pendingReads", changed { $0.pendingReads = [RaftPendingRead(round: 1, request: 1, position: 1, client: nil)] }),
    ("round", changed { $0.round = 1 }),
    ("roundAnswered", changed { $0.roundAnswered[1] = 1 }),
  ]

  @Test func `every field is fed`() {
    let plain = RaftBench.machines()[0].machine
    let fields = Mirror(reflecting: plain).children.compactMap(\.label)
    #expect(fields == ["id", "configuration"] + Self.changes.map(\.0))
    let fingerprints = [plain.fingerprint] + Self.changes.map(\.1.fingerprint)
    #expect(Set(fingerprints).count == fingerprints.count)
  }

  /// The log feeds its length and one running fingerprint: any difference at any place has to show in it.
  @Test func `a log's fingerprint depends on every entry and on their order`() {
    let one = RaftEntries(entries([1, 1, 2]))
    var others = [
      RaftEntries(entries([1, 2, 2])), RaftEntries(entries([1, 1, 3])), RaftEntries(entries([1, 1])),
      RaftEntries(Array(entries([1, 1, 2]).reversed())),
      RaftEntries(entries([1, 1]) + [RaftEntry(term: 2, content: .noOp)]),
    ]
    var again = RaftEntries(entries([1, 1, 2, 2]))
    again.truncate(from: 4)
    #expect(again.fingerprint == one.fingerprint && again == one)
    again.truncate(from: 1)
    others.append(again)
    let fingerprints = [one.fingerprint] + others.map(\.fingerprint)
    #expect(Set(fingerprints).count == fingerprints.count)
  }

  @Test func `messages, writes and stores that differ have different fingerprints`() {
    let append = RaftAppend<Letters>(
      term: 1, previousIndex: 2, previousTerm: 3, entries: entries([1]), commitIndex: 4, round: 5)
    let reply = RaftAppendReply(term: 1, outcome: .matches(through: 1), round: 0)
    var messages: [RaftMessage<Letters>] = [
      .requestVote(RaftVoteRequest(term: 1, lastIndex: 2, lastTerm: 3, isPreVote: false)),
      .requestVote(RaftVoteRequest(term: 1, lastIndex: 2, lastTerm: 3, isPreVote: true)),
      .requestVote(RaftVoteRequest(term: 1, lastIndex: 3, lastTerm: 2, isPreVote: false)),
      .voteReply(term: 1, granted: true, isPreVote: false), .voteReply(term: 1, granted: false, isPreVote: false),
      .voteReply(term: 1, granted: true, isPreVote: true), .voteReply(term: 2, granted: true, isPreVote: false),
      .appendReply(reply), .client(.append(request: 1, "x")), .client(.read(request: 1, from: 1)),
    ]
    for change: (inout RaftAppend<Letters>) -> Void in [
      { _ in }, { $0.term = 9 }, { $0.previousIndex = 9 }, { $0.previousTerm = 9 }, { $0.entries = [] },
      { $0.commitIndex = 9 }, { $0.round = 9 },
    ] {
      var other = append
      change(&other)
      messages.append(.appendEntries(other))
    }
    for outcome: RaftAppendReply.Outcome in [
      .matches(through: 2), .isStale, .conflicts(previousIndex: 1, from: 1, term: nil),
      .conflicts(previousIndex: 1, from: 1, term: 1), .conflicts(previousIndex: 2, from: 1, term: nil),
    ] {
      messages.append(.appendReply(RaftAppendReply(term: 1, outcome: outcome, round: 0)))
    }
    messages.append(.appendReply(RaftAppendReply(term: 1, outcome: .isStale, round: 1)))
    #expect(Set(messages.map(\.fingerprint)).count == messages.count)
    let writes: [RaftWrite<Letters>] = [
      .ballot(term: 1, vote: nil), .ballot(term: nil, vote: RaftVote(term: 1, candidate: MachineID(0))),
      .ballot(term: 1, vote: RaftVote(term: 1, candidate: MachineID(0))), .entries(from: 1, entries([1])),
      .entries(from: 2, entries([1])), .entries(from: 1, []),
    ]
    #expect(Set(writes.map(\.fingerprint)).count == writes.count)
  }
}
