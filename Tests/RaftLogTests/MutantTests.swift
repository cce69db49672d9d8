import ClusterModel
import LabTesting
import Primitives
import Properties
import RaftLog
import Testing

/// Random schedules by fixed seeds: the sound machine breaks nothing and gets work done; each broken one is caught by
/// the observer of the law that it breaks.
@Suite struct MutantTests {
  /// Runs some hundred actions, and stops early where an invariant breaks.
  static func run<Server: RaftServer>(
    seed: UInt64, steps: Int = 500, _ machines: [(machine: Server, store: Server.Store)]
  ) -> Bench<Server> {
    var bench = Bench(machines)
    var request: UInt64 = 0
    var schedule = RandomSchedule<Server>(
      seed: seed, timerWeight: { $0 == .heartbeat ? 30 : 6 },
      operation: { generator in
        request += 1
        let isRead = generator.next(below: 4) == 0
        return isRead ? .read(request: request, from: 1) : .append(request: request, Letters("v\(request)"))
      })
    for _ in 0..<steps {
      guard bench.broken.isEmpty, let action = schedule.next(for: bench.cluster) else { break }
      bench.apply(action)
    }
    return bench
  }

  /// The first of these seeds under which the law is broken.
  private func firstCatch<Server: RaftServer>(
    _ law: String, within seeds: ClosedRange<UInt64>, _ machines: [(machine: Server, store: Server.Store)]
  ) -> UInt64? {
    seeds.first { Self.run(seed: $0, machines).broken.contains(law) }
  }

  // MARK: The sound machine

  @Test func `the sound machine breaks nothing and gets work done`() {
    var withCommits = 0
    var withElections = 0
    var withReads = 0
    for seed in 1...200 as ClosedRange<UInt64> {
      let bench = Self.run(seed: seed, RaftBench.machines(servers: seed % 4 == 0 ? 5 : 3))
      #expect(bench.broken.isEmpty, "seed \(seed): \(bench.invariants.violations)")
      if bench.committed > 1 { withCommits += 1 }
      if bench.elections > 1 { withElections += 1 }
      if bench.readsAnswered > 0 { withReads += 1 }
    }
    // *Sometimes* checks: a machine that never did anything would break nothing either.
    #expect(withCommits > 150 && withElections > 100 && withReads > 50)
  }

  @Test(arguments: [
    [("pre_vote", "on")], [("check_quorum", "on")], [("pre_vote", "on"), ("check_quorum", "on")],
    [("pipelining", "off")], [("leader_fsync_before_append_entries", "on")], [("noop_on_election", "off")],
    [("election_quorum", "3"), ("replication_quorum", "2")],
  ])
  func `settings that weaken nothing break nothing`(knobs: [(String, String)]) {
    var withCommits = 0
    for seed in 1...30 as ClosedRange<UInt64> {
      let bench = Self.run(seed: seed, RaftBench.machines(knobs: knobs))
      #expect(bench.broken.isEmpty, "seed \(seed): \(bench.invariants.violations)")
      if bench.committed > 1 { withCommits += 1 }
    }
    #expect(withCommits > 20)
  }

  @Test func `the same seed gives the same run`() {
    for seed in 1...5 as ClosedRange<UInt64> {
      let one = Self.run(seed: seed, RaftBench.machines())
      let other = Self.run(seed: seed, RaftBench.machines())
      #expect(one.cluster == other.cluster && one.cluster.fingerprint == other.cluster.fingerprint)
    }
  }

  // MARK: Rules left out

  /// Each knob whose rule guards a law, and the observer that has to notice its absence.
  @Test(arguments: [
    ("election_quorum", "1", "R-I1"), ("prev_log_check", "off", "R-I2"), ("up_to_date_check", "off", "R-I4"),
    ("follower_fsync_before_reply", "off", "R-I4"), ("prev_log_check", "off", "R-I5"),
    ("truncate_only_on_conflict", "off", "R-I5"), ("replication_quorum", "1", "R-I6"),
    ("persist_vote", "off", "R-I7"), ("persist_term", "off", "R-I7"), ("truncate_only_on_conflict", "off", "R-I8"),
    ("up_to_date_check", "off", "C1"), ("read_mode", "leader_local", "C6"),
  ])
  func `a rule left out is noticed`(knob: String, value: String, law: String) {
    #expect(firstCatch(law, within: 1...200, RaftBench.machines(knobs: [(knob, value)])) != nil)
  }

  @Test(arguments: [
    (Saboteur.Sabotage.deletesOwnEntries, "R-I3"), (.acknowledgesOnAppend, "C1"), (.goesBackInTerms, "R-I8"),
    (.commitsItsWholeLog, "R-I6"),
  ])
  func `a broken machine is noticed`(sabotage: Saboteur.Sabotage, law: String) {
    let machines = RaftBench.machines().map { (Saboteur(honest: $0.machine, sabotage: sabotage), $0.store) }
    #expect(firstCatch(law, within: 1...50, machines) != nil)
  }
}
