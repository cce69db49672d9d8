import MachineContract
import Primitives

/// A work unit while a node holds it: where it stands, what it waits for, and whom it owes an answer.
struct Unit: Equatable, Sendable {
  /// What the unit waits for; its timer means the end of exactly this.
  enum Phase: UInt8, Sendable {
    /// The channel's confirmation of an acknowledgement given before the work.
    case acknowledging
    /// A decision on whether the attempt fails at its start.
    case trying
    /// Nothing: it has arrived and its start goes to the journal next.
    case arrived
    /// The journal's confirmation of its start.
    case accepting
    /// The handler's latency to pass.
    case latency
    /// Nothing: the step has begun and is done next. A phase of its own, so that a crash fits before every step.
    case ready
    /// A decision on which branch it takes.
    case choosing
    /// A computation to end.
    case computing
    /// A reply.
    case calling
    /// Enough of its strands to end.
    case joining
    /// The next attempt at the step.
    case backingOff
    /// A channel's confirmation that a message is stored, or a node's that it has a signal.
    case storing
    /// The journal's confirmation that a wait has begun.
    case registering
    /// A timer, a signal or a reply.
    case waiting
    /// The asking node's confirmation that it has the reply.
    case replying
    /// The latest snapshot of a table.
    case reading
    /// Nothing: the step is done and goes to the journal next. A phase of its own, so that a crash fits between doing
    /// and recording.
    case performed
    /// The journal's confirmation that a step is recorded.
    case recording
    /// The journal's confirmation that compensation begins.
    case abandoning
    /// Nothing: all is done, and answered or acknowledged next.
    case finished
    /// The journal's confirmation of its end.
    case ending
    /// Nothing that could come: its replay left the way that its journal has.
    case lost
  }

  /// Who is told the result.
  struct Waiter: Equatable, Sendable {
    let machine: MachineID
    let request: UInt64
  }

  /// A step that the journal has as done, and where the run went on.
  struct Recorded: Equatable, Sendable {
    /// The path of the strand; empty for the unit itself.
    let strand: [UInt64]
    let step: StepID
    let next: Int
    /// Counts the steps of the strand from 1.
    let number: Int
  }

  /// What is acknowledged when the work is done.
  struct Lease: Equatable, Sendable {
    let channel: ChannelID
    var number: UInt64
  }

  /// A call to an external without steps: the call itself is the one effect.
  struct BlackBox: Equatable, Sendable {
    let effect: NameID
    /// The calling step.
    let step: StepID
    /// The value of the call's key, packed.
    let key: UInt64?
    /// What the checkers count the effect by, packed.
    let countedKey: UInt64
  }

  /// What a transaction has collected.
  struct Buffer: Equatable, Sendable {
    /// The `tx`; nil for a whole handler.
    let step: StepID?
    var effects: [AppliedEffect] = []
    var keys: [UInt64] = []
    /// Only of a stream job; elsewhere a commit finds out by itself.
    var rows: [RowVersion] = []
    var messages: [ChannelMessage] = []
    var answersAtCommit = false

    mutating func take(_ other: Buffer) {
      effects += other.effects
      keys += other.keys
      rows += other.rows
      messages += other.messages
    }
  }

  /// Counted per machine; names its timers.
  let serial: UInt32
  /// What started it; in a strand with the strand.
  let cause: WorkUnit
  /// What deduplication goes by: the business key of the request, else the id of the trigger.
  let identity: UInt64
  let event: NameID?
  /// True when the unit is below a compensation.
  let isCompensation: Bool
  let attempt: Int
  var waiters: [Waiter]
  var lease: Lease?
  /// Where its record lies; only of a stream job.
  let origin: RecordPosition?
  let blackBox: BlackBox?
  /// Started by the engine or a durable caller: its result is remembered.
  let isInvocation: Bool
  /// Who asked for a reply to the message that started it.
  var replyTo: ReplyAddress?
  var phase = Phase.latency
  /// Position in the handler's program.
  var position = 0
  /// Where it goes on after the step in hand.
  var next = 0
  /// Nil for a unit of its own.
  var strand: Strand?
  /// Only while it joins.
  var fork: Fork?
  /// Of the loops that it is in.
  var turns: [Turn] = []
  /// Steps that the run, or the strand, has put into its journal.
  var recordedSteps = 0
  /// What a replay has still to go through, oldest first; its strands' as well.
  var history: [Recorded] = []
  /// Attempts at the step in hand beyond the first.
  var retries = 0
  /// True when an attempt at the step in hand ended with an unknown outcome.
  var isOutcomeUnknown = false
  /// True from recovery until a step is done: the first one may have happened in an earlier life.
  var isResumed = false
  /// The request or message it waits for.
  var awaited: UInt64 = 0
  /// How often it has said what nothing has confirmed.
  var repeats = 0
  /// Compensations registered so far; while compensating, those still to run, next one first.
  var undos: [Undo] = []
  var isCompensating = false
  /// Why it compensates.
  var failure = FailureReason.failed
  var hasReplied = false
  /// Waits that the journal has and that a replay has still to come to, by the path of their strand.
  var openWaits: [[UInt64]] = []
  /// True from when the journal has the wait in hand.
  var isWaitRecorded = false
  var buffer: Buffer?

