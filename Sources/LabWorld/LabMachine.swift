public import GraphNodes
public import IdealLog
public import MachineContract
public import Primitives
public import RaftLog

/// Any machine of a graph's cluster: the one closed enum over all of them.
///
/// Below this target everything is generic over its machine; here the types meet, and node messages carry the messages
/// of the logs. A replica's own messages stay its protocol's.
public enum LabMachine: Equatable, Sendable {
  case node(NodeMachine)
  case front(FrontMachine)
  case raft(RaftMachine<Record>)
  case ideal(IdealMachine<Record>)
}

/// Messages among replicas are large and rare; indirect, they leave those of the nodes small enough to move quickly.
public enum LabMessage: Equatable, Sendable {
  /// Among nodes and fronts, and between them and any log.
  case node(NodeMessage)
  /// Among the replicas of one Raft group.
  indirect case raft(RaftMessage<Record>)
}

public enum LabTimer: Equatable, Sendable {
  case node(NodeTimer)
  case front(FrontTimer)
  case raft(RaftTimer)
  case ideal(IdealMachine<Record>.Timer)
}

public enum LabWrite: Equatable, Sendable {
  case node(NodeWrite)
  indirect case raft(RaftWrite<Record>)
  indirect case ideal(IdealWrite<Record>)
}

public enum LabStore: Equatable, Sendable {
  case node(NodeStore)
  case front
  case raft(RaftStore<Record>)
  case ideal(IdealStore<Record>)
}

/// Outboxes of the machines inside, used again at every step.
public struct LabWorkspace: Sendable {
  var node = Outbox<NodeMachine>()
  var front = Outbox<FrontMachine>()
  var raft = Outbox<RaftMachine<Record>>()
  var ideal = Outbox<IdealMachine<Record>>()
}

extension LabMachine: Machine {
  public typealias Message = LabMessage
  public typealias Timer = LabTimer
  public typealias Write = LabWrite
  public typealias Store = LabStore
  public typealias Operation = NodeOperation
  public typealias Workspace = LabWorkspace

  public static func makeWorkspace() -> LabWorkspace { LabWorkspace() }

  public mutating func step(_ input: Input<LabMachine>, into out: inout Outbox<LabMachine>) {
    // Consumed, so that the machine is moved out and back: a copy of it would make each change copy an array.
    switch consume self {
    case .node(var machine):
      machine.step(input, into: &out)
      self = .node(machine)
    case .front(var machine):
      machine.step(input, into: &out)
      self = .front(machine)
    case .raft(var machine):
      machine.step(input, into: &out)
      self = .raft(machine)
    case .ideal(var machine):
      machine.step(input, into: &out)
      self = .ideal(machine)
    }
  }

  public static func absorb(_ write: LabWrite, into store: inout LabStore) {
    switch write {
    case .node(let write): store.withNode { NodeMachine.absorb(write, into: &$0) }
    case .raft(let write): store.withRaft { RaftMachine.absorb(write, into: &$0) }
    case .ideal(let write): store.withIdeal { IdealMachine.absorb(write, into: &$0) }
    }
  }

  public static func restart(from store: LabStore, previous: LabMachine) -> LabMachine {
    switch (previous, store) {
    case (.node(let machine), .node(let store)): .node(NodeMachine.restart(from: store, previous: machine))
    case (.front(let machine), .front): .front(FrontMachine.restart(from: NoStore(), previous: machine))
    case (.raft(let machine), .raft(let store)): .raft(RaftMachine.restart(from: store, previous: machine))
    case (.ideal(let machine), .ideal(let store)): .ideal(IdealMachine.restart(from: store, previous: machine))
    case (.node, _), (.front, _), (.raft, _), (.ideal, _):
      preconditionFailure("a machine and its store are of one kind")
    }
  }

  public static func wiped(_ store: LabStore) -> LabStore {
    switch store {
    case .node(let store): .node(NodeMachine.wiped(store))
    case .front: .front
    case .raft(let store): .raft(RaftMachine<Record>.wiped(store))
    case .ideal(let store): .ideal(IdealMachine<Record>.wiped(store))
    }
  }

  public static func refusal(of message: LabMessage) -> LabMessage? {
    switch message {
    case .node(let message): NodeMachine.refusal(of: message).map { .node($0) }
    case .raft: nil
    }
  }

  public static func miss(_ operation: NodeOperation) -> MissedOperation<LabMachine>? {
    NodeMachine.miss(operation).map { missed in
      MissedOperation(write: missed.write.map { .node($0) }, observation: missed.observation)
    }
  }

  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .node(let machine): machine.feed(into: &fingerprinter)
    case .front(let machine): machine.feed(into: &fingerprinter)
    case .raft(let machine): machine.feed(into: &fingerprinter)
    case .ideal(let machine): machine.feed(into: &fingerprinter)
    }
  }
}

// MARK: - Stores in place

extension LabStore {
  // The store is taken out before it is changed: a copy kept alive by the enum would make each append copy the log.

  fileprivate mutating func withNode(_ body: (inout NodeStore) -> Void) {
    guard case .node(var store) = self else { preconditionFailure("a node's write to another store") }
    self = .front
    body(&store)
    self = .node(store)
  }

  fileprivate mutating func withRaft(_ body: (inout RaftStore<Record>) -> Void) {
    guard case .raft(var store) = self else { preconditionFailure("a Raft server's write to another store") }
    self = .front
    body(&store)
    self = .raft(store)
  }

  fileprivate mutating func withIdeal(_ body: (inout IdealStore<Record>) -> Void) {
    guard case .ideal(var store) = self else { preconditionFailure("an ideal log's write to another store") }
    self = .front
    body(&store)
    self = .ideal(store)
  }
}

// MARK: - Fingerprints

extension LabMessage: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .node(let message): message.feed(into: &fingerprinter)
    case .raft(let message): message.feed(into: &fingerprinter)
    }
  }
}

extension LabTimer: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .node(let timer): timer.feed(into: &fingerprinter)
    case .front(let timer): timer.feed(into: &fingerprinter)
    case .raft(let timer): timer.feed(into: &fingerprinter)
    case .ideal(let timer): timer.feed(into: &fingerprinter)
    }
  }
}

extension LabWrite: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .node(let write): write.feed(into: &fingerprinter)
    case .raft(let write): write.feed(into: &fingerprinter)
    case .ideal(let write): write.feed(into: &fingerprinter)
    }
  }
}

extension LabStore: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .node(let store): store.feed(into: &fingerprinter)
    case .front: break
    case .raft(let store): store.feed(into: &fingerprinter)
    case .ideal(let store): store.feed(into: &fingerprinter)
    }
  }
}
