import MachineContract
import Primitives
import ProgressGraph

/// PARTIAL: some of a work's own effects stand, others do not exist, and no attempt ever finished.
///
/// Effects of a work are its own `write`, `effect`, `send` and `publish` on the path taken: not its calls, not undo,
/// else or on_error steps, not branches not taken. A durable run that aborted is judged as SAGA instead.
///
/// Once its trigger is gone, acknowledged, answered or never stored, a work whose own effects all stand is partial too
/// while one of its calls was not made or not answered: the tree below it is one unit, and nobody else would tell.
///
/// What an external has half done is its own affair: outside of it there is a reply or none.
func partialWork(_ evidence: Evidence) -> [Anomaly] {
  var anomalies: [Anomaly] = []
  for (index, work) in evidence.ledger.works.enumerated() {
    guard !work.isFinished, !work.isAborted, !evidence.catalogue.isSingleEffect(work.unit.handler),
      evidence.graph[work.unit.node].kind != .external
    else { continue }
    let standing = evidence.standingEffects(ofWork: index)
    let expected = evidence.catalogue.expectedEffects(of: work)
    guard standing > 0, standing < expected || evidence.abandonsCalls(work) else { continue }
    let last = work.effects.map { evidence.ledger.effects[$0].lastAt }.max() ?? work.lastSeenAt
    anomalies.append(
      Anomaly(
        code: .partial, subject: .node(work.unit.node), key: work.unit.root, count: standing,
        step: max(last, work.failedAt), unit: work.unit, handler: work.unit.handler, root: work.unit.root))
  }
  return anomalies
}

extension Evidence {
  /// True when nothing triggers the work any more and a call on its path is still owed.
  fileprivate func abandonsCalls(_ work: WorkRecord) -> Bool {
    let isTimer = ledger.root(work.unit.root)?.timer?.isDurable == false && work.unit.trigger == work.unit.root
    let isAnswered = work.hasAnswered && work.parentCall.map { ledger.calls[$0].outcome == .answered } ?? false
    guard isTimer || isAnswered || ledger.isReleased(message: work.unit.trigger, for: work.unit.node),
      !isUnfinishedRun(work), !catalogue.hasRefused(work)
    else { return false }
    return graph[work.unit.handler].steps.contains { step in
      guard case .call(let call) = graph[step].verb else { return false }
      if graph[step].when != nil && !work.begun.contains(step) { return false }
      guard let record = work.calls.first(where: { ledger.calls[$0].step == step }) else { return true }
      switch ledger.calls[record].outcome {
      case .answered: return false
      case .pending: return call.isAwaited
      case .failed: return call.onError == .fail
      }
    }
  }

  /// How many distinct forward effects of this work exist and were not taken back.
  func standingEffects(ofWork index: Int) -> Int {
    let work = ledger.works[index]
    let applied = work.effects.filter { catalogue.places[ledger.effects[$0].step.index] == .forward }
    let elsewhere = work.recognised.reduce(0) { sum, step in
      sum + catalogue.recognisedEffects(of: step).filter { own in
        !applied.contains { ledger.effects[$0].step == own }
      }.count
    }
    return applied.filter { !isUndone[$0] }.count + elsewhere
  }
}

extension EffectCatalogue {
  /// The effects that a recognised key stands for: a transaction's inbox row covers the whole group.
  func recognisedEffects(of step: StepID) -> [StepID] {
    switch graph[step].verb {
    case .transaction(let steps, _): steps.flatMap { recognisedEffects(of: $0) }
    case .write, .effect, .send, .publish: places[step.index] == .forward ? [step] : []
    case .compute, .call, .read, .checkpoint, .wait, .choose, .parallel, .each, .signal, .reply, .fail: []
    }
  }

  /// How many effects of its own the work would have had, had it gone on along its path.
  func expectedEffects(of work: WorkRecord) -> Int {
    let path = WorkPath(work: work, isEnded: hasRefused(work))
    return count(graph[work.unit.handler].steps, on: path) - work.outdated.count { places[$0.index] == .forward }
  }

