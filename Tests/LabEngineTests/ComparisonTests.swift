import LabEngine
import Primitives
import ProgressGraph
import Testing

/// Method: the four designs of the checkout, and small pairs of designs whose difference semantics.md predicts, are
/// compared; cells are checked against single runs and against the tables.
@Suite struct ComparisonTests {
  private func compare(_ loaded: [LoadedGraph], _ faults: ComparedFaults) throws -> Comparison {
    guard case .comparison(let comparison) = Lab.compare(loaded, under: faults, RunOptions()) else {
      Issue.record("nothing was compared")
      return Comparison(seed: 0, logs: .ideal)
    }
    return comparison
  }

  private func design(_ name: String, entry: String, worker: String) -> LoadedGraph {
    let text = """
      name: \(name)
      nodes:
        web: {kind: client, do: [\(entry)]}
        pay: {\(worker)do: [{effect: charge, key: order_id}]}
      expect: {once: [charge]}

      """
    return Lab.load(Array(text.utf8), file: "\(name).yaml")
  }

  private var plain: LoadedGraph { design("plain", entry: "{call: pay}", worker: "") }
  private var queued: LoadedGraph {
    design("queued", entry: "{send: jobs}", worker: "trigger: jobs, work: idempotent, ")
  }

  @Test func theSameCrashIsAnOrphanHereAndNothingThere() throws {
    let comparison = try compare([plain, queued], .faults(["{crash: pay, after: work}"]))
    let row = try #require(comparison.rows.last)
    let (left, right) = (try #require(row.cells[0].run), try #require(row.cells[1].run))
    #expect(left.outcome == [.orphan])
    #expect(left.answers.filter { $0.count > 0 } == [AnswerCount(answer: "timed_out", count: 1)])
    #expect(left.acceptance == nil)
    #expect(left.completed == 1)
    #expect(right.outcome == [])
    #expect(right.answers.filter { $0.count > 0 } == [AnswerCount(answer: "accepted", count: 1)])
    #expect(right.completed == 1)
    #expect(comparison.verdict == .pass)
  }

  @Test func aRefusedCallIsFailedAndNeverComplete() throws {
    let comparison = try compare([plain], .faults(["{down: pay, at: 0s, for: 1m}"]))
    let run = try #require(comparison.rows.last?.cells.first?.run)
    #expect(run.answers.filter { $0.count > 0 } == [AnswerCount(answer: "failed", count: 1)])
    #expect(run.failed == 1)
    #expect(run.completed == 0)
    #expect(run.completion == nil)
  }

  /// A durable edge answers before the work is done, a call after it.
  @Test func acceptanceAndCompletionAreTimedApart() throws {
    let comparison = try compare([plain, queued], .scenarios)
    let calm = try #require(comparison.rows.first)
    #expect(calm.name == "calm")
    let (left, right) = (try #require(calm.cells[0].run), try #require(calm.cells[1].run))
    #expect(try #require(left.acceptance) > (try #require(left.completion)))
    #expect(try #require(right.acceptance) < (try #require(right.completion)))
  }

  @Test func everyCellIsTheRunOfItsDesignAlone() throws {
    let names = Files.names.filter { $0.hasPrefix("checkout/") }
    let loaded = try names.map { try Files.load($0) }
    let comparison = try compare(loaded, .scenario("payment-dies-after-charging"))
    for row in comparison.rows {
      for (design, cell) in zip(loaded, row.cells) {
        let graph = try #require(design.graph)
        guard let run = cell.run else {
          guard case .mistakes = Lab.plan(design, scenario: nil, faults: row.faults, as: "--fault") else {
            Issue.record("\(design.name) has a place for \(row.faults)")
            continue
          }
          continue
        }
        guard case .plan(let plan) = Lab.plan(design, scenario: nil, faults: row.faults, as: "--fault") else {
          Issue.record("\(graph.name) has no place for \(row.faults)")
          continue
        }
        let alone = try #require(Lab.run(design, plan, RunOptions()).scenarios.first)
        #expect(run.stateHash == alone.stateHash)
        #expect(run.outcome == alone.outcome)
        #expect(run.steps == alone.steps)
      }
    }
    // The same name stands for two faults, the one of the design with effects behind an outbox for another.
    #expect(comparison.rows.count == 3)
    #expect(Set(comparison.rows.map(\.name)).count == 3)
  }

  @Test func aPlaceThatNoDesignHasIsAMistake() throws {
    let result = Lab.compare([plain, queued], under: .faults(["{crash: pya, after: work}"]), RunOptions())
    guard case .mistakes(let mistakes) = result else {
      Issue.record("a fault without a place was accepted")
      return
    }
    #expect(mistakes.first?.file == "--fault")
    #expect(mistakes.first?.hint?.contains("pay") == true)
  }

  @Test func aPlaceThatOneDesignLacksIsNoRun() throws {
    let comparison = try compare([plain, queued], .faults(["{duplicate: jobs}"]))
    let row = try #require(comparison.rows.last)
    #expect(row.cells[0].run == nil)
    #expect(row.cells[1].run != nil)
  }

  @Test func oneUnreadableDesignLeavesNothingToCompare() throws {
    let broken = Lab.load(Array("nodes: 3".utf8), file: "broken.yaml")
    let comparison = try compare([plain, broken], .scenarios)
    #expect(comparison.verdict == .error)
    #expect(comparison.rows.isEmpty)
  }

  @Test func stoppedInTheMiddleItIsIncomplete() throws {
    let result = Lab.compare([plain, queued], under: .scenarios, RunOptions()) { $0.runs == 1 ? .stop : .goOn }
    guard case .comparison(let comparison) = result else {
      Issue.record("nothing was compared")
      return
    }
    #expect(!comparison.isComplete)
    #expect(comparison.rows.first?.cells.count == 1)
    #expect(comparison.verdict == .inconclusive)
  }
}
