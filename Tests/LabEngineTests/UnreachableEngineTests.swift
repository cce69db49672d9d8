import LabEngine
import Primitives
import ProgressGraph
import Testing

/// A reliable call whose engine never answers: the caller's time-out is its own, however often it repeats itself.
@Suite struct UnreachableEngineTests {
  /// Method: the engine's front dies for good before the call; the caller repeats itself every second, and its time-out
  /// of three seconds must end the wait.
  @Test func `repeating a reliable call does not put off its time-out`() throws {
    let (loaded, _) = try graph(
      """
      name: silent
      nodes:
        web: {kind: client, do: [{call: worker, reliable: true, timeout: 3s}]}
        worker: {do: [{write: row}]}
      """)
    let faults = ["{crash: engine/front, at: 0s, restart: never}"]
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else {
      Issue.record("the fault names the engine's front")
      return
    }
    let run = try #require(Lab.run(loaded, plan, RunOptions()).scenarios.first)
    let end = try #require(run.story.first { $0.text.contains("no answer in time") })
    #expect(end.actor == "web")
    #expect((2_900_000...3_200_000).contains(end.time.microseconds))
    #expect(run.failed == 1)
  }
}
