import LabEngine
import ProgressGraph
import Testing

/// One cell of the row `function` of table 2.8: the platform kills a function that needs longer than `max_runtime`.
///
/// A kill is a forced F2, so that the cells are those of the tables 2.2 to 2.4 whose crash comes between two steps.
/// Where the work never fits into the limit each attempt is killed, which is F6 at the step that comes too late.
struct FunctionCell: Sendable, CustomTestStringConvertible {
  /// The row of the other table.
  let cell: Cell
  var isKilledAlways: Bool { cell.row == .f6 }

  var testDescription: String { "function, killed \(isKilledAlways ? "always" : "once"), as \(cell.testDescription)" }

  static let all: [FunctionCell] = [TriggerForm.rpcOnce, .rpcRetried, .reliable, .queueAckAfter, .queueAckBefore]
    .flatMap { trigger in
      [Control.none, .idempotent, .transactional, .durable].flatMap { control in
        [false, true].flatMap { isKeyed in cells(trigger, control, isKeyed: isKeyed) }
      }
    }

  private static func cells(_ trigger: TriggerForm, _ control: Control, isKeyed: Bool) -> [FunctionCell] {
    let deaths: [FaultRow] = trigger == .queueAckAfter && control != .durable ? [.f2, .f6] : [.f2]
    return deaths.flatMap { row in
      [0, 1, 2].map { k in
        FunctionCell(
          cell: Cell(trigger, row, control) {
            $0.k = k
            $0.isKeyed = isKeyed
            $0.waiting = .long
            if row == .f6 { $0.deadLetters = .after(3) }
          })
      }
    }
  }

  /// No limit on running time applies to a durable run, which is suspended between its steps.
  var expected: Expected {
    cell.control == .durable ? .fine : Expected(of: cell)
  }

  var text: String {
    let key = cell.isKeyed ? ", key: order_id" : ""
    var steps = (1...cell.n).map { "{write: e\($0)\(key)}" }
    // Too long each time, or once: for an answer that never comes.
    steps.insert(isKilledAlways ? "{compute: long, takes: 5s}" : "{call: model, timeout: 30s}", at: cell.k)
    let work = steps.joined(separator: ", ")
    let retry = cell.trigger == .rpcRetried ? ", retry: 3" : cell.trigger == .reliable ? ", reliable: true" : ""
    let isQueue = !cell.trigger.isCall
    let dead = isKilledAlways ? ", dlq: true, max_deliveries: 3, redrive: owner" : ""
    return """
      name: function
      horizon: 2m
      channels: {jobs: {kind: queue, lease: 10s\(dead)}}
      nodes:
        client: {kind: client, do: [\(isQueue ? "{send: jobs}" : "{call: worker, timeout: 1h\(retry)}")]}
        worker:
          kind: function
          max_runtime: 2s
          \(isQueue ? "trigger: jobs" : "trigger: rpc")
          ack: \(cell.trigger == .queueAckBefore ? "before" : "after")
          work: \(word)
          do: [\(cell.control == .transactional ? "{tx: [\(work)]}" : work)]
        model: {do: [{compute: think}]}
      scenarios:
        cell: \(isKilledAlways ? "{summary: no fault}" : "{faults: [{drop: model -> worker}]}")

      """
  }

  private var word: String {
    switch cell.control {
    case .none: "none"
    case .idempotent: "idempotent"
    case .transactional: "transactional"
    case .durable: "durable"
    }
  }
}

@Suite struct FunctionCellTests {
  @Test(arguments: FunctionCell.all, LogChoice.allCases)
  func `a kill is a forced F2`(_ cell: FunctionCell, _ logs: LogChoice) throws {
    let run = try LabRun(cell.text, scenario: CellGraph.scenario, logs: logs)
    #expect(
      run.outcome == cell.expected,
      "CELL 2.8 \(cell.testDescription) | table: \(cell.expected) | run: \(run.outcome) | \(run.details)\n\(cell.text)")
  }

  /// Method: the overlapping cells of row F8, where a service with two hands becomes a function, which has a hundred of
  /// its own accord. With one hand nothing overlaps.
  @Test(arguments: OrderCell.all.filter { $0.race == .overlapped }, LogChoice.allCases)
  func `a function needs no setting for F8`(_ cell: OrderCell, _ logs: LogChoice) throws {
    let function = cell.text.replacing("    concurrency: 2\n", with: "    kind: function\n")
    #expect(function != cell.text)
    let run = try LabRun(function, scenario: CellGraph.scenario, logs: logs)
    #expect(run.codes == cell.expected, "CELL 2.8 function \(cell.testDescription): \(run.details)\n\(function)")
    // A durable run gives its hand back while it waits.
    guard cell.control != .durable else { return }
    let service = cell.text.replacing("    concurrency: 2\n", with: "")
    #expect(try LabRun(service, scenario: CellGraph.scenario, logs: logs).codes == [])
  }

  /// The hidden queue of an asynchronous invocation, written out: few deliveries, then nothing, or a place to look at.
  @Test(arguments: [Control.none, .idempotent, .transactional], [0, 1])
  func `an asynchronous invocation is dropped after few retries, unless it has a place to go`(
    _ control: Control, _ k: Int
  ) throws {
    let cell = FunctionCell(cell: Cell(.queueAckAfter, .f6, control) { $0.k = k; $0.deadLetters = .after(3) })
    let parked = Expected(of: cell.cell)
    #expect(try LabRun(cell.text, scenario: CellGraph.scenario, logs: .ideal).outcome == parked)
    let dropping = cell.text
      .replacing("dlq: true, max_deliveries: 3, redrive: owner", with: "max_deliveries: 3")
      .replacing("max_runtime: 2s", with: "max_runtime: 2s\n    skip_poison: drop")
    let isGone = k == 0 || control == .transactional
    let dropped = parked.codes.subtracting([.parked]).union(isGone ? [.lost] : [])
    let run = try LabRun(dropping, scenario: CellGraph.scenario, logs: .ideal)
    #expect(run.codes == dropped, "\(run.details)\n\(dropping)")
  }
}
