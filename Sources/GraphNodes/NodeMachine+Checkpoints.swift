import MachineContract
import Primitives
import ProgressGraph

/// What a node without a journal keeps of unfinished work: checkpoints, and decisions that the file says are recorded.
/// Both are rows of its own database, found by what the work is known by, and go when the work is done.
extension NodeMachine {
  /// In a durable node every step is a resume point already; in a transaction nothing is one, and a stream job goes
  /// back to its own checkpoint, with all that its strands did since.
  mutating func passCheckpoint(_ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    let isKept = node.work != .durable && !isStream && transaction(of: unit) == nil
    if isKept, let top = top(of: unit), !units[top].isCompensating {
      let checkpoint = Checkpoint(
        strand: units[unit].path, step: step, position: units[unit].next, turns: units[unit].turns,
        undos: units[top].undos)
      commit(.reached(work: progressKey(of: unit), checkpoint), into: &out)
    }
    completeStep(unit, into: &out)
  }

  /// Lets an attempt begin behind the last checkpoint that an earlier one passed.
  mutating func resumeAtCheckpoint(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    let work = progressKey(of: unit)
    guard let checkpoint = database.progress.checkpoint(of: work, strand: units[unit].path) else { return }
    units[unit].position = checkpoint.position
    units[unit].turns = checkpoint.turns
    if let top = top(of: unit) {
      for undo in checkpoint.undos where !units[top].undos.contains(undo) { units[top].undos.append(undo) }
    }
    out.observe(.replayed(units[unit].work, checkpoint.step))
  }

  // MARK: Decisions

  func keepsDecision(of step: StepID, _ unit: Int) -> Bool {
    guard node.work != .durable, transaction(of: unit) == nil, case .choose(let choose) = graph[step].verb else {
      return false
    }
    return choose.isRecorded ?? false
  }

  func keptDecision(of step: StepID, _ unit: Int) -> Int? {
    guard keepsDecision(of: step, unit) else { return nil }
    return database.progress.decision(of: progressKey(of: unit), decisionKey(of: step, unit))
  }

  mutating func keep(_ option: Int, of step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    let decision = Decision(occurrence: decisionKey(of: step, unit), option: option)
    commit(.decided(work: progressKey(of: unit), decision), into: &out)
  }

  private func decisionKey(of step: StepID, _ unit: Int) -> UInt64 {
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(step)
    fingerprinter.feed(units[unit].turn(of: step))
    fingerprinter.feed(occurrence(of: step, unit))
    return fingerprinter.value
  }

  // MARK: Forgetting

  /// The work is done, or undone: the next attempt at it, if any, is another piece of work.
  mutating func forgetProgress(of unit: Int, into out: inout Outbox<NodeMachine>) {
    let key = progressKey(of: unit)
    if database.progress.contains(key) { commit(.forgotten(work: key), into: &out) }
  }

  private func progressKey(of unit: Int) -> UInt64 {
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(units[unit].work.handler)
    fingerprinter.feed(units[unit].identity)
    return fingerprinter.value
  }
}
