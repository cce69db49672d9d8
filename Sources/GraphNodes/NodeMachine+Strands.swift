import MachineContract
import Primitives
import ProgressGraph

/// Several positions of one program at once.
///
/// A strand is a unit of its own with the same work and identity; the unit that forked it waits in its joining phase.
/// A parent stands before its strands in `units`, and its answer, lease, compensations and journal are those of the
/// unit at the top. Nothing cancels a strand: one that a join does not wait for any more goes on, detached.
extension NodeMachine {
  // MARK: Forking

  /// - Parameter isJoined: the journal says that the join is over; what was left behind then goes on.
  mutating func fork(_ step: StepID, _ unit: Int, isJoined: Bool, into out: inout Outbox<NodeMachine>) {
    let fan = program(of: unit).fan(of: step)
    if !isJoined {
      units[unit].phase = .joining
      units[unit].fork = Unit.Fork(needed: fan.needed, running: fan.targets.count)
    }
    let parent = units[unit]
    let keys = strandKeys(of: step, unit)
    let first = nextSerial
    for (position, target) in fan.targets.enumerated() {
      let strand = Unit.Strand(
        parent: parent.serial, top: parent.strand?.top ?? parent.serial, path: parent.path + [keys[position]],
        isDetached: isJoined)
      units.append(Unit(strand, of: parent, serial: nextSerial, at: target, number: position))
      nextSerial &+= 1
    }
    for offset in fan.targets.indices {
      guard let strand = position(of: first &+ UInt32(offset)) else { continue }
      resumeAtCheckpoint(strand, into: &out)
      advance(strand, into: &out)
    }
  }

  /// A replay has come past a join that is over: only strands that nobody waited for can have anything left to do.
  mutating func leaveBehind(_ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    guard units[unit].phase != .lost else { return }
    let fan = program(of: unit).fan(of: step)
    if fan.needed < fan.targets.count { return fork(step, unit, isJoined: true, into: &out) }
    for key in strandKeys(of: step, unit) { forgetHistory(below: units[unit].path + [key], of: unit) }
  }

  /// By strand, what names it in its run: the same in every life, and another in every turn around the fan-out.
  func strandKeys(of step: StepID, _ unit: Int) -> [UInt64] {
    let occurrence = occurrence(of: step, unit)
    return program(of: unit).fan(of: step).targets.indices.map { position in
      var key = Fingerprinter()
      key.feed(occurrence)
      key.feed(step)
      key.feed(position)
      return key.value
    }
  }

  // MARK: Joining

  /// The strand has come to its end, or failed for good.
  mutating func endStrand(_ unit: Int, _ failure: FailureReason?, into out: inout Outbox<NodeMachine>) {
    forgetHistory(below: units[unit].path, of: unit)
    guard let strand = units.remove(at: unit).strand else { preconditionFailure("only a strand ends by itself") }
    guard !strand.isDetached, let parent = position(of: strand.parent) else { return }
    units[parent].fork?.end(failure)
    join(parent, into: &out)
  }

  private mutating func join(_ parent: Int, into out: inout Outbox<NodeMachine>) {
    guard let fork = units[parent].fork, let step = currentStep(of: parent) else {
      preconditionFailure("a strand that is not detached has somebody waiting for it")
    }
    if fork.succeeded >= fork.needed {
      units[parent].fork = nil
      for unit in units.indices where units[unit].strand?.parent == units[parent].serial {
        units[unit].strand?.isDetached = true
      }
      completeStep(parent, into: &out)
    } else if fork.running == 0 {
      // Only now: compensation has to see what the other strands did.
      units[parent].fork = nil
      failUnit(parent, step, fork.failure ?? .failed, into: &out)
    }
  }

  mutating func failStrand(
    _ unit: Int, _ step: StepID, _ reason: FailureReason, into out: inout Outbox<NodeMachine>
  ) {
    out.observe(.strandFailed(units[unit].work, step, reason))
    withdrawUndo(of: step, unit)
    endStrand(unit, reason, into: &out)
  }

