import ClusterModel
import LabWorld
import MachineContract
import Primitives

/// The ways in which a run without faults can go: the one that the seed draws, and for every branch that some way comes
/// past without taking it one more way, which takes it.
///
/// A way is a value (`ForcedChoices`) that is part of a run's plan. Ways are found by watching: whoever runs one shows
/// its events, from the first to the last, and then asks for the next one.
struct BranchVariations {
  private struct Branch: Hashable {
    let step: StepID
    let option: Int
  }
  private struct Opening: Hashable {
    let machine: MachineID
    let generation: UInt32
  }

  private var waiting: [ForcedChoices] = [.none]
  private var current = ForcedChoices.none
  /// Taken by some way, or about to be.
  private var reached: Set<Branch> = []
  private var opened = 0
  private var ordinals: [Opening: Int] = [:]

  /// The next way; nil once every branch that can be reached is taken by one of them.
  mutating func next() -> ForcedChoices? {
    guard !waiting.isEmpty else { return nil }
    current = waiting.removeFirst()
    opened = 0
    ordinals = [:]
    return current
  }

  /// - Parameter events: of one action of the present way, from its first one on.
  mutating func observe(_ events: [Event<LabMachine>]) {
    var decided: (ordinal: Int, options: [Int])?
    for event in events {
      switch event {
      case .choiceOpened(let machine, let choice):
        opened += 1
        ordinals[Opening(machine: machine, generation: choice.generation)] = opened
      case .chosen(let machine, let choice, _):
        let opening = Opening(machine: machine, generation: choice.generation)
        decided = ordinals[opening].map { ($0, choice.options) }
      case .observed(_, .work(.chose(_, let step, let option, _))):
        if let (ordinal, options) = decided { branch(at: step, took: option, of: options, ordinal: ordinal) }
      case .sent, .delivered, .lost, .refused, .armed, .disarmed, .fired, .choiceAbandoned, .writeStarted,
        .writeCompleted, .writeAbandoned, .crashed, .restarted, .paused, .resumed, .refusing, .accepting, .severed,
        .healed, .observed:
        break
      }
    }
  }

  private mutating func branch(at step: StepID, took taken: Int, of options: [Int], ordinal: Int) {
    reached.insert(Branch(step: step, option: taken))
    for option in options where reached.insert(Branch(step: step, option: option)).inserted {
      var way = current
      way[ordinal] = option
      waiting.append(way)
    }
  }
}
