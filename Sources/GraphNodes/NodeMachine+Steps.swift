import MachineContract
import Primitives
import ProgressGraph

/// A unit's way through its program, one step boundary at a time.
extension NodeMachine {
  // MARK: Between steps

  /// Goes on to the next instruction that takes an action of its own, and announces it.
  mutating func advance(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    if let blackBox = units[unit].blackBox { return applyOutside(blackBox, unit, into: &out) }
    let instructions = program(of: unit).instructions
    while true {
      let position = units[unit].position
      switch instructions[position] {
      case .jump(let target):
        units[unit].position = target
      case .skipUnless(let event, let target):
        units[unit].position = units[unit].event == event ? position + 1 : target
      case .perform(let step), .begin(let step?):
        if !skipRecorded(step, unit, into: &out) { return beginStep(step, unit, into: &out) }
      case .begin(nil), .commit:
        return getReady(unit, into: &out)
      case .choose(let step):
        units[unit].beginTurn(of: step)
        if !skipRecorded(step, unit, into: &out) { return beginStep(step, unit, into: &out) }
      case .enterLoop(let step):
        units[unit].enter(step)
        units[unit].position = position + 1
      case .endTurn(let step, let again):
        let isLast = units[unit].turn(of: step) >= program(of: unit).decision(of: step).turns
        units[unit].position = isLast ? position + 1 : again
      case .leaveLoop(let step):
        units[unit].leave(step)
        units[unit].position = position + 1
      case .fork(let step):
        if !skipRecorded(step, unit, into: &out) { return beginStep(step, unit, into: &out) }
        leaveBehind(step, unit, into: &out)
      case .endStrand:
        return endStrand(unit, nil, into: &out)
      case .endUndo:
        units[unit].undos.removeFirst()
        return compensate(unit, into: &out)
      case .end:
        return finish(unit, into: &out)
      }
      if units[unit].phase == .lost { return }
    }
  }

  func program(of unit: Int) -> Program { deployment.programs[units[unit].work.handler.index] }

  mutating func beginStep(_ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    units[unit].retries = 0
    units[unit].isOutcomeUnknown = units[unit].isResumed
    units[unit].awaited = 0
    units[unit].repeats = 0
    out.observe(.began(units[unit].work, step))
    getReady(unit, into: &out)
  }

  private mutating func getReady(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    units[unit].phase = .ready
    endPhaseNext(unit, into: &out)
  }

  /// The step in hand; nil between the first begin of a whole handler's transaction and its first step.
  func currentStep(of unit: Int) -> StepID? {
    switch program(of: unit).instructions[units[unit].position] {
    case .perform(let step), .choose(let step), .fork(let step): step
    case .begin(let step), .commit(let step): step
    case .jump, .skipUnless, .enterLoop, .endTurn, .leaveLoop, .endStrand, .endUndo, .end: nil
    }
  }

  mutating func performInstruction(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    units[unit].next = units[unit].position + 1
    switch program(of: unit).instructions[units[unit].position] {
    case .perform(let step), .choose(let step):
      register(undo: graph.steps[step.index].undo, of: step, unit)
      perform(step, unit, into: &out)
    case .fork(let step):
      units[unit].next = program(of: unit).fan(of: step).end
      perform(step, unit, into: &out)
    case .begin(let step):
      beginTransaction(step, unit, into: &out)
    case .commit(let step):
      commitTransaction(step, unit, into: &out)
    case .jump, .skipUnless, .enterLoop, .endTurn, .leaveLoop, .endStrand, .endUndo, .end:
      preconditionFailure("jumps take no action of their own")
    }
  }

  /// Registered before the step runs, with the unit at the top; once, however often the step is tried.
  mutating func register(undo: StepID?, of step: StepID, _ unit: Int) {
    guard let undo, let top = top(of: unit), !units[top].isCompensating else { return }
    let registered = Undo(step: undo, occurrence: occurrence(of: step, unit), strand: units[unit].work.strand)
    if !units[top].undos.contains(registered) { units[top].undos.append(registered) }
  }

  /// A step that certainly did not happen needs no compensation; an unknown outcome counts as happened.
  mutating func withdrawUndo(of step: StepID, _ unit: Int) {
    guard !units[unit].isOutcomeUnknown, let undo = graph[step].undo, let top = top(of: unit),
      !units[top].isCompensating
    else { return }
    let occurrence = occurrence(of: step, unit)
    units[top].undos.removeAll { $0.step == undo && $0.occurrence == occurrence }
  }

  // MARK: One step