  init(
    serial: UInt32, work: WorkUnit, identity: UInt64, event: NameID?, isCompensation: Bool, attempt: Int,
    waiters: [Waiter], lease: Lease?, origin: RecordPosition?, blackBox: BlackBox?, isInvocation: Bool,
    replyTo: ReplyAddress? = nil
  ) {
    self.serial = serial
    cause = work
    self.identity = identity
    self.event = event
    self.isCompensation = isCompensation
    self.attempt = attempt
    self.waiters = waiters
    self.lease = lease
    self.origin = origin
    self.blackBox = blackBox
    self.isInvocation = isInvocation
    self.replyTo = replyTo
  }

  /// What it speaks of: a compensation is that of the strand which registered it.
  var work: WorkUnit {
    guard isCompensating, let undo = undos.first, undo.strand != .none else { return cause }
    var work = cause
    work.strand = undo.strand
    return work
  }

  /// False for a step that the history of this run has already.
  func lacks(_ recorded: Recorded) -> Bool {
    if recorded.strand.isEmpty { return recorded.number > recordedSteps }
    return !history.contains { $0.strand == recorded.strand && $0.number == recorded.number }
  }
}

extension Unit: Fingerprintable {
  /// Left out: `attempt`, which is only told to observers.
  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(UInt64(serial))
    fingerprinter.feed(cause)
    fingerprinter.feed(identity)
    fingerprinter.feed(event)
    fingerprinter.feed(
      UInt64(phase.rawValue) | (isCompensation ? 256 : 0) | (isCompensating ? 512 : 0)
        | (hasReplied ? 1024 : 0) | (isOutcomeUnknown ? 2048 : 0) | (isInvocation ? 4096 : 0)
        | (isResumed ? 8192 : 0))
    fingerprinter.feed(openWaits.count)
    for strand in openWaits { fingerprinter.feed(strand) }
    fingerprinter.feed(isWaitRecorded)
    fingerprinter.feed(replyTo)
    fingerprinter.feed(blackBox)
    fingerprinter.feed(waiters.count)
    for waiter in waiters {
      fingerprinter.feed(waiter.machine)
      fingerprinter.feed(waiter.request)
    }
    fingerprinter.feed(lease?.channel)
    fingerprinter.feed(lease?.number)
    fingerprinter.feed(origin)
    fingerprinter.feed(position)
    fingerprinter.feed(next)
    fingerprinter.feed(strand)
    fingerprinter.feed(fork)
    fingerprinter.feed(turns)
    fingerprinter.feed(recordedSteps)
    fingerprinter.feed(history.count)
    for recorded in history {
      fingerprinter.feed(recorded.strand)
      fingerprinter.feed(recorded.step)
      fingerprinter.feed(recorded.next)
      fingerprinter.feed(recorded.number)
    }
    fingerprinter.feed(retries)
    fingerprinter.feed(repeats)
    fingerprinter.feed(awaited)
    fingerprinter.feed(undos)
    fingerprinter.feed(UInt64(failure.rawValue))
    fingerprinter.feed(buffer != nil)
    guard let buffer else { return }
    fingerprinter.feed(buffer.step)
    fingerprinter.feed(buffer.keys)
    fingerprinter.feed(buffer.rows)
    fingerprinter.feed(buffer.effects)
    fingerprinter.feed(buffer.messages)
    fingerprinter.feed(buffer.answersAtCommit)
  }
}

/// A trigger that reached a node and has not become a unit yet.
struct Arrival: Equatable, Sendable {
  let work: WorkUnit
  let identity: UInt64
  let event: NameID?
  let isCompensation: Bool
  let attempt: Int
  let waiter: Unit.Waiter?
  let lease: Unit.Lease?
  let origin: RecordPosition?
  let blackBox: Unit.BlackBox?
  let isInvocation: Bool
  var replyTo: ReplyAddress?
}

extension Unit.BlackBox: Fingerprintable {
  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(effect)
    fingerprinter.feed(step)
    fingerprinter.feed(key)
    fingerprinter.feed(countedKey)
  }
}

extension Arrival: Fingerprintable {
  /// Left out: `attempt`, which is only told to observers.
  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(work)
    fingerprinter.feed(identity)
    fingerprinter.feed(event)
    fingerprinter.feed(UInt64(isCompensation ? 1 : 0) | (isInvocation ? 2 : 0))
    fingerprinter.feed(blackBox)
    fingerprinter.feed(waiter?.machine)
    fingerprinter.feed(waiter?.request)
    fingerprinter.feed(lease?.channel)
    fingerprinter.feed(lease?.number)
    fingerprinter.feed(replyTo)
    fingerprinter.feed(origin)
  }
}
