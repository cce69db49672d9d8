import GraphNodes
import IdealLog
import LogContract
import MachineContract
import Primitives
import RaftLog

/// A machine that can live inside a `LabMachine`: how its inputs and outputs translate.
protocol Embedded: Machine {
  /// Exchanges an outbox with the one that the workspace keeps for machines of this kind.
  static func exchange(_ outbox: inout Outbox<Self>, with workspace: inout LabWorkspace)
  static func message(_ message: LabMessage) -> Message
  static func timer(_ timer: LabTimer) -> Timer
  static func write(_ write: LabWrite) -> Write
  static func operation(_ operation: NodeOperation) -> Operation
  static func embed(_ message: Message) -> LabMessage
  static func embed(_ timer: Timer) -> LabTimer
  static func embed(_ write: Write) -> LabWrite
}

extension Embedded {
  /// Steps the machine with an outbox of its own kind, and passes on what it wants.
  ///
  /// Inlined where the kind is known: called through its protocol it copies every message by look-ups of its type.
  @inline(__always)
  mutating func step(_ input: consuming Input<LabMachine>, into out: inout Outbox<LabMachine>) {
    // Taken out of the workspace meanwhile, because `out` is written to.
    var own = Outbox<Self>()
    Self.exchange(&own, with: &out.workspace)
    step(Self.translate(consume input), into: &own)
    for position in 0..<own.count {
      guard let output = own.take(at: position) else { continue }
      out.append(Self.embed(consume output))
    }
    own.clear()
    Self.exchange(&own, with: &out.workspace)
  }

  @inline(__always)
  private static func translate(_ input: consuming Input<LabMachine>) -> Input<Self> {
    switch consume input {
    case .start(let incarnation): .start(incarnation: incarnation)
    case .message(let message, let sender): .message(Self.message(message), from: sender)
    case .timer(let timer): .timer(Self.timer(timer))
    case .persisted(let write): .persisted(Self.write(write))
    case .chosen(let token, let option): .chosen(Self.timer(token), option: option)
    case .invoke(let operation): .invoke(Self.operation(operation))
    }
  }

  @inline(__always)
  private static func embed(_ output: consuming Output<Self>) -> Output<LabMachine> {
    switch consume output {
    case .send(let message, let receiver): .send(embed(message), to: receiver)
    case .sendAhead(let message, let receiver): .sendAhead(embed(message), to: receiver)
    case .arm(let timer, let range, let purpose): .arm(embed(timer), after: range, purpose: purpose)
    case .armDurably(let timer, let range): .armDurably(embed(timer), after: range)
    case .disarm(let timer): .disarm(embed(timer))
    case .choose(let token, let weights): .choose(embed(token), weights: weights)
    case .persist(let write): .persist(embed(write))
    case .commit(let write): .commit(embed(write))
    case .observe(let observation): .observe(observation)
    }
  }
}

extension NodeMachine: Embedded {
  static func exchange(_ outbox: inout Outbox<Self>, with workspace: inout LabWorkspace) {
    swap(&outbox, &workspace.node)
  }
  static func message(_ message: LabMessage) -> NodeMessage {
    guard case .node(let message) = message else { preconditionFailure("a replica's message at a node") }
    return message
  }
  static func timer(_ timer: LabTimer) -> NodeTimer {
    guard case .node(let timer) = timer else { preconditionFailure("another machine's timer at a node") }
    return timer
  }
  static func write(_ write: LabWrite) -> NodeWrite {
    guard case .node(let write) = write else { preconditionFailure("another machine's write at a node") }
    return write
  }
  static func operation(_ operation: NodeOperation) -> NodeOperation { operation }
  static func embed(_ message: NodeMessage) -> LabMessage { .node(message) }
  static func embed(_ timer: NodeTimer) -> LabTimer { .node(timer) }
  static func embed(_ write: NodeWrite) -> LabWrite { .node(write) }
}

extension FrontMachine: Embedded {
  static func exchange(_ outbox: inout Outbox<Self>, with workspace: inout LabWorkspace) {
    swap(&outbox, &workspace.front)
  }
  static func message(_ message: LabMessage) -> NodeMessage { NodeMachine.message(message) }
  static func timer(_ timer: LabTimer) -> FrontTimer {
    guard case .front(let timer) = timer else { preconditionFailure("another machine's timer at a front") }
    return timer
  }
  static func write(_ write: LabWrite) -> NoWrite { preconditionFailure("a front writes nothing") }
  static func operation(_ operation: NodeOperation) -> NodeOperation { operation }
  static func embed(_ message: NodeMessage) -> LabMessage { .node(message) }
  static func embed(_ timer: FrontTimer) -> LabTimer { .front(timer) }
  static func embed(_ write: NoWrite) -> LabWrite {}
}

extension RaftMachine: Embedded where Payload == Record {
  static func exchange(_ outbox: inout Outbox<Self>, with workspace: inout LabWorkspace) {
    swap(&outbox, &workspace.raft)
  }
  static func message(_ message: LabMessage) -> RaftMessage<Record> {
    switch message {
    case .raft(let message): return message
    case .node(.log(let message)): return .client(message)
    case .node: preconditionFailure("a node's message at a replica")
    }
  }
  static func timer(_ timer: LabTimer) -> RaftTimer {
    guard case .raft(let timer) = timer else { preconditionFailure("another machine's timer at a replica") }
    return timer
  }
  static func write(_ write: LabWrite) -> RaftWrite<Record> {
    guard case .raft(let write) = write else { preconditionFailure("another machine's write at a replica") }
    return write
  }
  static func operation(_ operation: NodeOperation) -> RaftOperation<Record> {
    preconditionFailure("a replica under a graph is spoken to by its clients alone")
  }
  static func embed(_ message: RaftMessage<Record>) -> LabMessage {
    if case .client(let message) = message { .node(.log(message)) } else { .raft(message) }
  }
  static func embed(_ timer: RaftTimer) -> LabTimer { .raft(timer) }
  static func embed(_ write: RaftWrite<Record>) -> LabWrite { .raft(write) }
}

extension IdealMachine: Embedded where Payload == Record {
  static func exchange(_ outbox: inout Outbox<Self>, with workspace: inout LabWorkspace) {
    swap(&outbox, &workspace.ideal)
  }
  static func message(_ message: LabMessage) -> LogMessage<Record> {
    guard case .node(.log(let message)) = message else { preconditionFailure("only clients speak to an ideal log") }
    return message
  }
  static func timer(_ timer: LabTimer) -> Timer {
    guard case .ideal(let timer) = timer else { preconditionFailure("another machine's timer at an ideal log") }
    return timer
  }
  static func write(_ write: LabWrite) -> IdealWrite<Record> {
    guard case .ideal(let write) = write else { preconditionFailure("another machine's write at an ideal log") }
    return write
  }
  static func operation(_ operation: NodeOperation) -> IdealOperation {
    preconditionFailure("an ideal log under a graph is spoken to by its clients alone")
  }
  static func embed(_ message: LogMessage<Record>) -> LabMessage { .node(.log(message)) }
  static func embed(_ timer: Timer) -> LabTimer { .ideal(timer) }
  static func embed(_ write: IdealWrite<Record>) -> LabWrite { .ideal(write) }
}
