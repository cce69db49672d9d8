import ClusterModel
import GraphNodes
import LabWorld
import Primitives
import ProgressGraph
import Properties
import Simulation

/// Tries every single fault, or every pair of faults, on every way that a run without faults can go, one run each, and
/// keeps the best run for everything that goes wrong.
///
/// The calm run tells where a fault can strike (`FaultWalk`), and a run with one fault where a second one can: a retry
/// has new points. A run goes on from a snapshot made just before its last fault strikes, and does what it would have
/// done from the start. Of two faults that do the same in one action only one is tried. Of pairs, a run ends where its
/// second fault leaves all that decides the future, the judge's memory among it, as an earlier run left it. Equal
/// states of the cluster alone would not do: an effect without a key leaves no trace in any of them.
struct FaultSearch {
  let deployment: Deployment
  let seed: UInt64
  /// How many faults at a time: 1 or 2.
  let depth: Int
  /// Off in tests that show that pruning loses nothing.
  var isPruning = true
  private let menu: FaultMenu
  private let planner: FaultPlanner
  private let crew: any Crew

  private(set) var tally: SearchTally
  /// All that decided the future just after the last fault of a run had struck.
  private var visited: Set<UInt64> = []
  /// Where faults can strike in the calm runs, each fault once, in the order in which they would strike.
  private(set) var calmSites: [FaultSite] = []
  private var known: Set<String> = []
  /// The longest of them.
  private(set) var calmLength = SimDuration.zero
  /// The calm run came to rest, so that there is something to break.
  private(set) var hasSettled = false

  /// Pieces of work handed out at a time. Whatever the crew, a bound is looked at between two of them.
  private static let batch = 32
  /// How many more points of one kind a second fault is tried at, once the first has struck: what is retried for ever
  /// has no end of them.
  static let repetitions = 3

  typealias Telling = @Sendable (Progress) -> Pace

  init(_ deployment: Deployment, seed: UInt64, depth: Int = 1, crew: any Crew = OneByOne()) {
    self.deployment = deployment
    self.seed = seed
    self.depth = depth
    self.crew = crew
    menu = FaultMenu(deployment)
    planner = FaultPlanner(deployment: deployment)
    tally = SearchTally(deployment.graph)
  }

  var runs: Int { tally.runs }
  var isComplete: Bool { tally.isComplete }
  var findings: [SearchTally.Finding] { tally.findings }
  var observed: [AnomalyCode: Int] { tally.observed }
  var stateCount: Int { tally.states.count }

  /// One way that a run without faults can go, and where it can be broken.
  private struct Way: Sendable {
    let choices: ForcedChoices
    let number: Int
    /// The messages of each link.
    let messages: [FaultWalk.Link: Int]
    /// What can be broken from the start, as texts.
    let fromStart: Set<String>
    let siteCount: Int
  }

  private func execution(_ choices: ForcedChoices) -> Execution {
    Execution(deployment, load: deployment.graph.usualLoad, faults: [], choices: choices, seed: seed)
  }

  /// - Parameters:
  ///   - limit: distinct states after which the search stops, incomplete.
  ///   - progress: told after every run and asked during long ones; may stop the search.
  mutating func run(limit: Int?, progress: @escaping Telling) {
    var ways = BranchVariations()
    var number = 0
    var hasUntried = false
    while isComplete, let choices = ways.next() {
      if let way = calmRun(choices, number, &ways, progress) {
        if depth > 0 { tryFaults(on: way, limit, progress) }
      } else {
        hasUntried = true
      }
      number += 1
    }
    // On a way that is busy for ever no fault was tried: where another way settles, that is less than was asked.
    if hasUntried, hasSettled { tally.isComplete = false }
  }

  private func worthTrying(_ sites: [FaultSite]) -> [FaultSite] { isPruning ? sites.withoutRepetitions() : sites }

