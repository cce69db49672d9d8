import MachineContract
import Primitives
import ProgressGraph

/// A branch of a `choose`.
struct BranchPlace: Equatable, Sendable {
  var choose: StepID
  var option: Int
}

/// A branch as a work took it at one turn.
struct Decision: Equatable, Sendable {
  var choose: StepID
  var option: Int
  /// The turns of the loops around it, outermost first, and its own; 0 where there is no loop.
  var turns: [Int]

  func isSameTurn(as other: Decision) -> Bool { choose == other.choose && turns == other.turns }
}

/// An effect that came of a decision.
struct BranchEffect: Sendable {
  var decision: Decision
  /// A position in `WorkLedger.effects`.
  var effect: Int
  /// Its first application under this decision.
  var at: EventStep
}

extension EffectCatalogue {
  /// The branches that a step stands in, innermost first.
  func decisions(around step: StepID) -> [BranchPlace] {
    var places: [BranchPlace] = []
    var current = step
    while let parent = graph[current].parent {
      if case .choose(let choose) = graph[parent].verb,
        let option = choose.branches.firstIndex(where: { $0.steps.contains(current) })
      {
        places.append(BranchPlace(choose: parent, option: option))
      }
      current = parent
    }
    return places
  }
}

extension WorkRecord {
  /// A decision, within those that the work has made around it.
  mutating func noteDecision(_ choose: StepID, option: Int, turn: Int, within around: [BranchPlace]) {
    let outer = around.first.flatMap { place in decision(at: place) }
    decisions.removeAll { $0.choose == choose && $0.option == option }
    decisions.append(Decision(choose: choose, option: option, turns: (outer?.turns ?? []) + [turn]))
  }

  /// The latest turn at which the work took this branch.
  func decision(at place: BranchPlace) -> Decision? {
    decisions.first { $0.choose == place.choose && $0.option == place.option }
  }

  mutating func noteBranchEffect(_ effect: Int, under decision: Decision, at step: EventStep) {
    guard !branchEffects.contains(where: { $0.effect == effect && $0.decision == decision }) else { return }
    branchEffects.append(BranchEffect(decision: decision, effect: effect, at: step))
  }
}
