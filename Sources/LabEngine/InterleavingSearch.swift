import ClusterModel
import Exploration
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Properties

/// Explores every interleaving of a graph within bounds and keeps a shortest path to everything that goes wrong.
struct InterleavingSearch {
  let deployment: Deployment
  let budgets: GraphRules.Budgets
  let bounds: ExplorationBounds
  var crew: any Crew = OneByOne()

  /// States that a search without a bound of its own stops at: with what goes with each, some hundred megabytes.
  static let defaultBound = 100_000

  private static let statesPerQuestion = 256

  /// - Returns: what was explored; what was found is added to the tally.
  func run(into tally: inout SearchTally, progress: FaultSearch.Telling) -> InterleavingReport {
    let rules = GraphRules(deployment)
    let (cluster, memory) = rules.start(budgets)
    var explorer = Explorer(rules, from: cluster, memory, bounds: bounds)
    var shown: [(thing: SearchTally.Thing, state: Int)] = []
    var ends = 0
    var isStopped = false
    let end = explorer.run(crew: crew) { visit in
      if visit.number % Self.statesPerQuestion == 0 {
        let status = Progress(
          part: .interleavings, runs: visit.depth, total: 0, states: visit.number, tried: tally.runs)
        if progress(status) == .stop {
          isStopped = true
          return false
        }
      }
      guard visit.isAtRest || visit.events.contains(where: Self.tells) else { return true }
      if visit.isAtRest { ends += 1 }
      let judgement = verdict(visit.cluster, visit.memory, isAtRest: visit.isAtRest)
      if visit.isAtRest { tally.count(judgement) }
      let run = SearchTally.Run(judgement: judgement, steps: visit.depth, seed: 0)
      let news = SearchTally.findings(in: run).filter { finding in !shown.contains { $0.thing == finding.thing } }
      guard !news.isEmpty else { return true }
      for finding in news { shown.append((finding.thing, visit.number)) }
      return true
    }
    for (number, (thing, state)) in shown.enumerated() {
      keep(thing, explorer.path(to: state), number, rules, in: &tally)
    }
    return InterleavingReport(
      states: explorer.transitions, distinctStates: explorer.stateCount, depth: explorer.depth, ends: ends,
      crashes: budgets.crashes, bound: isStopped ? .stopped : Self.bound(end, bounds),
      heldBack: Self.heldBack(in: deployment))
  }

  private func verdict(
    _ cluster: Cluster<LabMachine>, _ memory: GraphRules.Memory, isAtRest: Bool
  ) -> Judgement {
    let missing = isAtRest ? memory.promises.missing(in: cluster) : []
    return memory.judge.verdict(settled: isAtRest, facts: RunFacts(missing: missing))
  }

  /// Only what shows before the end: everything else may yet come right.
  private static func tells(_ event: Event<LabMachine>) -> Bool {
    switch event {
    case .observed(_, .work(.effect)), .observed(_, .work(.parked)): true
    case .observed, .sent, .delivered, .lost, .refused, .armed, .disarmed, .fired, .choiceOpened, .chosen,
      .choiceAbandoned, .writeStarted, .writeCompleted, .writeAbandoned, .crashed, .restarted, .paused, .resumed,
      .refusing, .accepting, .severed, .healed:
      false
    }
  }

  /// The path in the words of a run file, and what it shows.
  ///
  /// It needs no shrinking: every path within the rules that is shorter was explored before it.
  private func keep(
    _ thing: SearchTally.Thing, _ path: [Action<LabMachine>], _ number: Int, _ rules: GraphRules,
    in tally: inout SearchTally
  ) {
    var (cluster, memory) = rules.start(budgets)
    var scratch = Cluster<LabMachine>.Scratch()
    var words: [String] = []
    var crashes = PathCrashes(deployment: rules.deployment)
    for action in path {
      let before = cluster
      crashes.note(action)
      words.append(ActionCode.text(of: action, in: before))
      cluster.apply(action, into: &scratch)
      rules.follow(action, scratch.events, before: before, depth: words.count, memory: &memory)
      crashes.read(scratch.events)
    }
    let judgement = verdict(cluster, memory, isAtRest: rules.choices(cluster, memory).isEmpty)
    let run = SearchTally.Run(
      judgement: judgement, faults: crashes.faults,
      ranks: [FaultMenu.Rank(.poison, Int(UInt16.max), nth: number + 1)], steps: words.count, seed: 0, path: words)
    for finding in SearchTally.findings(in: run) where finding.thing == thing { tally.keep(finding) }
  }

  private static func bound(_ end: Explorer<GraphRules>.End, _ bounds: ExplorationBounds) -> InterleavingReport.Bound? {
    switch end {
    case .exhausted: nil
    case .stateBound: .states(bounds.states)
    case .depthBound: .depth(bounds.depth)
    case .stopped: .stopped
    }
  }

  /// Replicas whose elections never happen in an exploration.
  private static func heldBack(in deployment: Deployment) -> Bool {
    deployment.placements.contains { $0.runs != .ideal }
  }
}

/// How far an exploration of interleavings came.
public struct InterleavingReport: Equatable, Sendable {
  public enum Bound: Equatable, Sendable {
    case states(Int)
    case depth(Int)
    /// Somebody outside.
    case stopped
  }

  /// Steps from a state to a state.
  public var states: Int
  public var distinctStates: Int
  /// The longest of the shortest paths.
  public var depth: Int
  /// States in which nothing is left to do.
  public var ends: Int
  /// Crashes that a path may have.
  public var crashes: Int
  /// Which bound was reached before everything was explored; nil where everything was.
  public var bound: Bound?
  /// True where there are replicas: their upkeep was held back, the leader of the start stays.
  public var heldBack: Bool

  public init(
    states: Int, distinctStates: Int, depth: Int, ends: Int, crashes: Int, bound: Bound?, heldBack: Bool
  ) {
    self.states = states
    self.distinctStates = distinctStates
    self.depth = depth
    self.ends = ends
    self.crashes = crashes
    self.bound = bound
    self.heldBack = heldBack
  }
}
