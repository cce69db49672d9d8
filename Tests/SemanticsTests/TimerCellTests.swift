import LabEngine
import ProgressGraph
import Testing

/// The simulated outcome of every cell of table 2.7 equals the cell, over both kinds of log.
///
/// Method: as for the other tables, one generated design per cell; webhooks are table 2.2 with another sender.
@Suite struct TimerCellTests {
  @Test(arguments: TimerCells.all, [LogChoice.ideal, .replicated])
  func cell(_ cell: TimerCell, _ logs: LogChoice) throws {
    let text = TimerGraph(cell: cell).text
    let expected = TimerTable.lookup(cell)
    let run = try LabRun(text, scenario: CellGraph.scenario, logs: logs)
    #expect(
      run.outcome == expected,
      "CELL 2.7 \(cell.testDescription) | table: \(expected) | run: \(run.outcome) | \(run.details)\n\(text)")
  }

  @Test func cellsHaveDistinctNames() {
    let names = TimerCells.all.map(\.testDescription)
    #expect(Set(names).count == names.count)
  }

  /// Without its fault a design shows nothing; but what comes late needs none to be so.
  @Test(arguments: TimerCells.all.filter { $0.column != .late || $0.waker != .signal && $0.waker != .reply })
  func calmRunsAreClean(_ cell: TimerCell) throws {
    let run = try LabRun(TimerGraph(cell: cell).text, scenario: nil, logs: .ideal)
    #expect(run.outcome == .fine, "CELL 2.7 \(cell.testDescription): \(run.details)")
  }

  // MARK: - Webhooks

  /// An external that tries again is the client of table 2.2 with a budget.
  static let webhooks = RpcCells.all.filter { cell in
    switch (cell.trigger, cell.row) {
    case (.rpcRetried, .f1), (.rpcRetried, .f2), (.rpcRetried, .f3), (.rpcRetried, .f4), (.rpcRetried, .f5): true
    case (_, _): false
    }
  }

  @Test(arguments: webhooks, [LogChoice.ideal, .replicated])
  func webhook(_ cell: Cell, _ logs: LogChoice) throws {
    let text = CellGraph(cell: cell).text.replacing("{kind: client,", with: "{kind: external,")
    let run = try LabRun(text, scenario: CellGraph.scenario, logs: logs)
    #expect(
      run.outcome == Expected(of: cell),
      "CELL 2.7 webhook \(cell.testDescription) | table: \(Expected(of: cell)) | run: \(run.outcome)\n\(text)")
  }

  @Test(arguments: EdgeCase.callbacks, [LogChoice.ideal, .replicated])
  func callback(_ edge: EdgeCase, _ logs: LogChoice) throws {
    let run = try LabRun(edge.text, scenario: CellGraph.scenario, logs: logs)
    #expect(run.codes == edge.codes, "\(edge.name): \(run.details)\n\(edge.text)")
  }
}

extension EdgeCase {
  static let callbacks = [
    // Legal: the provider calls back before it answers.
    EdgeCase("webhook before the sync response", provider(calls: "done", then: "{compute: long, takes: 500ms}")),
    EdgeCase("webhook after the sync response", provider(calls: "done", then: "", latency: "2s")),
    EdgeCase("webhook twice", provider(calls: "done", then: "{call: shop.done, key: order_id}")),
    EdgeCase(
      "webhook that is lost and not tried again", provider(calls: "done", then: ""),
      faults: ["{drop: psp -> shop, nth: 1}"], .stuck),
    EdgeCase("signal under another id a second time", twice, .orphan),
    EdgeCase("late reply that is taken back", undone, .orphan),
    EdgeCase("a wait that nothing completes", waiting("durable"), .stuck),
    EdgeCase("a wait in memory that nothing completes", waiting("none"), .lost),
    EdgeCase("a run that waits for what came with the crash", early, faults: ["{crash: a, after: e1, restart: 10s}"]),
  ]

  private static func provider(calls handler: String, then: String, latency: String = "10ms") -> String {
    let answer = then.isEmpty ? "" : ", \(then)"
    return """
      nodes:
        client: {kind: client, do: [{call: shop.pay, key: order_id}]}
        shop:
          work: durable
          handlers:
            pay: [{reply: ok}, {call: psp, key: order_id, timeout: 5s}, {wait: done}, {write: paid}]
            done: [{write: noted}]
        psp:
          kind: external
          latency: \(latency)
          do: [{call: shop.\(handler), key: order_id, on_error: ignore}\(answer)]
      """
  }

  private static let twice = """
    nodes:
      client: {kind: client, do: [{call: a}, {call: b}, {call: b}]}
      a: {work: durable, do: [{reply: ok}, {wait: done}, {write: e1}]}
      b: {do: [{signal: done}]}
    """

  /// The late success is undone in its turn: no saga, but a reply that came too late all the same.
  private static let undone = """
    channels: {jobs: {kind: queue, lease: 10s}, undos: {kind: queue, lease: 10s}}
    nodes:
      client: {kind: client, do: [{call: a}]}
      a:
        work: durable
        do:
          - reply: ok
          - write: e1
          - {send: jobs, reply_to: done}
          - {wait: done, timeout: 1s, else: [{write: cancelled}, {send: undos, delay: 5s}]}
      b:
        work: idempotent
        handlers: {jobs: [{compute: long, takes: 3s}, {write: e2}], undos: [{write: undone}]}
    expect: {all_or_none: [[e1, e2]], compensated_by: {e1: cancelled, e2: undone}}
    """

  private static func waiting(_ work: String) -> String {
    """
    nodes:
      client: {kind: client, do: [{call: a}]}
      a: {work: \(work), do: [{reply: ok}, {wait: never}, {write: e1}]}
    """
  }

  private static let early = """
    nodes:
      client: {kind: client, do: [{call: a}, {call: b}]}
      a: {work: durable, do: [{reply: ok}, {write: e1}, {wait: done}, {write: e2}]}
      b: {work: durable, do: [{reply: ok}, {compute: long, takes: 1s}, {signal: done}]}
    """
}
