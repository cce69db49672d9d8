import Primitives
import ProgressGraph
import Simulation

/// A run under way beside the walk that reads it: from a copy the run goes on with one more fault.
struct Trail: Sendable {
  private(set) var run: Execution
  private(set) var walk: FaultWalk

  init(_ run: Execution, _ menu: FaultMenu) {
    self.run = run
    walk = FaultWalk(menu)
  }

  /// What can strike before the first action.
  mutating func begin() -> [FaultSite] { walk.read(run) }

  /// Does the next action.
  ///
  /// - Returns: where faults could have struck in it; nil once the run rests, is cut or was stopped.
  mutating func advance(pace: () -> Pace) -> [FaultSite]? {
    run.advance(pace: pace) == nil ? nil : walk.read(run)
  }

  mutating func finishWalk() -> [FaultSite] { walk.finish(run) }

  mutating func limitRepetitions(to limit: Int, totals: [FaultWalk.Link: Int]) {
    walk.limitRepetitions(to: limit, totals: totals)
  }

  mutating func expect(_ totals: [FaultWalk.Link: Int]) { walk.expect(totals) }

  /// Goes on from here with one more fault.
  ///
  /// - Returns: false, with nothing changed, where there is nothing to break.
  mutating func include(_ site: FaultSite, _ planner: FaultPlanner) -> Bool {
    guard let planned = planner.plan(site.offer.fault) else { return false }
    run.include(site.offer.fault, planned, matched: site.matched)
    return true
  }

  /// Goes on until the last fault has struck, all of it that strikes at once.
  ///
  /// - Returns: false where it never does.
  mutating func strike(pace: () -> Pace) -> Bool {
    while run.simulator.struck.last != true || run.simulator.isStriking {
      guard run.advance(pace: pace) != nil else { return run.simulator.struck.last == true }
    }
    return true
  }

  mutating func finish(pace: () -> Pace) { run.finish(pace: pace) }
}

extension [FaultSite] {
  /// Of faults that do the same in the same action only the first one: what strikes at an observation comes before
  /// anything else, whichever observation of the action it was.
  func withoutRepetitions() -> [FaultSite] {
    var distinct: [FaultSite] = []
    for site in self {
      let twin = distinct.firstIndex { other in
        site.isImmediate && other.isImmediate && other.action == site.action
          && other.offer.fault.kind == site.offer.fault.kind
      }
      guard let twin else {
        distinct.append(site)
        continue
      }
      if site.offer.rank < distinct[twin].offer.rank { distinct[twin] = site }
    }
    return distinct
  }
}

extension FaultSite {
  /// Strikes at a point of a node's work. A timed strike has its place in the schedule, and a message has its number.
  fileprivate var isImmediate: Bool {
    guard !isFromStart else { return false }
    switch (offer.fault.kind, offer.fault.point) {
    case (.message, _), (_, .at): return false
    case (_, .before), (_, .during), (_, .after): return true
    }
  }
}