  /// Ends what is left of a unit that has run too long, after its own end.
  mutating func killStrands(below top: UInt32, into out: inout Outbox<NodeMachine>) {
    for strand in units.indices where units[strand].strand?.top == top {
      if let step = currentStep(of: strand) { out.observe(.strandFailed(units[strand].work, step, .killed)) }
    }
    removeStrands(below: top, into: &out)
    admitWaiting(into: &out)
  }

  /// Takes the strands of a unit that is killed along with it.
  mutating func removeStrands(below top: UInt32, into out: inout Outbox<NodeMachine>) {
    for strand in units where strand.strand?.top == top {
      out.disarm(.unit(strand.serial))
      out.disarm(.timeout(strand.serial))
      out.disarm(.resend(strand.serial))
    }
    units.removeAll { $0.strand?.top == top }
  }

  // MARK: Whose

  /// The unit that has the trigger; nil for a strand whose unit is over.
  func top(of unit: Int) -> Int? {
    guard let strand = units[unit].strand else { return unit }
    return position(of: strand.top)
  }

  /// The unit whose transaction collects what this one does; nil outside of every transaction.
  func transaction(of unit: Int) -> Int? {
    var unit = unit
    while units[unit].buffer == nil {
      guard let strand = units[unit].strand, !strand.isDetached, let parent = position(of: strand.parent) else {
        return nil
      }
      unit = parent
    }
    return unit
  }

  /// Which execution of the step this is, among those in several strands and turns; 0 where there is only one.
  func occurrence(of step: StepID, _ unit: Int) -> UInt64 {
    if units[unit].isCompensating, let undo = units[unit].undos.first { return undo.occurrence }
    var fingerprinter = Fingerprinter()
    var isOneOfMany = false
    if let strand = units[unit].strand {
      fingerprinter.feed(strand.path)
      isOneOfMany = true
    }
    var ancestor = units[unit].turns.isEmpty ? nil : graph[step].parent
    while let loop = ancestor {
      let turn = units[unit].turn(of: loop)
      if turn > 0 {
        fingerprinter.feed(loop)
        fingerprinter.feed(turn)
        isOneOfMany = true
      }
      ancestor = graph[loop].parent
    }
    return isOneOfMany ? fingerprinter.value : 0
  }
}

extension Unit {
  /// What makes a unit a strand.
  struct Strand: Equatable, Sendable {
    /// The serial of the unit that forked it.
    let parent: UInt32
    /// The serial of the unit that has the trigger.
    let top: UInt32
    /// Names the strand in its run, behind the names of those around it.
    let path: [UInt64]
    /// The join does not wait for it any more.
    var isDetached: Bool
  }

  /// What a joining unit waits for.
  struct Fork: Equatable, Sendable {
    let needed: Int
    /// Strands that have not ended.
    var running: Int
    var succeeded = 0
    /// Why the first strand failed; a terminal error of any of them is stronger.
    var failure: FailureReason?

    init(needed: Int, running: Int) {
      self.needed = needed
      self.running = running
    }

    mutating func end(_ failure: FailureReason?) {
      running -= 1
      guard let failure else { return succeeded += 1 }
      if self.failure == nil || failure == .terminal { self.failure = failure }
    }
  }

  /// Empty for a unit of its own.
  var path: [UInt64] { strand?.path ?? [] }

  /// A strand of the unit.
  init(_ strand: Strand, of parent: Unit, serial: UInt32, at position: Int, number: Int) {
    var work = parent.work
    work.strand = work.strand.appending(number)
    self.init(
      serial: serial, work: work, identity: parent.identity, event: parent.event,
      isCompensation: parent.isCompensation || parent.isCompensating, attempt: parent.attempt, waiters: [], lease: nil,
      origin: nil, blackBox: nil, isInvocation: false)
    self.strand = strand
    self.position = position
    isResumed = parent.isResumed
  }
}

extension Unit.Strand: Fingerprintable {
  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(UInt64(parent) << 32 | UInt64(top))
    fingerprinter.feed(path)
    fingerprinter.feed(isDetached)
  }
}

extension Unit.Fork: Fingerprintable {
  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(needed)
    fingerprinter.feed(running)
    fingerprinter.feed(succeeded)
    fingerprinter.feed(failure.map { UInt64($0.rawValue) })
  }
}
