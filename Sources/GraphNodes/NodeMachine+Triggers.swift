import MachineContract
import Primitives
import ProgressGraph

/// From a trigger to a running unit, and from a finished unit to its answer.
extension NodeMachine {
  // MARK: Arriving

  mutating func begin(root: UInt64, into out: inout Outbox<NodeMachine>) {
    out.observe(.started(id, root: root))
    guard let handler = startHandler else { return }
    admit(arrival(root: root, handler: handler, attempt: 1), into: &out)
  }

  /// A root trigger as work.
  func arrival(root: UInt64, handler: HandlerID, attempt: Int) -> Arrival {
    var path = Fingerprinter()
    path.feed(handler)
    let work = WorkUnit(node: id, handler: handler, root: root, path: path.value, trigger: root)
    return Arrival(
      work: work, identity: root, event: nil, isCompensation: false, attempt: attempt, waiter: nil, lease: nil,
      origin: nil, blackBox: nil, isInvocation: false)
  }

  /// The handler that the load starts: a client's, else the node's first.
  private var startHandler: HandlerID? {
    node.handlers.first { graph[$0].triggers.contains(.start) } ?? node.handlers.first
  }

  mutating func take(_ request: Request, from sender: MachineID, into out: inout Outbox<NodeMachine>) {
    let work = WorkUnit(
      node: id, handler: request.handler, root: request.root, path: request.path, trigger: request.id,
      strand: request.strand)
    let waiter = request.isAwaited ? Unit.Waiter(machine: sender, request: request.id) : nil
    let blackBox = deployment.impliedEffect(of: request.handler).map {
      Unit.BlackBox(effect: $0, step: request.step, key: request.key, countedKey: request.countedKey)
    }
    if request.isReliable, isPartOfEngine, let waiter, rejoin(request, work, waiter, into: &out) { return }
    admit(
      Arrival(
        work: work, identity: identity(of: request), event: nil, isCompensation: request.isCompensation,
        attempt: request.attempt, waiter: waiter, lease: nil, origin: nil, blackBox: blackBox,
        isInvocation: request.isReliable),
      into: &out)
  }

  /// Whether the engine's ids mean anything here. A durable node has its journal instead, and an external that accepts
  /// no keys knows no second request from a first: whoever asks it again asks for the effect again.
  private var isPartOfEngine: Bool { node.work != .durable && (node.kind != .external || node.acceptsKeys) }

  /// An invocation that the node has in hand, or completed since it came up, is not begun again: its caller gets the
  /// one result. Only a crash makes the node forget, and then nothing but its own work control protects it.
  private mutating func rejoin(
    _ request: Request, _ work: WorkUnit, _ waiter: Unit.Waiter, into out: inout Outbox<NodeMachine>
  ) -> Bool {
    if let failure = servedInvocations[request.id] {
      out.observe(.replied(work, failure))
      out.send(.reply(Reply(request: request.id, failure: failure)), to: waiter.machine)
      return true
    }
    if let running = units.firstIndex(where: { $0.cause.trigger == request.id && $0.strand == nil }) {
      if !units[running].waiters.contains(waiter) { units[running].waiters.append(waiter) }
      return true
    }
    return inbox.contains { $0.work.trigger == request.id }
  }

  /// A request is known by its business key where it has one, else by its id.
  ///
  /// The key is scoped: by the handler it is sent to, and at an external without handlers by the calling step, because
  /// a charge and a refund for one order are two operations.
  private func identity(of request: Request) -> UInt64 {
    guard let key = request.key else { return request.id }
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(request.handler)
    if graph[request.handler].steps.isEmpty { fingerprinter.feed(request.step) }
    fingerprinter.feed(key)
    return fingerprinter.value
  }

  mutating func take(_ delivery: Delivery, into out: inout Outbox<NodeMachine>) {
    let message = delivery.message
    guard
      let handler = node.handlers.first(where: { graph[$0].triggers.contains(.channel(message.channel)) })
    else { preconditionFailure("\(node.name) does not consume this channel") }
    if isStream, recognises(delivery.position, delivery, into: &out) { return }
    let work = WorkUnit(
      node: id, handler: handler, root: message.root, path: message.path, trigger: message.id,
      strand: message.strand)
    admit(
      Arrival(
        work: work, identity: message.id, event: message.event, isCompensation: message.isCompensation,
        attempt: delivery.attempt, waiter: nil,
        lease: Unit.Lease(channel: message.channel, number: delivery.lease),
        origin: isStream ? delivery.position : nil, blackBox: nil, isInvocation: false,
        replyTo: message.replyTo),
      into: &out)
  }

  /// Strands take no room of their own.
  private var hasRoom: Bool {
    let capacity = deployment.capacity(of: id)
    return units.count < capacity || units.count(where: { $0.strand == nil }) < capacity
  }

  mutating func admit(_ arrival: Arrival, into out: inout Outbox<NodeMachine>) {
    guard !isRecovering, hasRoom else { return inbox.append(arrival) }
    if node.work == .durable, attach(arrival, into: &out) { return }
    guard !isBlocked(arrival) else { return inbox.append(arrival) }
    let unit = Unit(
      serial: nextSerial, work: arrival.work, identity: arrival.identity, event: arrival.event,
      isCompensation: arrival.isCompensation, attempt: arrival.attempt,
      waiters: arrival.waiter.map { [$0] } ?? [], lease: arrival.lease, origin: arrival.origin,
      blackBox: arrival.blackBox, isInvocation: arrival.isInvocation, replyTo: arrival.replyTo)
    nextSerial &+= 1
    units.append(unit)
    if let lease = arrival.lease, node.acknowledgement == .before {
      units[units.count - 1].phase = .acknowledging
      out.send(.acknowledge(channel: lease.channel, lease: lease.number), to: deployment.front(of: lease.channel))
      repeatLater(units.count - 1, into: &out)
    } else {
      arrive(units.count - 1, into: &out)
    }
  }

