public import Primitives

/// What a machine lets observers see. Observers judge by these alone, and are blind to faults.
public enum Observation: Equatable, Sendable {
  case log(LogObservation)
  case work(WorkObservation)
}

/// What the replicas of a log announce: one vocabulary for all protocols, so that safety is written once.
///
/// `group` is told by who observes it. Positions count from 1; `entry` is the fingerprint of the entry's payload.
public enum LogObservation: Equatable, Sendable {
  case becameLeader(epoch: UInt64)
  /// A vote, for VoteOnce.
  case voted(epoch: UInt64, candidate: MachineID)
  case adoptedEpoch(UInt64)
  case appended(index: UInt64, epoch: UInt64, entry: UInt64)
  case committed(index: UInt64, epoch: UInt64, entry: UInt64)
  /// Everything from this position on was deleted.
  case truncated(from: UInt64)
  case sealed(epoch: UInt64)
  /// A client was told that its append succeeded at this position.
  case acknowledged(request: UInt64, index: UInt64, entry: UInt64)
  /// A linearizable read was answered with this tail: the last position readable.
  case readAnswered(request: UInt64, tail: UInt64)
}

/// One execution of one handler for one trigger.
public struct WorkUnit: Hashable, Fingerprintable, Sendable {
  public var node: NodeID
  public var handler: HandlerID
  /// Which root trigger it descends from: inherited by every call, send, publish, retry and redelivery below it.
  public var root: UInt64
  /// The steps on the way from the root to this handler, as a fingerprint. Two attempts at one piece of work share it;
  /// two calls from different steps do not.
  public var path: UInt64
  /// The id of the message, record, request or invocation that started it: what the system under test can see.
  public var trigger: UInt64
  /// The strands that it descends from and, where a strand speaks of itself, that strand: what effects without a key
  /// are counted by beside the root. Attempts in different strands of one unit are one piece of work.
  public var strand: StrandPath

  public init(
    node: NodeID, handler: HandlerID, root: UInt64, path: UInt64, trigger: UInt64, strand: StrandPath = .none
  ) {
    self.node = node
    self.handler = handler
    self.root = root
    self.path = path
    self.trigger = trigger
    self.strand = strand
  }

  @inlinable
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(node)
    fingerprinter.feed(handler)
    fingerprinter.feed(root)
    fingerprinter.feed(path)
    fingerprinter.feed(trigger)
    if strand != .none { fingerprinter.feed(strand) }
  }
}

/// Why an attempt or a call failed.
public enum FailureReason: UInt8, Equatable, Sendable, CaseIterable {
  /// No answer within the time-out: the outcome is unknown.
  case timedOut
  /// The target refuses all work.
  case refused
  /// The target's attempt failed; another one may succeed.
  case failed
  /// `fail:` somewhere below: no retry.
  case terminal
  /// The step cannot succeed for this trigger.
  case poisoned
  /// The unit ran out of its `max_runtime`.
  case killed
  /// A replay took another way than its journal, which then cannot be followed.
  case mismatched
}

/// What happens to work (semantics.md): the events from which every anomaly is judged.
///
/// The order within one unit: `arrived`, `accepted` (durable units only), then for each step `began`, `performed`,
/// `ended`, then `finished`, then `settled` once the trigger is acknowledged, committed or answered.
public enum WorkObservation: Equatable, Sendable {
  // MARK: A unit and its steps
  /// The trigger is there, nothing is done yet (`before: work`).
  case arrived(WorkUnit, attempt: Int)
  /// A durable unit's start is in its journal.
  case accepted(WorkUnit)
  /// `before: STEP`.
  case began(WorkUnit, StepID)
  /// `during: STEP`: done, not yet recorded.
  case performed(WorkUnit, StepID)
  /// `after: STEP`: recorded, where there is a record.
  case ended(WorkUnit, StepID)
  /// A recorded step that a replay skipped.
  case replayed(WorkUnit, StepID)
  /// A `choose` was decided. An option beyond the branches ends a loop without another turn. `turn` counts the turns of
  /// a loop from 1; it is 0 outside of one.
  case chose(WorkUnit, StepID, option: Int, turn: Int)
  /// Every step is done; nothing acknowledged or answered yet (`after: work`).
  case finished(WorkUnit)
  /// A stream job's checkpoint, or a table's snapshot, of this number holds what the unit did: only now is it done.
  case checkpointed(WorkUnit, number: UInt64)
  /// A stream job goes back to its last checkpoint.
  case rewound(NodeID)
  /// This attempt is over without finishing. `step` is where it failed; nil before the first.
  case failed(WorkUnit, StepID?, FailureReason)
  /// A strand is over without success. Its unit may go on, or fails once its other strands have ended.
  case strandFailed(WorkUnit, StepID, FailureReason)
  /// A durable run ended with a terminal error, its compensations done.
  case aborted(WorkUnit)
  /// A durable unit sleeps before it tries the step again.
  case retrying(WorkUnit, StepID, attempt: Int)
  /// A trigger for a run that exists under the same id: it starts nothing, and gets that run's result.
  case attached(WorkUnit)
  /// Compensations run from here on.
  case compensating(WorkUnit)

