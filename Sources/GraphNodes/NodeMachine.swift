public import LogContract
public import MachineContract
public import Primitives
import ProgressGraph

/// A client, service, function or external: takes triggers, runs their handlers step by step, and keeps what its kind
/// of work keeps.
///
/// Between any two steps lies a boundary of its own (a timer of no length), because every step boundary is a point at
/// which the node can crash. Effects on its own database are atomic commits; a durable node also records every step in
/// its journal, and the time between doing and recording is the half point of semantics.md, section 2.1.
public struct NodeMachine: Equatable, Sendable {
  let deployment: Deployment
  let id: NodeID
  /// The machine's copy of its durable store, changed together with it.
  var database: NodeStore
  var incarnation: UInt32 = 0
  /// In the order in which they were admitted or forked, which is that of their serials.
  var units: [Unit] = []
  /// Triggers that wait for a unit to end, oldest first.
  var inbox: [Arrival] = []
  var nextSerial: UInt32 = 0
  /// Counts ids that must differ from every other: message ids of work without controls.
  var freshIDs: UInt64 = 0
  /// Of a durable node, and of a table's job: the log of its snapshots.
  var journal: LogClient<Record>?
  /// What a stream job did since its last checkpoint.
  var epoch = Epoch()
  /// The snapshot on its way into a table's log.
  var committing: Epoch?
  /// How often the outbox's head was sent in vain.
  var relayRepeats = 0
  /// Of a stream job: what it has told the channels that it reads.
  var session = JobSession()
  /// A stream job is down after a failure.
  var isRestarting = false
  /// Failures of a stream job since its last checkpoint.
  var restarts = 0
  /// The journal is being read; triggers wait.
  var isRecovering = false
  /// Runs that ended, with their result, by identity. Look-up only.
  var endedRuns = EndedRuns()
  /// Invocations of the engine that this node completed since it came up, with their result. Look-up only.
  var servedInvocations = EndedRuns()
  var signals = SignalBox()

  public init(_ id: NodeID, in deployment: Deployment, store: NodeStore = NodeStore()) {
    self.id = id
    self.deployment = deployment
    database = store
  }

  // Lent, not copied: a graph and a node are large, and every step looks at them.
  var graph: Graph { _read { yield deployment.graph } }
  var node: Node { _read { yield deployment.graph.nodes[id.index] } }

  public static func == (left: NodeMachine, right: NodeMachine) -> Bool {
    left.deployment === right.deployment && left.id == right.id && left.database == right.database
      && left.incarnation == right.incarnation && left.units == right.units && left.inbox == right.inbox
      && left.nextSerial == right.nextSerial && left.freshIDs == right.freshIDs && left.journal == right.journal
      && left.isRecovering == right.isRecovering && left.endedRuns == right.endedRuns
      && left.servedInvocations == right.servedInvocations && left.epoch == right.epoch
      && left.committing == right.committing && left.isRestarting == right.isRestarting
      && left.restarts == right.restarts && left.relayRepeats == right.relayRepeats
      && left.session == right.session && left.signals == right.signals
  }
}

/// A node's timers.
public enum NodeTimer: Hashable, Sendable {
  /// The end of the unit's phase.
  case unit(UInt32)
  /// The unit's call gets no answer in time.
  case timeout(UInt32)
  /// The unit says again what was not confirmed.
  case resend(UInt32)
  /// The unit has run longer than it may.
  case runtime(UInt32)
  /// The end of a durable run's wait: kept by the engine.
  case alarm(run: UInt64, strand: UInt64, StepID)
  /// A durable timer whose work failed comes again.
  case tick(root: UInt64)
  /// The outbox's head was not confirmed.
  case relay
  /// A stream job's checkpoint is due.
  case checkpoint
  /// A stream job comes up again.
  case restartJob
  /// Not every channel has confirmed the session of a stream job.
  case subscription
  case log
}

/// What the outside asks of a node or front directly.
public enum NodeOperation: Equatable, Sendable {
  /// Starts the workflow.
  case trigger(root: UInt64)
  /// A timer that triggers a handler is due.
  case tick(TimerFiring)
  /// From now on the `nth` trigger to reach the step fails there on every attempt.
  case poison(StepID, nth: Int)
  /// A front's `nth` record from now on stands in its log twice.
  case storeTwice(nth: Int)
}

extension NodeMachine: LogUser {
  public typealias Payload = Record
  public static func wrap(_ message: LogMessage<Record>) -> NodeMessage { .log(message) }
  public static var logRetryTimer: NodeTimer { .log }
}

extension NodeMachine: Machine {
  public typealias Message = NodeMessage
  public typealias Timer = NodeTimer
  public typealias Write = NodeWrite
  public typealias Store = NodeStore
  public typealias Operation = NodeOperation

