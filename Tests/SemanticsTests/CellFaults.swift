/// The faults of a cell, as they stand in a file.
struct CellFaults {
  let cell: Cell

  var list: [String] {
    var faults = fault
    // Before the first time-out, so that no second attempt is made.
    if cell.trigger == .rpcCallerDies { faults.append("{crash: caller, at: 300ms, restart: 10s}") }
    return faults
  }

  private var fault: [String] {
    switch cell.row {
    case .f1: return [crash(cell.isPersisted ? "before: e1" : "before: work")]
    case .f2: return [crash(pointAfterK)]
    case .f3: return [crash("after: work")]
    case .f4: return duplicate
    case .f5: return late
    case .f6: return ["{poison: worker/\(cell.isTerminal ? "dep" : "e\(cell.k + 1)")}"]
    case .f7: return ["{down: dep, at: 0s, for: \(outageMs)ms}"]
    case .f9: return ["{down: dep, at: 0s, for: 20s}"]
    }
  }

  /// A caller with one attempt has given up before the restart; one that retries finds the worker alive again.
  private func crash(_ point: String) -> String {
    switch cell.trigger {
    case .rpcOnce, .rpcCallerDies: "{crash: worker, \(point), restart: 2s}"
    case .rpcRetried, .rpcBelowQueue, .reliable, .queueAckAfter, .queueAckBefore, .topicCommitAfter,
      .topicCommitBefore:
      "{crash: worker, \(point), restart: 500ms}"
    }
  }

  private var pointAfterK: String {
    guard cell.k > 0 else { return "before: e1" }
    return "\(cell.isInFlight ? "during" : "after"): e\(cell.k)"
  }

  private var duplicate: [String] {
    switch cell.trigger {
    case .rpcOnce, .rpcRetried, .rpcCallerDies: cell.hasFreshID ? [] : ["{duplicate: client -> worker}"]
    case .reliable:
      cell.hasFreshID ? ["{crash: caller, after: work, restart: 500ms}"] : ["{duplicate: \(sender) -> worker}"]
    case .rpcBelowQueue, .queueAckAfter, .queueAckBefore, .topicCommitAfter, .topicCommitBefore:
      ["{duplicate: jobs}"]
    }
  }

  private var late: [String] {
    switch cell.lateness {
    case .delayedRequest: ["{delay: \(sender) -> worker, by: \(cell.trigger == .rpcBelowQueue ? 2 : 3)s}"]
    case .slowWorker: ["{slow: worker, by: \(cell.trigger.isCall ? 3_000 : 1_500)ms, at: 0s, for: 200ms}"]
    case .pausedWorker: ["{pause: worker, \(pointAfterK), for: 1500ms}"]
    }
  }

  /// The node whose message is the worker's trigger.
  private var sender: String {
    switch cell.trigger {
    case .rpcOnce, .rpcRetried, .queueAckAfter, .queueAckBefore, .topicCommitAfter, .topicCommitBefore: "client"
    case .rpcCallerDies, .rpcBelowQueue: "caller"
    case .reliable: cell.caller == .durableNode ? "caller" : "client"
    }
  }

  /// Longer than a brief wait and shorter than what retries, or longer than every delivery.
  private var outageMs: Int {
    switch cell.trigger {
    case .rpcRetried: 250
    case .rpcOnce: cell.control == .durable ? 4_000 : 20_000
    case .rpcCallerDies, .rpcBelowQueue, .reliable: 2_500
    case .queueAckBefore, .topicCommitBefore: 20_000
    case .queueAckAfter, .topicCommitAfter: cell.isOutageLong ? 20_000 : 2_500
    }
  }
}
