import MachineContract
import Primitives
import ProgressGraph

/// A branch of a `choose`.
struct BranchPlace: Equatable, Sendable {
  var choose: StepID
  var option: Int
  /// The fan-outs between the branch and what stands in it: as many levels lie between their strands.
  var fanOuts = 0
}

/// A branch as a work took it at one turn, in one strand.
struct Decision: Equatable, Sendable {
  var choose: StepID
  var option: Int
  var strand = StrandPath.none
  /// The turns of the loops around it, outermost first, and its own; 0 where there is no loop.
  var turns: [Int]

  func isSameTurn(as other: Decision) -> Bool {
    choose == other.choose && strand == other.strand && turns == other.turns
  }
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
    var fanOuts = 0
    var current = step
    while let parent = graph[current].parent {
      if case .choose(let choose) = graph[parent].verb,
        let option = choose.branches.firstIndex(where: { $0.steps.contains(current) })
      {
        places.append(BranchPlace(choose: parent, option: option, fanOuts: fanOuts))
      }
      if graph[parent].verb.forks { fanOuts += 1 }
      current = parent
    }
    return places
  }
}

extension WorkRecord {
  /// A decision, within those that the work has made around it.
  mutating func noteDecision(
    _ choose: StepID, option: Int, turn: Int, in strand: StrandPath, within around: BranchPlace?
  ) {
    let outer = around.flatMap { place in decision(at: place, from: strand) }
    decisions.removeAll { $0.choose == choose && $0.option == option && $0.strand == strand }
    decisions.append(
      Decision(choose: choose, option: option, strand: strand, turns: (outer?.turns ?? []) + [turn]))
  }

  /// The latest turn at which the work took this branch, in the strand that this one descends from.
  func decision(at place: BranchPlace, from strand: StrandPath) -> Decision? {
    guard let forked = strand.dropping(place.fanOuts) else { return nil }
    return decisions.first { $0.choose == place.choose && $0.option == place.option && $0.strand == forked }
  }

  mutating func noteBranchEffect(_ effect: Int, under decision: Decision, at step: EventStep) {
    guard !branchEffects.contains(where: { $0.effect == effect && $0.decision == decision }) else { return }
    branchEffects.append(BranchEffect(decision: decision, effect: effect, at: step))
  }
}
