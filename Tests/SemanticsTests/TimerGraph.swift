/// The smallest design that a cell of table 2.7 is about, with its faults as the scenario `cell`.
struct TimerGraph {
  let cell: TimerCell

  /// The graph file.
  var text: String {
    var lines = ["name: cell", "horizon: 5m"]
    lines += design
    lines += ["scenarios:", "  \(CellGraph.scenario):"]
    lines += faults.isEmpty ? ["    summary: no fault"] : ["    faults:"] + faults.map { "      - \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private var design: [String] {
    switch cell.waker {
    case .sleepAfterReply:
      ["nodes:", "  client: {kind: client, do: [{call: worker}]}", worker("", ["{reply: accepted}"] + slept)]
    case .sleepAfterAck:
      ["channels: {jobs: {kind: queue, lease: 1s}}", "nodes:", "  client: {kind: client, do: [{send: jobs}]}"]
        + [worker("trigger: jobs, ack: before, ", slept)]
    case .memoryTimer: idle + [worker("trigger: cron 10s, ", cell.control == .transactional ? committed : effects)]
    case .durableTimer: idle + [worker("trigger: every 10s, ", cell.control == .transactional ? committed : effects)]
    case .durableWait:
      ["nodes:", "  client: {kind: client, do: [{call: worker}]}", worker("", ["{reply: accepted}"] + slept)]
    case .signal: signalled
    case .reply: replied
    }
  }

  private let idle = ["nodes:", "  client: {kind: client, do: [{compute: nothing}]}"]

  private func worker(_ keys: String, _ steps: [String]) -> String {
    let work =
      switch cell.control {
      case .none: "none"
      case .idempotent: "idempotent"
      case .transactional: "transactional"
      case .durable: "durable"
      }
    return "  worker: {\(keys)work: \(work), do: [\(steps.joined(separator: ", "))]}"
  }

  // MARK: - Effects and sleep

  private var effects: [String] { (1...cell.n).map { "{write: e\($0)\(cell.isKeyed ? ", key: order_id" : "")}" } }

  private var committed: [String] { ["{tx: [\(effects.joined(separator: ", "))]}"] }

  /// The effects with a sleep after the first k; in a transactional node a commit on either side.
  private var slept: [String] {
    let groups = [Array(effects.prefix(cell.k)), Array(effects.dropFirst(cell.k))].map { group in
      group.isEmpty || cell.control != .transactional ? group : ["{tx: [\(group.joined(separator: ", "))]}"]
    }
    return groups[0] + ["{wait: 10s}"] + groups[1]
  }

  // MARK: - Signals and replies

  /// The teller's signal comes after three seconds; for the early one the worker begins to wait after six.
  private var signalled: [String] {
    let before = cell.column == .early ? "{compute: long, takes: 6s}, " : ""
    let limit = cell.column == .late ? ", timeout: 1s" : ""
    return [
      "nodes:",
      "  client: {kind: client, do: [{call: worker}, {call: teller, await: false}]}",
      worker("", ["{reply: accepted}", "{write: e1}", "\(before){wait: done\(limit)}", "{write: e2}"]),
      "  teller: {work: idempotent, do: [{compute: long, takes: 3s}, {signal: done, key: order_id}]}",
    ]
  }

  /// The other node needs three seconds. Where the reply is late the waiter has taken back its own part after one.
  private var replied: [String] {
    let own = cell.column == .late ? ["{write: e1}"] : []
    let limit = cell.column == .late ? ", timeout: 1s, else: [{write: cancelled}]" : ""
    let send = "{send: jobs, reply_to: done}"
    let asks = own + [send]
    let steps = ["{reply: accepted}"]
      + (cell.control == .transactional ? ["{tx: [\(asks.joined(separator: ", "))]}"] : asks)
      + ["{wait: done\(limit)}"]
    let last = cell.k > 0 ? [cell.control == .transactional ? "{tx: [{write: e3}]}" : "{write: e3}"] : []
    let expected =
      cell.column == .late ? ["expect: {all_or_none: [[e1, e2]], compensated_by: {e1: cancelled}}"] : []
    return [
      "channels: {jobs: {kind: queue, lease: 10s}}", "nodes:", "  client: {kind: client, do: [{call: worker}]}",
      worker("", steps + last),
      "  other: {trigger: jobs, work: idempotent, do: [{compute: long, takes: 3s}, {write: e2}]}",
    ] + expected
  }

  // MARK: - Faults

  private var faults: [String] {
    switch (cell.waker, cell.column) {
    case (.memoryTimer, _), (.durableTimer, _): [timerFault]
    case (.signal, .duplicate): ["{duplicate: teller -> worker}"]
    case (.reply, .duplicate): ["{duplicate: other -> worker}"]
    // The design alone makes it early or late; a crash may come on top.
    case (.signal, .early): cell.isPersisted ? ["{crash: worker, at: 4s, restart: 500ms}"] : []
    case (.signal, .late), (.reply, .late): []
    case (_, _) where cell.outage == .overDeadline:
      ["{crash: worker, at: 2s, restart: \(cell.waker == .durableWait ? 30 : 4)s}"]
    case (_, _): ["{crash: worker, during: wait, restart: 500ms\(cell.isInFlight ? ", nth: 2" : "")}"]
    }
  }

  private var timerFault: String {
    if cell.outage == .overDeadline { return "{crash: worker, at: 9s, restart: 5s}" }
    if cell.column == .duplicate { return "{crash: worker, after: work, restart: 500ms}" }
    if cell.k == 0 { return "{crash: worker, before: \(cell.isPersisted ? "e1" : "work"), restart: 500ms}" }
    return "{crash: worker, \(cell.isInFlight ? "during" : "after"): e\(cell.k), restart: 500ms}"
  }
}
