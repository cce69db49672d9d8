import LogContract
import MachineContract
import Primitives
import ProgressGraph
import Testing

@testable import GraphNodes

/// Changes one field at a time and expects another fingerprint; a field that a list forgets fails the count.
@Suite struct FingerprintTests {
  private static let work = WorkUnit(node: NodeID(1), handler: HandlerID(1), root: 1, path: 2, trigger: 3)

  private static func expectAllDiffer<Value: Fingerprintable>(_ changes: [(String, Value)], _ plain: Value) {
    let all = [("plain", plain)] + changes
    for (position, left) in all.enumerated() {
      for right in all[(position + 1)...] {
        #expect(left.1.fingerprint != right.1.fingerprint, "\(left.0) and \(right.0)")
      }
    }
  }

  private static func fields(of value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }

  // MARK: Units

  private static func unit(
    serial: UInt32 = 1, work: WorkUnit = work, identity: UInt64 = 3, event: NameID? = nil, isCompensation: Bool = false,
    origin: RecordPosition? = nil, blackBox: Unit.BlackBox? = nil, isInvocation: Bool = false,
    _ change: (inout Unit) -> Void = { _ in }
  ) -> Unit {
    var unit = Unit(
      serial: serial, work: work, identity: identity, event: event, isCompensation: isCompensation, attempt: 1,
      waiters: [], lease: nil, origin: origin, blackBox: blackBox, isInvocation: isInvocation)
    change(&unit)
    return unit
  }

  private static func strand(key: UInt64 = 1, top: UInt32 = 1, isDetached: Bool = false) -> Unit.Strand {
    Unit.Strand(parent: 1, top: top, path: [key], isDetached: isDetached)
  }

  private static func recorded(strand: [UInt64] = [], number: Int = 1) -> Unit.Recorded {
    Unit.Recorded(strand: strand, step: StepID(1), next: 1, number: number)
  }

  private static func endedFork(_ failure: FailureReason?) -> Unit.Fork {
    var fork = Unit.Fork(needed: 1, running: 2)
    fork.end(failure)
    return fork
  }

  private static let place = RecordPosition(channel: ChannelID(0), partition: 1, offset: 2)

  private static let box = Unit.BlackBox(effect: NameID(1), step: StepID(1), key: 1, countedKey: 1)

  @Test func `every field of a unit that decides its future is fed`() {
    let changes: [(String, Unit)] = [
      ("serial", Self.unit(serial: 2)), ("cause", Self.unit(work: WorkUnit(
        node: NodeID(1), handler: HandlerID(1), root: 1, path: 2, trigger: 4))),
      ("identity", Self.unit(identity: 4)), ("event", Self.unit(event: NameID(1))),
      ("isCompensation", Self.unit(isCompensation: true)),
      ("waiters", Self.unit { $0.waiters = [Unit.Waiter(machine: MachineID(1), request: 1)] }),
      ("lease", Self.unit { $0.lease = Unit.Lease(channel: ChannelID(1), number: 1) }),
      ("origin", Self.unit(origin: Self.place)), ("blackBox", Self.unit(blackBox: Self.box)),
      ("isInvocation", Self.unit(isInvocation: true)),
      ("phase", Self.unit { $0.phase = .ending }), ("position", Self.unit { $0.position = 1 }),
      ("next", Self.unit { $0.next = 1 }),
      ("turns", Self.unit { $0.turns = [Turn(loop: StepID(1), number: 1)] }),
      ("recordedSteps", Self.unit { $0.recordedSteps = 1 }),
      ("history", Self.unit { $0.history = [Self.recorded()] }),
      ("history, strand", Self.unit { $0.history = [Self.recorded(strand: [1])] }),
      ("history, number", Self.unit { $0.history = [Self.recorded(number: 2)] }),
      ("strand", Self.unit { $0.strand = Self.strand() }),
      ("strand, detached", Self.unit { $0.strand = Self.strand(isDetached: true) }),
      ("strand, path", Self.unit { $0.strand = Self.strand(key: 2) }),
      ("strand, top", Self.unit { $0.strand = Self.strand(top: 2) }),
      ("fork", Self.unit { $0.fork = Unit.Fork(needed: 1, running: 2) }),
      ("fork, needed", Self.unit { $0.fork = Unit.Fork(needed: 2, running: 2) }),
      ("fork, ended", Self.unit { $0.fork = Self.endedFork(nil) }),
      ("fork, failed", Self.unit { $0.fork = Self.endedFork(.failed) }),
      ("retries", Self.unit { $0.retries = 1 }), ("repeats", Self.unit { $0.repeats = 1 }),
      ("isOutcomeUnknown", Self.unit { $0.isOutcomeUnknown = true }), ("isResumed", Self.unit { $0.isResumed = true }),
      ("awaited", Self.unit { $0.awaited = 1 }), ("undos", Self.unit { $0.undos = [Undo(step: StepID(1))] }),
      ("isCompensating", Self.unit { $0.isCompensating = true }), ("failure", Self.unit { $0.failure = .terminal }),
      ("hasReplied", Self.unit { $0.hasReplied = true }),
      ("replyTo", Self.unit { $0.replyTo = ReplyAddress(node: NodeID(1), name: NameID(1)) }),
      ("openWaits", Self.unit { $0.openWaits = [[]] }), ("openWaits, strand", Self.unit { $0.openWaits = [[1]] }),
      ("isWaitRecorded", Self.unit { $0.isWaitRecorded = true }),
      ("buffer", Self.unit { $0.buffer = Unit.Buffer(step: nil) }),
    ]
    Self.expectAllDiffer(changes, Self.unit())
    let fed = changes.map(\.0).filter { !$0.contains(",") }
    #expect(Set(Self.fields(of: Self.unit())) == Set(fed + ["attempt"]), "attempt is only told")
  }

