import MachineContract
import Primitives
import ProgressGraph

/// LOST: somebody was told that the work is in good hands, it is in nobody's, and no effect of it exists.
///
/// - Parameter failures: the callers told FAIL. Where the workflow must complete each of them is lost work, unless a
///   fault never heals.
func lostWork(_ evidence: Evidence, failures: [CleanFailure]) -> [Anomaly] {
  lostRecords(evidence) + lostRuns(evidence) + lostTimers(evidence) + lostRequests(evidence) + lostAfterAnswer(evidence)
    + swallowedTriggers(evidence) + swallowedCalls(evidence) + brokenPromises(evidence, failures)
}

/// Records that were acknowledged or dropped before their work was done, or that no log holds any more.
private func lostRecords(_ evidence: Evidence) -> [Anomaly] {
  var anomalies: [Anomaly] = []
  for record in evidence.ledger.stored {
    let isMissing = evidence.facts.missing.contains(record.message)
    for consumer in evidence.consumers(of: record) {
      guard evidence.catalogue.bearsWork[consumer.handler.index] else { continue }
      let seen = record.consumers.first { $0.node == consumer.node }
      if let seen, seen.parkedAt >= 0 { continue }
      let done = seen.map { max($0.acknowledgedAt, $0.droppedAt) } ?? never
      let isOwed = isMissing && evidence.waitingConsumers(of: record).contains { $0.node == consumer.node }
      guard done >= 0 || isOwed else { continue }
      let work = evidence.ledger.work(of: record, at: consumer.node, handler: consumer.handler)
      if let work, work.isFinished || work.acceptedAt >= 0 || evidence.hasStandingEffect(work) { continue }
      if let work, !work.outdated.isEmpty, evidence.catalogue.expectedEffects(of: work) == 0 { continue }
      anomalies.append(
        Anomaly(
          code: .lost, subject: .channel(record.channel), key: record.root, count: 1,
          step: done >= 0 ? done : record.seenAt, unit: work?.unit, handler: consumer.handler, root: record.root))
    }
  }
  return anomalies
}

/// Durable runs whose journal forgot them before they did anything.
private func lostRuns(_ evidence: Evidence) -> [Anomaly] {
  evidence.ledger.works.compactMap { work in
    guard evidence.isUnfinishedRun(work), evidence.facts.missing.contains(work.unit.trigger),
      evidence.catalogue.bearsWork[work.unit.handler.index], !evidence.hasStandingEffect(work)
    else { return nil }
    return lost(work, step: work.acceptedAt)
  }
}

/// Timers in memory: nobody is told, and nothing fires them again.
private func lostTimers(_ evidence: Evidence) -> [Anomaly] {
  evidence.ledger.roots.compactMap { root in
    guard let timer = root.timer, !timer.isDurable, evidence.catalogue.bearsWork[timer.handler.index]
    else { return nil }
    guard let index = root.work else {
      return Anomaly(
        code: .lost, subject: .node(timer.node), key: root.root, count: 1, step: root.startedAt, unit: nil,
        handler: timer.handler, root: root.root)
    }
    let work = evidence.ledger.works[index]
    guard !work.isFinished, work.acceptedAt < 0, !evidence.hasStandingEffect(work) else { return nil }
    return lost(work, step: work.lastSeenAt)
  }
}

/// Requests that were answered before their work was done, and whose work then ended too early: the caller has its
/// answer and will not ask again.
private func lostAfterAnswer(_ evidence: Evidence) -> [Anomaly] {
  evidence.ledger.calls.compactMap { record in
    guard record.outcome == .answered, !evidence.isHeldByEngine(record) else { return nil }
    let callees = record.callees.map { evidence.ledger.works[$0] }
    if callees.contains(where: { $0.isFinished || $0.acceptedAt >= 0 || evidence.hasStandingEffect($0) }) { return nil }
    guard let last = callees.last(where: \.hasAnswered), last.recognised.isEmpty,
      evidence.catalogue.bearsWork[last.unit.handler.index]
    else { return nil }
    if !last.outdated.isEmpty, evidence.catalogue.expectedEffects(of: last) == 0 { return nil }
    return lost(last, step: last.lastSeenAt)
  }
}

/// Requests whose sender waits for no answer: it finished its work in the belief that this part is under way, and will
/// not ask again. What becomes of the request is told to nobody.
private func lostRequests(_ evidence: Evidence) -> [Anomaly] {
  evidence.ledger.calls.enumerated().compactMap { index, record in
    guard case .call(let call) = evidence.graph[record.step].verb, !call.isAwaited, !record.sharesRun,
      !evidence.isHeldByEngine(record),
      evidence.ledger.works[record.work].isFinished, evidence.catalogue.bearsWork[call.handler.index]
    else { return nil }
    let callees = record.callees.map { evidence.ledger.works[$0] }
    if callees.contains(where: { $0.isFinished || $0.acceptedAt >= 0 }) { return nil }
    guard !evidence.effects(belowCall: index).contains(where: evidence.stands) else { return nil }
    return Anomaly(
      code: .lost, subject: .node(call.target), key: evidence.ledger.works[record.work].unit.root, count: 1,
      step: callees.map(\.lastSeenAt).max() ?? record.calledAt, unit: callees.first?.unit, handler: call.handler,
      root: evidence.ledger.works[record.work].unit.root)
  }
}

private func brokenPromises(_ evidence: Evidence, _ failures: [CleanFailure]) -> [Anomaly] {
  guard evidence.graph.workflow.mustComplete, !evidence.facts.neverHeals, !evidence.facts.outlastsCallers
  else { return [] }
  return failures.compactMap { failure in
    guard let root = evidence.ledger.root(failure.root), let index = root.work else { return nil }
    return lost(evidence.ledger.works[index], step: failure.step)
  }
}

private func lost(_ work: WorkRecord, step: EventStep) -> Anomaly {
  Anomaly(
    code: .lost, subject: .node(work.unit.node), key: work.unit.root, count: 1, step: step, unit: work.unit,
    handler: work.unit.handler, root: work.unit.root)
}

extension Evidence {
  /// True when an effect of this work's own exists and was not taken back.
  func hasStandingEffect(_ work: WorkRecord) -> Bool {
    work.effects.contains { !isUndone[$0] }
  }
}