  private mutating func tryFaults(on way: Way, _ limit: Int?, _ progress: @escaping Telling) {
    var trail = Trail(execution(way.choices), menu)
    trail.expect(way.messages)
    var batch: [Piece] = []
    var done = 0
    func add(_ sites: [FaultSite], _ snapshot: Trail) {
      for site in worthTrying(sites) { batch.append(Piece(site: site, snapshot: snapshot)) }
    }
    add(trail.begin(), trail)
    var isOver = false
    while !isOver {
      while batch.count < Self.batch, !isOver {
        let before = trail
        if let sites = trail.advance(pace: { .goOn }) {
          add(sites, before)
        } else {
          add(trail.finishWalk(), before)
          isOver = true
        }
      }
      while batch.count >= Self.batch || isOver && !batch.isEmpty {
        let pieces = Array(batch.prefix(Self.batch))
        batch.removeFirst(pieces.count)
        guard attempt(pieces, on: way, after: done, limit, progress) else { return }
        done += pieces.count
      }
    }
  }

  /// Nil where the calm run never rests: then no run with a fault would.
  private mutating func calmRun(
    _ choices: ForcedChoices, _ number: Int, _ ways: inout BranchVariations, _ progress: Telling
  ) -> Way? {
    let start = Progress(part: .search, runs: 0, total: 1, states: tally.states.count)
    var trail = Trail(execution(choices), menu)
    var sites = trail.begin()
    while let found = trail.advance(pace: { progress(start) }) {
      sites += worthTrying(found)
      ways.observe(trail.run.simulator.events)
    }
    sites += trail.finishWalk()
    let run = trail.run
    tally.isComplete = run.isComplete
    if run.isStopped { return nil }
    tally.note(state: run.stateHash)
    tally.coverage.take(run.judge, struckBy: [])
    tally.take(
      SearchTally.Run(
        judgement: run.judgement, steps: run.simulator.steps, seed: seed, choices: choices, way: number))
    guard run.isComplete, !run.isEndless else { return nil }
    let totals = trail.walk.messages
    sites.removeAll { site in
      // Told without knowing how many messages there would be.
      guard case .message(.reorder, .link(let from, let to)) = site.offer.fault.kind else { return false }
      return site.offer.fault.nth >= totals[menu.link(from, to)] ?? 0
    }
    calmSites += sites.filter { known.insert($0.offer.fault.text).inserted }
    calmLength = max(calmLength, run.simulator.now - .start)
    hasSettled = true
    return Way(
      choices: choices, number: number, messages: totals,
      fromStart: Set(sites.filter(\.isFromStart).map(\.offer.fault.text)), siteCount: sites.count)
  }

  // MARK: Pieces of work

  /// One first fault and, where pairs are tried, all second ones.
  private struct Piece: Sendable {
    let site: FaultSite
    let snapshot: Trail
  }

  /// - Returns: false where the search ends here.
  private mutating func attempt(
    _ pieces: [Piece], on way: Way, after done: Int, _ limit: Int?, _ progress: @escaping Telling
  ) -> Bool {
    let begun = status(after: done, on: way)
    let attempt = FaultAttempt(search: self, way: way, pace: { progress(begun) })
    let results = crew.map(pieces.count) { position in
      attempt.result(of: pieces[position].site, from: pieces[position].snapshot)
    }
    for (position, result) in results.enumerated() {
      if let limit, tally.states.count >= limit { tally.isComplete = false }
      if progress(status(after: done + position, on: way)) == .stop { tally.isComplete = false }
      guard tally.isComplete else { return false }
      tally.merge(result.tally)
      visited.formUnion(result.visited)
    }
    return tally.isComplete
  }

  private func status(after done: Int, on way: Way) -> Progress {
    Progress(part: .search, runs: done, total: way.siteCount, states: tally.states.count, tried: tally.runs)
  }

  /// What the pieces of one batch share: nothing of it changes while they are worked on.
  private struct FaultAttempt: Sendable {
    let deployment: Deployment
    let seed: UInt64
    let depth: Int
    let isPruning: Bool
    let menu: FaultMenu
    let planner: FaultPlanner
    let way: Way
    /// As it was before the batch, so that no piece depends on which others were faster.
    let visited: Set<UInt64>
    let pace: @Sendable () -> Pace

    init(search: FaultSearch, way: Way, pace: @escaping @Sendable () -> Pace) {
      deployment = search.deployment
      seed = search.seed
      depth = search.depth
      isPruning = search.isPruning
      menu = search.menu
      planner = search.planner
      visited = search.visited
      self.way = way
      self.pace = pace
    }

