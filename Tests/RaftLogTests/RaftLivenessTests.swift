import ClusterModel
import Primitives
import Properties
import RaftLog
import Testing

/// Once faults stop, a group elects somebody and every replica catches up: random faults by seed, then fair rounds.
@Suite struct RaftLivenessTests {
  @Test(arguments: [
    [], [("pre_vote", "on")], [("check_quorum", "on")], [("pipelining", "off")],
    [("follower_fsync_before_reply", "off")],
  ] as [[(String, String)]])
  func `after the last fault every replica catches up`(knobs: [(String, String)]) {
    for seed in 300...320 as ClosedRange<UInt64> {
      var bench = MutantTests.run(seed: seed, steps: 250, RaftBench.machines(knobs: knobs))
      mend(&bench)
      let settled = (0..<12).contains { round in
        advance(&bench, round)
        return hasConverged(bench)
      }
      #expect(settled, "seed \(seed)")
      let last = bench[0].log.lastIndex
      bench.propose(leader(of: bench) ?? 0, "one more")
      bench.settle()
      #expect(bench.committed == last + 1, "seed \(seed)")
    }
  }

  private func mend(_ bench: inout RaftBench) {
    for link in bench.cluster.severedLinks { bench.apply(.heal(from: link.from, to: link.to)) }
    for server in 0..<3 { bench.restart(server) }
    bench.settle()
  }

  /// A round is long enough for heartbeats, and for the time-outs of those who hear none.
  private func advance(_ bench: inout RaftBench, _ round: Int) {
    if let leader = leader(of: bench) {
      for _ in 0..<4 {
        bench.fire(leader, .heartbeat)
        bench.settle()
      }
    } else {
      bench.fire(round % 3, .election)
      bench.settle()
    }
  }

  /// Who leads the newest term; a leader of an older one has not heard of it yet.
  private func leader(of bench: RaftBench) -> Int? {
    let newest = (0..<3).map { bench[$0].currentTerm }.max()
    return (0..<3).first { bench[$0].role == .leader && bench[$0].currentTerm == newest }
  }

  private func hasConverged(_ bench: RaftBench) -> Bool {
    guard leader(of: bench) != nil else { return false }
    return (1..<3).allSatisfy { bench[$0].log == bench[0].log }
      && (0..<3).allSatisfy { bench[$0].commitIndex == bench[0].log.lastIndex }
  }
}
