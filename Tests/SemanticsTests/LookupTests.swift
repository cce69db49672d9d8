import ProgressGraph
import Testing

/// The lookup itself, without any engine: the laws of semantics.md, section 3, that hold between cells of one table.
///
/// Method: every cell of the lists, compared with the same cell changed in one respect.
@Suite struct LookupTests {
  /// Each cell has a name of its own, so that a failing one is found by its name.
  @Test func cellsHaveDistinctNames() {
    var seen: Set<String> = []
    for cell in Cells.all {
      #expect(seen.insert(cell.testDescription).inserted, "\(cell.testDescription) stands twice")
    }
  }

  /// A key that is unique per trigger never adds an anomaly.
  @Test(arguments: Cells.all.filter { !$0.isKeyed })
  func aKeyAddsNothing(_ cell: Cell) {
    let keyed = Expected(of: cell.with { $0.isKeyed = true })
    #expect(keyed.codes.isSubset(of: Expected(of: cell).codes))
  }

  /// Acknowledging early never removes a LOST, and acknowledging late never adds one.
  @Test(
    arguments: Cells.all.filter {
      ($0.trigger == .queueAckAfter || $0.trigger == .topicCommitAfter) && !$0.isRetentionShort
    })
  func acknowledgingLateLosesNothing(_ cell: Cell) {
    #expect(!Expected(of: cell).codes.contains(.lost))
  }

  /// A single effect cannot be left half done.
  @Test(arguments: Cells.all.filter { $0.n == 1 })
  func aSingleEffectIsNeverPartial(_ cell: Cell) {
    #expect(!Expected(of: cell).codes.contains(.partial))
  }

  /// A clean failure is told to somebody who called, and leaves nothing behind.
  @Test(arguments: Cells.all)
  func aCleanFailureHasACaller(_ cell: Cell) {
    let expected = Expected(of: cell)
    guard expected.isFailure else { return }
    #expect(cell.trigger.isCall)
    #expect(expected.codes.isSubset(of: [.lost]))
  }
}
