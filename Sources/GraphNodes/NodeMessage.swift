public import LogContract
public import MachineContract
public import Primitives

/// Everything that nodes, fronts and the engine say to each other.
///
/// What carries a whole record is indirect: every message, output and event is as large as the largest of them, and the
/// kernel moves each several times.
public enum NodeMessage: Equatable, Sendable {
  case request(Request)
  case reply(Reply)
  /// A sender to a front: store this.
  indirect case put(ChannelMessage)
  /// The front to the sender: it is in the log.
  case stored(message: UInt64)
  /// A consumer that came up tells the front that it holds nothing. The sessions of a stream job are numbered upwards;
  /// for every other consumer the number is 0.
  case subscribe(channel: ChannelID, session: UInt64)
  /// The front to a stream job: this session, or a later one, has begun.
  case subscribed(channel: ChannelID, session: UInt64)
  indirect case deliver(Delivery)
  /// The work is done; or, with `ack: before`, about to begin.
  case acknowledge(channel: ChannelID, lease: UInt64)
  /// A stream job has processed the record and commits its offset with the next checkpoint.
  case processed(channel: ChannelID, lease: UInt64)
  /// The acknowledgement is in the log.
  case acknowledged(channel: ChannelID, lease: UInt64)
  /// The front to a consumer that asked for an acknowledgement before its work: the record is not its own any more.
  case leaseOver(channel: ChannelID, lease: UInt64)
  /// The attempt is over without success; the lease runs on. `wasRefused`: the consumer never took it.
  case gaveUp(channel: ChannelID, lease: UInt64, wasRefused: Bool)
  /// To the node that waits; confirmed as stored.
  case signal(Signal)
  indirect case log(LogMessage<Record>)
}

/// An RPC on the wire.
public struct Request: Equatable, Sendable {
  /// Stays the same when the caller sends it again.
  public var id: UInt64
  public var attempt: Int
  public var handler: HandlerID
  public var root: UInt64
  public var path: UInt64
  /// The value of `key`, packed.
  public var key: UInt64?
  /// The calling step.
  public var step: StepID
  public var isAwaited: Bool
  /// From the engine or a durable caller: the target knows an invocation that it has or had in hand.
  public var isReliable: Bool
  public var isCompensation: Bool
  /// What the checkers count an implied effect by, packed: the key, or the root where there is none that lasts.
  public var countedKey: UInt64
  /// Which strand it came from.
  public var strand: StrandPath

  public init(
    id: UInt64, attempt: Int, handler: HandlerID, root: UInt64, path: UInt64, key: UInt64?, step: StepID,
    isAwaited: Bool, isReliable: Bool, isCompensation: Bool, countedKey: UInt64, strand: StrandPath = .none
  ) {
    self.id = id
    self.attempt = attempt
    self.handler = handler
    self.root = root
    self.path = path
    self.key = key
    self.step = step
    self.isAwaited = isAwaited
    self.isReliable = isReliable
    self.isCompensation = isCompensation
    self.countedKey = countedKey
    self.strand = strand
  }
}

/// The answer to a request; a nil failure is success.
public struct Reply: Equatable, Sendable {
  public var request: UInt64
  public var failure: FailureReason?

  public init(request: UInt64, failure: FailureReason?) {
    self.request = request
    self.failure = failure
  }
}

/// A record handed to a consumer, for the length of a lease.
public struct Delivery: Equatable, Sendable {
  public var message: ChannelMessage
  /// Counts the front's deliveries; an acknowledgement names it.
  public var lease: UInt64
  public var attempt: Int
  public var position: RecordPosition
  /// To a stream job: its session is over, and whatever it did since its last checkpoint counts no more.
  public var endsSession: Bool

  public init(message: ChannelMessage, lease: UInt64, attempt: Int, position: RecordPosition, endsSession: Bool) {
    self.message = message
    self.lease = lease
    self.attempt = attempt
    self.position = position
    self.endsSession = endsSession
  }
}

extension NodeMessage: Fingerprintable {
  /// Left out: the attempt of a request, which is only told to observers.
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .request(let request):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(request.id)
      fingerprinter.feed(request.handler)
      fingerprinter.feed(request.root)
      fingerprinter.feed(request.path)
      fingerprinter.feed(request.key)
      fingerprinter.feed(request.step)
      fingerprinter.feed(request.countedKey)
      if request.strand != .none { fingerprinter.feed(request.strand) }
      fingerprinter.feed(
        UInt64(request.isAwaited ? 1 : 0) | (request.isCompensation ? 2 : 0) | (request.isReliable ? 4 : 0))
    case .reply(let reply):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(reply.request)
      fingerprinter.feed(reply.failure.map { UInt64($0.rawValue) })
    case .put(let message):
      fingerprinter.feed(3 as UInt64)
      fingerprinter.feed(message)
    case .stored(let message):
      fingerprinter.feed(4 as UInt64)
      fingerprinter.feed(message)
    case .subscribe(let channel, let session):
      fingerprinter.feed(5 as UInt64)
      fingerprinter.feed(channel)
      fingerprinter.feed(session)
    case .subscribed(let channel, let session):
      fingerprinter.feed(14 as UInt64)
      fingerprinter.feed(channel)
      fingerprinter.feed(session)
    case .deliver(let delivery):
      fingerprinter.feed(6 as UInt64)
      fingerprinter.feed(delivery.message)
      fingerprinter.feed(delivery.lease)
      fingerprinter.feed(delivery.attempt)
      fingerprinter.feed(delivery.position)
      fingerprinter.feed(delivery.endsSession)
    case .acknowledge(let channel, let lease):
      fingerprinter.feed(7 as UInt64)
      fingerprinter.feed(channel)
      fingerprinter.feed(lease)
    case .acknowledged(let channel, let lease):
      fingerprinter.feed(8 as UInt64)
      fingerprinter.feed(channel)
      fingerprinter.feed(lease)
    case .gaveUp(let channel, let lease, let wasRefused):
      fingerprinter.feed(9 as UInt64)
      fingerprinter.feed(channel)
      fingerprinter.feed(lease)
      fingerprinter.feed(wasRefused)
    case .signal(let signal):
      fingerprinter.feed(13 as UInt64)
      fingerprinter.feed(signal)
    case .processed(let channel, let lease):
      fingerprinter.feed(11 as UInt64)
      fingerprinter.feed(channel)
      fingerprinter.feed(lease)
    case .log(let message):
      fingerprinter.feed(10 as UInt64)
      fingerprinter.feed(message)
    case .leaseOver(let channel, let lease):
      fingerprinter.feed(12 as UInt64)
      fingerprinter.feed(channel)
      fingerprinter.feed(lease)
    }
  }
}
