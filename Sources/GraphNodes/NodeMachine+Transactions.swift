import MachineContract
import Primitives
import ProgressGraph

/// One atomic commit of a node's own database: writes, inbox row and outbox; and the relay of the outbox.
extension NodeMachine {
  mutating func beginTransaction(_ step: StepID?, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    let row = inboxRow(step, unit)
    if let row, remembers(row) { return skipTransaction(step, unit, into: &out) }
    if isStream {
      // Everything that a stream job does to its own state waits for the checkpoint: a `tx` adds the memory of its id.
      if step == nil { units[unit].buffer = Unit.Buffer(step: nil) }
      if let row, let transaction = transaction(of: unit) {
        units[transaction].buffer?.keys.append(row)
      } else if let row {
        epoch.keys.append(row)
      }
    } else {
      units[unit].buffer = Unit.Buffer(step: step)
    }
    units[unit].position += 1
    advance(unit, into: &out)
  }

  /// The inbox row is there: the work was committed before, and a second insert would fail.
  private mutating func skipTransaction(_ step: StepID?, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    let instructions = deployment.programs[units[unit].work.handler.index].instructions
    guard
      let commit = instructions[units[unit].position...].firstIndex(of: .commit(step))
    else { preconditionFailure("every begin has its commit") }
    for case .perform(let inner) in instructions[units[unit].position..<commit] where !isInBranch(inner, of: step) {
      out.observe(.deduplicated(units[unit].work, inner))
    }
    units[unit].position = commit
    units[unit].next = commit + 1
    completeStep(unit, into: &out)
  }

  /// True for a step of which nobody can tell whether the committed attempt came to it.
  private func isInBranch(_ step: StepID, of transaction: StepID?) -> Bool {
    var ancestor = graph[step].parent
    while let around = ancestor, around != transaction {
      if case .choose = graph[around].verb { return true }
      ancestor = graph[around].parent
    }
    return false
  }

  mutating func commitTransaction(_ step: StepID?, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    if isStream { return completeStep(unit, into: &out) }
    guard let buffer = units[unit].buffer else { preconditionFailure("a commit follows its begin") }
    units[unit].buffer = nil
    var keys = buffer.keys
    if let row = inboxRow(step, unit) { keys.append(row) }
    // What each effect is, seen before the commit: afterwards its own row would be there.
    let told = buffer.effects.map { observation(of: $0, unit) }
    let rows = buffer.effects.compactMap { row(of: $0.step, root: $0.unit.root) }
      .filter { precedence(of: $0) == .newer }
    commit(.transaction(keys: keys, rows: rows, messages: buffer.messages), into: &out)
    for observation in told { out.observe(observation) }
    if buffer.answersAtCommit, let top = top(of: unit) { answer(top, nil, into: &out) }
    relayOutbox(into: &out)
    completeStep(unit, into: &out)
  }

  private func observation(of effect: AppliedEffect, _ unit: Int) -> WorkObservation {
    guard let row = row(of: effect.step, root: effect.unit.root) else {
      return isApplied(effect, unit) ? .deduplicated(units[unit].work, effect.step) : .effect(effect)
    }
    switch precedence(of: row) {
    case .newer: return .effect(effect)
    case .same: return .deduplicated(units[unit].work, effect.step)
    case .older: return .outdated(units[unit].work, effect.step)
    }
  }

  /// Whether a keyed write of the transaction is in the database already.
  private func isApplied(_ effect: AppliedEffect, _ unit: Int) -> Bool {
    guard case .write(let name, let key?, _) = graph[effect.step].verb, !isFresh(key) else { return false }
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(name)
    fingerprinter.feed(deployment.value(of: key, root: units[unit].work.root).packed)
    return database.applied.contains(fingerprinter.value)
  }

  /// The row that stops a second commit for the same trigger; nil with `dedup: false`.
  private func inboxRow(_ step: StepID?, _ unit: Int) -> UInt64? {
    if let step, case .transaction(_, let dedup) = graph[step].verb, !dedup { return nil }
    if step == nil, node.work != .transactional { return nil }
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(units[unit].work.handler)
    fingerprinter.feed(step)
    fingerprinter.feed(units[unit].identity)
    let occurrence = step.map { self.occurrence(of: $0, unit) } ?? 0
    if occurrence != 0 { fingerprinter.feed(occurrence) }
    return fingerprinter.value
  }

  // MARK: Outbox

  /// Sends the oldest committed message, and again, ever later, until its channel confirms it.
  mutating func relayOutbox(into out: inout Outbox<NodeMachine>) {
    guard let head = database.outbox.first else { return out.disarm(.relay) }
    out.send(.put(head), to: deployment.front(of: head.channel))
    out.arm(.relay, after: .exactly(Self.pause(after: relayRepeats)))
  }

  mutating func relayAgain(into out: inout Outbox<NodeMachine>) {
    relayRepeats += 1
    relayOutbox(into: &out)
  }

  mutating func relayed(_ message: UInt64, into out: inout Outbox<NodeMachine>) {
    guard database.outbox.first?.id == message else { return }
    relayRepeats = 0
    commit(.relayed(message: message), into: &out)
    relayOutbox(into: &out)
  }
}