    /// Where anything is judged by the time that passes, equal states are not equal: what they read has another age.
    private func prunes(_ run: Execution) -> Bool { isPruning && !run.judge.judgesByTime }

    struct Result: Sendable {
      var tally: SearchTally
      var visited: Set<UInt64> = []
    }

    func result(of site: FaultSite, from snapshot: Trail) -> Result {
      var result = Result(tally: SearchTally(deployment.graph))
      var trail = site.isFromStart ? Trail(execution([]), menu) : snapshot
      if site.isFromStart { _ = trail.begin() }
      guard trail.include(site, planner) else { return result }
      let start = trail
      guard trail.strike(pace: pace) else {
        if trail.run.isStopped { result.tally.isComplete = false }
        return result
      }
      result.tally.note(state: trail.run.stateHash)
      if depth > 1 {
        result.visited.insert(trail.run.fingerprint)
        // Once to its end, so that the walk knows how many messages each link carries.
        trail = start
        while trail.advance(pace: pace) != nil {}
      }
      trail.finish(pace: pace)
      take(trail.run, [site.offer], &result.tally)
      if depth > 1, result.tally.isComplete { tryPairs(site, start, trail.walk.messages, &result) }
      return result
    }

    private func tryPairs(
      _ first: FaultSite, _ start: Trail, _ totals: [FaultWalk.Link: Int], _ result: inout Result
    ) {
      var trail = start
      trail.limitRepetitions(to: FaultSearch.repetitions, totals: totals)
      var isOver = false
      while !isOver, result.tally.isComplete {
        let before = trail
        let sites: [FaultSite]
        if let found = trail.advance(pace: { .goOn }) {
          sites = isPruning ? found.withoutRepetitions() : found
        } else {
          sites = trail.finishWalk()
          isOver = true
        }
        for site in sites where isSecond(site, to: first) {
          tryPair(first, site, before, &result)
          guard result.tally.isComplete else { return }
        }
      }
    }

    /// Each pair once: of two faults in one action, and of two from the start, the one of lower rank is the first. What
    /// strikes at the start comes first, too, but for what concerns nothing in the calm run.
    private func isSecond(_ site: FaultSite, to first: FaultSite) -> Bool {
      let isLater = first.offer.rank < site.offer.rank
      guard site.isFromStart else { return site.action > first.action || first.isFromStart || isLater }
      return !way.fromStart.contains(site.offer.fault.text) || first.isFromStart && isLater
    }

    private func tryPair(_ first: FaultSite, _ second: FaultSite, _ snapshot: Trail, _ result: inout Result) {
      var trail = snapshot
      if second.isFromStart {
        trail = Trail(execution([first.offer.fault, second.offer.fault]), menu)
      } else {
        guard trail.include(second, planner) else { return }
      }
      guard trail.strike(pace: pace) else {
        if trail.run.isStopped { result.tally.isComplete = false }
        return
      }
      // The first fault of a run from the start is still to come: such a state says nothing of another run's.
      if !second.isFromStart {
        let state = trail.run.fingerprint
        guard !prunes(trail.run) || !visited.contains(state) && result.visited.insert(state).inserted else { return }
      }
      result.tally.note(state: trail.run.stateHash)
      trail.finish(pace: pace)
      take(trail.run, [first.offer, second.offer], &result.tally)
    }

    private func take(_ run: Execution, _ offers: [FaultSite.Offer], _ tally: inout SearchTally) {
      if !run.isComplete { tally.isComplete = false }
      guard !run.isStopped else { return }
      let faults = offers.map(\.fault)
      tally.note(state: run.stateHash)
      tally.coverage.take(run.judge, struckBy: faults)
      tally.take(
        SearchTally.Run(
          judgement: run.judgement, faults: faults, ranks: offers.map(\.rank), steps: run.simulator.steps, seed: seed,
          choices: way.choices, way: way.number))
    }

    private func execution(_ faults: [Fault]) -> Execution {
      Execution(deployment, load: deployment.graph.usualLoad, faults: faults, choices: way.choices, seed: seed)
    }
  }
}
