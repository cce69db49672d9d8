/// The smallest design that a cell is about, with its faults as the scenario `cell`: a client, what carries the
/// trigger, and the worker whose unit is judged. Times are short, so that an endless retry ends soon.
struct CellGraph {
  let cell: Cell

  static let scenario = "cell"
  /// A queue's lease. Long enough below for a caller in between to see its own time-out first.
  var leaseMs: Int { cell.trigger == .rpcBelowQueue ? 3_000 : 1_000 }

  /// The graph file.
  var text: String {
    var lines = ["name: cell", "horizon: 2m", "nodes:"]
    lines += entry + worker
    if usesDownstream { lines.append("  dep: {kind: external}") }
    lines += channels
    if cell.mustComplete { lines.append("workflow: {start: client, core: [worker], must_complete: true}") }
    if cell.isTerminal && cell.ending == .compensated {
      let pairs = (1...cell.n).map { "e\($0): u\($0)" }.joined(separator: ", ")
      lines.append("expect: {compensated_by: {\(pairs)}}")
    }
    lines += ["scenarios:", "  \(Self.scenario):"]
    let faults = CellFaults(cell: cell).list
    lines += faults.isEmpty ? ["    summary: no fault"] : ["    faults:"] + faults.map { "      - \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: - Triggers

  private var entry: [String] {
    switch cell.trigger {
    case .rpcOnce, .rpcRetried:
      let calls = cell.hasFreshID ? "\(call), \(call)" : call
      return ["  client: {kind: client, do: [\(calls)]}"]
    case .rpcCallerDies:
      return [
        "  client: {kind: client, do: [{call: caller}]}",
        "  caller: {do: [{call: worker, retry: 3\(callKey)}]}",
      ]
    case .rpcBelowQueue:
      return ["  client: {kind: client, do: [{send: jobs}]}", "  caller: {trigger: jobs, do: [\(call)]}"]
    case .reliable: return reliableEntry
    case .queueAckAfter, .queueAckBefore: return ["  client: {kind: client, do: [{send: jobs}]}"]
    case .topicCommitAfter, .topicCommitBefore: return ["  client: {kind: client, do: [{publish: jobs}]}"]
    }
  }

  private var reliableEntry: [String] {
    // A caller that a queue re-runs makes the same call as another invocation.
    if cell.hasFreshID {
      return ["  client: {kind: client, do: [{send: jobs}]}", "  caller: {trigger: jobs, do: [\(call)]}"]
    }
    switch cell.caller {
    case .client: return ["  client: {kind: client, do: [\(call)]}"]
    case .durableNode:
      return [
        "  client: {kind: client, do: [{call: caller, await: false}]}",
        "  caller: {work: durable, do: [{call: worker\(callKey)}]}",
      ]
    }
  }

  /// The call that triggers the worker.
  private var call: String {
    var words = "call: worker"
    if cell.trigger == .reliable { words += ", reliable: true" }
    if cell.trigger == .reliable && cell.row == .f9 { words += ", retry: 2" }
    if cell.trigger == .rpcRetried { words += ", retry: 3" }
    if cell.trigger.isCall && !cell.hasFreshID {
      switch cell.waiting {
      case .briefly: break
      case .long: words += ", timeout: 1h"
      case .oneWay: words += ", await: false"
      }
    }
    return "{\(words)\(callKey)}"
  }

  private var callKey: String { cell.isCallKeyed ? ", key: order_id" : "" }

  private var channels: [String] {
    let usesChannel =
      switch cell.trigger {
      case .rpcBelowQueue, .queueAckAfter, .queueAckBefore, .topicCommitAfter, .topicCommitBefore: true
      case .reliable: cell.hasFreshID
      case .rpcOnce, .rpcRetried, .rpcCallerDies: false
      }
    guard usesChannel else { return [] }
    var words = "kind: \(cell.trigger.isTopic ? "topic" : "queue"), lease: \(leaseMs)ms"
    if cell.isRetentionShort { words += ", retention: 10s" }
    if case .after(let deliveries) = cell.deadLetters {
      words += ", dlq: true, max_deliveries: \(deliveries), redrive: owner"
    }
    return ["channels:", "  jobs: {\(words)}"]
  }

  // MARK: - The worker

  private var worker: [String] {
    var lines = ["  worker:"]
    switch cell.trigger {
    case .queueAckAfter, .topicCommitAfter: lines.append("    trigger: jobs")
    case .queueAckBefore, .topicCommitBefore: lines += ["    trigger: jobs", "    ack: before"]
    case .rpcOnce, .rpcRetried, .rpcCallerDies, .rpcBelowQueue, .reliable: break
    }
    switch cell.control {
    case .none: break
    case .idempotent: lines.append("    work: idempotent")
    case .transactional: lines.append("    work: transactional")
    case .durable: lines.append("    work: durable")
    }
    lines.append("    do:")
    guard cell.control == .transactional else { return lines + steps.map { "      - \($0)" } }
    // Nothing precedes the commit but a call that fails before any effect.
    if usesDownstream && cell.k == 0 { lines.append("      - \(downstreamCall)") }
    lines.append("      - tx:")
    let inner = usesDownstream && cell.k == 0 ? (1...cell.n).map(effect) : steps
    lines += inner.map { "          - \($0)" }
    if !cell.hasInbox { lines.append("        dedup: false") }
    return lines
  }

  /// The effects in program order, with the failing call after the first k where the row needs one.
  private var steps: [String] {
    var steps = (1...cell.n).map(effect)
    if usesDownstream { steps.insert(downstreamCall, at: cell.k) }
    return steps
  }

  /// Writes and outside effects in turn; inside a transaction writes only, and only outside effects have an undo.
  private func effect(_ number: Int) -> String {
    let verb = cell.isTerminal || (number.isMultiple(of: 2) && cell.control != .transactional) ? "effect" : "write"
    let key = cell.isKeyed ? ", key: order_id" : ""
    let undo = cell.isTerminal && cell.ending == .compensated ? ", undo: {effect: u\(number), key: order_id}" : ""
    return "{\(verb): e\(number)\(key)\(undo)}"
  }

  private var usesDownstream: Bool { cell.row == .f7 || cell.row == .f9 || cell.isTerminal }

  private var downstreamCall: String {
    cell.isTerminal || (cell.row == .f9 && cell.trigger != .reliable) ? "{call: dep, retry: 2}" : "{call: dep}"
  }
}

extension Cell {
  /// A durable run whose retries are bounded, so that it can end with an error.
  var isTerminal: Bool {
    guard control == .durable && (row == .f6 || row == .f9) else { return false }
    return ending != .retriedForEver
  }
}
