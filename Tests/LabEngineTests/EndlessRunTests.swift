import GraphNodes
import Primitives
import ProgressGraph
import Properties
import Simulation
import Testing

@testable import LabEngine

/// Runs that never come to rest are judged after a bound that these tests shorten; those that do, are not.
@Suite struct EndlessRunTests {
  private func run(
    _ design: String, load: Load = .single, faults: [String] = [], patience: Int = 3_000
  ) throws -> Execution {
    let (loaded, graph) = try graph("name: endless\n\(design)")
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else { throw Unread() }
    var run = Execution(Deployment(graph, logs: .ideal), load: load, faults: plan.faults, seed: 1)
    run.patience = patience
    run.finish()
    return run
  }

  private struct Unread: Error {}

  private static let loop = """
    channels: {ticks: topic}
    nodes:
      web: {kind: client, do: [{publish: ticks}]}
      relay: {trigger: ticks, do: [{publish: ticks}]}
    """
  /// The callee needs longer than its caller waits, every time.
  private static let retry = """
    channels: {jobs: {kind: queue, lease: 1s}}
    nodes:
      web: {kind: client, do: [{send: jobs}]}
      worker: {trigger: jobs, do: [{call: slow, timeout: 100ms}, {write: a}]}
      slow: {latency: 1s, do: [{write: b, key: order_id}]}
    """
  private static let calls = """
    nodes:
      web: {kind: client, do: [{call: a, await: false}]}
      a: {do: [{call: b, await: false}]}
      b: {do: [{call: a, await: false}]}
    """

  @Test(arguments: [loop, retry, calls])
  func `work that goes on for ever is stuck, and breaks what no file has to declare`(design: String) throws {
    let run = try run(design)
    #expect(run.isEndless && run.isComplete && run.rest == nil)
    #expect(run.simulator.steps < 3_100)
    let judgement = run.judgement
    #expect(judgement.outcome.contains(.stuck))
    let broken = judgement.expectations.filter { !$0.holds }.map { $0.expectation.name(in: run.deployment.graph) }
    #expect(broken.contains("settles"))
  }

  @Test func `under poison that never heals an endless retry is the right answer`() throws {
    let design = """
      channels: {jobs: {kind: queue, lease: 1s}}
      nodes:
        web: {kind: client, do: [{send: jobs}]}
        worker: {trigger: jobs, do: [{write: a}]}
      """
    let run = try run(design, faults: ["{poison: worker/a}"])
    #expect(run.isEndless && run.judgement.outcome == [.stuck])
    #expect(!run.judgement.expectations.contains { !$0.holds })
    let calm = try self.run(design)
    #expect(!calm.isEndless && calm.rest != nil && calm.judgement.outcome == [])
  }

  @Test func `the bound counts from the last trigger and the end of the last fault`() throws {
    let load = Load(count: 40, every: .seconds(1))
    let late = try run(Self.retry, load: load, patience: 200)
    #expect(late.isEndless && late.simulator.now >= .start + .seconds(39))
    let slowed = try run(Self.retry, faults: ["{slow: slow, by: 1ms, at: 0s, for: 60s}"], patience: 200)
    #expect(slowed.isEndless && slowed.simulator.now >= .start + .seconds(60))
    let graph = try #require(Lab.load(Array(Self.retry.utf8), file: "retry.yaml").graph)
    #expect(Execution.patience(with: Load(count: 50_000, every: .zero), in: graph) == nil)
  }

  @Test func `a check says that the calm run never rests, and tries no fault on it`() throws {
    let text = "name: endless\nscenarios: {s: {}}\n\(Self.calls)"
    let report = Lab.check(try graph(text).loaded, CheckOptions(run: RunOptions(logs: .ideal)))
    #expect(report.verdict(failOn: .error) == .fail)
    #expect(report.scenarios.first?.isEndless == true && report.scenarios.first?.passed == false)
    #expect(report.search?.runs == 1 && report.search?.violations.first?.code == .stuck)
    #expect(report.expectations.last?.name == "settles" && report.expectations.last?.holds == false)
    let declared = Lab.check(
      try graph(text.replacing("{s: {}}", with: "{s: {outcome: [LOST, STUCK]}}")).loaded,
      CheckOptions(run: RunOptions(logs: .ideal)))
    #expect(declared.verdict(failOn: .error) == .pass)
  }
}
