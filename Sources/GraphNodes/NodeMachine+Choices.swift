import MachineContract
import Primitives
import ProgressGraph

/// What the design leaves open, announced for the driver to decide: branches, and whether an attempt fails at once.
extension NodeMachine {
  // MARK: Transient failures

  /// Leaves open whether the attempt fails before its first step. Option 1 is failure.
  mutating func tryToBegin(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    units[unit].phase = .trying
    let share = UInt32((node.failureShare * 1_000_000).rounded())
    out.choose(.unit(units[unit].serial), weights: [1_000_000 - share, share])
  }

  mutating func take(_ option: Int, of token: NodeTimer, into out: inout Outbox<NodeMachine>) {
    guard case .unit(let serial) = token, let unit = position(of: serial) else {
      preconditionFailure("only a unit leaves something open, and takes it back when it ends")
    }
    switch units[unit].phase {
    case .trying where option == 0:
      begin(unit, into: &out)
    case .trying:
      out.observe(.failed(units[unit].work, nil, .failed))
      settle(unit, .failed, into: &out)
    case .choosing:
      decide(option, unit, into: &out)
    case .acknowledging, .arrived, .accepting, .latency, .ready, .computing, .calling, .joining, .backingOff, .storing,
      .reading, .registering, .waiting, .replying, .performed, .recording, .abandoning, .finished, .ending, .lost:
      preconditionFailure("a unit in this phase has left nothing open")
    }
  }

  // MARK: Branches

  mutating func choose(_ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    let decision = program(of: unit).decision(of: step)
    if let option = keptDecision(of: step, unit), decision.targets.indices.contains(option) {
      out.observe(.replayed(units[unit].work, step))
      units[unit].next = decision.targets[option]
      return endStep(unit, into: &out)
    }
    units[unit].phase = .choosing
    out.choose(
      .unit(units[unit].serial), weights: units[unit].turn(of: step) > 1 ? decision.weightsAgain : decision.weights)
  }

  private mutating func decide(_ option: Int, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    guard let step = currentStep(of: unit) else { preconditionFailure("a decision belongs to a `choose`") }
    units[unit].next = program(of: unit).decision(of: step).targets[option]
    out.observe(.chose(units[unit].work, step, option: option, turn: units[unit].turn(of: step)))
    if keepsDecision(of: step, unit) { keep(option, of: step, unit, into: &out) }
    completeStep(unit, into: &out)
  }

  /// Whether the end of this step goes to the journal: every step of a durable node, except in a transaction, which is
  /// recorded as a whole, and a decision that the file says is not recorded.
  func isRecorded(_ step: StepID?, _ unit: Int) -> Bool {
    guard node.work == .durable, transaction(of: unit) == nil else { return false }
    if let step, case .choose(let choose) = graph[step].verb { return choose.isRecorded ?? true }
    return true
  }
}

extension Unit {
  /// Counts from 1; 0 outside of the loop.
  func turn(of loop: StepID) -> Int { turns.first { $0.loop == loop }?.number ?? 0 }

  mutating func enter(_ loop: StepID) {
    leave(loop)
    turns.append(Turn(loop: loop, number: 0))
  }

  mutating func beginTurn(of loop: StepID) {
    if let position = turns.firstIndex(where: { $0.loop == loop }) { turns[position].number += 1 }
  }

  mutating func leave(_ loop: StepID) { turns.removeAll { $0.loop == loop } }
}