  /// True when the work came to a `fail` step of its own: its path ends there.
  func hasRefused(_ work: WorkRecord) -> Bool {
    graph.stepIDs.contains { id in
      guard graph[id].handler == work.unit.handler, work.begun.contains(id), case .fail = graph[id].verb else {
        return false
      }
      return true
    }
  }

  private func count(_ steps: [StepID], on path: WorkPath) -> Int { steps.reduce(0) { $0 + count($1, on: path) } }

  private func count(_ id: StepID, on path: WorkPath) -> Int {
    let step = graph[id]
    let hasBegun = path.work.begun.contains(id)
    // Whether a `when` matches is known only once the step began.
    if !hasBegun, step.when != nil || path.isEnded && isLeaf(step.verb) { return 0 }
    switch step.verb {
    // With a key it is one effect, whichever strands do it.
    case .write(_, let key?, _), .effect(_, let key?): return graph.isFresh(key) ? path.strands : min(1, path.strands)
    case .write, .effect, .send, .publish: return path.strands
    case .transaction(let steps, _): return count(steps, on: path.ended(path.isEnded && !hasBegun))
    case .choose(let choose): return count(choose, id, on: path)
    case .parallel(let branches, let join):
      return branches.reduce(0) { $0 + count($1, on: path.ended(path.isEnded || join != .all)) }
    case .each(let times, let steps, let join):
      return count(steps, on: path.ended(path.isEnded || join != .all).forked(times))
    case .compute, .call, .read, .checkpoint, .wait, .signal, .reply, .fail: return 0
    }
  }

  /// Each strand takes a branch of its own; of one that has not chosen the least is expected.
  private func count(_ choose: Choose, _ id: StepID, on path: WorkPath) -> Int {
    let branches = choose.branches.map(\.steps)
    let taken = branches.indices.filter { option in branches[option].contains { hasBegun($0, path.work.begun) } }
    var open = path.strands
    var expected = 0
    if path.strands > 1 {
      let decided = path.work.decisions.filter { $0.choose == id }
      for option in taken {
        expected += count(branches[option], on: path.with(strands: decided.count { $0.option == option }))
      }
      open -= min(open, Set(decided.map(\.strand)).count)
    } else if !taken.isEmpty {
      return taken.reduce(0) { $0 + count(branches[$1], on: path) }
    }
    if path.isEnded || open == 0 { return expected }
    return expected + (branches.map { count($0, on: path.with(strands: open)) }.min() ?? 0)
  }

  private func isLeaf(_ verb: Verb) -> Bool {
    switch verb {
    case .transaction, .choose, .parallel, .each: false
    case .compute, .call, .send, .publish, .write, .read, .effect, .checkpoint, .wait, .signal, .reply, .fail: true
    }
  }

  /// True when this step or one inside it began: branches may announce only their leaves.
  private func hasBegun(_ id: StepID, _ begun: IdentifierSet<StepID>) -> Bool {
    if begun.contains(id) { return true }
    switch graph[id].verb {
    case .transaction(let steps, _), .each(_, let steps, _): return steps.contains { hasBegun($0, begun) }
    case .parallel(let branches, _): return branches.contains { $0.contains { hasBegun($0, begun) } }
    case .choose(let choose): return choose.branches.contains { $0.steps.contains { hasBegun($0, begun) } }
    case .compute, .call, .send, .publish, .write, .read, .effect, .checkpoint, .wait, .signal, .reply, .fail:
      return false
    }
  }
}

/// How far a work came on its way, as far as its effects can be told from that.
private struct WorkPath {
  let work: WorkRecord
  /// A `fail` step, or a join that waits for some branches only, ended the path: steps that never began are not on it.
  var isEnded: Bool
  /// How many strands are on this part of the path.
  var strands = 1

  init(work: WorkRecord, isEnded: Bool) {
    self.work = work
    self.isEnded = isEnded
  }

  func ended(_ isEnded: Bool) -> WorkPath {
    var path = self
    path.isEnded = isEnded
    return path
  }

  func with(strands: Int) -> WorkPath {
    var path = self
    path.strands = strands
    return path
  }

  func forked(_ times: Int) -> WorkPath { with(strands: strands * times) }
}
