import MachineContract
import Primitives
import ProgressGraph

/// SAGA: effects that must agree across nodes, or across a durable run, do not.
///
/// Two ways: of a declared `all_or_none` group that spans two nodes or more, some members stand under one root and
/// others do not; or a durable run ended with a terminal error and left forward effects, its own or those of the work
/// it called. Where a declared group covers what a run does, the group says which of its effects must agree.
func inconsistentSagas(_ evidence: Evidence) -> [Anomaly] {
  splitGroups(evidence) + abandonedRuns(evidence)
}

private func splitGroups(_ evidence: Evidence) -> [Anomaly] {
  var anomalies: [Anomaly] = []
  for (position, group) in evidence.graph.expectations.allOrNone.enumerated()
  where evidence.catalogue.spansNodes(group) {
    for root in evidence.ledger.roots {
      let asked = group.filter { !evidence.isSuperseded($0, under: root.root) }
      let standing = asked.map { name in
        evidence.effects(named: name, under: root.root).filter { !evidence.isUndone[$0] }
      }
      let present = standing.filter { !$0.isEmpty }
      guard !present.isEmpty, present.count < asked.count else { continue }
      let last = present.joined().max { evidence.ledger.effects[$0].lastAt < evidence.ledger.effects[$1].lastAt }
      guard let last, let work = evidence.ledger.effects[last].works.last else { continue }
      let unit = evidence.ledger.works[work].unit
      anomalies.append(
        Anomaly(
          code: .saga, subject: .group(position), key: root.root, count: present.count,
          step: evidence.ledger.effects[last].lastAt, unit: unit, handler: unit.handler, root: root.root))
    }
  }
  return anomalies
}

private func abandonedRuns(_ evidence: Evidence) -> [Anomaly] {
  var anomalies: [Anomaly] = []
  let groups = evidence.graph.expectations.allOrNone
  for (index, work) in evidence.ledger.works.enumerated() where work.isAborted && work.acceptedAt >= 0 {
    let reach = evidence.catalogue.reach[work.unit.handler.index]
    let covering = groups.filter { $0.contains(where: reach.contains) }
    // A group across nodes is judged above; here only groups inside one node are left to judge.
    let judged = covering.filter { !evidence.catalogue.spansNodes($0) }
    let left = evidence.effects(below: index).filter { effect in
      guard evidence.stands(effect),
        evidence.catalogue.places[evidence.ledger.effects[effect].step.index] == .forward
      else { return false }
      return covering.isEmpty || judged.joined().contains { evidence.isNamed($0, effect) }
    }
    guard !left.isEmpty else { continue }
    anomalies.append(
      Anomaly(
        code: .saga, subject: .node(work.unit.node), key: work.unit.root, count: left.count, step: work.abortedAt,
        unit: work.unit, handler: work.unit.handler, root: work.unit.root))
  }
  return anomalies
}

extension EffectCatalogue {
  /// True when the members of a group live in two nodes or more.
  func spansNodes(_ group: [NameID]) -> Bool {
    var all = IdentifierSet<NodeID>()
    for name in group { all.formUnion(nodes(bearing: name)) }
    return all.count > 1
  }
}
