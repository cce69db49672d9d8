public import LogContract
public import MachineContract
public import Primitives
import ProgressGraph

/// The broker in front of a channel's log: soft state over a `LogClient`.
///
/// What it must not forget is in the log (messages, acknowledgements); leases, deliveries and credits it may forget,
/// and a front that comes up again reads its log from the start. One machine serves a queue, a topic and the
/// durable-execution engine: a queue is one lane from which anybody takes, a topic one ordered lane for each group and
/// partition, the engine one lane whose entries are invocations.
public struct FrontMachine: Equatable, Sendable {
  let deployment: Deployment
  let channel: ChannelID
  var log: LogClient<Record>
  /// The log is being read; nothing is served.
  var isReading = false
  public internal(set) var lanes: [Lane]
  /// Ids of all messages in the log.
  var known = KeySet()
  /// Messages on their way into the log, with who wants to know.
  var storing: [PendingPut] = []
  /// Indexed like `deployment.consumers[channel]`: deliveries that the consumer has not finished.
  var busy: [Int]
  /// Indexed likewise: stream jobs whose session ended and that have not begun another.
  var hasLapsed: [Bool]
  /// Indexed likewise: the session of a stream job that began last.
  var sessions: [UInt64]
  var nextLease: UInt64 = 0
  /// Leases whose acknowledgement is in the log: confirmed again when asked again.
  var acknowledgedLeases = KeySet()
  /// Spreads records without a key over the partitions.
  var nextPartition = 0
  /// Records until one is stored twice; 0 for never.
  var untilRepeat = 0
  /// Results of completed invocations, for callers that ask again.
  var results = EndedRuns()

  struct PendingPut: Equatable, Sendable {
    let message: ChannelMessage
    var senders: [MachineID]
  }

  public init(_ channel: ChannelID, in deployment: Deployment) {
    self.channel = channel
    self.deployment = deployment
    log = LogClient(replicas: deployment.replicas(of: .channel(channel)), incarnation: 0)
    lanes = Self.lanes(of: channel, in: deployment)
    busy = Array(repeating: 0, count: deployment.consumers[channel.index].count)
    hasLapsed = Array(repeating: false, count: deployment.consumers[channel.index].count)
    sessions = Array(repeating: 0, count: deployment.consumers[channel.index].count)
  }

  private static func lanes(of channel: ChannelID, in deployment: Deployment) -> [Lane] {
    guard deployment.graph[channel].kind == .topic else { return [Lane(group: nil, partition: 0)] }
    return deployment.consumers[channel.index].flatMap { group in
      (0..<deployment.graph[channel].partitions).map { Lane(group: group, partition: $0) }
    }
  }

  public static func == (left: FrontMachine, right: FrontMachine) -> Bool {
    left.deployment === right.deployment && left.channel == right.channel && left.log == right.log
      && left.isReading == right.isReading && left.lanes == right.lanes && left.known == right.known
      && left.storing == right.storing && left.busy == right.busy && left.nextLease == right.nextLease
      && left.acknowledgedLeases == right.acknowledgedLeases && left.nextPartition == right.nextPartition
      && left.hasLapsed == right.hasLapsed && left.sessions == right.sessions
      && left.untilRepeat == right.untilRepeat && left.results == right.results
  }
}

/// Messages in the order in which they were stored, for one group of consumers or for all.
public struct Lane: Equatable, Sendable {
  /// A topic's consumer group: deliveries are in order. Nil: anybody takes anything.
  public let group: NodeID?
  public let partition: Int
  public internal(set) var entries: [LaneEntry] = []
  /// The offset of the record to come.
  var nextOffset: UInt64 = 0

  mutating func append(_ message: ChannelMessage) {
    entries.append(LaneEntry(message: message, offset: nextOffset))
    nextOffset += 1
  }
}

public struct LaneEntry: Equatable, Sendable {
  public enum State: Equatable, Sendable {
    case ready
    /// Invisible until its sender's `delay` is over.
    case delayed
    /// With a consumer until the lease ends. `isHeld` false: it gave up, and the lease runs on.
    case leased(number: UInt64, consumer: NodeID, isHeld: Bool)
    /// A stream job has processed it; its offset is committed with the job's next checkpoint.
    case processed(number: UInt64, consumer: NodeID)
    /// The acknowledgement is on its way into the log.
    case acknowledging(number: UInt64, consumer: NodeID)
    /// On its way to the dead-letter queue, which was told of it again this often.
    case parking(consumer: NodeID, repeats: Int)
    /// The retirement is on its way into the log.
    case retiring(consumer: NodeID, as: Retirement)
    /// An invocation that used up its attempts: nothing will move it.
    case exhausted
  }
  public let message: ChannelMessage
  /// Its place in the lane since the log began, counted from 0.
  public let offset: UInt64
  public internal(set) var deliveries = 0
  public internal(set) var state = State.ready
  /// It has outlived the channel's retention while somebody was at work on it: deleted once that comes to nothing.
  var isOverdue = false
}

