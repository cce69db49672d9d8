import LabEngine
import ProgressGraph
import Testing

/// The one place where the tables meet the engine: a graph text and a scenario in, codes and FAIL out.
struct LabRun {
  let codes: Set<AnomalyCode>
  let isFailure: Bool
  /// One line per anomaly, for the message of a failing test.
  let details: String
  /// Everything that happened, with its times.
  let story: [StoryEvent]

  /// - Parameter scenario: nil for the run without faults.
  init(_ text: String, scenario: String?, logs: LogChoice) throws {
    let loaded = Lab.load(Array(text.utf8), file: "cell.yaml")
    let graph = try #require(
      loaded.graph, "\(loaded.diagnostics.map { "\($0.code): \($0.message)" })\n\(text)")
    let plan = try #require(Lab.plan(graph, scenario: scenario, faults: []))
    let report = Lab.run(loaded, plan, RunOptions(seed: 1, logs: logs))
    let run = try #require(report.scenarios.first)
    #expect(run.isComplete, "the run was cut at \(run.steps) steps")
    codes = Set(run.outcome)
    isFailure = run.failed > 0
    details = run.anomalies.map { "\($0.code.rawValue) \($0.subject) \($0.key) x\($0.count)" }.joined(separator: "; ")
    story = run.story
  }

  var outcome: Expected { Expected(codes: codes, isFailure: isFailure) }
}
