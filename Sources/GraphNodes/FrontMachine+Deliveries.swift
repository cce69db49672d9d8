import LogContract
import MachineContract
public import Primitives
import ProgressGraph

/// Leases, acknowledgements, and what happens to messages that fail on every delivery.
extension FrontMachine {
  var consumers: [NodeID] { deployment.consumers[channel.index] }

  // MARK: Delivering

  /// Hands out everything that is ready, as far as consumers have room.
  mutating func serve(into out: inout Outbox<FrontMachine>) {
    guard !isReading else { return }
    for lane in lanes.indices {
      if channel == deployment.engine {
        invokeReady(lane, into: &out)
      } else if lanes[lane].group != nil {
        deliverNext(lane, into: &out)
      } else if deployment.graph[channel].isFifo {
        deliverHeads(lane, into: &out)
      } else {
        for entry in lanes[lane].entries.indices { deliverIfReady(lane, entry, into: &out) }
      }
    }
  }

  /// In order: only the oldest is ever out, for a stream job the oldest that it has not processed.
  private mutating func deliverNext(_ lane: Int, into out: inout Outbox<FrontMachine>) {
    guard let group = lanes[lane].group, isStream(group) else { return deliverIfReady(lane, 0, into: &out) }
    let next = lanes[lane].entries.firstIndex { entry in
      switch entry.state {
      case .processed, .acknowledging: false
      case .ready, .delayed, .leased, .parking, .retiring, .exhausted: true
      }
    }
    if let next { deliverIfReady(lane, next, into: &out) }
  }

  /// Message groups: of each key only the oldest is ever out, whether it is in flight, waits for its redelivery or is
  /// on its way to the dead letters. Messages without a key are one group.
  private mutating func deliverHeads(_ lane: Int, into out: inout Outbox<FrontMachine>) {
    var begun: Set<UInt64?> = []
    for entry in lanes[lane].entries.indices where begun.insert(lanes[lane].entries[entry].message.key).inserted {
      deliverIfReady(lane, entry, into: &out)
    }
  }

  private mutating func deliverIfReady(_ lane: Int, _ entry: Int, into out: inout Outbox<FrontMachine>) {
    guard entry < lanes[lane].entries.count, lanes[lane].entries[entry].state == .ready,
      let consumer = consumerWithRoom(for: lane)
    else { return }
    lanes[lane].entries[entry].deliveries += 1
    let number = newLease()
    lanes[lane].entries[entry].state = .leased(number: number, consumer: consumers[consumer], isHeld: true)
    busy[consumer] += 1
    let delivered = lanes[lane].entries[entry]
    out.observe(
      .delivered(trigger(delivered.message, consumer: consumers[consumer]), attempt: delivered.deliveries))
    out.send(
      .deliver(
        Delivery(
          message: delivered.message, lease: number, attempt: delivered.deliveries,
          position: RecordPosition(channel: channel, partition: lanes[lane].partition, offset: delivered.offset),
          endsSession: hasLapsed[consumer])),
      to: deployment.machine(of: consumers[consumer]))
    out.arm(.lease(number), after: .exactly(deployment.graph[channel].lease))
  }

  mutating func newLease() -> UInt64 {
    nextLease += 1
    return nextLease
  }

  /// The least busy consumer that the lane may serve, as a position in `consumers`.
  private func consumerWithRoom(for lane: Int) -> Int? {
    var chosen: Int?
    for consumer in consumers.indices {
      guard lanes[lane].group == nil || lanes[lane].group == consumers[consumer],
        busy[consumer] < deployment.capacity(of: consumers[consumer])
      else { continue }
      if let best = chosen, busy[best] <= busy[consumer] { continue }
      chosen = consumer
    }
    return chosen
  }

  // MARK: What becomes of a lease

  mutating func acknowledge(_ lease: UInt64, for sender: MachineID, into out: inout Outbox<FrontMachine>) {
    if commitProcessed(lease, into: &out) { return }
    guard let (lane, entry) = leased(lease),
      case .leased(_, let consumer, let isHeld) = lanes[lane].entries[entry].state
    else {
      return answerLate(lease, for: sender, into: &out)
    }
    if isHeld { finished(by: consumer) }
    out.disarm(.lease(lease))
    lanes[lane].entries[entry].state = .acknowledging(number: lease, consumer: consumer)
    log.append(.acknowledged(message: lanes[lane].entries[entry].message.id, consumer: consumer), into: &out)
    serve(into: &out)
  }

  /// An acknowledgement that comes again, or after its lease. Who has begun its work waits for no answer.
  private func answerLate(_ lease: UInt64, for sender: MachineID, into out: inout Outbox<FrontMachine>) {
    if acknowledgedLeases.contains(lease) {
      out.send(.acknowledged(channel: channel, lease: lease), to: sender)
    } else if deployment.graph[NodeID(raw: sender.raw)].acknowledgement == .before, !isAcknowledging(lease) {
      out.send(.leaseOver(channel: channel, lease: lease), to: sender)
    }
  }