public enum FrontTimer: Hashable, Sendable {
  case lease(UInt64)
  /// The end of a message's `delay`.
  case visible(UInt64)
  /// The dead-letter queue has not confirmed this record, by its id there.
  case parking(UInt64)
  /// The record has lain in its channel as long as the channel keeps it.
  case retention(lane: Int, offset: UInt64)
  case log
}

/// A front keeps nothing of its own.
public struct NoStore: Equatable, Sendable, Fingerprintable {
  public init() {}
  public func feed(into fingerprinter: inout Fingerprinter) {}
}

public enum NoWrite: Equatable, Sendable, Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {}
}

extension FrontMachine: LogUser {
  public typealias Payload = Record
  public static func wrap(_ message: LogMessage<Record>) -> NodeMessage { .log(message) }
  public static var logRetryTimer: FrontTimer { .log }
}

extension FrontMachine: Machine {
  public typealias Message = NodeMessage
  public typealias Timer = FrontTimer
  public typealias Write = NoWrite
  public typealias Store = NoStore
  public typealias Operation = NodeOperation

  public mutating func step(_ input: Input<FrontMachine>, into out: inout Outbox<FrontMachine>) {
    switch input {
    case .start(let incarnation):
      guard incarnation > 0 else { return }
      log = LogClient(replicas: deployment.replicas(of: .channel(channel)), incarnation: incarnation)
      nextLease = UInt64(incarnation) << 32
      isReading = true
      log.readAll(into: &out)
    case .message(let message, let sender): receive(message, from: sender, into: &out)
    case .timer(let timer): fire(timer, into: &out)
    case .persisted: preconditionFailure("a front writes nothing")
    case .chosen: preconditionFailure("a front leaves nothing open")
    case .invoke(.storeTwice(let nth)): untilRepeat = nth
    case .invoke: preconditionFailure("a front starts no work")
    }
  }

  public static func absorb(_ write: NoWrite, into store: inout NoStore) {}

  public static func restart(from store: NoStore, previous: FrontMachine) -> FrontMachine {
    FrontMachine(previous.channel, in: previous.deployment)
  }

  public static func wiped(_ store: NoStore) -> NoStore { store }

  private mutating func receive(
    _ message: NodeMessage, from sender: MachineID, into out: inout Outbox<FrontMachine>
  ) {
    if case .log(let message) = message {
      if let outcome = log.receive(message, from: sender, into: &out) { take(outcome, into: &out) }
      return
    }
    // Whoever is not answered asks again.
    guard !isReading else { return }
    switch message {
    case .put(let message): store(message, for: sender, into: &out)
    case .subscribe(_, let session): consumerRestarted(NodeID(raw: sender.raw), session, into: &out)
    case .acknowledge(_, let lease): acknowledge(lease, for: sender, into: &out)
    case .processed(_, let lease): processed(lease, into: &out)
    case .gaveUp(_, let lease, let wasRefused): release(lease, wasRefused: wasRefused, into: &out)
    case .stored(let message): parked(message, into: &out)
    case .reply(let reply): complete(reply, into: &out)
    case .request, .deliver, .acknowledged, .leaseOver, .signal, .subscribed:
      preconditionFailure("a front is no consumer")
    case .log:
      break
    }
  }

  private mutating func fire(_ timer: FrontTimer, into out: inout Outbox<FrontMachine>) {
    switch timer {
    case .lease(let number): leaseEnded(number, into: &out)
    case .visible(let message): delayEnded(message, into: &out)
    case .parking(let parked): parkAgain(parked, into: &out)
    case .retention(let lane, let offset): expire(lane, offset, into: &out)
    case .log: log.retry(into: &out)
    }
  }
}

// MARK: - Storing

extension FrontMachine {
  /// Stores a message once, whoever sends it how often.
  private mutating func store(
    _ message: ChannelMessage, for sender: MachineID, into out: inout Outbox<FrontMachine>
  ) {
    if known.contains(message.id) {
      out.send(.stored(message: message.id), to: sender)
      if let failure = results[message.id] { answerCaller(of: message, failure, into: &out) }
    } else if let position = storing.firstIndex(where: { $0.message.id == message.id }) {
      if !storing[position].senders.contains(sender) { storing[position].senders.append(sender) }
    } else {
      storing.append(PendingPut(message: message, senders: [sender]))
      log.append(.message(message), into: &out)
    }
  }

  private mutating func take(_ outcome: LogClient<Record>.Outcome, into out: inout Outbox<FrontMachine>) {
    switch outcome {
    case .entries(let records):
      isReading = false
      for record in records { replay(record, into: &out) }
      for lane in lanes.indices {
        for entry in lanes[lane].entries.indices {
          keep(lanes[lane].entries[entry], lane, into: &out)
          hide(lane, entry, into: &out)
        }
      }
      serve(into: &out)
    case .appended(let record, _):
      appended(record, into: &out)
    }
  }

