import GraphNodes
import Primitives
import ProgressGraph
import Simulation

/// Random schedules of faults: for each seed some kinds of fault are possible and others are not, so that no kind hides
/// what another would show, and one to four faults strike at places of the calm run.
struct RandomFaults: Sendable {
  let deployment: Deployment
  /// Everything that can strike in the calm run, in a fixed order.
  let offers: [FaultSite.Offer]
  /// How long the calm run takes.
  let length: SimDuration

  /// The faults of one seed, in the order in which they were drawn. None where every coin fell the other way.
  func faults(_ seed: UInt64) -> [Fault] {
    var generator = SeededGenerator(seed: seed).fork(label: "swarm")
    let isPossible = SearchCoverage.Kind.allCases.map { _ in generator.next(below: 2) == 0 }
    let possible = offers.map(\.fault).filter { isPossible[SearchCoverage.Kind(of: $0).rawValue] }
    guard !possible.isEmpty else { return [] }
    let texts = FaultText(graph: deployment.graph)
    var faults: [Fault] = []
    for _ in 0...generator.next(below: 4) {
      var fault = possible[Int(generator.next(below: UInt64(possible.count)))]
      if generator.next(below: 4) == 0 { moveToInstant(&fault, &generator) }
      fault.text = texts.text(of: fault)
      if !faults.contains(fault) { faults.append(fault) }
    }
    return faults
  }

  /// Nothing but points is tried by the systematic search: here a crash or an outage may begin between any two.
  private func moveToInstant(_ fault: inout Fault, _ generator: inout SeededGenerator) {
    switch fault.kind {
    case .crash, .pause, .down, .partition:
      let milliseconds = UInt64(max(1, length.microseconds / 1_000))
      fault.point = .at(.start + .milliseconds(Int64(generator.next(below: milliseconds))))
      fault.nth = 1
    case .slow, .poison, .message, .skew: break
    }
  }
}

/// Tries random schedules, each by a seed that makes it again.
struct RandomSearch {
  let deployment: Deployment
  let random: RandomFaults
  let crew: any Crew
  /// The first of the seeds; the others follow it.
  let firstSeed: UInt64

  private static let batch = 32

  /// - Returns: false where it was stopped before all seeds were tried.
  func run(_ count: Int, into tally: inout SearchTally, limit: Int?, progress: @escaping FaultSearch.Telling) -> Bool {
    var done = 0
    while done < count {
      let size = min(Self.batch, count - done)
      let status = Progress(
        part: .seeds, runs: done, total: count, states: tally.states.count, tried: tally.runs)
      if progress(status) == .stop { return false }
      if let limit, tally.states.count >= limit { return false }
      let first = firstSeed &+ UInt64(done)
      let results = crew.map(size) { position in
        attempt(first &+ UInt64(position), pace: { progress(status) })
      }
      for result in results {
        tally.merge(result)
        if !result.isComplete { return false }
      }
      done += size
    }
    return true
  }

  private func attempt(_ seed: UInt64, pace: () -> Pace) -> SearchTally {
    var tally = SearchTally(deployment.graph)
    let faults = random.faults(seed)
    var run = Execution(deployment, load: deployment.graph.usualLoad, faults: faults, seed: seed)
    run.finish(pace: pace)
    if !run.isComplete { tally.isComplete = false }
    guard !run.isStopped else { return tally }
    tally.note(state: run.stateHash)
    tally.coverage.take(run.judge, struckBy: zip(faults, run.simulator.struck).filter(\.1).map(\.0))
    // Behind everything systematic, in the order of the seeds.
    let ranks = faults.indices.map {
      FaultMenu.Rank(.poison, 1 << 15 + $0, nth: Int(truncatingIfNeeded: seed &- firstSeed))
    }
    tally.take(
      SearchTally.Run(
        judgement: run.judgement, faults: faults, ranks: ranks, steps: run.simulator.steps, seed: seed))
    return tally
  }
}
