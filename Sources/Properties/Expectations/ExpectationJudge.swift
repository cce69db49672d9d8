import MachineContract
import Primitives
import ProgressGraph

/// Which anomaly violates which expectation (semantics.md, section 1).
///
/// A tolerated anomaly violates nothing. Where a fault never heals, PARKED, FAIL, compensation and the STUCK of a
/// durable run are right answers and violate nothing, nor do the missing effects that they stand for; silence does.
struct ExpectationJudge {
  private let evidence: Evidence
  private let anomalies: [Anomaly]
  private let failures: [CleanFailure]
  /// Indexed like `anomalies`.
  private let isCounted: [Bool]

  init(evidence: Evidence, anomalies: [Anomaly], failures: [CleanFailure]) {
    self.evidence = evidence
    self.anomalies = anomalies
    self.failures = failures
    let owned = anomalies.filter { evidence.isRightAnswer($0) }.map(\.root)
    isCounted = anomalies.map { anomaly in
      if evidence.isTolerated(anomaly) || evidence.isRightAnswer(anomaly) { return false }
      // The rest of a work whose trigger lies in plain sight is neither silent nor forgotten.
      return !((anomaly.code == .partial || anomaly.code == .saga) && owned.contains(anomaly.root))
    }
  }

  /// One result per expectation, in the order of `Expectation.all`; last, where the run broke it, that it settles.
  func results() -> [ExpectationResult] {
    let goesOn = evidence.facts.isEndless && !evidence.facts.neverHeals
    return (Expectation.all(in: evidence.catalogue) + (goesOn ? [.settles] : [])).map { expectation in
      var causes: [ViolationCause] = []
      for (index, anomaly) in anomalies.enumerated() where isCounted[index] && violates(anomaly, expectation) {
        causes.append(.anomaly(anomaly))
      }
      causes += failures.filter { violates($0, expectation) }.map { .failure($0) }
      return ExpectationResult(expectation: expectation, violatedBy: causes)
    }
  }

  private func violates(_ anomaly: Anomaly, _ expectation: Expectation) -> Bool {
    switch expectation {
    case .once(let name): isRepeated(anomaly, name) || isMissing(anomaly, name)
    case .atMostOnce(let name): isRepeated(anomaly, name)
    case .allOrNone(let group): splits(anomaly, group)
    case .wholeHandler(let handler):
      (anomaly.code == .partial || anomaly.code == .saga && !isGroup(anomaly)) && anomaly.handler == handler
    case .ordered(let ordering): breaks(anomaly, ordering)
    case .exclusive(let group): mixes(anomaly, group)
    case .eventually(let name): isNeverDone(anomaly, name)
    case .mustComplete:
      (anomaly.code == .lost || anomaly.code == .stuck) && isCore(anomaly)
    case .maxAge(let table): anomaly.code == .stale && anomaly.subject == .channel(table)
    case .never(let code): anomaly.code == code
    case .settles: anomaly.code == .stuck
    }
  }

  /// FAIL violates what needs the work done; `must_complete` has it as LOST already.
  private func violates(_ failure: CleanFailure, _ expectation: Expectation) -> Bool {
    guard case .eventually(let name) = expectation, !evidence.facts.neverHeals,
      !evidence.facts.outlastsCallers, !evidence.graph.workflow.mustComplete,
      let index = evidence.ledger.root(failure.root)?.work
    else { return false }
    let handler = evidence.ledger.works[index].unit.handler
    return reaches(handler, name) && isOwed(name, under: failure.root)
  }

  // MARK: By expectation

  private func isRepeated(_ anomaly: Anomaly, _ name: NameID) -> Bool {
    guard anomaly.code == .dup, case .effect(let effect) = anomaly.subject else { return false }
    if effect == name { return true }
    // An expectation may name the channel where the effect is counted by the event, or the reverse.
    return evidence.effects(named: name, under: anomaly.root).contains {
      let identity = evidence.ledger.effects[$0].identity
      return identity.name == effect && identity.key == anomaly.key
    }
  }

  private func isMissing(_ anomaly: Anomaly, _ name: NameID) -> Bool {
    switch anomaly.code {
    case .lost, .stuck, .partial:
      guard leads(anomaly, to: name), isOwed(name, under: anomaly.root) else { return false }
      return !failures.contains { $0.root == anomaly.root }
    case .dup, .parked, .saga, .ooo, .orphan, .diverge, .stale: return false
    }
  }

  private func isNeverDone(_ anomaly: Anomaly, _ name: NameID) -> Bool {
    switch anomaly.code {
    case .lost, .stuck: leads(anomaly, to: name) && isOwed(name, under: anomaly.root)
    case .partial, .dup, .parked, .saga, .ooo, .orphan, .diverge, .stale: false
    }
  }

