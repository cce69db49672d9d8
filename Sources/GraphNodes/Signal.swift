public import Primitives

/// What completes a wait: a `signal`, an input of the wait's name, or the reply to a message.
public struct Signal: Equatable, Sendable {
  /// Stays the same when it is sent again.
  public var id: UInt64
  /// The wait it is for.
  public var name: NameID
  /// The value that it and the waiting run have in common, packed: a field's, or the root where the step has no `key`.
  /// Nil for a key made afresh, which nothing has in common with it.
  public var key: UInt64?
  /// The sender's root trigger.
  public var root: UInt64

  public init(id: UInt64, name: NameID, key: UInt64?, root: UInt64) {
    self.id = id
    self.name = name
    self.key = key
    self.root = root
  }

  /// True for a wait of this name below this root.
  func completes(_ name: NameID, root: UInt64, in deployment: Deployment) -> Bool {
    guard self.name == name, let key else { return false }
    return deployment.value(of: KeyValue(packed: key).field, root: root).packed == key
  }
}

/// Where the consumer of a message sends its reply.
public struct ReplyAddress: Equatable, Sendable {
  public var node: NodeID
  public var name: NameID

  public init(node: NodeID, name: NameID) {
    self.node = node
    self.name = name
  }
}

/// The signals that reached a node: in its journal where it is durable, else in memory alone.
struct SignalBox: Equatable, Sendable {
  /// Who is told that a signal has arrived.
  enum Sender: Equatable, Sendable {
    case machine(MachineID)
    /// A unit of the node itself, by serial.
    case unit(UInt32)
  }
  struct Pending: Equatable, Sendable {
    let signal: Signal
    var senders: [Sender]
  }

  /// Ids of all that arrived.
  private var known = KeySet()
  /// Those that no wait has taken yet, oldest first.
  private(set) var unread: [Signal] = []
  /// On their way into the journal.
  private var pending: [Pending] = []

  func isKnown(_ id: UInt64) -> Bool { known.contains(id) }

  /// Adds whoever wants to be told; false for a signal that is not on its way into the journal yet.
  mutating func joins(_ signal: Signal, _ sender: Sender) -> Bool {
    guard let position = pending.firstIndex(where: { $0.signal.id == signal.id }) else { return false }
    if !pending[position].senders.contains(sender) { pending[position].senders.append(sender) }
    return true
  }

  mutating func record(_ signal: Signal, for sender: Sender) {
    pending.append(Pending(signal: signal, senders: [sender]))
  }

  /// The signal is in the journal: who is to be told of it.
  mutating func recorded(_ signal: Signal) -> [Sender] {
    guard let position = pending.firstIndex(where: { $0.signal.id == signal.id }) else { return [] }
    return pending.remove(at: position).senders
  }

  /// Returns false for a signal that arrived before.
  mutating func insert(_ signal: Signal) -> Bool {
    guard known.insert(signal.id) else { return false }
    unread.append(signal)
    return true
  }

  /// The oldest signal for a wait, which nothing takes again.
  mutating func take(_ name: NameID, root: UInt64, in deployment: Deployment) -> Signal? {
    let position = unread.firstIndex { $0.completes(name, root: root, in: deployment) }
    guard let position else { return nil }
    return unread.remove(at: position)
  }
}

extension Signal: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(id)
    fingerprinter.feed(name)
    fingerprinter.feed(key)
    fingerprinter.feed(root)
  }
}

extension ReplyAddress: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(node)
    fingerprinter.feed(name)
  }
}

extension SignalBox: Fingerprintable {
  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(known)
    fingerprinter.feed(unread)
    fingerprinter.feed(pending.count)
    for one in pending {
      fingerprinter.feed(one.signal)
      fingerprinter.feed(one.senders.count)
      for sender in one.senders {
        switch sender {
        case .machine(let machine): fingerprinter.feed(UInt64(machine.raw))
        case .unit(let serial): fingerprinter.feed(1 << 32 | UInt64(serial))
        }
      }
    }
  }
}