  private func isAcknowledging(_ lease: UInt64) -> Bool {
    entry { entry, _ in
      if case .acknowledging(lease, _) = entry.state { true } else { false }
    } != nil
  }

  mutating func acknowledged(_ message: UInt64, by consumer: NodeID, into out: inout Outbox<FrontMachine>) {
    let found = entry { entry, _ in
      guard case .acknowledging(_, consumer) = entry.state else { return false }
      return entry.message.id == message
    }
    guard let found, case .acknowledging(let lease, _) = lanes[found.lane].entries[found.entry].state else { return }
    let entry = remove(found.lane, found.entry, into: &out)
    out.observe(.acknowledged(trigger(entry.message, consumer: consumer)))
    if entry.message.invocation != nil {
      answerCaller(of: entry.message, results[message] ?? nil, into: &out)
    } else {
      acknowledgedLeases.insert(lease)
      out.send(.acknowledged(channel: channel, lease: lease), to: deployment.machine(of: consumer))
    }
  }

  /// The consumer has given up on this delivery; the message waits for its lease to end.
  mutating func release(_ lease: UInt64, wasRefused: Bool, into out: inout Outbox<FrontMachine>) {
    guard let (lane, entry) = leased(lease),
      case .leased(_, let consumer, true) = lanes[lane].entries[entry].state
    else { return }
    // What was never taken is no attempt.
    if wasRefused { lanes[lane].entries[entry].deliveries -= 1 }
    lanes[lane].entries[entry].state = .leased(number: lease, consumer: consumer, isHeld: false)
    finished(by: consumer)
    serve(into: &out)
  }

  mutating func leaseEnded(_ lease: UInt64, into out: inout Outbox<FrontMachine>) {
    guard let (lane, entry) = leased(lease),
      case .leased(_, let consumer, let isHeld) = lanes[lane].entries[entry].state
    else { return }
    if channel == deployment.engine { return invocationTimedOut(lane, entry, into: &out) }
    if isHeld { finished(by: consumer) }
    out.observe(.leaseExpired(trigger(lanes[lane].entries[entry].message, consumer: consumer)))
    if isStream(consumer) { endSession(of: consumer) }
    takeBack(lane, entry, from: consumer, into: &out)
    serve(into: &out)
  }

  /// A delivery came to nothing: the record is handed out again, or given up.
  mutating func takeBack(
    _ lane: Int, _ entry: Int, from consumer: NodeID, into out: inout Outbox<FrontMachine>
  ) {
    switch policy(for: consumer) {
    case .park where lanes[lane].entries[entry].deliveries >= maxDeliveries:
      park(lane, entry, by: consumer, repeats: 0, into: &out)
    case .drop where lanes[lane].entries[entry].deliveries >= maxDeliveries:
      retire(lane, entry, by: consumer, as: .dropped, into: &out)
    case .block, .park, .drop:
      if lanes[lane].entries[entry].isOverdue { return retire(lane, entry, by: consumer, as: .expired, into: &out) }
      lanes[lane].entries[entry].state = .ready
    }
  }

  /// A consumer that crashed holds nothing any more; its leases run on.
  mutating func consumerRestarted(_ consumer: NodeID, _ session: UInt64, into out: inout Outbox<FrontMachine>) {
    if channel == deployment.engine { return targetRestarted(consumer, into: &out) }
    guard let position = consumers.firstIndex(of: consumer) else { return }
    if isStream(consumer) { return begin(session, of: consumer, into: &out) }
    busy[position] = 0
    for lane in lanes.indices {
      for entry in lanes[lane].entries.indices {
        if case .leased(let number, consumer, true) = lanes[lane].entries[entry].state {
          lanes[lane].entries[entry].state = .leased(number: number, consumer: consumer, isHeld: false)
        }
      }
    }
    serve(into: &out)
  }

  func leased(_ lease: UInt64) -> (lane: Int, entry: Int)? {
    entry { entry, _ in
      if case .leased(lease, _, _) = entry.state { true } else { false }
    }
  }

  mutating func finished(by consumer: NodeID) {
    if let position = consumers.firstIndex(of: consumer), busy[position] > 0 { busy[position] -= 1 }
  }

  // MARK: Poison

  private func policy(for consumer: NodeID) -> PoisonPolicy {
    deployment.graph[consumer].poisonPolicy ?? (deployment.graph[channel].deadLetters == nil ? .block : .park)
  }

  private var maxDeliveries: Int { deployment.graph[channel].maxDeliveries ?? 5 }

