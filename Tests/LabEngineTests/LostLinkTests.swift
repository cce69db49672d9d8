import GraphNodes
import Primitives
import ProgressGraph
import Simulation
import Testing

@testable import LabEngine

/// What a node says until somebody confirms it: not once too few, and not a million times.
@Suite struct LostLinkTests {
  /// Method: of a job that came up again the second message to its topic, which asks for the session, is lost. What it
  /// had processed before the crash, and not committed, has to come again all the same.
  @Test(arguments: LogChoice.allCases)
  func `a stream job asks for its session until the topic knows`(logs: LogChoice) throws {
    let faults = ["{crash: detector, at: 10038ms}", "{drop: detector -> payments, nth: 2}"]
    for name in ["stream-to-topic.yaml", "stream-with-side-call.yaml"] {
      let loaded = try Files.load("fraud-detection/\(name)")
      guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else {
        Issue.record("the faults are not read")
        return
      }
      let report = Lab.run(loaded, plan, RunOptions(logs: logs))
      let run = try #require(report.scenarios.first)
      #expect(run.isComplete && run.outcome.filter { $0 != .dup } == [], "\(name): \(run.outcome)")
      #expect(run.unstruck == [])
    }
  }

  /// Method: a run waits for a month, so that the horizon lies as far away, and meanwhile another node cannot reach its
  /// queue. The run is judged there and not before.
  @Test func `a queue out of reach for a month is asked a few times a day`() throws {
    let text = """
      name: patient
      channels: {jobs: queue}
      nodes:
        web: {kind: client, do: [{call: desk}, {call: sender, await: false}]}
        desk: {work: durable, do: [{reply: ok}, {wait: 30d}, {write: late}]}
        sender: {do: [{send: jobs}]}
        worker: {trigger: jobs, do: [{write: done}]}
      """
    let (loaded, graph) = try graph(text)
    let fault = "{crash: jobs/front, at: 0s, restart: never}"
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: [fault], as: "fault") else {
      Issue.record("the fault is not read")
      return
    }
    var run = Execution(Deployment(graph, logs: .ideal), load: .single, faults: plan.faults, seed: 1)
    run.finish()
    #expect(run.isComplete && !run.isEndless && run.simulator.now >= .start + .seconds(30 * 86_400))
    #expect(run.simulator.steps < 100_000, "\(run.simulator.steps)")
  }
}
