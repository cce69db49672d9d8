public import MachineContract
public import Primitives

/// The whole state of a system: machines, disks, timers, links, and messages in flight, as one value.
///
/// `apply` is the only mutation. A copy is a snapshot; two copies that are given the same actions stay equal. The
/// cluster knows no time and draws nothing: drivers decide which enabled action comes next.
public struct Cluster<M: Machine>: Equatable, Sendable {
  /// Indexed by `MachineID`.
  public private(set) var slots: [Slot<M>]
  /// A slab: an envelope keeps its position while in flight, and the position is then used again.
  private var envelopes: [Envelope<M>?] = []
  private var freePositions: [UInt32] = []
  private var nextSerial: UInt32 = 0
  /// Directed links that lose everything, sorted.
  public private(set) var severedLinks: [Link] = []

  public struct Link: Hashable, Comparable, Sendable {
    public let from: MachineID
    public let to: MachineID
    public static func < (left: Link, right: Link) -> Bool { (left.from, left.to) < (right.from, right.to) }
  }

  /// What a driver keeps between calls of `apply`, so that a step allocates nothing.
  public struct Scratch: Sendable {
    /// What the last `apply` did, in order.
    public internal(set) var events: [Event<M>] = []
    var outbox = Outbox<M>()
    public init() {}

    /// What the last `apply` did, for whoever keeps it.
    public mutating func takeEvents() -> [Event<M>] {
      let taken = events
      events = []
      return taken
    }

    /// One by one, because the compiler then knows what it destroys; for many at once it asks their type.
    mutating func forgetEvents() {
      while events.popLast() != nil {}
    }
  }

  /// - Parameter machines: each with what is on its disk at the start. No machine has had its `.start` yet: `start`
  ///   does.
  public init(_ machines: [(machine: M, store: M.Store)]) {
    slots = machines.map { Slot(machine: $0.machine, store: $0.store) }
  }

  /// Lent, not copied: a slot is large, and the simulator looks at one before every action.
  public subscript(_ machine: MachineID) -> Slot<M> { _read { yield slots[machine.index] } }

  public var machineIDs: [MachineID] { slots.indices.map { MachineID($0) } }

  /// Nil once it was delivered, dropped or lost.
  public subscript(_ id: EnvelopeID) -> Envelope<M>? {
    let position = Int(id.slot)
    guard position < envelopes.count, let envelope = envelopes[position], envelope.id == id else { return nil }
    return envelope
  }

  /// Everything in flight, by position in the slab.
  public var inFlight: [Envelope<M>] { envelopes.compactMap { $0 } }

  /// Gives every machine its first input, in order.
  public mutating func start(into scratch: inout Scratch) {
    scratch.forgetEvents()
    for machine in machineIDs { step(machine, .start(incarnation: 0), .work, &scratch) }
  }

  /// Does one action and leaves what happened in `scratch.events`.
  ///
  /// - Returns: false, with nothing changed, for an action that is not enabled: shrinking and editing of runs make
  ///   such.
  @discardableResult
  public mutating func apply(_ action: Action<M>, into scratch: inout Scratch) -> Bool {
    scratch.forgetEvents()
    switch action {
    case .deliver(let id): return deliver(id, &scratch)
    case .drop(let id): return drop(id, &scratch)
    case .duplicate(let id): return duplicate(id, &scratch)
    case .fire(let machine, let timer): return fire(timer, of: machine, &scratch)
    case .choose(let machine, let token, let option): return choose(option, token, of: machine, &scratch)
    case .completeWrite(let machine): return completeWrite(machine, &scratch)
    case .crash(let machine, let fate): return crash(machine, fate, &scratch)
    case .restart(let machine): return restart(machine, &scratch)
    case .pause(let machine): return set(\.isPaused, true, .paused(machine), machine, &scratch)
    case .resume(let machine): return set(\.isPaused, false, .resumed(machine), machine, &scratch)
    case .refuse(let machine): return set(\.isRefusing, true, .refusing(machine), machine, &scratch)
    case .accept(let machine): return set(\.isRefusing, false, .accepting(machine), machine, &scratch)
    case .sever(let from, let to): return sever(Link(from: from, to: to), &scratch)
    case .heal(let from, let to): return heal(Link(from: from, to: to), &scratch)
    case .invoke(let machine, let operation): return invoke(operation, at: machine, &scratch)
    }
  }

