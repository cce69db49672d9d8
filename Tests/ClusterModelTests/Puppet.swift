import ClusterModel
import MachineContract
import Primitives

/// A machine that does what it is told and remembers what happened to it.
struct Puppet: Machine {
  typealias Message = UInt64
  typealias Timer = UInt64
  typealias Write = UInt64
  typealias Store = Notes
  typealias Operation = Orders

  /// In the order in which it happened: `message 3 from 0`, `persisted 1`.
  var heard: [String] = []

  mutating func step(_ input: Input<Puppet>, into out: inout Outbox<Puppet>) {
    switch input {
    case .start(let incarnation): heard.append("start \(incarnation)")
    case .message(let message, let sender): heard.append("message \(message) from \(sender.raw)")
    case .timer(let timer): heard.append("timer \(timer)")
    case .chosen(let token, let option): heard.append("chosen \(token): \(option)")
    case .persisted(let write): heard.append("persisted \(write)")
    case .invoke(let orders): for order in orders.list { out.append(order) }
    }
  }

  static func absorb(_ write: UInt64, into store: inout Notes) { store.lines.append(write) }

  static func restart(from store: Notes, previous: Puppet) -> Puppet {
    Puppet(heard: store.lines.map { "read \($0)" })
  }

  static func wiped(_ store: Notes) -> Notes { Notes() }

  /// Below 100 a message asks for work; what it gets for an answer is a thousand more.
  static func refusal(of message: UInt64) -> UInt64? { message < 100 ? message + 1_000 : nil }

  /// One that only disarms a timer is kept for it.
  static func miss(_ operation: Orders) -> MissedOperation<Puppet>? {
    guard case .disarm(let timer)? = operation.list.first else { return nil }
    return MissedOperation(write: timer, observation: .started(NodeID(0), root: timer))
  }

  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(heard.count)
    for line in heard { fingerprinter.feed(name: line) }
  }

  struct Notes: Equatable, Sendable, Fingerprintable {
    var lines: [UInt64] = []
    func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(lines) }
  }

  struct Orders: Equatable, Sendable, Fingerprintable {
    var list: [Output<Puppet>]
    func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(list.count) }
  }
}

/// A cluster of puppets with short words for what tests do to it. A class, because `#expect` cannot mutate a value.
final class Stage {
  private(set) var cluster: Cluster<Puppet>
  /// What the last action did.
  private(set) var events: [Event<Puppet>] = []

  init(machines: Int = 3) {
    cluster = Cluster(Array(repeating: (machine: Puppet(), store: Puppet.Notes()), count: machines))
    var scratch = Cluster<Puppet>.Scratch()
    cluster.start(into: &scratch)
    events = scratch.events
  }

  /// A stage of its own in the same state.
  init(copying other: Stage) { cluster = other.cluster }

  @discardableResult
  func apply(_ action: Action<Puppet>) -> Bool {
    var scratch = Cluster<Puppet>.Scratch()
    defer { events = scratch.events }
    return cluster.apply(action, into: &scratch)
  }

  func tell(_ machine: MachineID, _ orders: Output<Puppet>...) {
    apply(.invoke(machine, Puppet.Orders(list: orders)))
  }

  /// Delivers the oldest message in flight.
  @discardableResult
  func deliverOldest() -> Bool {
    guard let oldest = oldest else { return false }
    return apply(.deliver(oldest))
  }

  var oldest: EnvelopeID? { cluster.inFlight.min { $0.id.serial < $1.id.serial }?.id }

  /// The messages in flight, oldest first.
  var flying: [UInt64] { cluster.inFlight.sorted { $0.id.serial < $1.id.serial }.map(\.message) }

  func heard(_ machine: MachineID) -> [String] { cluster[machine].machine.heard }

  func disk(_ machine: MachineID) -> [UInt64] { cluster[machine].store.lines }
}

let one = MachineID(0)
let two = MachineID(1)
let three = MachineID(2)
