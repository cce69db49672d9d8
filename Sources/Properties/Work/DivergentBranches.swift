import MachineContract
import Primitives
import ProgressGraph

/// DIVERGE: one work decided twice and differently, and effects of both decisions stand; or effects that the file
/// declares to exclude each other stand under one root.
///
/// Two branches of a `choose` exclude each other within one turn: another turn of a loop decides anew. An effect is of
/// the branch that its step stands in, at whatever depth, also below the branch's calls. What was taken back stands no
/// more.
func divergentBranches(_ evidence: Evidence) -> [Anomaly] {
  evidence.divergences().map(\.anomaly) + excludedPairs(evidence)
}

/// The decisions of one work at one turn that left effects.
struct Divergence {
  var anomaly: Anomaly
  var choose: StepID
  /// Two or more, in the order in which their effects came.
  var options: [Int]
}

extension Evidence {
  func divergences() -> [Divergence] {
    ledger.works.flatMap { work in
      var found: [Divergence] = []
      for first in work.branchEffects.indices {
        let turn = work.branchEffects[first].decision
        // Each turn once, by the first effect of it.
        guard !work.branchEffects[..<first].contains(where: { $0.decision.isSameTurn(as: turn) }) else { continue }
        let effects = work.branchEffects[first...].filter { $0.decision.isSameTurn(as: turn) && stands($0.effect) }
        var options: [Int] = []
        for effect in effects where !options.contains(effect.decision.option) {
          options.append(effect.decision.option)
        }
        guard options.count > 1, let second = effects.first(where: { $0.decision.option == options[1] })
        else { continue }
        let anomaly = Anomaly(
          code: .diverge, subject: .node(work.unit.node), key: work.unit.root, count: options.count, step: second.at,
          unit: work.unit, handler: work.unit.handler, root: work.unit.root)
        found.append(Divergence(anomaly: anomaly, choose: turn.choose, options: options))
      }
      return found
    }
  }
}

/// Declared groups whose members are no branches of one decision: under one root at most one of them may stand.
private func excludedPairs(_ evidence: Evidence) -> [Anomaly] {
  var anomalies: [Anomaly] = []
  for (position, group) in evidence.graph.expectations.exclusive.enumerated()
  where !evidence.catalogue.isDecidedByTurns[position] {
    for root in evidence.ledger.roots {
      let standing = group.compactMap { name in
        evidence.effects(named: name, under: root.root).first(where: evidence.stands)
      }
      let inOrder = standing.sorted { evidence.ledger.effects[$0].firstAt < evidence.ledger.effects[$1].firstAt }
      guard inOrder.count > 1 else { continue }
      let unit = evidence.ledger.effects[inOrder[1]].works.first.map { evidence.ledger.works[$0].unit }
      anomalies.append(
        Anomaly(
          code: .diverge, subject: .exclusion(position), key: root.root, count: inOrder.count,
          step: evidence.ledger.effects[inOrder[1]].firstAt, unit: unit, handler: unit?.handler, root: root.root))
    }
  }
  return anomalies
}

extension EffectCatalogue {
  /// True for a branch of this name, or with an effect that an expectation calls by it.
  func isNamed(_ name: NameID, branch option: Int, of choose: StepID) -> Bool {
    guard case .choose(let choice) = graph[choose].verb else { return false }
    if choice.branches[option].name == graph[name] { return true }
    return graph.stepIDs.contains { step in
      guard decisions[step.index].contains(where: { $0.choose == choose && $0.option == option }) else { return false }
      if names[step.index].contains(name) { return true }
      guard case .call(let call) = graph[step].verb else { return false }
      return reach[call.handler.index].contains(name)
    }
  }
}