  @Test func `what a buffer and a call from outside hold is fed`() {
    let effect = AppliedEffect(unit: Self.work, step: StepID(1), name: NameID(1), key: 1, isCompensation: false)
    var buffers: [(String, Unit)] = []
    for (name, change) in [
      ("effects", { $0.effects = [effect] }), ("keys", { $0.keys = [1] }),
      ("rows", { $0.rows = [RowVersion(row: 1, version: 1)] }),
      ("messages", { $0.messages = [Self.message()] }), ("answersAtCommit", { $0.answersAtCommit = true }),
    ] as [(String, (inout Unit.Buffer) -> Void)] {
      var buffer = Unit.Buffer(step: nil)
      change(&buffer)
      buffers.append((name, Self.unit { $0.buffer = buffer }))
    }
    buffers.append(("step", Self.unit { $0.buffer = Unit.Buffer(step: StepID(1)) }))
    Self.expectAllDiffer(buffers, Self.unit { $0.buffer = Unit.Buffer(step: nil) })
    let boxes: [(String, Unit.BlackBox)] = [
      ("effect", Unit.BlackBox(effect: NameID(2), step: StepID(1), key: 1, countedKey: 1)),
      ("step", Unit.BlackBox(effect: NameID(1), step: StepID(2), key: 1, countedKey: 1)),
      ("key", Unit.BlackBox(effect: NameID(1), step: StepID(1), key: nil, countedKey: 1)),
      ("countedKey", Unit.BlackBox(effect: NameID(1), step: StepID(1), key: 1, countedKey: 2)),
    ]
    Self.expectAllDiffer(boxes, Self.box)
    #expect(Self.fields(of: Self.box) == boxes.map(\.0))
  }

  // MARK: Machines

  private static let deployed = """
    name: f
    channels: {facts: {kind: topic, partitions: 2}}
    nodes:
      web: {kind: client, do: [{call: a}]}
      a: {work: durable, do: [{publish: facts}]}
      b: {trigger: facts, do: [{write: one}]}
    """

  private static let effect = AppliedEffect(
    unit: work, step: StepID(1), name: NameID(1), key: 1, isCompensation: false)

  private static func processed(lease: UInt64?) -> Epoch.Processed {
    Epoch.Processed(work: work, position: place, lease: lease)
  }

