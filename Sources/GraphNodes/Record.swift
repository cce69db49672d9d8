public import LogContract
public import MachineContract
public import Primitives

/// What the logs under channels and journals hold.
public enum Record: LogPayload {
  /// A trigger, stored.
  case message(ChannelMessage)
  /// The same trigger once more, under the same id: what the fault `duplicate: CHANNEL` leaves behind.
  case repeated(ChannelMessage)
  /// Acknowledged by a consumer: a queue's ack, a topic's offset commit, an engine's completed invocation. `failure` is
  /// the invocation's result, nil for success.
  case acknowledged(message: UInt64, consumer: NodeID, failure: FailureReason? = nil)
  /// Given up for this consumer.
  case retired(message: UInt64, consumer: NodeID, as: Retirement)
  /// A table's snapshot, and the source offsets it goes up to.
  case snapshot(Snapshot)
  /// A durable run exists from here on.
  case runStarted(RunStart)
  /// A step of a run is done; replay goes on at `next`. `strand` is the strand's path, empty for the run itself.
  /// `number` counts the steps of the run, or strand, from 1: a log that changes its leader can hold an append twice.
  case stepDone(run: UInt64, strand: [UInt64] = [], step: StepID, next: Int, number: Int)
  /// A run, or a strand of it, waits from here on.
  case waiting(run: UInt64, strand: [UInt64] = [], step: StepID)
  /// A signal or reply that a run waits for, or will.
  case signalled(Signal)
  /// A terminal error: from here on these compensations run, in this order.
  case compensating(run: UInt64, undos: [Undo], reason: FailureReason)
  /// Nil is success.
  case runEnded(run: UInt64, failure: FailureReason?)
}

/// How a channel gives a record up.
public enum Retirement: UInt8, Equatable, Sendable {
  /// Skipped by `skip_poison: drop`.
  case dropped
  /// In the dead-letter queue.
  case parked
  /// Deleted: nobody finished it within the channel's retention.
  case expired
}

/// A record of a queue, a topic or the durable-execution engine.
public struct ChannelMessage: Equatable, Sendable {
  /// Chosen by the sender; the channel keeps one record per id.
  public var id: UInt64
  public var channel: ChannelID
  public var root: UInt64
  /// The path of the work it triggers.
  public var path: UInt64
  /// The ordering key's value, packed.
  public var key: UInt64?
  public var event: NameID?
  /// What the sender did by sending: told to observers once the record is in the log. Nil for a parked record and for
  /// an invocation, which are no effects of their own.
  public var effect: AppliedEffect?
  /// An invocation's target; nil in a queue or topic.
  public var invocation: Invocation?
  public var isCompensation: Bool
  /// Which strand it came from.
  public var strand: StrandPath
  /// Who waits for the consumer's reply.
  public var replyTo: ReplyAddress?

  public init(
    id: UInt64, channel: ChannelID, root: UInt64, path: UInt64, key: UInt64?, event: NameID?,
    effect: AppliedEffect?, invocation: Invocation? = nil, isCompensation: Bool, strand: StrandPath = .none,
    replyTo: ReplyAddress? = nil
  ) {
    self.id = id
    self.channel = channel
    self.root = root
    self.path = path
    self.key = key
    self.event = event
    self.effect = effect
    self.invocation = invocation
    self.isCompensation = isCompensation
    self.strand = strand
    self.replyTo = replyTo
  }
}

/// A reliable RPC as the engine stores it.
public struct Invocation: Equatable, Sendable {
  public var step: StepID
  public var caller: NodeID
  /// False where nobody waits for the result.
  public var isAwaited: Bool
  /// What the checkers count an implied effect by, packed.
  public var countedKey: UInt64

  public init(step: StepID, caller: NodeID, isAwaited: Bool, countedKey: UInt64) {
    self.step = step
    self.caller = caller
    self.isAwaited = isAwaited
    self.countedKey = countedKey
  }
}

/// The beginning of a durable run: all that replay needs to know.
public struct RunStart: Equatable, Sendable {
  /// What the run is known by: the business key of its request, else the id of its trigger.
  public var run: UInt64
  public var unit: WorkUnit
  public var event: NameID?
  public var isCompensation: Bool
  public var replyTo: ReplyAddress?

  public init(run: UInt64, unit: WorkUnit, event: NameID?, isCompensation: Bool, replyTo: ReplyAddress? = nil) {
    self.run = run
    self.unit = unit
    self.event = event
    self.isCompensation = isCompensation
    self.replyTo = replyTo
  }
}

extension Record: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .message(let message):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(message)
    case .repeated(let message):
      fingerprinter.feed(8 as UInt64)
      fingerprinter.feed(message)
    case .acknowledged(let message, let consumer, let failure):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(message)
      fingerprinter.feed(consumer)
      fingerprinter.feed(failure.map { UInt64($0.rawValue) })
    case .retired(let message, let consumer, let retirement):
      fingerprinter.feed(3 as UInt64)
      fingerprinter.feed(message)
      fingerprinter.feed(consumer)
      fingerprinter.feed(UInt64(retirement.rawValue))
    case .runStarted(let start):
      fingerprinter.feed(4 as UInt64)
      fingerprinter.feed(start.run)
      fingerprinter.feed(start.unit)
      fingerprinter.feed(start.event)
      fingerprinter.feed(start.isCompensation)
      fingerprinter.feed(start.replyTo)
    case .stepDone(let run, let strand, let step, let next, let number):
      fingerprinter.feed(5 as UInt64)
      fingerprinter.feed(number)
      fingerprinter.feed(run)
      fingerprinter.feed(strand)
      fingerprinter.feed(step)
      fingerprinter.feed(next)
    case .waiting(let run, let strand, let step):
      fingerprinter.feed(11 as UInt64)
      fingerprinter.feed(run)
      fingerprinter.feed(strand)
      fingerprinter.feed(step)
    case .signalled(let signal):
      fingerprinter.feed(10 as UInt64)
      fingerprinter.feed(signal)
    case .compensating(let run, let undos, let reason):
      fingerprinter.feed(6 as UInt64)
      fingerprinter.feed(run)
      fingerprinter.feed(undos)
      fingerprinter.feed(UInt64(reason.rawValue))
    case .snapshot(let snapshot):
      fingerprinter.feed(9 as UInt64)
      fingerprinter.feed(snapshot)
    case .runEnded(let run, let failure):
      fingerprinter.feed(7 as UInt64)
      fingerprinter.feed(run)
      fingerprinter.feed(failure.map { UInt64($0.rawValue) })
    }
  }
}

extension Invocation: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(step)
    fingerprinter.feed(caller)
    fingerprinter.feed(isAwaited)
    fingerprinter.feed(countedKey)
  }
}

extension ChannelMessage: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(id)
    fingerprinter.feed(channel)
    fingerprinter.feed(root)
    fingerprinter.feed(path)
    fingerprinter.feed(key)
    fingerprinter.feed(event)
    fingerprinter.feed(effect)
    fingerprinter.feed(invocation)
    fingerprinter.feed(isCompensation)
    if strand != .none { fingerprinter.feed(strand) }
    fingerprinter.feed(replyTo)
  }
}