  /// What the system itself could do next: deliveries, timers, choices, writes, restarts. Faults are for the driver to
  /// choose.
  public func enabledActions() -> [Action<M>] {
    var actions: [Action<M>] = []
    for case let envelope? in envelopes where !slots[envelope.to.index].isPaused {
      actions.append(.deliver(envelope.id))
    }
    for machine in machineIDs {
      let slot = self[machine]
      if slot.status == .crashed { actions.append(.restart(machine)) }
      guard slot.isRunning else { continue }
      for timer in slot.timers { actions.append(.fire(machine, timer.timer)) }
      for choice in slot.choices {
        for option in choice.options { actions.append(.choose(machine, choice.token, option: option)) }
      }
      if !slot.pending.isEmpty { actions.append(.completeWrite(machine)) }
    }
    return actions
  }
}

// MARK: - Messages

extension Cluster {
  private mutating func deliver(_ id: EnvelopeID, _ scratch: inout Scratch) -> Bool {
    guard let envelope = self[id], !self[envelope.to].isPaused else { return false }
    take(id)
    if isSevered(from: envelope.from, to: envelope.to) {
      scratch.events.append(.lost(envelope, .linkSevered))
    } else if self[envelope.to].status == .crashed {
      scratch.events.append(.lost(envelope, .receiverCrashed))
    } else if self[envelope.to].isRefusing, let refusal = M.refusal(of: envelope.message) {
      scratch.events.append(.refused(envelope))
      post(refusal, from: envelope.to, to: envelope.from, envelope.purpose, &scratch)
    } else {
      scratch.events.append(.delivered(envelope))
      step(envelope.to, .message(envelope.message, from: envelope.from), envelope.purpose, &scratch)
    }
    return true
  }

  private mutating func drop(_ id: EnvelopeID, _ scratch: inout Scratch) -> Bool {
    guard let envelope = self[id] else { return false }
    take(id)
    scratch.events.append(.lost(envelope, .dropped))
    return true
  }

  private mutating func duplicate(_ id: EnvelopeID, _ scratch: inout Scratch) -> Bool {
    guard let envelope = self[id] else { return false }
    post(envelope.message, from: envelope.from, to: envelope.to, envelope.purpose, &scratch)
    return true
  }

  private mutating func take(_ id: EnvelopeID) {
    envelopes[Int(id.slot)] = nil
    freePositions.append(id.slot)
  }

  private mutating func post(
    _ message: M.Message, from: MachineID, to: MachineID, _ purpose: TimerPurpose, _ scratch: inout Scratch
  ) {
    let position = freePositions.popLast() ?? UInt32(envelopes.count)
    let id = EnvelopeID(slot: position, serial: nextSerial)
    nextSerial &+= 1
    let envelope = Envelope<M>(id: id, from: from, to: to, message: message, purpose: purpose)
    if Int(position) == envelopes.count { envelopes.append(envelope) } else { envelopes[Int(position)] = envelope }
    scratch.events.append(.sent(id))
  }

  public func isSevered(from: MachineID, to: MachineID) -> Bool {
    !severedLinks.isEmpty && severedLinks.contains(Link(from: from, to: to))
  }

  private mutating func sever(_ link: Link, _ scratch: inout Scratch) -> Bool {
    guard !severedLinks.contains(link) else { return false }
    severedLinks.insert(link, at: severedLinks.firstIndex { link < $0 } ?? severedLinks.count)
    scratch.events.append(.severed(from: link.from, to: link.to))
    return true
  }

  private mutating func heal(_ link: Link, _ scratch: inout Scratch) -> Bool {
    guard let position = severedLinks.firstIndex(of: link) else { return false }
    severedLinks.remove(at: position)
    scratch.events.append(.healed(from: link.from, to: link.to))
    return true
  }
}

// MARK: - Machines

extension Cluster {
  private mutating func fire(_ timer: M.Timer, of machine: MachineID, _ scratch: inout Scratch) -> Bool {
    guard let armed = slots[machine.index].takeDue(timer) else { return false }
    if armed.isDurable { slots[machine.index].ripe.append(timer) }
    scratch.events.append(.fired(machine, armed))
    step(machine, .timer(timer), armed.purpose, &scratch)
    return true
  }

  private mutating func choose(
    _ option: Int, _ token: M.Timer, of machine: MachineID, _ scratch: inout Scratch
  ) -> Bool {
    guard slots[machine.index].isRunning,
      let open = slots[machine.index].choices.first(where: { $0.token == token }), open.options.contains(option),
      let choice = slots[machine.index].takeChoice(token)
    else { return false }
    scratch.events.append(.chosen(machine, choice, option: option))
    step(machine, .chosen(token, option: option), choice.purpose, &scratch)
    return true
  }