  @Test func `every field of a node that decides its future is fed`() throws {
    let deployment = Deployment(try graph(Self.deployed), logs: .ideal)
    let plain = NodeMachine(NodeID(1), in: deployment)
    func changed(_ change: (inout NodeMachine) -> Void) -> NodeMachine {
      var machine = plain
      change(&machine)
      return machine
    }
    let arrival = Arrival(
      work: Self.work, identity: 1, event: nil, isCompensation: false, attempt: 1, waiter: nil, lease: nil,
      origin: nil, blackBox: nil, isInvocation: false)
    let changes: [(String, NodeMachine)] = [
      ("id", NodeMachine(NodeID(2), in: deployment)), ("database", changed { $0.database.applied.insert(1) }),
      ("database, a version", changed { $0.database.versions.set(RowVersion(row: 1, version: 2)) }),
      ("database, another version", changed { $0.database.versions.set(RowVersion(row: 1, version: 3)) }),
      ("database, another row", changed { $0.database.versions.set(RowVersion(row: 2, version: 2)) }),
      ("units", changed { $0.units = [Self.unit()] }), ("inbox", changed { $0.inbox = [arrival] }),
      ("journal", changed { $0.journal = LogClient(replicas: [MachineID(1)], incarnation: 0) }),
      ("isRecovering", changed { $0.isRecovering = true }), ("endedRuns", changed { $0.endedRuns.insert(1, nil) }),
      ("endedRuns, failed", changed { $0.endedRuns.insert(1, .terminal) }),
      ("servedInvocations", changed { $0.servedInvocations.insert(1, nil) }),
      ("signals", changed { _ = $0.signals.insert(Self.signal()) }),
      ("signals, read", changed {
        _ = $0.signals.insert(Self.signal())
        _ = $0.signals.take(NameID(1), root: 1, in: deployment)
      }),
      ("signals, on their way", changed { $0.signals.record(Self.signal(), for: .unit(1)) }),
      ("signals, for another", changed { $0.signals.record(Self.signal(), for: .machine(MachineID(1))) }),
      ("database, offsets", changed { $0.database.offsets.insert(Self.place) }),
      ("database, checkpoints", changed { $0.database.checkpoints = 1 }),
      ("isRestarting", changed { $0.isRestarting = true }), ("restarts", changed { $0.restarts = 1 }),
      ("relayRepeats", changed { $0.relayRepeats = 1 }), ("session", changed { $0.session.number = 1 }),
      ("session, unconfirmed", changed { $0.session.unconfirmed = [ChannelID(0)] }),
      ("session, repeats", changed { $0.session.repeats = 1 }),
      ("committing", changed { $0.committing = Epoch() }),
      ("epoch", changed { $0.epoch.records = [Self.processed(lease: nil)] }),
      ("epoch, leased", changed { $0.epoch.records = [Self.processed(lease: 1)] }),
      ("epoch, effects", changed { $0.epoch.effects = [Self.effect] }),
      ("epoch, keys", changed { $0.epoch.keys = [1] }),
      ("epoch, rows", changed { $0.epoch.rows = [RowVersion(row: 1, version: 1)] }),
      ("epoch, messages", changed { $0.epoch.messages = [Self.message()] }),
    ]
    Self.expectAllDiffer(changes, plain)
    let constant = ["deployment"]
    let names = ["incarnation", "nextSerial", "freshIDs"]
    let fed = changes.map(\.0).filter { !$0.contains(",") }
    #expect(Set(Self.fields(of: plain)) == Set(fed + constant + names))
  }

