import ClusterModel
import GraphNodes
import LabWorld
import Primitives
import ProgressGraph
import Properties
import Simulation
import Testing

@testable import Exploration
@testable import LabEngine

/// Method: small graphs whose numbers of states are kept as goldens, and the law that whatever the simulator does is a
/// path of what was explored.
@Suite struct GraphExplorationTests {
  static let call = """
    name: call
    nodes:
      web: {kind: client, do: [{call: shop, timeout: 5s}]}
      shop: {do: [{write: order}, {effect: mail}]}
    expect: {all_or_none: [[order, mail]], once: [mail]}
    """
  static let queue = """
    name: queue
    channels: {jobs: {kind: queue, lease: 30s, max_deliveries: 3, dlq: true}}
    nodes:
      web: {kind: client, do: [{send: jobs}]}
      worker: {trigger: jobs, do: [{write: order}, {effect: mail}]}
    expect: {once: [mail]}
    """
  static let topic = """
    name: topic
    nodes:
      web: {kind: client, do: [{publish: facts}]}
      left: {trigger: facts, do: [{write: a}]}
      right: {trigger: facts, do: [{write: b}]}
    expect: {once: [a, b]}
    """

  private static func deployment(_ text: String) throws -> Deployment {
    let loaded = Lab.load(Array(text.utf8), file: "small.yaml")
    return Deployment(try #require(loaded.graph, "\(loaded.diagnostics.map(\.message))"), logs: .ideal)
  }

  private static func explored(
    _ deployment: Deployment, crashes: Int = 0, early: Int? = 0, states: Int = 200_000
  ) -> (explorer: Explorer<GraphRules>, end: Explorer<GraphRules>.End) {
    let rules = GraphRules(deployment)
    let (cluster, memory) = rules.start(GraphRules.Budgets(crashes: crashes, early: early))
    var explorer = Explorer(rules, from: cluster, memory, bounds: ExplorationBounds(states: states))
    let end = explorer.run { _ in true }
    return (explorer, end)
  }

  /// A change of these numbers means that something else is explored; that needs a reason.
  @Test(arguments: [
    ("call", call, 0, 11), ("call", call, 1, 38), ("queue", queue, 0, 33), ("queue", queue, 1, 159),
    ("topic", topic, 0, 532),
  ])
  func knownNumbersOfStates(_ name: String, _ text: String, _ crashes: Int, _ states: Int) throws {
    let (explorer, end) = Self.explored(try Self.deployment(text), crashes: crashes)
    #expect(end == .exhausted)
    #expect(explorer.stateCount == states, "\(name) with \(crashes) crashes")
  }

  /// Every step of the simulator is a choice of the rules, and leads to a state that was explored.
  ///
  /// Two consumers work at the same time: there a timer may fire while a message to the other one is on its way, which
  /// is a fault to the explorer, so that only the choices are compared, with any number of such faults.
  @Test(arguments: [(call, 0), (queue, 0), (topic, nil)] as [(String, Int?)], 1...5 as ClosedRange<UInt64>)
  func whatTheSimulatorDoesIsAPathOfTheGraph(_ design: (text: String, early: Int?), _ seed: UInt64) throws {
    let (text, early) = design
    let jittered = text + "\nnetwork: {latency: 1ms..9ms}\n"
    let deployment = try Self.deployment(jittered)
    let rules = GraphRules(deployment)
    var (cluster, memory) = rules.start(GraphRules.Budgets(early: early))
    var scratch = Cluster<LabMachine>.Scratch()
    let (explorer, end) = Self.explored(deployment)
    #expect(end == .exhausted)
    let isCompared = early == 0
    var run = Execution(deployment, load: deployment.graph.usualLoad, faults: [], seed: seed)
    while let action = run.advance() {
      #expect(rules.choices(cluster, memory).contains(action), "step \(run.simulator.steps): \(action)")
      let before = cluster
      #expect(cluster.apply(action, into: &scratch))
      rules.follow(action, scratch.events, before: before, depth: run.simulator.steps, memory: &memory)
      #expect(!isCompared || explorer.hasVisited(cluster, memory), "step \(run.simulator.steps): \(action)")
    }
    #expect(!isCompared || rules.choices(cluster, memory).isEmpty, "both have come to rest")
  }

  // MARK: What is found

  @Test func aCrashIsFoundOnAShortestPathThatReplays() throws {
    let loaded = Lab.load(Array(Self.call.utf8), file: "call.yaml")
    let options = CheckOptions(run: RunOptions(logs: .ideal), faults: 1, isExhaustive: true)
    let report = Lab.check(loaded, options)
    #expect(report.checks == [.load, .scenarios, .search, .interleavings])
    let interleavings = try #require(report.search?.interleavings)
    #expect(interleavings.bound == nil && interleavings.distinctStates == 38 && interleavings.crashes == 1)
    // The search over faults has found it first: its run has a name.
    let partial = try #require(report.search?.violations.first { $0.code == .partial })
    #expect(partial.path == nil && partial.faults.count == 1)
  }

  @Test func anOrderOfMessagesThatNoFaultShowsIsSaved() throws {
    // Two calls nobody waits for race; where the second overtakes the first, the old value stands last.
    let text = """
      name: race
      nodes:
        web: {kind: client, do: [{call: shop, await: false}, {call: shop, await: false}]}
        shop: {do: [{effect: mail}]}
      expect: {once: [mail]}
      """
    let loaded = Lab.load(Array(text.utf8), file: "race.yaml")
    let options = CheckOptions(run: RunOptions(logs: .ideal), faults: 0, isExhaustive: true)
    let report = Lab.check(loaded, options)
    guard loaded.graph != nil else {
      Issue.record("\(loaded.diagnostics.map(\.message))")
      return
    }
    for violation in report.search?.violations ?? [] where violation.path != nil {
      let file = try #require(Lab.record(violation, of: loaded, options.run))
      let replay = Lab.replay(file)
      #expect(replay.replay?.isExact == true && replay.scenarios.first?.outcome.contains(violation.code) == true)
      #expect(file.actions.count == violation.steps)
    }
  }

  @Test func aTimerBeforeItsTurnIsAFaultWithABudget() throws {
    // With one timer ahead of its turn the lease ends while the worker is at work, and the mail is sent twice.
    let deployment = try Self.deployment(Self.queue)
    for (early, isDoubled) in [(0, false), (1, true)] {
      var tally = SearchTally(deployment.graph)
      let search = InterleavingSearch(
        deployment: deployment, budgets: GraphRules.Budgets(early: early), bounds: ExplorationBounds(states: 100_000))
      let report = search.run(into: &tally) { _ in .goOn }
      #expect(report.bound == nil)
      let doubled = tally.found.first { $0.anomaly?.code == .dup }
      #expect((doubled != nil) == isDoubled)
      #expect(isDoubled == (doubled?.path?.isEmpty == false))
    }
  }

  @Test func aBoundLeavesTheCheckOpen() throws {
    let loaded = Lab.load(Array(Self.queue.utf8), file: "queue.yaml")
    let sound = Lab.load(Array(Self.call.replacing("once: [mail]", with: "eventually: [mail]").utf8), file: "call.yaml")
    let options = CheckOptions(run: RunOptions(logs: .ideal), faults: 0, isExhaustive: true, stateLimit: 5)
    let report = Lab.check(loaded, options)
    #expect(report.search?.interleavings?.bound == .states(5) && report.verdict(failOn: .error) == .inconclusive)
    let whole = CheckOptions(run: RunOptions(logs: .ideal), faults: 0, isExhaustive: true)
    #expect(Lab.check(sound, whole).verdict(failOn: .error) == .pass)
    let stopped = Lab.check(loaded, whole) { $0.part == .interleavings ? .stop : .goOn }
    #expect(stopped.search?.interleavings?.bound == .stopped && stopped.search?.isComplete == false)
  }
}
