import LabEngine
import ProgressGraph
import Testing

/// The simulated outcome of every cell of tables 2.2 to 2.5 equals the cell, over both kinds of log.
///
/// Method: one generated design per cell, run once by the engine; the lookup knows the tables and not the engine.
@Suite struct CellTests {
  @Test(arguments: Cells.all)
  func overIdealLogs(_ cell: Cell) throws { try compare(cell, .ideal) }

  @Test(arguments: Cells.all)
  func overReplicatedLogs(_ cell: Cell) throws { try compare(cell, .replicated) }

  @Test(arguments: EdgeCase.all, [LogChoice.ideal, .replicated])
  func edgeCase(_ edge: EdgeCase, _ logs: LogChoice) throws {
    let run = try LabRun(edge.text, scenario: CellGraph.scenario, logs: logs)
    #expect(run.codes == edge.codes, "\(edge.name): \(run.details)\n\(edge.text)")
  }

  private func compare(_ cell: Cell, _ logs: LogChoice) throws {
    let expected = Expected(of: cell)
    let text = CellGraph(cell: cell).text
    let run = try LabRun(text, scenario: CellGraph.scenario, logs: logs)
    #expect(
      run.outcome == expected,
      "CELL \(cell.testDescription) | table: \(expected) | run: \(run.outcome) | \(run.details)\n\(text)")
    // A message fault that meets no message would leave a cell that proves nothing.
    if cell.row == .f4 || cell.row == .f5, !CellFaults(cell: cell).list.isEmpty {
      let calm = try LabRun(text, scenario: nil, logs: logs)
      #expect(run.story != calm.story, "CELL \(cell.testDescription) | table: the fault strikes | run: it did not |")
    }
  }
}
