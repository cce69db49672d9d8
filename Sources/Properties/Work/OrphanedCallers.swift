import MachineContract
import Primitives
import ProgressGraph

/// ORPHAN: on its last attempt a caller saw an error or a time-out, or its answer came when nobody waited, and
/// effects stand below the call.
///
/// A later attempt that got an answer clears the earlier ones, at every level: the same call tried again, or any
/// caller above that tried again and was answered, or a redelivery above that finished. A tree of calls under a
/// reliable trigger is one unit: while that trigger is kept, parked included, nobody in the tree is left behind.
func orphanedCallers(_ evidence: Evidence) -> [Anomaly] {
  var anomalies: [Anomaly] = []
  for index in evidence.ledger.calls.indices {
    let record = evidence.ledger.calls[index]
    guard let seenAt = evidence.uncertainty(of: record), !evidence.isCleared(record, since: seenAt) else { continue }
    let below = evidence.effects(belowCall: index).filter(evidence.stands)
    // An answer that found no waiter is an orphan even where it tells of no effect.
    guard !below.isEmpty || record.ignoredAt == seenAt else { continue }
    let caller = evidence.ledger.works[record.work]
    anomalies.append(
      Anomaly(
        code: .orphan, subject: .node(caller.unit.node), key: caller.unit.root, count: below.count, step: seenAt,
        unit: caller.unit, handler: caller.unit.handler, root: caller.unit.root))
  }
  return anomalies + orphanedReplies(evidence)
}

/// Signals and replies that no wait took: they came after the end, or to a node that had forgotten that it waits.
///
/// While the work that would wait is still kept by a log they are only early.
private func orphanedReplies(_ evidence: Evidence) -> [Anomaly] {
  evidence.ledger.signals.compactMap { record in
    guard !record.isTaken, !evidence.isExpected(record.signal) else { return nil }
    let signal = record.signal
    return Anomaly(
      code: .orphan, subject: .node(signal.node), key: signal.root, count: 0, step: record.arrivedAt, unit: nil,
      handler: nil, root: signal.root)
  }
}

extension Evidence {
  /// When the caller last learnt nothing good of this call; nil where it has nothing to wonder about.
  func uncertainty(of record: CallRecord) -> EventStep? {
    guard case .call(let call) = graph[record.step].verb, call.isAwaited,
      catalogue.places[record.step.index] != .compensating
    else { return nil }
    let caller = ledger.works[record.work]
    // A durable caller goes on trying while its run lasts, and an aborted one is judged as a saga.
    if graph[caller.unit.node].work == .durable && !caller.isFinished { return nil }
    // While the engine holds the invocation it will call again: stuck work, not work behind the caller's back.
    if isHeldByEngine(record) { return nil }
    switch record.outcome {
    case .answered: return nil
    case .pending: return record.ignoredAt >= 0 ? record.ignoredAt : nil
    case .failed(let reason):
      // The callee's run came to its terminal end and said so: what it left behind is a saga, and no surprise.
      if reason == .terminal, record.callees.contains(where: { ledger.works[$0].isAborted }) { return nil }
      if record.ignoredAt > record.failedAt { return record.ignoredAt }
      return observedFailure(record, call, by: caller) ? record.failedAt : nil
    }
  }

  /// True when the caller lived to conclude from the failure: its attempts were used up, or its own attempt ended
  /// afterwards. A caller that crashed before it could try again observed nothing.
  private func observedFailure(_ record: CallRecord, _ call: Call, by caller: WorkRecord) -> Bool {
    if max(caller.failedAt, caller.finishedAt, caller.abortedAt) >= record.failedAt { return true }
    switch call.retry {
    case nil: return true
    case .times(let extra): return record.attempts > extra
    case .forever: return false
    }
  }

  /// True when something at this level or above was tried again after this event and got its answer, or is still kept
  /// by a reliable trigger.
  func isCleared(_ record: CallRecord, since event: EventStep) -> Bool {
    var call = record
    for _ in ledger.calls.indices {
      let caller = ledger.works[call.work]
      if caller.isFinished && caller.arrivedAt > event && caller.finishedAt > caller.arrivedAt { return true }
      if isKept(caller) { return true }
      guard let parent = caller.parentCall else { return false }
      call = ledger.calls[parent]
      if call.outcome == .answered && call.answeredAttemptAt > event { return true }
      if isHeldByEngine(call) { return true }
    }
    return false
  }

  /// True while unfinished work that a log keeps has a wait of this name before it.
  fileprivate func isExpected(_ signal: ReceivedSignal) -> Bool {
    ledger.works.contains { work in
      work.unit.node == signal.node && work.unit.root == signal.root && isKept(work)
        && catalogue.waits(work.unit.handler, for: signal.name)
    }
  }

  /// True for unfinished work whose trigger a log keeps: a record that was not acknowledged, or a durable run's start.
  private func isKept(_ work: WorkRecord) -> Bool {
    guard !work.isFinished else { return false }
    return isUnfinishedRun(work) || ledger.isKept(message: work.unit.trigger, for: work.unit.node)
  }
}