  // MARK: Waiting
  /// The unit waits: for a timer, or for a signal or reply. Told again when a durable run comes up and waits on.
  case waiting(WorkUnit, StepID)
  /// The signal or reply did not come in time.
  case timedOut(WorkUnit, StepID)
  /// A node has a signal, and its sender is told so: in the journal of a durable node, else in memory.
  case signalled(ReceivedSignal)
  /// A unit's wait is over because of this signal.
  case signalTaken(WorkUnit, StepID, signal: UInt64)

  // MARK: Effects
  /// An effect took place: a write, an external effect, or a record now in its channel.
  case effect(AppliedEffect)
  /// A receiver recognised the key, and nothing happened.
  case deduplicated(WorkUnit, StepID)
  /// The row has a newer version: the write was rejected as old, which makes it neither lost nor applied.
  case outdated(WorkUnit, StepID)
  /// A snapshot of a table was read; 0 stands for the empty one before the first.
  case read(WorkUnit, StepID, table: ChannelID, snapshot: UInt64)

  // MARK: Requests
  case called(WorkUnit, StepID, request: UInt64, attempt: Int)
  case answered(WorkUnit, StepID, request: UInt64)
  /// The caller saw an error or a time-out on this attempt.
  case callFailed(WorkUnit, StepID, request: UInt64, FailureReason)
  /// The callee sent its answer: nil is success.
  case replied(WorkUnit, FailureReason?)
  /// An answer arrived that nobody waits for any more.
  case replyIgnored(NodeID, request: UInt64)

  // MARK: Stored triggers
  /// The channel's log holds the record; its sender is told so. Announced again when a front reads its log again.
  case stored(StoredTrigger)
  case delivered(StoredTrigger, attempt: Int)
  /// The lease ended without an acknowledgement.
  case leaseExpired(StoredTrigger)
  /// Acknowledged or committed: the channel will not deliver it to this consumer again.
  case acknowledged(StoredTrigger)
  /// In the dead-letter queue.
  case parked(StoredTrigger)
  /// Skipped by `skip_poison: drop`.
  case dropped(StoredTrigger)
  /// Deleted: nobody finished it within the channel's retention.
  case expired(StoredTrigger)

  // MARK: Roots
  /// The outside started something at this node.
  case started(NodeID, root: UInt64)
  /// A timer that triggers a handler fires.
  case due(TimerFiring)
  /// A timer in memory would have fired, and its node is down.
  case missed(TimerFiring)
}

/// One application of one effect.
public struct AppliedEffect: Equatable, Sendable {
  public var unit: WorkUnit
  public var step: StepID
  /// What the checkers count by: the effect's name, and its key's value or else the root (graph-format.md, section 3).
  public var name: NameID
  public var key: UInt64
  /// True when a compensation did it.
  public var isCompensation: Bool
  /// The message id, where the effect is a record in a channel, and the place of its record, where it is a row of a
  /// table: who comes up again announces what its log holds once more, and an observer counts each record once.
  public var record: UInt64?

  /// The index that `each` and `parallel` add to what an effect is counted by: where it has no key, and where the key
  /// says where a record goes and not what it is.
  public var strand: StrandPath { record != nil || KeyValue(packed: key).field == nil ? unit.strand : .none }

  public init(
    unit: WorkUnit, step: StepID, name: NameID, key: UInt64, isCompensation: Bool, record: UInt64? = nil
  ) {
    self.unit = unit
    self.step = step
    self.name = name
    self.key = key
    self.isCompensation = isCompensation
    self.record = record
  }
}

extension TimerFiring: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(node)
    fingerprinter.feed(handler)
    fingerprinter.feed(root)
    fingerprinter.feed(isDurable)
  }
}

extension AppliedEffect: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(unit)
    fingerprinter.feed(step)
    fingerprinter.feed(name)
    fingerprinter.feed(key)
    fingerprinter.feed(isCompensation)
    fingerprinter.feed(record)
  }
}

/// One firing of a timer that triggers a handler.
public struct TimerFiring: Hashable, Sendable {
  public var node: NodeID
  public var handler: HandlerID
  /// The root trigger that it is (`RootNumber`).
  public var root: UInt64
  /// `every` rather than `cron`: kept by its schedule until the work is done.
  public var isDurable: Bool

  public init(node: NodeID, handler: HandlerID, root: UInt64, isDurable: Bool) {
    self.node = node
    self.handler = handler
    self.root = root
    self.isDurable = isDurable
  }
}

/// A signal, or a reply to a message, at the node whose wait it is for.
public struct ReceivedSignal: Hashable, Sendable {
  /// The same however often it is sent.
  public var id: UInt64
  /// The wait that it completes.
  public var name: NameID
  /// The node that waits, or will.
  public var node: NodeID
  /// The root trigger of whoever sent it.
  public var root: UInt64

  public init(id: UInt64, name: NameID, node: NodeID, root: UInt64) {
    self.id = id
    self.name = name
    self.node = node
    self.root = root
  }
}

/// A trigger that a channel stores, as one consumer sees it.
public struct StoredTrigger: Hashable, Sendable {
  public var channel: ChannelID
  public var message: UInt64
  public var root: UInt64
  public var path: UInt64
  /// The consuming node. Nil where the record is only stored and the graph tells who consumes the channel; an
  /// invocation in the durable-execution engine names its target from the start.
  public var consumer: NodeID?

  public init(channel: ChannelID, message: UInt64, root: UInt64, path: UInt64, consumer: NodeID?) {
    self.channel = channel
    self.message = message
    self.root = root
    self.path = path
    self.consumer = consumer
  }
}
