import GraphNodes
import Primitives
import ProgressGraph
import Properties
import Simulation
import Testing

@testable import LabEngine

/// The search leaves out what cannot show anything new, and loses no anomaly by that.
@Suite struct PruningTests {
  private static func graph(_ name: String) throws -> Graph {
    var graph = try #require(try Files.load(name).graph)
    // What is stuck is stuck: a day of retries shows nothing that five minutes do not.
    graph.horizon = .seconds(300)
    return graph
  }

  @Test func `the library is there`() { #expect(Files.library.count > 60) }

  // MARK: Single faults

  private struct Told: Equatable {
    var judgement: Judgement
    var state: UInt64
  }

  /// Method: every file of the library. What the search leaves out of single faults are those that do the same in the
  /// same action as one that it tries. Both are tried here, and end in the same state with the same judgement.
  @Test(arguments: Files.library)
  func `a fault that is left out does what another one does`(name: String) throws {
    let deployment = Deployment(try Self.graph(name), logs: .ideal)
    let planner = FaultPlanner(deployment: deployment)
    var trail = Trail(
      Execution(deployment, load: deployment.graph.usualLoad, faults: [], seed: 1), FaultMenu(deployment))
    _ = trail.begin()
    var (tried, leftOut) = (0, 0)
    while trail.run.simulator.steps < 2_000 {
      let before = trail
      guard let sites = trail.advance(pace: { .goOn }) else { break }
      let kept = sites.withoutRepetitions()
      tried += kept.count
      for site in sites where !kept.contains(where: { $0.offer.fault == site.offer.fault }) {
        let twin = try #require(kept.first { $0.offer.fault.kind == site.offer.fault.kind })
        #expect(
          Self.told(site, before, planner) == Self.told(twin, before, planner),
          "\(site.offer.fault.text) and \(twin.offer.fault.text)")
        leftOut += 1
      }
    }
    #expect(tried > 0 && leftOut > 0, "something is pruned")
  }

  private static func told(_ site: FaultSite, _ before: Trail, _ planner: FaultPlanner) -> Told? {
    var trail = before
    guard trail.include(site, planner) else { return nil }
    trail.finish(pace: { .goOn })
    return Told(judgement: trail.run.judgement, state: trail.run.simulator.cluster.fingerprint)
  }

  // MARK: Pairs

  private struct Found: Equatable {
    var things: Set<SearchTally.Thing>
    var codes: Set<AnomalyCode>
  }

  private static func search(_ graph: Graph, depth: Int, isPruning: Bool) -> (found: Found, runs: Int) {
    var search = FaultSearch(Deployment(graph, logs: .ideal), seed: 1, depth: depth)
    search.isPruning = isPruning
    search.run(limit: nil) { _ in .goOn }
    #expect(search.isComplete)
    return (Found(things: Set(search.findings.map(\.thing)), codes: Set(search.observed.keys)), search.runs)
  }

  /// Method: the search as it is and the search leaving nothing out find the same codes of the same subjects.
  @Test(arguments: ["naive-checkout.yaml", "checkout/sync-chain.yaml"])
  func `what is left out of pairs loses no anomaly`(name: String) throws {
    let graph = try Self.graph(name)
    let pruned = Self.search(graph, depth: 2, isPruning: true)
    let whole = Self.search(graph, depth: 2, isPruning: false)
    #expect(pruned.found == whole.found)
    #expect(pruned.runs < whole.runs, "something is pruned")
    // And pairs find at least what single faults do.
    #expect(Self.search(graph, depth: 1, isPruning: true).found.things.isSubset(of: pruned.found.things))
  }
}
