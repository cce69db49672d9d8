import Primitives
import ProgressGraph
import Testing

@testable import LabEngine

/// A log that changes its leader can hold an append twice: who put it there got no answer, and asked again. The search
/// over pairs found it: the leader of a journal dies with a record, and later the node reads its journal.
@Suite struct RepeatedAppendTests {
  private static func run(_ text: String, _ faults: [String]) throws -> ScenarioReport {
    let (loaded, _) = try graph(text)
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else {
      Issue.record("\(faults) does not read")
      return ScenarioReport(name: "")
    }
    return try #require(Lab.run(loaded, plan, RunOptions()).scenarios.first)
  }

  private static let leaderDies = "{crash: order/journal/1, at: 28ms, restart: 1s}"

  @Test(arguments: ["after: accepted", "before: reserved", "after: charged"])
  func `a step that the journal holds twice is one step`(point: String) throws {
    let text = """
      name: twice
      nodes:
        web: {kind: client, do: [{call: order, timeout: 30s}]}
        order: {work: durable, do: [{write: accepted}, {effect: reserved}, {effect: charged}]}
      expect: {once: [accepted], eventually: [reserved, charged]}
      """
    var hasRepeated = false
    for instant in 8...60 {
      let leader = "{crash: order/journal/1, at: \(instant)ms, restart: 1s}"
      let report = try Self.run(text, [leader, "{crash: order, \(point), restart: 1s}"])
      #expect(!report.outcome.contains(.stuck) && !report.outcome.contains(.partial), "\(leader): \(report.anomalies)")
      hasRepeated = hasRepeated || report.story.filter { $0.text.hasPrefix("skips accepted") }.count == 1
    }
    #expect(hasRepeated, "the node reads a step from its journal, once")
  }

  @Test func `a step that the journal holds twice is one step of its strand`() throws {
    let text = """
      name: twice
      nodes:
        web: {kind: client, do: [{call: order, timeout: 30s}]}
        order:
          work: durable
          do: [{each: 2, do: [{write: accepted}, {effect: reserved}]}, {write: charged}]
      expect: {once: [accepted], eventually: [reserved, charged]}
      """
    for instant in 8...60 {
      let leader = "{crash: order/journal/1, at: \(instant)ms, restart: 1s}"
      for point in ["after: accepted", "after: reserved", "before: charged"] {
        let report = try Self.run(text, [leader, "{crash: order, \(point), nth: 2, restart: 1s}"])
        #expect(!report.outcome.contains { $0 == .stuck || $0 == .partial }, "\(leader): \(report.anomalies)")
        #expect(!report.violated.contains { $0.contains("accepted") }, "\(leader) \(point): \(report.violated)")
      }
    }
  }

  @Test func `the durable orchestrator survives its journal's leader and itself`() throws {
    let loaded = try Files.load("checkout/durable-orchestrator.yaml")
    let faults = [Self.leaderDies, "{crash: order, during: accepted, restart: 1s}"]
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else {
      Issue.record("\(faults) does not read")
      return
    }
    let report = try #require(Lab.run(loaded, plan, RunOptions()).scenarios.first)
    #expect(report.outcome.isEmpty || report.outcome == [.orphan], "\(report.anomalies)")
  }
}