  public mutating func step(_ input: Input<NodeMachine>, into out: inout Outbox<NodeMachine>) {
    switch input {
    case .start(let incarnation): start(incarnation, into: &out)
    case .message(let message, let sender): receive(message, from: sender, into: &out)
    case .timer(let timer): fire(timer, into: &out)
    case .persisted: preconditionFailure("a node's database commits; nothing is left pending")
    case .chosen(let token, let option): take(option, of: token, into: &out)
    case .invoke(let operation): invoke(operation, into: &out)
    }
  }

  public static func absorb(_ write: NodeWrite, into store: inout NodeStore) { store.absorb(write) }

  public static func restart(from store: NodeStore, previous: NodeMachine) -> NodeMachine {
    NodeMachine(previous.id, in: previous.deployment, store: store)
  }

  public static func wiped(_ store: NodeStore) -> NodeStore {
    var wiped = NodeStore()
    wiped.appliedOutside = store.appliedOutside
    // Poison is a property of the trigger, not of the disk.
    wiped.poisons = store.poisons
    wiped.dueTicks = store.dueTicks
    return wiped
  }

  public static func refusal(of message: NodeMessage) -> NodeMessage? {
    switch message {
    case .request(let request): .reply(Reply(request: request.id, failure: .refused))
    case .signal(let signal): .reply(Reply(request: signal.id, failure: .refused))
    case .deliver(let delivery):
      .gaveUp(channel: delivery.message.channel, lease: delivery.lease, wasRefused: true)
    case .reply, .put, .stored, .subscribe, .subscribed,
      .acknowledge, .processed, .acknowledged, .leaseOver, .gaveUp, .log: nil
    }
  }

  public static func miss(_ operation: NodeOperation) -> MissedOperation<NodeMachine>? {
    switch operation {
    case .tick(let firing) where firing.isDurable:
      MissedOperation(write: .tickDue(firing), observation: .due(firing))
    case .tick(let firing): MissedOperation(write: nil, observation: .missed(firing))
    case .trigger, .poison, .storeTwice: nil
    }
  }

  /// Left out: `incarnation`, `nextSerial` and `freshIDs`, which only name what is still to come.
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(id)
    fingerprinter.feed(database)
    fingerprinter.feed(units)
    fingerprinter.feed(inbox)
    fingerprinter.feed(journal)
    fingerprinter.feed(isRecovering)
    fingerprinter.feed(endedRuns)
    fingerprinter.feed(servedInvocations)
    fingerprinter.feed(signals)
    fingerprinter.feed(epoch)
    fingerprinter.feed(committing)
    fingerprinter.feed(isRestarting)
    fingerprinter.feed(restarts)
    fingerprinter.feed(relayRepeats)
    fingerprinter.feed(session)
  }
}

// MARK: - Inputs

extension NodeMachine {
  private mutating func start(_ incarnation: UInt32, into out: inout Outbox<NodeMachine>) {
    self.incarnation = incarnation
    if let owner = deployment.journalOwner(of: id) {
      journal = LogClient(replicas: deployment.replicas(of: owner), incarnation: incarnation)
      if incarnation > 0 {
        isRecovering = true
        journal?.readAll(into: &out)
      }
    }
    guard incarnation > 0 else { return }
    // A table's job has to know first how far its snapshots go.
    if !(isStream && isRecovering) { subscribe(into: &out) }
    relayOutbox(into: &out)
    refireTicks(into: &out)
  }

  /// Tells every channel, and the engine, that this node holds nothing of theirs.
  mutating func subscribe(into out: inout Outbox<NodeMachine>) {
    if isStream { return beginSession(into: &out) }
    for channel in graph.channelIDs where deployment.consumers[channel.index].contains(id) {
      out.send(.subscribe(channel: channel, session: 0), to: deployment.front(of: channel))
    }
    if let engine = deployment.engine {
      out.send(.subscribe(channel: engine, session: 0), to: deployment.front(of: engine))
    }
  }

  private mutating func receive(
    _ message: NodeMessage, from sender: MachineID, into out: inout Outbox<NodeMachine>
  ) {
    switch message {
    case .request(let request): take(request, from: sender, into: &out)
    case .deliver(let delivery): take(delivery, into: &out)
    case .reply(let reply): take(reply, into: &out)
    case .stored(let message): takeConfirmation(of: message, into: &out)
    case .subscribed(let channel, let session): takeSession(session, at: channel, into: &out)
    case .acknowledged(let channel, let lease): takeAcknowledged(channel, lease, into: &out)
    case .leaseOver(let channel, let lease): takeLeaseOver(channel, lease, into: &out)
    case .log(let message):
      if let outcome = journal?.receive(message, from: sender, into: &out) {
        take(outcome, into: &out)
      } else {
        takeSnapshot(message, into: &out)
      }
    case .signal(let signal): accept(signal, from: .machine(sender), into: &out)
    case .put, .subscribe, .acknowledge, .processed, .gaveUp:
      preconditionFailure("\(node.name) is no front")
    }
  }