  /// True while work with the same value of the node's `serial` field is in hand. What completes a wait of the node is
  /// no such work, or a run could wait for what it keeps out itself.
  private func isBlocked(_ arrival: Arrival) -> Bool {
    guard let field = node.serial, !deployment.waits.completesOwnWait(arrival.work.handler) else { return false }
    let value = deployment.value(of: field, root: arrival.work.root)
    return units.contains { unit in
      // A trigger of a durable run in hand starts nothing: it is attached.
      deployment.value(of: field, root: unit.work.root) == value
        && !deployment.waits.completesOwnWait(unit.work.handler) && unit.strand == nil
        && (node.work != .durable || unit.identity != arrival.identity)
    }
  }

  mutating func takeAcknowledged(
    _ channel: ChannelID, _ lease: UInt64, into out: inout Outbox<NodeMachine>
  ) {
    let wanted = Unit.Lease(channel: channel, number: lease)
    guard let unit = units.firstIndex(where: { $0.phase == .acknowledging && $0.lease == wanted }) else { return }
    out.disarm(.resend(units[unit].serial))
    units[unit].lease = nil
    arrive(unit, into: &out)
  }

  /// The lease ended before it was acknowledged: the record is delivered again, here or elsewhere.
  mutating func takeLeaseOver(_ channel: ChannelID, _ lease: UInt64, into out: inout Outbox<NodeMachine>) {
    let lost = Unit.Lease(channel: channel, number: lease)
    guard let unit = units.firstIndex(where: { $0.phase == .acknowledging && $0.lease == lost }) else { return }
    out.disarm(.resend(units[unit].serial))
    remove(unit, into: &out)
  }

  private mutating func arrive(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    out.observe(.arrived(units[unit].work, attempt: units[unit].attempt))
    if node.failureShare > 0 { return tryToBegin(unit, into: &out) }
    begin(unit, into: &out)
  }

  mutating func begin(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    if node.work == .durable {
      units[unit].phase = .arrived
      endPhaseNext(unit, into: &out)
    } else {
      resumeAtCheckpoint(unit, into: &out)
      beginWork(unit, into: &out)
    }
  }

  /// Spends the handler's latency, then comes its first step.
  mutating func beginWork(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    units[unit].phase = .latency
    out.arm(.unit(units[unit].serial), after: node.latency)
    // A durable run is suspended between its steps; no limit on running time applies to it.
    if let limit = node.maxRuntime, node.work != .durable {
      out.arm(.runtime(units[unit].serial), after: .exactly(limit))
    }
  }

  // MARK: Ending

  mutating func finish(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    out.observe(.finished(units[unit].work))
    units[unit].phase = .finished
    endPhaseNext(unit, into: &out)
  }

  /// Answers, acknowledges, and makes room for the next trigger.
  mutating func settle(_ unit: Int, _ failure: FailureReason?, into out: inout Outbox<NodeMachine>) {
    if isStream {
      if failure != nil { return restartJob(into: &out) }
      process(unit, into: &out)
      return remove(unit, into: &out)
    }
    if failure == nil || failure == .terminal { forgetProgress(of: unit, into: &out) }
    answer(unit, failure, into: &out)
    if failure == nil || failure == .terminal {
      closeTick(root: units[unit].work.trigger, into: &out)
    } else {
      putOffTick(root: units[unit].work.trigger, into: &out)
    }
    if let lease = units[unit].lease {
      let front = deployment.front(of: lease.channel)
      if failure == nil {
        out.send(.acknowledge(channel: lease.channel, lease: lease.number), to: front)
      } else {
        out.send(.gaveUp(channel: lease.channel, lease: lease.number, wasRefused: false), to: front)
      }
    }
    remove(unit, into: &out)
  }

  mutating func answer(_ unit: Int, _ failure: FailureReason?, into out: inout Outbox<NodeMachine>) {
    let waiters = units[unit].waiters
    if units[unit].isInvocation, failure == nil || failure == .terminal {
      servedInvocations.insert(units[unit].work.trigger, failure)
    }
    units[unit].hasReplied = true
    units[unit].waiters = []
    guard !waiters.isEmpty else { return }
    out.observe(.replied(units[unit].work, failure))
    for waiter in waiters {
      out.send(.reply(Reply(request: waiter.request, failure: failure)), to: waiter.machine)
    }
  }

  private mutating func remove(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    let serial = units.remove(at: unit).serial
    // What a join left behind goes on, under the limit of the unit that began it.
    if node.maxRuntime != nil, !units.contains(where: { $0.strand?.top == serial }) { out.disarm(.runtime(serial)) }
    admitWaiting(into: &out)
  }

  mutating func admitWaiting(into out: inout Outbox<NodeMachine>) {
    var position = 0
    while position < inbox.count, !isRecovering, hasRoom {
      if isBlocked(inbox[position]) {
        position += 1
      } else {
        admit(inbox.remove(at: position), into: &out)
      }
    }
  }

  /// The platform stops a unit that has run too long: a crash of this unit alone.
  mutating func kill(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    let serial = units[unit].serial
    out.disarm(.unit(serial))
    out.disarm(.timeout(serial))
    out.disarm(.resend(serial))
    removeStrands(below: serial, into: &out)
    out.observe(.failed(units[unit].work, currentStep(of: unit), .killed))
    settle(unit, .failed, into: &out)
  }
}
