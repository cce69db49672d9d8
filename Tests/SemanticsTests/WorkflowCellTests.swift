import LabEngine
import ProgressGraph
import Testing

/// The simulated outcome of every cell of table 2.9 equals the cell, over both kinds of log.
///
/// Method: as for the other tables, one generated design for each cell. For the last column whoever is in the middle
/// dies for good, and what is left stored is what anybody could still ask.
@Suite struct WorkflowCellTests {
  @Test(arguments: WorkflowCell.all, LogChoice.allCases)
  func cell(_ cell: WorkflowCell, _ logs: LogChoice) throws {
    let text = WorkflowGraph(cell: cell).text
    let expected = WorkflowTable.lookup(cell)
    let run = try LabRun(text, scenario: CellGraph.scenario, logs: logs)
    #expect(
      run.outcome == expected,
      "CELL 2.9 \(cell.testDescription) | table: \(expected) | run: \(run.outcome) | \(run.details)\n\(text)")
  }

  @Test func cellsHaveDistinctNames() {
    let names = WorkflowCell.all.map(\.testDescription)
    #expect(Set(names).count == names.count)
  }

  /// Without its fault a design shows nothing; what refuses by its own decision needs none to do so.
  @Test(arguments: WorkflowCell.all.filter { $0.design != .outbox || $0.mishap != .refuses })
  func calmRunsAreClean(_ cell: WorkflowCell) throws {
    let run = try LabRun(WorkflowGraph(cell: cell).text, scenario: nil, logs: .ideal)
    #expect(run.outcome == .fine, "CELL 2.9 \(cell.testDescription): \(run.details)")
  }

  // MARK: - Who knows status

  /// STUCK and PARKED are the codes of what is stored and goes on no more: their subject is where it can be found.
  @Test(arguments: WorkflowDesign.allCases, LogChoice.allCases)
  func `who knows how far it came`(_ design: WorkflowDesign, _ logs: LogChoice) throws {
    let k = design == .outbox ? 2 : 1
    let run = try report(WorkflowCell(design: design, mishap: .coordinatorDies, position: k), logs)
    let found = run.anomalies.filter { $0.code == .stuck || $0.code == .parked }.map(\.subject)
    switch StatusHolder(of: design) {
    case .nobody: #expect(found == [])
    case .engine(let node): #expect(found == [node])
    case .channel(let name): #expect(found == [name])
    }
    // Where nothing is stored, the caller alone has seen that something went wrong.
    #expect(!found.isEmpty || run.outcome.contains(.orphan))
  }

  /// One query: the journal tells which steps are done. Nothing else tells more than that it is not the end.
  @Test(arguments: LogChoice.allCases)
  func `the engine knows it step by step`(_ logs: LogChoice) throws {
    let run = try report(WorkflowCell(design: .durablePlan, mishap: .coordinatorDies, position: 2), logs)
    let plan = try #require(run.progress.first?.works.first?.steps.first?.below.first)
    #expect(plan.place == "plan" && plan.state == "running" && run.progress.first?.isComplete == false)
    #expect(plan.steps.map { "\($0.step) \($0.state)" } == [
      "accepted done", "p1.book done", "p2.book done", "p3.book running",
    ])
  }

  private func report(_ cell: WorkflowCell, _ logs: LogChoice) throws -> ScenarioReport {
    let text = WorkflowGraph(cell: cell, isForGood: true).text
    let loaded = Lab.load(Array(text.utf8), file: "cell.yaml")
    let graph = try #require(loaded.graph, "\(loaded.diagnostics.map(\.message))\n\(text)")
    let plan = try #require(Lab.plan(graph, scenario: CellGraph.scenario, faults: []))
    return try #require(Lab.run(loaded, plan, RunOptions(seed: 1, logs: logs)).scenarios.first)
  }
}
