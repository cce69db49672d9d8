import ClusterModel
import GraphNodes
import LabWorld
import Primitives
import ProgressGraph
import Properties
import Simulation
import Testing

@testable import LabEngine

/// Runs with faults that go on from snapshots are compared with runs from the start. `PruningTests` compares the search
/// over pairs with one that leaves nothing out.
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
    while run.simulator.steps < 600, let action = run.advance() {
      told.actions.append(ActionCode.text(of: action, in: before))
      before = run.simulator.cluster
    }
    told.hash = before.fingerprint
    told.judgement = run.judgement
    return told
  }

  /// Method: every fault of the calm run, and every second fault after some of the first ones, once from the snapshot
  /// and once from the start: the same actions, states and judgements.
  @Test(arguments: [
    ("naive-checkout.yaml", .replicated), ("checkout/durable-orchestrator.yaml", .ideal),
  ] as [(String, LogChoice)])
  func `a run that goes on from a snapshot is the run from the start`(name: String, logs: LogChoice) throws {
    let graph = try #require(try Files.load(name).graph)
    let deployment = Deployment(graph, logs: logs.deployed)
    let compared = try Self.compare(deployment, prior: [], from: nil)
    #expect(compared.count > 40)
    var pairs = 0
    for site in compared {
      guard pairs < 60, site.action % 7 == 0 else { continue }
      pairs += try Self.compare(deployment, prior: [site.offer.fault], from: site).count
    }
    #expect(pairs > 40)
  }

  /// Compares every run with one more fault than `prior`.
  private static func compare(
    _ deployment: Deployment, prior: [Fault], from first: FaultSite?
  ) throws -> [FaultSite] {
    let planner = FaultPlanner(deployment: deployment)
    let load = deployment.graph.usualLoad
    var trail = Trail(Execution(deployment, load: load, faults: prior, seed: 1), FaultMenu(deployment))
    var compared: [FaultSite] = []
    _ = trail.begin()
    while trail.run.simulator.steps < 150 {
      let before = trail
      guard let sites = trail.advance(pace: { .goOn }) else { break }
      for site in sites where !site.isFromStart && site.action >= first?.action ?? 0 {
        // Only every third after a first fault: the runs from the start are many.
        guard prior.isEmpty || compared.isEmpty || site.action % 3 == 0 && compared.count < 20 else { continue }
        var fork = before
        guard fork.include(site, planner) else { continue }
        compared.append(site)
        let whole = Execution(deployment, load: deployment.graph.usualLoad, faults: prior + [site.offer.fault], seed: 1)
        let (forked, started) = (tell(fork.run, after: whole), tell(whole))
        let isSame = forked == started
        #expect(isSame, "\((prior + [site.offer.fault]).map(\.text))")
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

  // MARK: Pairs

  private static func things(_ search: FaultSearch) -> Set<SearchTally.Thing> { Set(search.findings.map(\.thing)) }

  private static func search(
    _ graph: Graph, depth: Int = 2, crew: any Crew = OneByOne()
  ) -> FaultSearch {
    var search = FaultSearch(Deployment(graph, logs: .ideal), seed: 1, depth: depth, crew: crew)
    search.run(limit: nil) { _ in .goOn }
    return search
  }

  static let twice = """
    name: twice
    nodes:
      web: {kind: client, do: [{call: shop, timeout: 5s, retry: 1, key: order_id}]}
      shop: {work: idempotent, do: [{write: order, key: order_id}]}
    workflow: {start: web, must_complete: true}
    """

  /// The caller asks twice, so that it takes two lost messages for it to give up.
  @Test func `pairs find what no single fault shows`() throws {
    let graph = try graph(Self.twice).graph
    #expect(Self.things(Self.search(graph, depth: 1)).isEmpty)
    let found = try #require(Self.search(graph).findings.first)
    #expect(found.faults.count == 2 && found.anomaly?.code == .lost)
  }

  // MARK: Crews

  /// Does everything in the opposite order.
  private struct Backwards: Crew {
    func map<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result] {
      (0..<count).reversed().map(body).reversed()
    }
  }

  @Test func `it does not matter who does which part first`() throws {
    let loaded = try graph(Self.twice).loaded
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