  @Test func `every field of a front that decides its future is fed`() throws {
    let deployment = Deployment(try graph(Self.deployed), logs: .ideal)
    let channel = ChannelID(0)
    let plain = FrontMachine(channel, in: deployment)
    func changed(_ change: (inout FrontMachine) -> Void) -> FrontMachine {
      var machine = plain
      change(&machine)
      return machine
    }
    let changes: [(String, FrontMachine)] = [
      ("log", changed { $0.log = LogClient(replicas: [MachineID(1)], incarnation: 1) }),
      ("isReading", changed { $0.isReading = true }),
      ("lanes", changed { $0.lanes[0].entries = [Self.entry()] }),
      ("lanes, another", changed { $0.lanes[1].entries = [Self.entry()] }),
      ("lanes, delivered", changed { $0.lanes[0].entries = [Self.entry { $0.deliveries = 1 }] }),
      ("lanes, delayed", changed { $0.lanes[0].entries = [Self.entry { $0.state = .delayed }] }),
      ("lanes, parking", changed { $0.lanes[0].entries = [Self.entry { $0.state = Self.parking }] }),
      ("lanes, parking once more", changed { $0.lanes[0].entries = [Self.entry { $0.state = Self.parkingAgain }] }),
      ("lanes, exhausted", changed { $0.lanes[0].entries = [Self.entry { $0.state = .exhausted }] }),
      ("lanes, overdue", changed { $0.lanes[0].entries = [Self.entry { $0.isOverdue = true }] }),
      ("lanes, offset", changed { $0.lanes[0].entries = [Self.entry(offset: 1)] }),
      ("lanes, next", changed { $0.lanes[0].nextOffset = 1 }),
      ("known", changed { $0.known.insert(1) }),
      ("storing", changed { $0.storing = [FrontMachine.PendingPut(message: Self.message(), senders: [])] }),
      ("busy", changed { $0.busy[0] = 1 }), ("hasLapsed", changed { $0.hasLapsed[0] = true }),
      ("sessions", changed { $0.sessions[0] = 1 }),
      ("lanes, processed", changed {
        $0.lanes[0].entries = [Self.entry { $0.state = .processed(number: 1, consumer: NodeID(2)) }]
      }),
      ("acknowledgedLeases", changed { $0.acknowledgedLeases.insert(1) }),
      ("nextPartition", changed { $0.nextPartition = 1 }), ("untilRepeat", changed { $0.untilRepeat = 2 }),
      ("results", changed { $0.results.insert(1, nil) }),
      ("results, failed", changed { $0.results.insert(1, .failed) }),
    ]
    Self.expectAllDiffer(changes, plain)
    let fed = changes.map(\.0).filter { !$0.contains(",") }
    #expect(Set(Self.fields(of: plain)) == Set(fed + ["deployment", "channel", "nextLease"]))
  }

  private static let parking = LaneEntry.State.parking(consumer: NodeID(2), repeats: 0)
  private static let parkingAgain = LaneEntry.State.parking(consumer: NodeID(2), repeats: 1)

  private static func entry(offset: UInt64 = 0, _ change: (inout LaneEntry) -> Void = { _ in }) -> LaneEntry {
    var entry = LaneEntry(message: message(), offset: offset)
    change(&entry)
    return entry
  }

  // MARK: Messages and records

  private static func message(_ change: (inout ChannelMessage) -> Void = { _ in }) -> ChannelMessage {
    var message = ChannelMessage(
      id: 1, channel: ChannelID(0), root: 1, path: 1, key: nil, event: nil, effect: nil, isCompensation: false)
    change(&message)
    return message
  }

  private static func signal(_ change: (inout Signal) -> Void = { _ in }) -> Signal {
    var signal = Signal(id: 1, name: NameID(1), key: 1, root: 1)
    change(&signal)
    return signal
  }

  @Test func `every field of a signal and of a due timer is fed`() {
    let signals: [(String, Signal)] = [
      ("id", Self.signal { $0.id = 2 }), ("name", Self.signal { $0.name = NameID(2) }),
      ("key", Self.signal { $0.key = 3 }), ("root", Self.signal { $0.root = 4 }),
    ]
    Self.expectAllDiffer(signals, Self.signal())
    #expect(Self.fields(of: Self.signal()) == signals.map(\.0))
    let plain = TimerFiring(node: NodeID(1), handler: HandlerID(1), root: 1, isDurable: false)
    func changed(_ change: (inout TimerFiring) -> Void) -> TimerFiring {
      var firing = plain
      change(&firing)
      return firing
    }
    let firings: [(String, TimerFiring)] = [
      ("node", changed { $0.node = NodeID(2) }), ("handler", changed { $0.handler = HandlerID(2) }),
      ("root", changed { $0.root = 2 }), ("isDurable", changed { $0.isDurable = true }),
    ]
    Self.expectAllDiffer(firings, plain)
    #expect(Self.fields(of: plain) == firings.map(\.0))
    var store = NodeStore()
    store.absorb(.tickDue(plain))
    #expect(store.fingerprint != NodeStore().fingerprint)
    store.absorb(.tickDone(root: 1))
    #expect(store.fingerprint == NodeStore().fingerprint)
  }

