import Primitives
import ProgressGraph
import Testing

@testable import LabEngine

/// Method: runs that end with equal machines and a different world must have different hashes, in every report.
@Suite struct StateHashTests {
  @Test func `scenarios with different outcomes are in different states`() throws {
    let loaded = try Files.load("checkout/sync-chain.yaml")
    let report = Lab.check(loaded, CheckOptions(run: RunOptions(logs: .ideal), faults: 0))
    var hashes: [UInt64: [AnomalyCode]] = [:]
    for scenario in report.scenarios {
      if let other = hashes[scenario.stateHash] { #expect(other == scenario.outcome, "\(scenario.name)") }
      hashes[scenario.stateHash] = scenario.outcome
    }
    #expect(Set(report.scenarios.map(\.outcome)).count > 2)
    #expect(hashes.count > 2)
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