  private mutating func perform(_ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    if isPoisoned(step, unit, into: &out) {
      // An earlier attempt may still be waiting for its answer.
      out.disarm(.timeout(units[unit].serial))
      out.disarm(.resend(units[unit].serial))
      return failStep(step, unit, .poisoned, into: &out)
    }
    switch graph.steps[step.index].verb {
    case .compute(takes: .exactly(.zero)):
      completeStep(unit, into: &out)
    case .compute(let takes):
      units[unit].phase = .computing
      out.arm(.unit(units[unit].serial), after: takes)
    case .call(let call):
      performCall(call, step, unit, into: &out)
    case .send(let send):
      put(
        on: send.channel, name: channelName(send.channel), key: send.key, event: nil, replyTo: send.replyTo, step, unit,
        into: &out)
    case .publish(let publish):
      put(
        on: publish.channel, name: channelName(publish.channel), key: publish.key, event: publish.event, step, unit,
        into: &out)
    case .write(let effect, let key, _):
      apply(effect, key: key, step, unit, outside: false, into: &out)
    case .effect(let effect, let key):
      apply(effect, key: key, step, unit, outside: true, into: &out)
    case .read(_, let table?, _):
      read(table, step, unit, into: &out)
    case .read:
      completeStep(unit, into: &out)
    case .reply:
      reply(unit, into: &out)
    case .wait:
      performWait(step, unit, into: &out)
    case .signal(let name, let key):
      performSignal(name, key: key, step, unit, into: &out)
    case .fail:
      failStep(step, unit, .terminal, into: &out)
    case .choose:
      choose(step, unit, into: &out)
    case .parallel, .each:
      fork(step, unit, isJoined: false, into: &out)
    case .checkpoint:
      passCheckpoint(step, unit, into: &out)
    case .transaction:
      preconditionFailure("a transaction is laid out as its begin and its commit")
    }
  }

  /// The step's effect is there; a durable node records it next.
  mutating func completeStep(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    let step = currentStep(of: unit)
    if let step { out.observe(.performed(units[unit].work, step)) }
    guard isRecorded(step, unit) else { return endStep(unit, into: &out) }
    units[unit].phase = .performed
    endPhaseNext(unit, into: &out)
  }

  /// The step is done and, where there is a record, recorded.
  mutating func endStep(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    let step = currentStep(of: unit)
    if let step {
      out.observe(.ended(units[unit].work, step))
      if case .wait = graph[step].verb { closeWait(unit, step, into: &out) }
    }
    // A decision made anew says nothing about the step behind it.
    if node.work != .durable || isRecorded(step, unit) { units[unit].isResumed = false }
    units[unit].position = units[unit].next
    advance(unit, into: &out)
  }

  private mutating func reply(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    let top = top(of: unit)
    let isAsked = top.map { units[$0].replyTo != nil } ?? false
    if let transaction = transaction(of: unit) {
      // The answer must not overtake the commit that makes it true. A reply to a message then waits for the end.
      units[transaction].buffer?.answersAtCommit = !isAsked
    } else if isAsked {
      return sendReply(unit, into: &out)
    } else if let top {
      answer(top, nil, into: &out)
    }
    completeStep(unit, into: &out)
  }

  // MARK: Effects

  /// A write to the node's database, or an effect outside.
  private mutating func apply(
    _ effect: NameID, key: NameID?, _ step: StepID, _ unit: Int, outside: Bool, into out: inout Outbox<NodeMachine>
  ) {
    let applied = AppliedEffect(
      unit: units[unit].work, step: step, name: effect, key: countedKey(key, unit),
      isCompensation: units[unit].isCompensation || units[unit].isCompensating)
    let row = row(of: step, root: units[unit].work.root)
    let dedupKey = row == nil ? self.dedupKey(of: effect, key: key, step, unit) : nil
    if !outside, isStream {
      applyToState(applied, row, unit, into: &out)
    } else if !outside, let transaction = transaction(of: unit) {
      units[transaction].buffer?.effects.append(applied)
      if let dedupKey { units[transaction].buffer?.keys.append(dedupKey) }
    } else if let row {
      applyVersion(row, applied, into: &out)
    } else if let dedupKey, outside ? database.appliedOutside.contains(dedupKey) : database.applied.contains(dedupKey) {
      out.observe(.deduplicated(units[unit].work, step))
    } else {
      if let dedupKey { commit(outside ? .appliedOutside(dedupKey) : .applied(dedupKey), into: &out) }
      out.observe(.effect(applied))
    }
    completeStep(unit, into: &out)
  }

  /// A write to a stream job's keyed state. Its key names the row and recognises nothing: only `work: idempotent` makes
  /// the state remember which records it has taken in.
  private mutating func applyToState(
    _ effect: AppliedEffect, _ row: RowVersion?, _ unit: Int, into out: inout Outbox<NodeMachine>
  ) {
    var key: UInt64?
    if isIdempotent {
      var fingerprinter = Fingerprinter()
      feed(effect.step, unit, into: &fingerprinter)
      key = fingerprinter.value
    }
    let precedence: Precedence = row.map { self.precedence(of: $0) } ?? .newer
    if let key, remembers(key) { return out.observe(.deduplicated(effect.unit, effect.step)) }
    switch precedence {
    case .same: return out.observe(.deduplicated(effect.unit, effect.step))
    case .older: return out.observe(.outdated(effect.unit, effect.step))
    case .newer: break
    }
    var effect = effect
    if journal != nil { effect.record = rowOfTable(effect.step, unit) }
    var change = Unit.Buffer(step: nil)
    change.effects = [effect]
    change.keys = key.map { [$0] } ?? []
    change.rows = row.map { [$0] } ?? []
    if let transaction = transaction(of: unit) {
      units[transaction].buffer?.take(change)
    } else {
      // A strand that outlived its record.
      epoch.take(change)
    }
  }

