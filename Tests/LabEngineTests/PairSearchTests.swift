import ClusterModel
import GraphNodes
import LabWorld
import Primitives
import ProgressGraph
import Properties
import Simulation
import Testing

@testable import LabEngine

/// Runs with faults that go on from snapshots are compared with runs from the start, and the search over pairs with one
/// that leaves nothing out.
@Suite struct PairSearchTests {
  // MARK: Going on from a snapshot

  private struct Told: Equatable {
    var actions: [String] = []
    var hash: UInt64 = 0
    var judgement: Judgement?
  }

  private static func tell(_ start: Execution) -> Told {
    var run = start
    var told = Told()
    var before = run.simulator.cluster
    while run.simulator.steps < 3_000, let action = run.advance() {
      told.actions.append(ActionCode.text(of: action, in: before))
      before = run.simulator.cluster
    }
    told.hash = before.fingerprint
    told.judgement = run.judgement
    return told
  }

  /// Method: every fault of the calm run, and every second fault after some of the first ones, once from the snapshot
  /// and once from the start: the same actions, states and judgements.
  @Test(arguments: ["naive-checkout.yaml", "checkout/durable-orchestrator.yaml"], LogChoice.allCases)
  func `a run that goes on from a snapshot is the run from the start`(name: String, logs: LogChoice) throws {
    let graph = try #require(try Files.load(name).graph)
    let deployment = Deployment(graph, logs: logs.deployed)
    let compared = try Self.compare(deployment, prior: [], from: nil)
    #expect(compared.count > 40)
    var pairs = 0
    for site in compared {
      guard pairs < 400, site.action % 7 == 0 else { continue }
      pairs += try Self.compare(deployment, prior: [site.offer.fault], from: site).count
    }
    #expect(pairs > 40)
  }

  /// Compares every run with one more fault than `prior`.
  private static func compare(
    _ deployment: Deployment, prior: [Fault], from first: FaultSite?
  ) throws -> [FaultSite] {
    let planner = FaultPlanner(deployment: deployment)
    var trail = Trail(Execution(deployment, load: .single, faults: prior, seed: 1), FaultMenu(deployment))
    var compared: [FaultSite] = []
    _ = trail.begin()
    while trail.run.simulator.steps < 150 {
      let before = trail
      guard let sites = trail.advance(pace: { .goOn }) else { break }
      for site in sites where !site.isFromStart && site.action >= first?.action ?? 0 {
        // Only every third after a first fault: the runs from the start are many.
        guard prior.isEmpty || compared.isEmpty || site.action % 3 == 0 else { continue }
        var fork = before
        guard fork.include(site, planner) else { continue }
        compared.append(site)
        let whole = Execution(deployment, load: .single, faults: prior + [site.offer.fault], seed: 1)
        let (forked, started) = (tell(fork.run, after: whole), tell(whole))
        #expect(forked == started, "\((prior + [site.offer.fault]).map(\.text))")
      }
    }
    return compared
  }

  /// The actions before the snapshot are those of any run that has not been struck yet.
  private static func tell(_ fork: Execution, after whole: Execution) -> Told {
    var prefix: [String] = []
    var run = whole
    var before = run.simulator.cluster
    while run.simulator.steps < fork.simulator.steps, let action = run.advance() {
      prefix.append(ActionCode.text(of: action, in: before))
      before = run.simulator.cluster
    }
    var told = tell(fork)
    told.actions = prefix + told.actions
    return told
  }

  // MARK: Pruning

  private static func things(_ search: FaultSearch) -> Set<SearchTally.Thing> { Set(search.findings.map(\.thing)) }

  private static func search(
    _ graph: Graph, depth: Int = 2, isPruning: Bool = true, crew: any Crew = OneByOne()
  ) -> FaultSearch {
    var search = FaultSearch(Deployment(graph, logs: .ideal), seed: 1, depth: depth, crew: crew)
    search.isPruning = isPruning
    search.run(limit: nil) { _ in .goOn }
    return search
  }

  @Test(arguments: Files.names) func `pruning loses no anomaly`(name: String) throws {
    let graph = try #require(try Files.load(name).graph)
    let pruned = Self.search(graph)
    let whole = Self.search(graph, isPruning: false)
    #expect(pruned.isComplete && whole.isComplete)
    #expect(pruned.runs < whole.runs, "something is pruned")
    #expect(Self.things(pruned) == Self.things(whole))
    #expect(Set(pruned.observed.keys) == Set(whole.observed.keys))
    // And pairs find at least what single faults do.
    #expect(Self.things(Self.search(graph, depth: 1)).isSubset(of: Self.things(pruned)))
  }

  /// A message is lost only where both the first attempt and the one retry fail.
  @Test func `pairs find what no single fault shows`() throws {
    let text = """
      name: twice
      nodes:
        web: {kind: client, do: [{call: desk, timeout: 30s}]}
        desk: {do: [{call: shop, timeout: 1s, retry: 1, key: order_id}]}
        shop: {work: idempotent, do: [{write: order, key: order_id}, {effect: mail, key: order_id}]}
      workflow: {start: web, must_complete: [order]}
      expect: {all_or_none: [[order, mail]]}
      """
    guard let graph = Lab.load(Array(text.utf8), file: "twice.yaml").graph else {
      Issue.record("\(Lab.load(Array(text.utf8), file: "twice.yaml").diagnostics)")
      return
    }
    let single = Self.things(Self.search(graph, depth: 1))
    let pairs = Self.search(graph)
    let news = Self.things(pairs).subtracting(single)
    #expect(news.contains { if case .anomaly(.partial, _) = $0 { true } else { false } }, "\(pairs.findings)")
    for finding in pairs.findings where news.contains(finding.thing) { #expect(finding.faults.count == 2) }
  }

  // MARK: Crews

  /// Does everything in the opposite order.
  private struct Backwards: Crew {
    func map<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result] {
      (0..<count).reversed().map(body).reversed()
    }
  }

  @Test func `it does not matter who does which part first`() throws {
    let loaded = try Files.load("checkout/sync-chain.yaml")
    let options = CheckOptions(run: RunOptions(logs: .ideal), faults: 2, seeds: 50)
    #expect(Lab.check(loaded, options) == Lab.check(loaded, options, crew: Backwards()))
    var bounded = options
    bounded.stateLimit = 60
    let report = Lab.check(loaded, bounded)
    #expect(report.search?.isComplete == false && report == Lab.check(loaded, bounded, crew: Backwards()))
  }

  @Test func `pairs stop when told to`() throws {
    let graph = try #require(try Files.load("checkout/sync-chain.yaml").graph)
    var search = FaultSearch(Deployment(graph, logs: .ideal), seed: 1, depth: 2)
    search.run(limit: nil) { $0.tried > 100 ? .stop : .goOn }
    #expect(!search.isComplete && search.runs > 1)
  }
}
