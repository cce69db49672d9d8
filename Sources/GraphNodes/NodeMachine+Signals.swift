import LogContract
import MachineContract
import Primitives
import ProgressGraph

/// Signals and replies to messages: to a wait of the node itself, or over the network to another node's.
///
/// Whoever sends one goes on when the waiting node has it, and until then says it again, under one id.
extension NodeMachine {
  // MARK: Sending

  mutating func performSignal(
    _ name: NameID, key: NameID?, _ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>
  ) {
    if units[unit].awaited == 0 { units[unit].awaited = derivedID(step, unit) }
    guard let target = deployment.waits.routes.target(of: name, from: id) else {
      return completeStep(unit, into: &out)
    }
    let root = units[unit].work.root
    let isUnshared = key.map(isFresh) ?? false
    let value = isUnshared ? nil : deployment.value(of: key, root: root).packed
    units[unit].phase = .storing
    send(
      Signal(id: units[unit].awaited, name: name, key: value, root: root), to: target, unit, into: &out)
  }

  /// The reply to the message that started the unit. It has an id of its own for each message, so that a redelivery
  /// replies the same again.
  mutating func sendReply(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    guard let address = units[unit].replyTo ?? top(of: unit).flatMap({ units[$0].replyTo }) else {
      preconditionFailure("nobody asked for a reply")
    }
    // A strand may outlive the unit that was asked, and still has to say again what is not confirmed.
    units[unit].replyTo = address
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(units[unit].work.trigger)
    fingerprinter.feed(address)
    let root = units[unit].work.root
    units[unit].awaited = fingerprinter.value
    if units[unit].phase != .replying { units[unit].repeats = 0 }
    units[unit].phase = .replying
    send(
      Signal(id: fingerprinter.value, name: address.name, key: KeyValue(field: nil, root: root).packed, root: root),
      to: address.node, unit, into: &out)
  }

  private mutating func send(
    _ signal: Signal, to target: NodeID, _ unit: Int, into out: inout Outbox<NodeMachine>
  ) {
    if target == id { return accept(signal, from: .unit(units[unit].serial), into: &out) }
    out.send(.signal(signal), to: deployment.machine(of: target))
    repeatLater(unit, into: &out)
  }

  // MARK: Confirmed

  /// The waiting node has what this unit sent.
  mutating func signalArrived(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    if units[unit].phase == .replying {
      units[unit].hasReplied = true
      if let top = top(of: unit) { units[top].hasReplied = true }
    }
    guard currentStep(of: unit) == nil else { return completeStep(unit, into: &out) }
    // What a finished unit still had to say is said.
    if units[unit].phase == .replying {
      conclude(unit, into: &out)
    } else {
      recordEnd(unit, into: &out)
    }
  }

  /// Everything is done. Before the end is recorded and the trigger acknowledged, whoever waits for this unit has what
  /// it waits for: the sender of its message a reply, and a run of the node itself its input.
  mutating func conclude(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    if units[unit].replyTo != nil, !units[unit].hasReplied { return sendReply(unit, into: &out) }
    guard let name = deployment.waits.input(of: units[unit].work.handler) else {
      return recordEnd(unit, into: &out)
    }
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(units[unit].work.handler)
    fingerprinter.feed(node.work == .none ? freshID() : units[unit].identity)
    let root = units[unit].work.root
    units[unit].phase = .storing
    units[unit].awaited = fingerprinter.value
    send(
      Signal(id: fingerprinter.value, name: name, key: KeyValue(field: nil, root: root).packed, root: root),
      to: id, unit, into: &out)
  }

  // MARK: Receiving

  /// Signals that no wait has taken.
  public var unreadSignals: Int { signals.unread.count }

  /// Takes a signal in once, whoever sends it how often. A durable node confirms what its journal holds.
  mutating func accept(_ signal: Signal, from sender: SignalBox.Sender, into out: inout Outbox<NodeMachine>) {
    // Whoever is not told asks again.
    guard !isRecovering else { return }
    if signals.isKnown(signal.id) { return confirm(signal, to: sender, into: &out) }
    guard node.work == .durable else { return receive(signal, [sender], into: &out) }
    guard !signals.joins(signal, sender) else { return }
    signals.record(signal, for: sender)
    journal?.append(.signalled(signal), into: &out)
  }

  mutating func recorded(_ signal: Signal, into out: inout Outbox<NodeMachine>) {
    receive(signal, signals.recorded(signal), into: &out)
  }

  private mutating func receive(
    _ signal: Signal, _ senders: [SignalBox.Sender], into out: inout Outbox<NodeMachine>
  ) {
    if signals.insert(signal) { announce(signal, into: &out) }
    for sender in senders { confirm(signal, to: sender, into: &out) }
    if let unit = units.firstIndex(where: { isWaiting($0, for: signal) }),
      signals.take(signal.name, root: units[unit].work.root, in: deployment) != nil
    {
      endWait(unit, with: signal, into: &out)
    }
  }

  func announce(_ signal: Signal, into out: inout Outbox<NodeMachine>) {
    out.observe(.signalled(ReceivedSignal(id: signal.id, name: signal.name, node: id, root: signal.root)))
  }

  private mutating func confirm(
    _ signal: Signal, to sender: SignalBox.Sender, into out: inout Outbox<NodeMachine>
  ) {
    switch sender {
    case .machine(let machine): out.send(.stored(message: signal.id), to: machine)
    case .unit(let serial):
      guard let unit = position(of: serial), units[unit].awaited == signal.id else { return }
      signalArrived(unit, into: &out)
    }
  }
}