  private mutating func invoke(_ operation: M.Operation, at machine: MachineID, _ scratch: inout Scratch) -> Bool {
    if self[machine].status == .crashed { return miss(operation, at: machine, &scratch) }
    guard self[machine].isRunning else { return false }
    step(machine, .invoke(operation), .work, &scratch)
    return true
  }

  private mutating func miss(_ operation: M.Operation, at machine: MachineID, _ scratch: inout Scratch) -> Bool {
    guard let missed = M.miss(operation) else { return false }
    if let write = missed.write { M.absorb(write, into: &slots[machine.index].store) }
    scratch.events.append(.observed(machine, .work(missed.observation)))
    return true
  }

  private mutating func set(
    _ flag: WritableKeyPath<Slot<M>, Bool>, _ value: Bool, _ event: Event<M>, _ machine: MachineID,
    _ scratch: inout Scratch
  ) -> Bool {
    guard slots[machine.index][keyPath: flag] != value else { return false }
    slots[machine.index][keyPath: flag] = value
    scratch.events.append(event)
    return true
  }

  /// Lets a machine take one input and interprets what it asks for.
  private mutating func step(
    _ machine: MachineID, _ input: Input<M>, _ purpose: TimerPurpose, _ scratch: inout Scratch
  ) {
    slots[machine.index].machine.step(input, into: &scratch.outbox)
    for position in 0..<scratch.outbox.count {
      guard let output = scratch.outbox.take(at: position) else { continue }
      interpret(consume output, of: machine, purpose, &scratch)
    }
    scratch.outbox.clear()
  }

  private mutating func interpret(
    _ output: consuming Output<M>, of machine: MachineID, _ purpose: TimerPurpose, _ scratch: inout Scratch
  ) {
    switch output {
    case .send(let message, let receiver):
      sendWhenDurable(message, from: machine, to: receiver, purpose, &scratch)
    case .sendAhead(let message, let receiver):
      post(message, from: machine, to: receiver, purpose, &scratch)
    case .arm(let timer, let range, let timerPurpose):
      disarm(timer, of: machine, &scratch)
      arm(timer, range, timerPurpose, isDurable: false, of: machine, &scratch)
    case .armDurably(let timer, let range):
      armDurably(timer, range, of: machine, &scratch)
    case .disarm(let timer):
      disarm(timer, of: machine, &scratch)
      if !slots[machine.index].choices.isEmpty { abandonChoice(timer, of: machine, &scratch) }
    case .choose(let token, let weights):
      open(token, weights, purpose, of: machine, &scratch)
    case .persist(let write):
      slots[machine.index].pending.append(Slot.PendingWrite(write: write, purpose: purpose))
      scratch.events.append(.writeStarted(machine, purpose))
    case .commit(let write):
      M.absorb(write, into: &slots[machine.index].store)
    case .observe(let observation):
      scratch.events.append(.observed(machine, observation))
    }
  }

  private mutating func arm(
    _ timer: M.Timer, _ range: DurationRange, _ purpose: TimerPurpose, isDurable: Bool, of machine: MachineID,
    _ scratch: inout Scratch
  ) {
    let armed = ArmedTimer<M>(
      timer: timer, range: range, purpose: purpose, isDurable: isDurable,
      generation: slots[machine.index].nextGeneration)
    slots[machine.index].nextGeneration &+= 1
    slots[machine.index].timers.append(armed)
    scratch.events.append(.armed(machine, armed))
  }

  private mutating func armDurably(
    _ timer: M.Timer, _ range: DurationRange, of machine: MachineID, _ scratch: inout Scratch
  ) {
    guard !slots[machine.index].timers.contains(where: { $0.timer == timer }) else { return }
    let isRipe = slots[machine.index].removeRipe(timer)
    arm(timer, isRipe ? .immediately : range, .work, isDurable: true, of: machine, &scratch)
  }

  private mutating func disarm(_ timer: M.Timer, of machine: MachineID, _ scratch: inout Scratch) {
    slots[machine.index].removeRipe(timer)
    guard let armed = slots[machine.index].take(timer) else { return }
    scratch.events.append(.disarmed(machine, armed))
  }
}

// MARK: - Choices

extension Cluster {
  private mutating func open(
    _ token: M.Timer, _ weights: [UInt32], _ purpose: TimerPurpose, of machine: MachineID, _ scratch: inout Scratch
  ) {
    precondition(weights.contains { $0 > 0 }, "a choice has an option that can be chosen")
    abandonChoice(token, of: machine, &scratch)
    let choice = OpenChoice<M>(
      token: token, weights: weights, purpose: purpose, generation: slots[machine.index].nextGeneration)
    slots[machine.index].nextGeneration &+= 1
    slots[machine.index].choices.append(choice)
    scratch.events.append(.choiceOpened(machine, choice))
  }