  /// Puts a record on the dead-letter queue, and again, ever later, until that confirms it.
  private mutating func park(
    _ lane: Int, _ entry: Int, by consumer: NodeID, repeats: Int, into out: inout Outbox<FrontMachine>
  ) {
    lanes[lane].entries[entry].state = .parking(consumer: consumer, repeats: repeats)
    guard let dead = deployment.graph[channel].deadLetters else { return }
    var parked = lanes[lane].entries[entry].message
    parked.id = parkedID(of: parked, by: consumer)
    parked.channel = dead
    parked.effect = nil
    out.send(.put(parked), to: deployment.front(of: dead))
    out.arm(.parking(parked.id), after: .exactly(NodeMachine.pause(after: repeats)))
  }

  mutating func parkAgain(_ parkedID: UInt64, into out: inout Outbox<FrontMachine>) {
    guard let (lane, entry, consumer, repeats) = parking(parkedID) else { return }
    park(lane, entry, by: consumer, repeats: min(repeats + 1, NodeMachine.mostRepeats), into: &out)
  }

  mutating func parked(_ parkedID: UInt64, into out: inout Outbox<FrontMachine>) {
    guard let (lane, entry, consumer, _) = parking(parkedID) else { return }
    out.disarm(.parking(parkedID))
    retire(lane, entry, by: consumer, as: .parked, into: &out)
  }

  private func parking(_ id: UInt64) -> (lane: Int, entry: Int, consumer: NodeID, repeats: Int)? {
    let found = entry { entry, _ in
      if case .parking(let consumer, _) = entry.state { parkedID(of: entry.message, by: consumer) == id } else { false }
    }
    guard let found, case .parking(let consumer, let repeats) = lanes[found.lane].entries[found.entry].state
    else { return nil }
    return (found.lane, found.entry, consumer, repeats)
  }

  /// Two groups of a topic park the same record each for itself.
  private func parkedID(of message: ChannelMessage, by consumer: NodeID) -> UInt64 {
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(message.id)
    fingerprinter.feed(channel)
    if deployment.graph[channel].kind == .topic { fingerprinter.feed(consumer) }
    return fingerprinter.value
  }

  mutating func retire(
    _ lane: Int, _ entry: Int, by consumer: NodeID, as retirement: Retirement, into out: inout Outbox<FrontMachine>
  ) {
    lanes[lane].entries[entry].state = .retiring(consumer: consumer, as: retirement)
    log.append(
      .retired(message: lanes[lane].entries[entry].message.id, consumer: consumer, as: retirement), into: &out)
  }

  mutating func retired(_ message: UInt64, by consumer: NodeID, into out: inout Outbox<FrontMachine>) {
    let found = entry { entry, _ in
      guard case .retiring(consumer, _) = entry.state else { return false }
      return entry.message.id == message
    }
    guard let found, case .retiring(_, let retirement) = lanes[found.lane].entries[found.entry].state else { return }
    let trigger = trigger(remove(found.lane, found.entry, into: &out).message, consumer: consumer)
    announce(retirement, of: trigger, into: &out)
  }

  func announce(_ retirement: Retirement, of trigger: StoredTrigger, into out: inout Outbox<FrontMachine>) {
    switch retirement {
    case .parked: out.observe(.parked(trigger))
    case .dropped: out.observe(.dropped(trigger))
    case .expired: out.observe(.expired(trigger))
    }
  }
}

extension Lane: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(group)
    fingerprinter.feed(partition)
    fingerprinter.feed(entries)
    fingerprinter.feed(nextOffset)
  }
}

extension LaneEntry: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(message)
    fingerprinter.feed(offset)
    fingerprinter.feed(deliveries)
    fingerprinter.feed(isOverdue)
    switch state {
    case .ready: fingerprinter.feed(0 as UInt64)
    case .leased(let number, let consumer, let isHeld):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(number)
      fingerprinter.feed(consumer)
      fingerprinter.feed(isHeld)
    case .acknowledging(let number, let consumer):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(number)
      fingerprinter.feed(consumer)
    case .parking(let consumer, let repeats):
      fingerprinter.feed(3 as UInt64)
      fingerprinter.feed(consumer)
      fingerprinter.feed(repeats)
    case .retiring(let consumer, let retirement):
      fingerprinter.feed(4 as UInt64)
      fingerprinter.feed(consumer)
      fingerprinter.feed(UInt64(retirement.rawValue))
    case .exhausted: fingerprinter.feed(5 as UInt64)
    case .processed(let number, let consumer):
      fingerprinter.feed(6 as UInt64)
      fingerprinter.feed(number)
      fingerprinter.feed(consumer)
    case .delayed: fingerprinter.feed(7 as UInt64)
    }
  }
}

extension FrontTimer: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .lease(let number):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(number)
    case .parking(let message):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(message)
    case .visible(let message):
      fingerprinter.feed(5 as UInt64)
      fingerprinter.feed(message)
    case .log: fingerprinter.feed(3 as UInt64)
    case .retention(let lane, let offset):
      fingerprinter.feed(4 as UInt64)
      fingerprinter.feed(lane)
      fingerprinter.feed(offset)
    }
  }
}
