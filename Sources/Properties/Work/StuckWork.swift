import MachineContract
import Primitives
import ProgressGraph

/// STUCK: something stored still asks for work that nothing will do.
///
/// That is a record which a subscribed consumer neither acknowledged nor parked, a durable run that neither finished
/// nor aborted, an invocation that the engine holds for a caller, and a durable timer. A plain request is never stuck:
/// nothing holds it. Only a run that never comes to rest is stuck even where nothing stored says so: by the work that
/// was seen last.
func stuckWork(_ evidence: Evidence) -> [Anomaly] {
  let stored = stuckRecords(evidence) + stuckRuns(evidence) + stuckInvocations(evidence) + stuckTimers(evidence)
  guard evidence.facts.isEndless, stored.isEmpty,
    let last = evidence.ledger.works.max(by: { $0.lastSeenAt < $1.lastSeenAt })
  else { return stored }
  return [stuck(last, step: last.lastSeenAt)]
}

private func stuckRecords(_ evidence: Evidence) -> [Anomaly] {
  var anomalies: [Anomaly] = []
  for record in evidence.ledger.stored where !evidence.facts.missing.contains(record.message) {
    for consumer in evidence.waitingConsumers(of: record) {
      let work = evidence.ledger.work(of: record, at: consumer.node, handler: consumer.handler)
      if let work, work.isFinished || work.acceptedAt >= 0 { continue }
      anomalies.append(
        Anomaly(
          code: .stuck, subject: .channel(record.channel), key: record.root, count: 1,
          step: max(record.seenAt, work?.lastSeenAt ?? record.seenAt), unit: work?.unit, handler: consumer.handler,
          root: record.root))
    }
  }
  return anomalies
}

private func stuckRuns(_ evidence: Evidence) -> [Anomaly] {
  evidence.ledger.works.compactMap { work in
    guard evidence.isUnfinishedRun(work), !evidence.facts.missing.contains(work.unit.trigger) else { return nil }
    return stuck(work, step: work.lastSeenAt)
  }
}

/// Reliable calls of nodes without a journal: the engine keeps the invocation.
private func stuckInvocations(_ evidence: Evidence) -> [Anomaly] {
  evidence.ledger.calls.compactMap { record in
    guard case .call(let call) = evidence.graph[record.step].verb, evidence.isHeldByEngine(record),
      !evidence.facts.missing.contains(record.request)
    else { return nil }
    let root = evidence.ledger.works[record.work].unit.root
    let callee = record.callees.first.map { evidence.ledger.works[$0] }
    return Anomaly(
      code: .stuck, subject: .node(call.target), key: root, count: 1, step: callee?.lastSeenAt ?? record.calledAt,
      unit: callee?.unit, handler: call.handler, root: root)
  }
}

private func stuckTimers(_ evidence: Evidence) -> [Anomaly] {
  evidence.ledger.roots.compactMap { root in
    guard let timer = root.timer, timer.isDurable else { return nil }
    guard let index = root.work else {
      return Anomaly(
        code: .stuck, subject: .node(timer.node), key: root.root, count: 1, step: root.startedAt, unit: nil,
        handler: timer.handler, root: root.root)
    }
    let work = evidence.ledger.works[index]
    guard !work.isFinished, work.acceptedAt < 0 else { return nil }
    return stuck(work, step: work.lastSeenAt)
  }
}

private func stuck(_ work: WorkRecord, step: EventStep) -> Anomaly {
  Anomaly(
    code: .stuck, subject: .node(work.unit.node), key: work.unit.root, count: 1, step: step, unit: work.unit,
    handler: work.unit.handler, root: work.unit.root)
}

extension Evidence {
  /// An accepted durable run that came to no end.
  func isUnfinishedRun(_ work: WorkRecord) -> Bool {
    work.acceptedAt >= 0 && !work.isFinished && work.abortedAt < 0
  }

  /// True while the durable-execution engine holds the invocation of a call and its work is not done. A durable
  /// caller's own run stands for its calls.
  func isHeldByEngine(_ record: CallRecord) -> Bool {
    guard case .call(let call) = graph[record.step].verb, call.isReliable,
      !catalogue.isDurable[ledger.works[record.work].unit.node.index],
      ledger.isStoredUndone(message: record.request, for: call.target)
    else { return false }
    return !record.callees.contains { ledger.works[$0].isFinished || ledger.works[$0].acceptedAt >= 0 }
  }

  /// Who consumes the channel. Nobody, for the durable-execution engine: it may even lie beyond the graph's channels.
  func consumers(of record: StoredRecord) -> [EffectCatalogue.Consumer] {
    record.channel.index < catalogue.consumers.count ? catalogue.consumers[record.channel.index] : []
  }

  /// The consumers that still owe work for a record: of a queue the one that had it last, or the first subscribed
  /// where none had it; of a topic every group that is not done.
  func waitingConsumers(of record: StoredRecord) -> [EffectCatalogue.Consumer] {
    let subscribed = consumers(of: record)
    guard !subscribed.isEmpty else { return [] }
    switch graph[record.channel].kind {
    case .queue:
      if record.consumers.contains(where: \.isDone) { return [] }
      let last = record.consumers.last?.node
      return (subscribed.first { $0.node == last } ?? subscribed.first).map { [$0] } ?? []
    case .topic, .table:
      return subscribed.filter { group in
        !record.consumers.contains { $0.node == group.node && $0.isDone }
      }
    }
  }
}