  @Test func `every field of a stored message is fed`() {
    let effect = AppliedEffect(unit: Self.work, step: StepID(1), name: NameID(1), key: 1, isCompensation: false)
    let invocation = Invocation(step: StepID(1), caller: NodeID(1), isAwaited: true, countedKey: 1)
    let changes: [(String, ChannelMessage)] = [
      ("id", Self.message { $0.id = 2 }), ("channel", Self.message { $0.channel = ChannelID(2) }),
      ("root", Self.message { $0.root = 3 }), ("path", Self.message { $0.path = 4 }),
      ("key", Self.message { $0.key = 1 }), ("event", Self.message { $0.event = NameID(1) }),
      ("effect", Self.message { $0.effect = effect }), ("invocation", Self.message { $0.invocation = invocation }),
      ("isCompensation", Self.message { $0.isCompensation = true }),
      ("strand", Self.message { $0.strand = StrandPath.none.appending(0) }),
      ("replyTo", Self.message { $0.replyTo = ReplyAddress(node: NodeID(1), name: NameID(1)) }),
    ]
    Self.expectAllDiffer(changes, Self.message())
    #expect(Self.fields(of: Self.message()) == changes.map(\.0))
  }

  @Test func `records of every kind differ, and in every field`() {
    let start = RunStart(run: 1, unit: Self.work, event: nil, isCompensation: false)
    var asked = start
    asked.replyTo = ReplyAddress(node: NodeID(1), name: NameID(1))
    var offsets = CommittedOffsets()
    offsets.insert(Self.place)
    let records: [(String, Record)] = [
      ("message", .message(Self.message())), ("repeated", .repeated(Self.message())),
      ("acknowledged", .acknowledged(message: 1, consumer: NodeID(1))),
      ("by another", .acknowledged(message: 1, consumer: NodeID(2))),
      ("another", .acknowledged(message: 2, consumer: NodeID(1))),
      ("failed", .acknowledged(message: 1, consumer: NodeID(1), failure: .terminal)),
      ("parked", .retired(message: 1, consumer: NodeID(1), as: .parked)),
      ("expired", .retired(message: 1, consumer: NodeID(1), as: .expired)),
      ("dropped", .retired(message: 1, consumer: NodeID(1), as: .dropped)), ("started", .runStarted(start)),
      ("done", .stepDone(run: 1, step: StepID(1), next: 1, number: 1)),
      ("done, strand", .stepDone(run: 1, strand: [1], step: StepID(1), next: 1, number: 1)),
      ("done, number", .stepDone(run: 1, step: StepID(1), next: 1, number: 2)),
      ("done, next", .stepDone(run: 1, step: StepID(1), next: 2, number: 1)),
      ("waits", .waiting(run: 1, step: StepID(1))), ("waits, another", .waiting(run: 2, step: StepID(1))),
      ("waits, in a strand", .waiting(run: 1, strand: [1], step: StepID(1))),
      ("waits, elsewhere", .waiting(run: 1, step: StepID(2))), ("signal", .signalled(Self.signal())),
      ("started, asked", .runStarted(asked)),
      ("undo", .compensating(run: 1, undos: [Undo(step: StepID(1))], reason: .terminal)),
      ("undo, occurrence", .compensating(run: 1, undos: [Undo(step: StepID(1), occurrence: 1)], reason: .terminal)),
      (
        "undo, strand",
        .compensating(
          run: 1, undos: [Undo(step: StepID(1), strand: StrandPath.none.appending(0))], reason: .terminal)
      ),
      ("no undo", .compensating(run: 1, undos: [], reason: .terminal)),
      ("undo, why", .compensating(run: 1, undos: [Undo(step: StepID(1))], reason: .failed)),
      ("snapshot", .snapshot(Snapshot(number: 1, offsets: CommittedOffsets(), rows: [], works: []))),
      ("snapshot, next", .snapshot(Snapshot(number: 2, offsets: CommittedOffsets(), rows: [], works: []))),
      ("snapshot, offsets", .snapshot(Snapshot(number: 1, offsets: offsets, rows: [], works: []))),
      ("snapshot, rows", .snapshot(Snapshot(number: 1, offsets: offsets, rows: [Self.effect], works: []))),
      ("snapshot, works", .snapshot(Snapshot(number: 1, offsets: offsets, rows: [], works: [Self.work]))),
      ("ended", .runEnded(run: 1, failure: nil)), ("aborted", .runEnded(run: 1, failure: .terminal)),
    ]
    Self.expectAllDiffer(Array(records.dropFirst()), records[0].1)
  }
}
