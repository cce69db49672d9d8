/// The smallest design that a cell of table 2.9 is about, with its faults as the scenario `cell`.
struct WorkflowGraph {
  let cell: WorkflowCell
  /// Who dies stays dead.
  var isForGood = false

  /// The graph file.
  var text: String {
    var lines = ["name: cell", "horizon: 3m"]
    lines += design
    lines += ["scenarios:", "  \(CellGraph.scenario):"]
    lines += faults.isEmpty ? ["    summary: no fault"] : ["    faults:"] + faults.map { "      - \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private var design: [String] {
    switch cell.design {
    case .chain: chain
    case .tryAndUndo: planned(work: "none", from: "timeout: 40s", steps: [])
    case .durablePlan: planned(work: "durable", from: "key: order_id, timeout: 40s", steps: ["{reply: accepted}"])
    case .queueFedTree: queueFedTree
    case .outbox: outbox
    case .dualWrite: dualWrite
    }
  }

  private let agreed = "expect: {all_or_none: [[e1, e2, e3]]}"
  private let agreedOrUndone =
    "expect: {all_or_none: [[e1, e2, e3]], compensated_by: {e1: u1, e2: u2, e3: u3}}"

  // MARK: - Calls

  /// Each waits for less long than the one above.
  private var chain: [String] {
    [
      "nodes:",
      "  client: {kind: client, do: [{call: p1, timeout: 9s, retry: \(cell.variant == .callerAsksAgain ? 1 : 0)}]}",
      "  p1: {do: [{write: e1}, {call: p2, timeout: 6s}]}",
      "  p2: {do: [{write: e2}, {call: p3, timeout: 3s}]}",
      "  p3: {do: [{write: e3}]}", agreed,
    ]
  }

  /// One plan calls all three, in memory or with a journal.
  private func planned(work: String, from entry: String, steps first: [String]) -> [String] {
    let isKeyed = work == "durable"
    let key = isKeyed ? ", key: order_id" : ""
    let budget = isKeyed && isBounded ? ", retry: \(cell.mishap == .succeedsLate ? 0 : 2)" : ""
    let calls = (1...3).map { number in
      "{call: p\(number).book, timeout: 5s\(budget)\(key), undo: {call: p\(number).cancel\(key)}}"
    }
    let hands = cell.variant == .undoWaitsBehind ? 1 : 2
    let participants = (1...3).map { number in
      "  p\(number): {concurrency: \(hands), handlers: {book: [{effect: e\(number)\(key)}], "
        + "cancel: [{effect: u\(number)\(key)}]}}"
    }
    return [
      "nodes:", "  client: {kind: client, do: [{call: plan, \(entry)}]}",
      "  plan: {work: \(work), do: [\((first + calls).joined(separator: ", "))]}",
    ] + participants + [agreedOrUndone]
  }

  private var isBounded: Bool { cell.variant == .givesUp || cell.variant == .undoWaitsBehind }

  private var queueFedTree: [String] {
    let undoes = cell.variant == .takesBack
    let calls = (1...3).map { number in
      let undo = undoes ? ", undo: {call: p\(number).cancel, key: order_id}" : ""
      return "{call: p\(number).book, key: order_id\(undo)}"
    }
    let participants = (1...3).map { number in
      "  p\(number): {work: idempotent, handlers: {book: [{effect: e\(number), key: order_id}], "
        + "cancel: [{effect: u\(number), key: order_id}]}}"
    }
    return [
      "channels: {jobs: {kind: queue, lease: 8s, dlq: true, max_deliveries: 3, redrive: owner}}", "nodes:",
      "  client: {kind: client, do: [{send: jobs}]}",
      "  plan: {trigger: jobs, work: idempotent, do: [\(calls.joined(separator: ", "))]}",
    ] + participants + [undoes ? agreedOrUndone : agreed]
  }

  // MARK: - Events

  /// `t0` starts it, `t1` and `t2` carry it on, and a refusal is an event, too.
  private var outbox: [String] {
    let participants = (1...3).map { number in
      let next = number < 3 ? ", {publish: t\(number)}" : ""
      let books = "{tx: [{write: e\(number)}\(next)]}"
      let refuses = cell.mishap == .refuses && cell.position == number
      let work =
        refuses
        ? "{choose: {taken: [\(books)], refused: [{tx: [{publish: failures}]}]}, weights: {taken: 0, refused: 1}}"
        : books
      let hears = cell.variant == .takesBack ? ", failures: [{tx: [{write: u\(number)}]}]" : ""
      return "  p\(number): {work: transactional, handlers: {t\(number - 1): [\(work)]\(hears)}}"
    }
    let isUndone = cell.variant == .takesBack
    return [
      "channels: {\((0...2).map { "t\($0): {kind: topic, lease: 2s}" }.joined(separator: ", ")), failures: topic}",
      "nodes:", "  client: {kind: client, do: [{publish: t0}]}",
    ] + participants + [isUndone ? agreedOrUndone : agreed]
  }

  /// The first participant is called; each of two writes and then publishes.
  private var dualWrite: [String] {
    let ack = cell.variant == .acknowledgedBefore ? "ack: before, " : ""
    let work = cell.variant == .idempotent ? "work: idempotent, " : ""
    return [
      "channels: {t1: {kind: topic, lease: 2s}, t2: {kind: topic, lease: 2s}}", "nodes:",
      "  client: {kind: client, do: [{call: p1, timeout: 3s}]}",
      "  p1: {\(work)do: [{write: e1}, {publish: t1}]}",
      "  p2: {trigger: t1, \(ack)\(work)concurrency: 2, do: [{write: e2}, {publish: t2}]}",
      "  p3: {trigger: t2, \(ack)\(work)concurrency: 2, do: [{write: e3}]}", agreed,
    ]
  }

  // MARK: - Faults

  private var faults: [String] {
    switch cell.mishap {
    case .coordinatorDies: ["{crash: \(crash), restart: \(isForGood ? "never" : restart)}"]
    case .refuses: refusal
    case .staysDown:
      cell.variant == .undoTargetIsDown
        ? [late("p3", by: "2s"), "{poison: p3/book/e3}", "{down: p\(cell.position), at: 1s, for: 2m}"]
        : ["{down: p\(cell.position), at: 0s, for: 1m}"]
    case .succeedsLate:
      cell.variant == .undoWaitsBehind
        ? ["{pause: p\(cell.position), before: e\(cell.position), for: 6s}"]
        : [late("p\(cell.position)", by: "\(lateness)s")]
    }
  }

  /// Only what arrives at once is slow: no second attempt, and no undo.
  private func late(_ node: String, by delay: String) -> String { "{slow: \(node), at: 0s, by: \(delay), for: 500ms}" }

  /// Longer than whoever waits for this participant is patient, or than its lease.
  private var lateness: Int {
    switch cell.design {
    case .chain: [10, 7, 4][cell.position - 1]
    case .tryAndUndo, .durablePlan: 6
    case .queueFedTree: 2
    case .outbox, .dualWrite: 5
    }
  }

  /// A caller that asks only once has given up by then.
  private var restart: String {
    switch (cell.design, cell.variant) {
    case (.chain, .callerAsksAgain): "500ms"
    case (.chain, _), (.tryAndUndo, _): "1m"
    case (.durablePlan, _), (.queueFedTree, _), (.outbox, _): "500ms"
    case (.dualWrite, _): "5s"
    }
  }

  private var crash: String {
    let number = cell.position
    switch cell.design {
    case .chain:
      switch number {
      case 0: return "p1, before: e1"
      // The last effect is there, and the answers are on their way up.
      case 3: return "p1, after: p2"
      default: return "p\(number), after: e\(number)"
      }
    case .tryAndUndo, .durablePlan, .queueFedTree:
      return number == 0
        ? "plan, before: p1.book" : "plan, \(cell.variant == .inFlight ? "during" : "after"): p\(number).book"
    case .outbox: return "p\(number), \(cell.variant == .inFlight ? "during: tx" : "after: e\(number)")"
    case .dualWrite: return "p\(number), after: e\(number)"
    }
  }

  private var refusal: [String] {
    let number = cell.position
    switch cell.design {
    case .chain: return ["{poison: p\(number)/e\(number)}"]
    case .tryAndUndo, .durablePlan, .queueFedTree: return ["{poison: p\(number)/book/e\(number)}"]
    // A decision of its own, and no fault.
    case .outbox: return []
    // The broker takes no such event.
    case .dualWrite: return ["{poison: p\(number)/t\(number)}"]
    }
  }
}
