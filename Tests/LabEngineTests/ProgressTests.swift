import GraphNodes
import Primitives
import ProgressGraph
import Simulation
import Testing

@testable import LabEngine

/// Method: one run, looked at while it goes on. Its two branches meet every state of a step: done, in flight, waiting
/// for a node, a channel or a timer, tried again, parked.
@Suite struct ProgressTests {
  private static let text = """
    name: progress
    channels: {jobs: {kind: queue, lease: 1s, dlq: true, max_deliveries: 2, redrive: owner}}
    nodes:
      web: {kind: client, do: [{call: desk}, {send: jobs}]}
      desk: {work: durable, do: [{reply: ok}, {call: psp, timeout: 200ms}, {wait: 1h}]}
      psp: {kind: external, idempotency: true}
      worker: {trigger: jobs, do: [{call: bank}, {write: seen}]}
      bank: {do: [{write: paid}]}
    """
  private static let faults = ["{poison: bank/paid}", "{down: psp, at: 0s, for: 5s}"]

  private static func run(until limit: SimDuration?) throws -> Execution {
    let (loaded, graph) = try graph(text)
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else { throw Unread() }
    var run = Execution(Deployment(graph, logs: .ideal), load: .single, faults: plan.faults, seed: 1)
    while limit.map({ run.simulator.now < .start + $0 }) ?? true, run.advance() != nil {}
    return run
  }

  private struct Unread: Error {}

  private static func lines(_ run: Execution) throws -> [String] {
    let workflows = run.judge.workflows(in: run.deployment.graph)
    let workflow = try #require(workflows.first)
    #expect(workflows.count == 1 && workflow.trigger == "web-1" && !workflow.isCut)
    return (workflow.isComplete ? ["complete"] : []) + workflow.works.flatMap { lines($0, "") }
  }

  private static func lines(_ work: WorkReport, _ indent: String) -> [String] {
    ["\(indent)\(work.place): \(work.state) \(work.attempts)"] + work.steps.flatMap { step in
      let wait = step.waitsFor.map { " for \($0)" } ?? ""
      let again = step.retries > 0 ? " again \(step.retries)" : ""
      return ["\(indent)- \(step.step): \(step.state)\(wait)\(again)"]
        + step.below.flatMap { lines($0, indent + "  ") }
    }
  }

  @Test func `in flight it says who waits for whom`() throws {
    let begun = try Self.lines(Self.run(until: .milliseconds(15)))
    #expect(
      begun == [
        "web: running 1", "- desk: running for desk", "  desk: running 1", "  - ok: pending", "  - psp: pending",
        "  - wait: pending", "- jobs: pending",
      ])
    let later = try Self.lines(Self.run(until: .milliseconds(300)))
    #expect(
      later == [
        "web: done 1", "- desk: done", "  desk: running 1", "  - ok: done", "  - psp: running for psp again 2",
        "    psp: requested 0", "  - wait: pending", "- jobs: done", "  worker: failed 1", "  - bank: pending",
        "    bank: failed 1", "    - paid: pending", "  - seen: pending",
      ])
  }

  @Test func `later it says what is parked, and what waits for its timer`() throws {
    let parked = [
      "- jobs: done", "  worker: parked 2", "  - bank: pending", "    bank: failed 2", "    - paid: pending",
      "  - seen: pending",
    ]
    #expect(
      try Self.lines(Self.run(until: .seconds(60))) == [
        "web: done 1", "- desk: done", "  desk: running 1", "  - ok: done", "  - psp: done again 6", "    psp: done 1",
        "  - wait: running for its timer",
      ] + parked)
    #expect(
      try Self.lines(Self.run(until: nil)) == [
        "web: done 1", "- desk: done", "  desk: done 1", "  - ok: done", "  - psp: done again 6", "    psp: done 1",
        "  - wait: done",
      ] + parked)
  }

  @Test func `a workflow is complete once everything in its tree is done`() throws {
    let (_, graph) = try graph(Self.text)
    var run = Execution(Deployment(graph, logs: .ideal), load: .single, faults: [], seed: 1)
    run.finish()
    #expect(try Self.lines(run).first == "complete")
  }

  /// A loop of events has a tree without end.
  @Test func `a tree that is too large is cut, and says so`() throws {
    let (_, graph) = try graph(
      """
      name: loop
      channels: {ticks: topic}
      nodes: {web: {kind: client, do: [{publish: ticks}]}, relay: {trigger: ticks, do: [{publish: ticks}]}}
      """)
    var run = Execution(Deployment(graph, logs: .ideal), load: .single, faults: [], seed: 1)
    run.patience = 3_000
    run.finish()
    let workflow = try #require(run.judge.workflows(in: graph).first)
    #expect(workflow.isCut && !workflow.isComplete)
  }
}
