import ClusterModel
import LabTesting
import Primitives
import RaftLog
import Testing

/// Random schedules by fixed seeds: the sound machine breaks nothing and gets work done; each weakened one is caught by
/// the invariant that its rule exists for.
@Suite struct MutantTests {
  /// What one run of some steps came to.
  struct Outcome {
    var broken: [String]
    var committed: UInt64
    var reads: Int
    var elections: Int
  }

  struct Shape: Sendable {
    var servers = 3
    var steps = 500
    var fates: [CrashFate] = [.losePending, .keepPending]
    var crashesAtOnce = 1
    var knobs: [(String, String)] = []
  }

  static func run(seed: UInt64, _ shape: Shape) -> Outcome {
    var bench = RaftBench(servers: shape.servers, knobs: shape.knobs)
    var request: UInt64 = 0
    var schedule = RandomSchedule<Raft>(
      seed: seed, timerWeight: { $0 == .heartbeat ? 30 : 6 },
      operation: { generator in
        request += 1
        let isRead = generator.next(below: 4) == 0
        return isRead ? .read(request: request, from: 1) : .append(request: request, Letters("v\(request)"))
      })
    schedule.crashFates = shape.fates
    schedule.crashesAtOnce = shape.crashesAtOnce
    for _ in 0..<shape.steps {
      guard let action = schedule.next(for: bench.cluster) else { break }
      bench.apply(action)
      if !bench.broken.isEmpty { break }
    }
    return Outcome(
      broken: bench.broken, committed: bench.committed, reads: bench.readsAnswered, elections: bench.elections)
  }

  @Test func `the sound machine breaks nothing and gets work done`() {
    var withCommits = 0
    var withElections = 0
    var withReads = 0
    for seed in 1...200 as ClosedRange<UInt64> {
      let outcome = Self.run(seed: seed, Shape(servers: seed % 4 == 0 ? 5 : 3))
      #expect(outcome.broken.isEmpty, "seed \(seed)")
      if outcome.committed > 1 { withCommits += 1 }
      if outcome.elections > 1 { withElections += 1 }
      if outcome.reads > 0 { withReads += 1 }
    }
    print("sound", withCommits, withElections, withReads)
    #expect(withCommits > 150 && withElections > 100 && withReads > 50)
  }
}
