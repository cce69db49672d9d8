import ClusterModel
import Primitives
import Properties
import Quorums
import RaftLog
import Testing

/// The ablation cards of Raft: one scripted execution each, run with the weakened knob, where it must break what the
/// card says, and as the control with the sound value, where the same steps must break nothing. Servers count from 0.
@Suite struct AblationTests {
  typealias Knobs = [(String, String)]

  /// Elects a server with the vote of another, while the third hears nothing.
  private func elect(_ server: Int, with voter: Int, _ bench: inout RaftBench) {
    bench.fire(server, .election)
    bench.settle(among: [server, voter])
    cutOff(3 - server - voter, &bench)
  }

  /// Whatever is on its way to or from the server never arrives.
  private func cutOff(_ server: Int, _ bench: inout RaftBench) { bench.loseMessages(of: server) }

  // MARK: R-A1

  /// Figure 8 of the paper, in a group of three.
  private func committingAnOldTerm(_ knobs: Knobs) -> RaftBench {
    var bench = RaftBench(leader: nil, knobs: knobs)
    elect(0, with: 2, &bench)
    bench.propose(0, "a")
    bench.sync(0)
    cutOff(0, &bench)
    // Server 2 has voted in term 1, so 1 needs a second try.
    bench.fire(1, .election)
    elect(1, with: 2, &bench)
    bench.propose(1, "b")
    bench.sync(1)
    cutOff(1, &bench)
    // Server 0 learns that its term is over, and is elected again; a reaches server 2.
    bench.fire(0, .heartbeat)
    bench.settle(among: [0, 2])
    elect(0, with: 2, &bench)
    cutOff(0, &bench)
    // So does server 1, whose last entry is of a later term than a.
    bench.fire(1, .heartbeat)
    bench.settle(among: [1, 2])
    elect(1, with: 2, &bench)
    bench.fire(1, .heartbeat)
    bench.settle(among: [1, 2])
    return bench
  }

  @Test func `R-A1: an old term's entry that counts as committed is overwritten`() {
    let weak: Knobs = [("commit_current_term_only", "off"), ("noop_on_election", "off")]
    let bench = committingAnOldTerm(weak)
    #expect(bench.broken.contains("R-I4") && bench.broken.contains("R-I5"))
    #expect(bench[1].role == .leader && bench[2].log[1].content == .value("b"))
  }

  @Test(arguments: [[("noop_on_election", "off")], []] as [Knobs])
  func `R-A1, control: with the rule the same steps commit nothing too early`(knobs: Knobs) {
    #expect(committingAnOldTerm(knobs).broken.isEmpty)
  }

  /// With a no-op the new leader sends its own term's entry in the same append, so counting an old entry alone does not
  /// happen here: one rule masks the lack of the other.
  @Test func `R-A1, masked: the empty entry of the new term hides the missing rule`() {
    #expect(committingAnOldTerm([("commit_current_term_only", "off")]).broken.isEmpty)
  }

  // MARK: R-A2

  /// Logs stay empty, or the voter's longer one would refuse the second candidate.
  private func votingTwice(_ knobs: Knobs) -> RaftBench {
    var bench = RaftBench(leader: nil, knobs: knobs + [("noop_on_election", "off")])
    elect(0, with: 2, &bench)
    bench.crash(2)
    bench.restart(2)
    bench.fire(1, .election)
    bench.settle(among: [1, 2])
    return bench
  }

  @Test(arguments: ["persist_vote", "persist_term"])
  func `R-A2: a vote that is forgotten is given twice, and a term has two leaders`(knob: String) {
    let bench = votingTwice([(knob, "off")])
    #expect(bench.broken.contains("R-I7") && bench.broken.contains("R-I1"))
  }

  @Test func `R-A2, control: a vote outlives a crash`() {
    let bench = votingTwice([])
    #expect(bench.broken.isEmpty && bench[1].role == .candidate)
  }

  @Test func `R-A2: two leaders of one term commit two entries at one place`() {
    var bench = RaftBench(leader: nil, knobs: [("persist_vote", "off"), ("noop_on_election", "off")])
    elect(0, with: 2, &bench)
    bench.crash(2)
    bench.restart(2)
    elect(1, with: 2, &bench)
    bench.propose(0, "a")
    bench.settle(among: [0, 2])
    bench.propose(1, "b")
    bench.settle(among: [1, 2])
    #expect(bench.broken.contains("R-I2") && bench.broken.contains("R-I5") && bench.broken.contains("C1"))
  }

  // MARK: R-A4, R-A12 and the leader's own copy

  /// Server 1 confirms an entry and then loses what it has not synced; server 0, which committed with it, is cut off.
  private func losingAConfirmedCopy(_ knobs: Knobs) -> RaftBench {
    var bench = RaftBench(knobs: knobs)
    bench.fire(0, .heartbeat)
    bench.settle()
    bench.propose(0, "a")
    bench.sync(0)
    cutOff(2, &bench)
    deliverBetween(0, 1, &bench)
    bench.crash(1)
    bench.restart(1)
    cutOff(0, &bench)
    elect(2, with: 1, &bench)
    return bench
  }