  private mutating func abandonChoice(_ token: M.Timer, of machine: MachineID, _ scratch: inout Scratch) {
    guard let choice = slots[machine.index].takeChoice(token) else { return }
    scratch.events.append(.choiceAbandoned(machine, choice))
  }
}

// MARK: - Disks

extension Cluster {
  /// The one place where a message waits for the disk.
  ///
  /// It waits for every earlier write of its machine, not only for those of its own step: a search found two leaders in
  /// one term when a repeated vote request was answered while the vote itself was still being written.
  private mutating func sendWhenDurable(
    _ message: M.Message, from machine: MachineID, to receiver: MachineID, _ purpose: TimerPurpose,
    _ scratch: inout Scratch
  ) {
    let pending = slots[machine.index].pending.count
    guard pending > 0 else { return post(message, from: machine, to: receiver, purpose, &scratch) }
    let needed = slots[machine.index].writesCompleted &+ UInt32(pending)
    slots[machine.index].held.append(
      Slot.HeldMessage(message: message, receiver: receiver, purpose: purpose, writesNeeded: needed))
  }

  private mutating func completeWrite(_ machine: MachineID, _ scratch: inout Scratch) -> Bool {
    guard slots[machine.index].isRunning, !slots[machine.index].pending.isEmpty else { return false }
    let done = slots[machine.index].pending.removeFirst()
    M.absorb(done.write, into: &slots[machine.index].store)
    slots[machine.index].writesCompleted &+= 1
    scratch.events.append(.writeCompleted(machine, done.purpose))
    releaseHeld(by: machine, &scratch)
    step(machine, .persisted(done.write), done.purpose, &scratch)
    return true
  }

  private mutating func releaseHeld(by machine: MachineID, _ scratch: inout Scratch) {
    let completed = slots[machine.index].writesCompleted
    while let first = slots[machine.index].held.first, first.writesNeeded <= completed {
      slots[machine.index].held.removeFirst()
      post(first.message, from: machine, to: first.receiver, first.purpose, &scratch)
    }
  }

  private mutating func crash(_ machine: MachineID, _ fate: CrashFate, _ scratch: inout Scratch) -> Bool {
    guard slots[machine.index].status == .up else { return false }
    let pending = slots[machine.index].pending
    for timer in slots[machine.index].timers where !timer.isDurable {
      scratch.events.append(.disarmed(machine, timer))
    }
    for choice in slots[machine.index].choices { scratch.events.append(.choiceAbandoned(machine, choice)) }
    for write in pending { scratch.events.append(.writeAbandoned(machine, write.purpose)) }
    switch fate {
    case .keepPending:
      for write in pending { M.absorb(write.write, into: &slots[machine.index].store) }
    case .losePending:
      break
    case .wipeDisk:
      slots[machine.index].store = M.wiped(slots[machine.index].store)
    }
    slots[machine.index].timers.removeAll { !$0.isDurable }
    slots[machine.index].choices.removeAll()
    slots[machine.index].pending.removeAll()
    slots[machine.index].held.removeAll()
    slots[machine.index].writesCompleted = 0
    slots[machine.index].isPaused = false
    slots[machine.index].status = .crashed
    scratch.events.append(.crashed(machine, fate, lostWrites: fate == .keepPending ? 0 : pending.count))
    return true
  }

  private mutating func restart(_ machine: MachineID, _ scratch: inout Scratch) -> Bool {
    guard slots[machine.index].status == .crashed else { return false }
    slots[machine.index].machine = M.restart(
      from: slots[machine.index].store, previous: slots[machine.index].machine)
    slots[machine.index].status = .up
    slots[machine.index].incarnation &+= 1
    scratch.events.append(.restarted(machine))
    step(machine, .start(incarnation: slots[machine.index].incarnation), .work, &scratch)
    return true
  }
}

extension Cluster: Fingerprintable {
  /// Envelope ids are left out, and the messages in flight are a sum: which position a message has decides nothing.
  public func feed(into fingerprinter: inout Fingerprinter) {
    for slot in slots { slot.feed(into: &fingerprinter) }
    fingerprinter.feed(severedLinks.count)
    for link in severedLinks {
      fingerprinter.feed(link.from)
      fingerprinter.feed(link.to)
    }
    var flying: UInt64 = 0
    for case let envelope? in envelopes {
      var one = Fingerprinter()
      one.feed(envelope.from)
      one.feed(envelope.to)
      one.feed(envelope.message)
      flying &+= one.value
    }
    fingerprinter.feed(flying)
  }
}