  private mutating func fire(_ timer: NodeTimer, into out: inout Outbox<NodeMachine>) {
    switch timer {
    case .unit(let serial):
      if let unit = position(of: serial) { endPhase(unit, into: &out) }
    case .timeout(let serial):
      if let unit = position(of: serial) { failCall(unit, .timedOut, into: &out) }
    case .resend(let serial):
      if let unit = position(of: serial) { resend(unit, into: &out) }
    case .runtime(let serial):
      if let unit = position(of: serial) { kill(unit, into: &out) } else { killStrands(below: serial, into: &out) }
    case .alarm(let run, let strand, let step): soundAlarm(run: run, strand: strand, step, into: &out)
    case .tick(let root): refireTick(root: root, into: &out)
    case .relay:
      relayAgain(into: &out)
    case .subscription:
      askForSession(into: &out)
    case .checkpoint:
      checkpoint(into: &out)
    case .restartJob:
      jobRestarted(into: &out)
    case .log:
      journal?.retry(into: &out)
    }
  }

  private mutating func invoke(_ operation: NodeOperation, into out: inout Outbox<NodeMachine>) {
    switch operation {
    case .trigger(let root): begin(root: root, into: &out)
    case .tick(let tick): take(tick, into: &out)
    case .poison(let step, let nth):
      database.poisons.append(Poison(step: step, nth: nth))
      out.commit(.poisons(database.poisons))
    case .storeTwice: preconditionFailure("\(node.name) is no front")
    }
  }

  /// The unit's timer fired: what it waited for is over.
  private mutating func endPhase(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    switch units[unit].phase {
    case .arrived: recordStart(unit, into: &out)
    case .latency: advance(unit, into: &out)
    case .ready: performInstruction(unit, into: &out)
    case .computing: completeStep(unit, into: &out)
    case .backingOff: retryStep(unit, into: &out)
    case .performed: recordStep(unit, into: &out)
    case .finished: conclude(unit, into: &out)
    case .waiting: wake(unit, into: &out)
    case .acknowledging, .trying, .accepting, .choosing, .calling, .joining, .storing, .reading, .registering,
      .replying, .recording, .abandoning, .ending, .lost:
      preconditionFailure("a unit in this phase has no timer of its own")
    }
  }

  /// Units that are part of another one.
  public var strandCount: Int { units.count { $0.strand != nil } }

  /// Cost: a search by halves.
  func position(of serial: UInt32) -> Int? {
    var low = 0
    var high = units.count
    while low < high {
      let middle = (low + high) / 2
      if units[middle].serial < serial { low = middle + 1 } else { high = middle }
    }
    return low < units.count && units[low].serial == serial ? low : nil
  }

  /// Of the units that wait for a request or message: what it leads to for one of them may move or end the others.
  func serials(awaiting id: UInt64, in isFitting: (Unit.Phase) -> Bool) -> [UInt32] {
    var serials: [UInt32] = []
    for position in units.indices where units[position].awaited == id && isFitting(units[position].phase) {
      serials.append(units[position].serial)
    }
    return serials
  }

  /// An id that no other message of this node in any of its lives has.
  mutating func freshID() -> UInt64 {
    freshIDs += 1
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(id)
    fingerprinter.feed(UInt64(incarnation))
    fingerprinter.feed(freshIDs)
    return fingerprinter.value
  }

  /// Lets a phase end at once, in an action of its own.
  func endPhaseNext(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    out.arm(.unit(units[unit].serial), after: .immediately)
  }
}

extension NodeTimer: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .unit(let serial): fingerprinter.feed(1 << 32 | UInt64(serial))
    case .timeout(let serial): fingerprinter.feed(2 << 32 | UInt64(serial))
    case .resend(let serial): fingerprinter.feed(3 << 32 | UInt64(serial))
    case .runtime(let serial): fingerprinter.feed(4 << 32 | UInt64(serial))
    case .alarm(let run, let strand, let step):
      fingerprinter.feed(9 << 32 | UInt64(step.raw))
      fingerprinter.feed(run)
      fingerprinter.feed(strand)
    case .tick(let root):
      fingerprinter.feed(10 << 32 as UInt64)
      fingerprinter.feed(root)
    case .relay: fingerprinter.feed(5 << 32 as UInt64)
    case .log: fingerprinter.feed(6 << 32 as UInt64)
    case .checkpoint: fingerprinter.feed(7 << 32 as UInt64)
    case .restartJob: fingerprinter.feed(8 << 32 as UInt64)
    case .subscription: fingerprinter.feed(11 << 32 as UInt64)
    }
  }
}

extension NodeOperation: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .trigger(let root):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(root)
    case .tick(let tick):
      fingerprinter.feed(4 as UInt64)
      fingerprinter.feed(tick)
    case .poison(let step, let nth):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(step)
      fingerprinter.feed(nth)
    case .storeTwice(let nth):
      fingerprinter.feed(3 as UInt64)
      fingerprinter.feed(nth)
    }
  }
}