  /// How observers know a table's row, told once or again. An upsert of the same message leaves the same row, wherever
  /// in the topic the message stands; without a key each record is a row of its own.
  private func rowOfTable(_ step: StepID, _ unit: Int) -> UInt64? {
    guard case .write(_, _?, _) = graph[step].verb else { return units[unit].origin?.fingerprint }
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(step)
    fingerprinter.feed(units[unit].identity)
    return fingerprinter.value
  }

  /// A call to an external without steps.
  private mutating func applyOutside(_ box: Unit.BlackBox, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    let isRepeat = node.acceptsKeys && box.key != nil && database.applied.contains(units[unit].identity)
    if isRepeat {
      out.observe(.deduplicated(units[unit].work, box.step))
    } else {
      if node.acceptsKeys, box.key != nil { commit(.applied(units[unit].identity), into: &out) }
      out.observe(
        .effect(
          AppliedEffect(
            unit: units[unit].work, step: box.step, name: box.effect, key: box.countedKey,
            isCompensation: units[unit].isCompensation)))
    }
    finish(unit, into: &out)
  }

  mutating func commit(_ write: NodeWrite, into out: inout Outbox<NodeMachine>) {
    database.absorb(write)
    out.commit(write)
  }

  // MARK: Keys

  /// What the checkers count by: the key's value, or the root. A key made afresh for every attempt counts as none.
  func countedKey(_ key: NameID?, _ unit: Int) -> UInt64 {
    let field = key.flatMap { isFresh($0) ? nil : $0 }
    return deployment.value(of: field, root: units[unit].work.root).packed
  }

  /// What the receiver deduplicates by: the step's own key, else an idempotent node's trigger; nil where nothing does.
  private mutating func dedupKey(of effect: NameID, key: NameID?, _ step: StepID, _ unit: Int) -> UInt64? {
    var fingerprinter = Fingerprinter()
    if let key {
      if isFresh(key) { return freshID() }
      fingerprinter.feed(effect)
      fingerprinter.feed(deployment.value(of: key, root: units[unit].work.root).packed)
    } else if isIdempotent {
      feed(step, unit, into: &fingerprinter)
    } else {
      return nil
    }
    return fingerprinter.value
  }

  private var isIdempotent: Bool { node.work == .idempotent || (node.kind == .external && node.acceptsKeys) }

  /// A key that differs on every attempt, so that no receiver ever recognises it (HW203).
  func isFresh(_ key: NameID) -> Bool { graph.isFresh(key) }

  /// The id of what this step sends: the same on every attempt where the work has a control, else a new one.
  mutating func derivedID(_ step: StepID, _ unit: Int) -> UInt64 {
    guard node.work != .none || node.kind == .client else { return freshID() }
    var fingerprinter = Fingerprinter()
    feed(step, unit, into: &fingerprinter)
    return fingerprinter.value
  }

  /// Names one execution of a step: the same on every attempt at it, and another in every strand and turn.
  private func feed(_ step: StepID, _ unit: Int, into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(step)
    fingerprinter.feed(units[unit].identity)
    let occurrence = occurrence(of: step, unit)
    if occurrence != 0 { fingerprinter.feed(occurrence) }
  }

  func pathBelow(_ step: StepID, _ unit: Int) -> UInt64 {
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(units[unit].work.path)
    let occurrence = occurrence(of: step, unit)
    if occurrence != 0 { fingerprinter.feed(occurrence) }
    fingerprinter.feed(step)
    return fingerprinter.value
  }

  func channelName(_ channel: ChannelID) -> NameID { deployment.channelNames[channel.index] }

  // MARK: Poison

  /// Whether this trigger can never get past the step. The first attempt of the poisoned trigger binds the poison to
  /// it.
  private mutating func isPoisoned(_ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) -> Bool {
    guard !database.poisons.isEmpty, let position = database.poisons.firstIndex(where: { $0.step == step })
    else { return false }
    let root = units[unit].work.root
    if let bound = database.poisons[position].root { return bound == root }
    guard database.poisons[position].passed.insert(root) else { return false }
    if database.poisons[position].triggersBefore == 0 {
      database.poisons[position].root = root
    } else {
      database.poisons[position].triggersBefore -= 1
    }
    out.commit(.poisons(database.poisons))
    return database.poisons[position].root == root
  }
}
