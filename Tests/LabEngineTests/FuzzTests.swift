import LabEngine
import ProgressGraph
import Testing

/// Method: 2,000 valid designs drawn by seed (`RandomGraph`) are read, run with their faults on ideal logs, and judged;
/// every tenth on replicated logs, and every tenth twice. None may trap, none may end without a verdict, and equal runs
/// are equal.
@Suite struct FuzzTests {
  private static let batch = 100

  @Test(arguments: 0..<20)
  func everyValidDesignRunsToAVerdict(_ batch: Int) throws {
    var outcomes: Set<[AnomalyCode]> = []
    for position in 0..<Self.batch {
      let seed = UInt64(batch * Self.batch + position)
      var design = RandomGraph(seed: seed)
      let text = design.text()
      let loaded = Lab.load(Array(text.utf8), file: "fuzz.yaml")
      let errors = loaded.diagnostics.filter { $0.severity == .error }.map { "\($0.code): \($0.message)" }
      #expect(loaded.graph != nil, "seed \(seed): \(errors)\n\(text)")
      guard let graph = loaded.graph, let plan = Lab.plan(graph, scenario: "fuzz", faults: []) else { continue }
      let logs: LogChoice = position % 10 == 0 ? .replicated : .ideal
      let run = try scenario(loaded, plan, logs)
      #expect(run.isComplete && !run.isEndless, "seed \(seed) came to no verdict in \(run.steps) steps\n\(text)")
      outcomes.insert(run.outcome)
      guard position % 10 == 1 else { continue }
      #expect(try scenario(loaded, plan, logs) == run, "seed \(seed) is not the same twice\n\(text)")
    }
    // Where nothing ever goes wrong, or always the same, the designs prove nothing.
    #expect(outcomes.count > 8, "\(outcomes)")
  }

  private func scenario(_ loaded: LoadedGraph, _ plan: RunPlan, _ logs: LogChoice) throws -> ScenarioReport {
    try #require(Lab.run(loaded, plan, RunOptions(seed: 3, logs: logs), isTold: false).scenarios.first)
  }
}