  private mutating func appended(_ record: Record, into out: inout Outbox<FrontMachine>) {
    switch record {
    case .message(let message):
      announce(message, into: &out)
      if let position = storing.firstIndex(where: { $0.message.id == message.id }) {
        for sender in storing.remove(at: position).senders { out.send(.stored(message: message.id), to: sender) }
      }
      enqueue(message, into: &out)
      if untilRepeat > 0 {
        untilRepeat -= 1
        if untilRepeat == 0 { log.append(.repeated(message), into: &out) }
      }
    case .repeated(let message): enqueue(message, into: &out)
    case .acknowledged(let message, let consumer, _): acknowledged(message, by: consumer, into: &out)
    case .retired(let message, let consumer, _): retired(message, by: consumer, into: &out)
    case .runStarted, .stepDone, .waiting, .signalled, .compensating, .runEnded, .snapshot:
      preconditionFailure("another log's record in a channel")
    }
    serve(into: &out)
  }

  /// Reads one record of the log again. What is announced twice is counted once by its id.
  private mutating func replay(_ record: Record, into out: inout Outbox<FrontMachine>) {
    switch record {
    case .message(let message):
      // A repeated append left a second copy.
      guard !known.contains(message.id) else { return }
      announce(message, into: &out)
      enqueue(message)
    case .repeated(let message):
      enqueue(message)
    case .acknowledged(let message, let consumer, let failure):
      guard let entry = removeEntry(message, of: consumer) else { return }
      out.observe(.acknowledged(trigger(entry.message, consumer: consumer)))
      if entry.message.invocation != nil { results.insert(message, failure) }
    case .retired(let message, let consumer, let retirement):
      guard let entry = removeEntry(message, of: consumer) else { return }
      announce(retirement, of: trigger(entry.message, consumer: consumer), into: &out)
    case .runStarted, .stepDone, .waiting, .signalled, .compensating, .runEnded, .snapshot:
      preconditionFailure("another log's record in a channel")
    }
  }

  private mutating func removeEntry(_ message: UInt64, of consumer: NodeID) -> LaneEntry? {
    guard let found = entry(where: { $0.message.id == message && ($1 == nil || $1 == consumer) }) else { return nil }
    return lanes[found.lane].entries.remove(at: found.entry)
  }

  private mutating func announce(_ message: ChannelMessage, into out: inout Outbox<FrontMachine>) {
    known.insert(message.id)
    if let effect = message.effect { out.observe(.effect(effect)) }
    out.observe(.stored(trigger(message, consumer: target(of: message))))
  }

  private mutating func enqueue(_ message: ChannelMessage, into out: inout Outbox<FrontMachine>) {
    for lane in enqueue(message) {
      let last = lanes[lane].entries.count - 1
      keep(lanes[lane].entries[last], lane, into: &out)
      hide(lane, last, into: &out)
    }
  }

  /// Returns the lanes that got it.
  @discardableResult
  private mutating func enqueue(_ message: ChannelMessage) -> [Int] {
    let partition = partition(of: message)
    let receiving = lanes.indices.filter { lanes[$0].group == nil || lanes[$0].partition == partition }
    for lane in receiving { lanes[lane].append(message) }
    return receiving
  }

  private mutating func partition(of message: ChannelMessage) -> Int {
    let count = deployment.graph[channel].partitions
    guard let key = message.key else {
      defer { nextPartition = (nextPartition + 1) % count }
      return nextPartition
    }
    return Int(key.fingerprint % UInt64(count))
  }

  func trigger(_ message: ChannelMessage, consumer: NodeID?) -> StoredTrigger {
    StoredTrigger(
      channel: channel, message: message.id, root: message.root, path: message.path, consumer: consumer)
  }

  /// The position of the first entry that fits; the second argument is the lane's group.
  func entry(where fits: (LaneEntry, NodeID?) -> Bool) -> (lane: Int, entry: Int)? {
    for lane in lanes.indices {
      let group = lanes[lane].group
      if let entry = lanes[lane].entries.firstIndex(where: { fits($0, group) }) { return (lane, entry) }
    }
    return nil
  }

  /// Left out: `nextLease`, which only names the leases to come.
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(channel)
    fingerprinter.feed(log)
    fingerprinter.feed(isReading)
    fingerprinter.feed(lanes)
    fingerprinter.feed(known)
    fingerprinter.feed(storing.count)
    for put in storing {
      fingerprinter.feed(put.message)
      fingerprinter.feed(put.senders)
    }
    for count in busy { fingerprinter.feed(count) }
    for flag in hasLapsed { fingerprinter.feed(flag) }
    for session in sessions { fingerprinter.feed(session) }
    fingerprinter.feed(acknowledgedLeases)
    fingerprinter.feed(nextPartition)
    fingerprinter.feed(untilRepeat)
    fingerprinter.feed(results)
  }
}