  private func splits(_ anomaly: Anomaly, _ group: [NameID]) -> Bool {
    switch anomaly.code {
    case .saga:
      if case .group(let position) = anomaly.subject {
        return evidence.graph.expectations.allOrNone[position] == group
      }
      return anomaly.handler.map { handler in group.contains { reaches(handler, $0) } } ?? false
    case .partial:
      guard let handler = anomaly.handler else { return false }
      let own = evidence.catalogue.effectSteps[handler.index]
      return group.contains { name in own.contains { evidence.catalogue.names[$0.index].contains(name) } }
    case .lost, .stuck, .dup, .parked, .ooo, .orphan, .diverge, .stale: return false
    }
  }

  /// OOO by the declared field, at the consumers of the declared channel, among the records put there, or at the node.
  private func breaks(_ anomaly: Anomaly, _ ordering: Expectations.Ordering) -> Bool {
    guard anomaly.code == .ooo, KeyValue(packed: anomaly.key).field == ordering.field else { return false }
    if case .channel(let channel) = ordering.place, case .effect(let name) = anomaly.subject,
      evidence.graph[name] == evidence.graph[channel].name
    {
      return true
    }
    return anomaly.handler.map { evidence.catalogue.covers(ordering, $0) } ?? false
  }

  /// DIVERGE of the group itself, or between branches of which two are members or lead to them.
  private func mixes(_ anomaly: Anomaly, _ group: [NameID]) -> Bool {
    guard anomaly.code == .diverge else { return false }
    if case .exclusion(let position) = anomaly.subject {
      return evidence.graph.expectations.exclusive[position] == group
    }
    return evidence.divergences().contains { divergence in
      guard divergence.anomaly == anomaly else { return false }
      let named = divergence.options.filter { option in
        group.contains { evidence.catalogue.isNamed($0, branch: option, of: divergence.choose) }
      }
      return named.count > 1
    }
  }

  /// A workflow's goal is the concern of its core and its start alone; without a declared core, of every node.
  private func isCore(_ anomaly: Anomaly) -> Bool {
    let workflow = evidence.graph.workflow
    guard !workflow.core.isEmpty, let handler = anomaly.handler else { return true }
    let node = evidence.graph[handler].node
    return workflow.core.contains(node) || workflow.start == node
  }

  // MARK: Effects

  private func isGroup(_ anomaly: Anomaly) -> Bool {
    if case .group = anomaly.subject { true } else { false }
  }

  private func reaches(_ handler: HandlerID, _ name: NameID) -> Bool {
    evidence.catalogue.reach[handler.index].contains(name)
  }

  private func leads(_ anomaly: Anomaly, to name: NameID) -> Bool {
    if case .effect(let effect) = anomaly.subject, anomaly.code == .lost { return effect == name }
    return anomaly.handler.map { reaches($0, name) } ?? false
  }

  /// True when nothing of this name exists under this root, and nothing that did was compensated.
  private func isOwed(_ name: NameID, under root: UInt64) -> Bool {
    !evidence.exists(name, under: root) && !evidence.isCompensated(name, under: root)
      && !evidence.isSuperseded(name, under: root)
  }
}

extension Evidence {
  /// True for an anomaly that is the right answer to a fault that never heals.
  fileprivate func isRightAnswer(_ anomaly: Anomaly) -> Bool {
    guard facts.neverHeals else { return false }
    switch anomaly.code {
    case .parked: return true
    case .stuck: return anomaly.handler.map { graph[graph[$0].node].work == .durable } ?? false
    case .lost, .dup, .partial, .saga, .ooo, .orphan, .diverge, .stale: return false
    }
  }

  /// `tolerate` names an effect, a node or a channel; a node's work is also known by the effects of its handler.
  fileprivate func isTolerated(_ anomaly: Anomaly) -> Bool {
    graph.expectations.tolerate.contains { tolerance in
      guard tolerance.anomaly == anomaly.code else { return false }
      guard let subject = tolerance.subject else { return true }
      if let handler = anomaly.handler {
        if graph[graph[handler].node].name == graph[subject] { return true }
        let own = catalogue.effectSteps[handler.index]
        if anomaly.code != .dup, own.contains(where: { catalogue.names[$0.index].contains(subject) }) { return true }
      }
      switch anomaly.subject {
      case .effect(let name): return name == subject
      case .group(let position): return graph.expectations.allOrNone[position].contains(subject)
      case .exclusion(let position): return graph.expectations.exclusive[position].contains(subject)
      case .node(let node): return graph[node].name == graph[subject]
      case .channel(let channel): return graph[channel].name == graph[subject]
      }
    }
  }
}
