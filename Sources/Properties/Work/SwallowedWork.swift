import MachineContract
import Primitives
import ProgressGraph

/// Work that finished because its receiver took its key for another trigger's: the key is too coarse.
func swallowedTriggers(_ evidence: Evidence) -> [Anomaly] {
  var anomalies: [Anomaly] = []
  for work in evidence.ledger.works where work.isFinished {
    for step in work.recognised where evidence.bearsEffect(step, in: work) && !evidence.isKnown(step, in: work) {
      let name = evidence.catalogue.names[step.index].first
      anomalies.append(
        Anomaly(
          code: .lost, subject: name.map { .effect($0) } ?? .node(work.unit.node), key: work.unit.root, count: 1,
          step: work.finishedAt, unit: work.unit, handler: work.unit.handler, root: work.unit.root))
    }
  }
  return anomalies
}

/// Calls that another trigger's run or invocation was taken for: under their own root the target did no work.
func swallowedCalls(_ evidence: Evidence) -> [Anomaly] {
  evidence.ledger.calls.compactMap { record in
    guard record.sharesRun, case .call(let call) = evidence.graph[record.step].verb,
      evidence.catalogue.bearsWork[call.handler.index]
    else { return nil }
    let caller = evidence.ledger.works[record.work]
    let isDone = evidence.ledger.works.contains {
      $0.unit.root == caller.unit.root && $0.unit.handler == call.handler
    }
    if isDone { return nil }
    return Anomaly(
      code: .lost, subject: .node(call.target), key: caller.unit.root, count: 1,
      step: max(record.calledAt, record.answeredAt), unit: nil, handler: call.handler, root: caller.unit.root)
  }
}

extension Evidence {
  /// What a transaction skips may hold steps without an effect; an external's one effect goes by the calling step.
  fileprivate func bearsEffect(_ step: StepID, in work: WorkRecord) -> Bool {
    !catalogue.recognisedEffects(of: step).isEmpty || graph[step].handler != work.unit.handler
  }

  /// True when what the receiver recognised was done, or turned away as old, under the same root: then the key did its
  /// duty.
  fileprivate func isKnown(_ step: StepID, in work: WorkRecord) -> Bool {
    guard let root = ledger.root(work.unit.root) else { return false }
    let own = catalogue.recognisedEffects(of: step)
    let steps = own.isEmpty ? [step] : own
    let names = steps.flatMap { catalogue.names[$0.index] }
    if names.contains(where: { isSuperseded($0, under: work.unit.root) }) { return true }
    return root.effects.contains { effect in
      let record = ledger.effects[effect]
      return steps.contains { candidate in
        candidate == record.step
          || catalogue.names[candidate.index].contains(where: catalogue.names[record.step.index].contains)
      }
    }
  }
}