  /// Delivers what is in flight between two servers, without completing a write.
  private func deliverBetween(_ one: Int, _ other: Int, _ bench: inout RaftBench) {
    for (from, to) in [(one, other), (other, one)] {
      for envelope in bench.cluster.inFlight where envelope.from.index == from && envelope.to.index == to {
        bench.apply(.deliver(envelope.id))
      }
    }
  }

  @Test func `R-A4: a copy that is confirmed before it is synced is lost after the commit`() {
    let bench = losingAConfirmedCopy([("follower_fsync_before_reply", "off")])
    #expect(bench.acknowledged == 1)
    #expect(bench.broken.contains("R-I4") && bench.broken.contains("C1"))
  }

  @Test func `R-A4, control: a copy counts once it is synced`() {
    let bench = losingAConfirmedCopy([])
    #expect(bench.acknowledged == 0 && bench.broken.isEmpty)
    #expect(bench[2].role == .leader)
  }

  /// The leader counts its own copy, loses it, and helps to elect a server that never had it.
  private func losingTheOwnCopy(_ knobs: Knobs) -> RaftBench {
    var bench = RaftBench(knobs: knobs)
    bench.fire(0, .heartbeat)
    bench.settle()
    bench.propose(0, "a")
    cutOff(2, &bench)
    deliverBetween(0, 1, &bench)
    bench.sync(1)
    deliverBetween(0, 1, &bench)
    bench.crash(0)
    bench.restart(0)
    cutOff(1, &bench)
    elect(2, with: 0, &bench)
    return bench
  }

  @Test func `leader_fsync_before_include_in_quorum: a leader that counts what it has not synced loses it`() {
    let bench = losingTheOwnCopy([("leader_fsync_before_include_in_quorum", "off")])
    #expect(bench.acknowledged == 1)
    #expect(bench.broken.contains("R-I4") && bench.broken.contains("C1"))
  }

  @Test func `leader_fsync_before_include_in_quorum, control`() {
    let bench = losingTheOwnCopy([])
    #expect(bench.acknowledged == 0 && bench.broken.isEmpty && bench[2].role == .leader)
  }

  /// Both holders of an entry lose what they have not synced, at the same time.
  private func losingBothCopies(_ knobs: Knobs) -> RaftBench {
    var bench = RaftBench(knobs: knobs)
    bench.fire(0, .heartbeat)
    bench.settle()
    bench.propose(0, "a")
    cutOff(2, &bench)
    deliverBetween(0, 1, &bench)
    bench.crash(0)
    bench.crash(1)
    bench.restart(0)
    bench.restart(1)
    bench.fire(2, .election)
    bench.settle()
    return bench
  }

  @Test func `R-A12: without fsync two lossy crashes lose an acknowledged entry`() {
    var configuration = RaftConfiguration(servers: [MachineID(0)])
    configuration.setFsync(false)
    #expect(!configuration.followerFsyncBeforeReply && !configuration.leaderFsyncBeforeIncludeInQuorum)
    let bench = losingBothCopies([
      ("follower_fsync_before_reply", "off"), ("leader_fsync_before_include_in_quorum", "off"),
    ])
    #expect(bench.acknowledged == 1 && bench.broken.contains("C1"))
  }

  @Test func `R-A12, control: with fsync the entry was not acknowledged`() {
    let bench = losingBothCopies([])
    #expect(bench.acknowledged == 0 && bench.broken.isEmpty && bench[2].role == .leader)
  }

  // MARK: R-A7

  private func committingAlone(_ knobs: Knobs) -> RaftBench {
    var bench = RaftBench(knobs: knobs)
    bench.propose(0, "a")
    bench.sync(0)
    cutOff(0, &bench)
    elect(1, with: 2, &bench)
    return bench
  }

  @Test func `R-A7: quorums that need not meet lose what one of them committed`() {
    let bench = committingAlone([("replication_quorum", "1")])
    #expect(!bench[0].configuration.quorums.electionMeetsReplication)
    #expect(bench.acknowledged == 1 && bench.broken.contains("R-I4") && bench.broken.contains("C1"))
  }

  @Test func `R-A7, control: with majorities nothing is committed alone`() {
    let bench = committingAlone([])
    #expect(bench.acknowledged == 0 && bench.broken.isEmpty && bench[1].role == .leader)
  }

  /// A replication quorum of one is sound when an election needs everybody: then the new leader has it all.
  @Test func `R-A7, control: quorums that meet lose nothing, whatever their sizes`() {
    let bench = committingAlone([("replication_quorum", "1"), ("election_quorum", "3")])
    #expect(bench.acknowledged == 1 && bench[1].role == .candidate)
    #expect(!bench.broken.contains("R-I4") && !bench.broken.contains("C1"))
  }

  // MARK: Liveness that a knob costs

  @Test func `noop_on_election off: a new leader answers no read before its first append`() {
    var bench = RaftBench(leader: nil, knobs: [("noop_on_election", "off")])
    bench.fire(0, .election)
    bench.settle()
    bench.read(0, request: 1)
    bench.settle()
    #expect(bench[0].role == .leader && bench.readsAnswered == 0)
    bench.propose(0, "a", request: 2)
    bench.settle()
    #expect(bench.readsAnswered == 1 && bench.broken.isEmpty)
  }
}
