import Primitives
import ProgressGraph
import Testing

@testable import LabEngine

/// Method: runs that end with equal machines and a different world must have different hashes, in every report.
@Suite struct StateHashTests {
  /// Who was told what is no part of the state: only codes that are about effects are compared.
  @Test func `scenarios that leave another world are in different states`() throws {
    let loaded = try Files.load("checkout/sync-chain.yaml")
    let report = Lab.check(loaded, CheckOptions(run: RunOptions(logs: .ideal), faults: 0))
    var hashes: [UInt64: [AnomalyCode]] = [:]
    for scenario in report.scenarios {
      let codes = scenario.outcome.filter { $0 != .orphan && $0 != .lost }
      if let other = hashes[scenario.stateHash] { #expect(other == codes, "\(scenario.name)") }
      hashes[scenario.stateHash] = codes
    }
    #expect(hashes.count > 2)
    let calm = report.scenarios.first { $0.name == "calm" }
    #expect(calm?.stateHash != report.scenarios.first { $0.name == "shop-is-down" }?.stateHash)
  }

  /// An effect without a key leaves no trace in its node: only the world tells one from two.
  @Test func `an effect that is done twice is another state than one that is done once`() throws {
    let (loaded, graph) = try graph(
      """
      nodes:
        web: {kind: client, do: [{call: pay}]}
        pay: {do: [{effect: charge}]}
      """)
    func final(_ faults: [String]) throws -> (UInt64, UInt64) {
      guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else {
        throw Mistake()
      }
      let run = try #require(Lab.run(loaded, plan, RunOptions()).scenarios.first)
      let file = try #require(Lab.record(loaded, plan, RunOptions()))
      #expect(Lab.replay(file).scenarios.first?.stateHash == run.stateHash)
      var session = LabSession(graph, plan, RunOptions())
      session.go(to: session.history.tip)
      #expect(session.moment.stateHash == run.stateHash)
      #expect(file.hashes.final == run.stateHash)
      return (run.stateHash, UInt64(run.anomalies.count))
    }
    let once = try final([])
    let twice = try final(["{duplicate: web -> pay}"])
    #expect(once.1 == 0 && twice.1 == 1)
    #expect(once.0 != twice.0)
  }

  private struct Mistake: Error {}
}
