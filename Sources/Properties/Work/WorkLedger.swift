import MachineContract
import Primitives
import ProgressGraph

/// The one fold over the stream of observations that every predicate of work reads.
///
/// Owner: the judge. A value: copying it costs nothing until the copy goes on. Records lie in the order in which they
/// were first seen, and only those arrays are iterated; dictionaries are for look-up.
struct WorkLedger: Sendable {
  private(set) var works: [WorkRecord] = []
  private(set) var effects: [EffectRecord] = []
  /// Every application of every effect, in the order in which they took place.
  private(set) var applications: [Application] = []
  private(set) var calls: [CallRecord] = []
  private(set) var stored: [StoredRecord] = []
  private(set) var roots: [RootRecord] = []
  private(set) var signals: [SignalRecord] = []

  /// Every application of every effect, as a sum of fingerprints: the order in which independent effects came decides
  /// nothing, and each application counts.
  private(set) var applied: UInt64 = 0

  private var workIndex: [WorkKey: Int] = [:]
  private var effectIndex: [EffectKey: Int] = [:]
  private var requests: [UInt64: RequestRecord] = [:]
  private var storedIndex: [MessageKey: Int] = [:]
  private var messageIndex: [UInt64: Int] = [:]
  private var rootIndex: [UInt64: Int] = [:]
  private var signalIndex: [SignalKey: Int] = [:]
  /// Records in channels that were counted as effects: a front that comes up again announces them once more.
  private var announced: Set<UInt64> = []
  /// Who put a record into its channel, by the record.
  private var origins: [UInt64: StoredRecord.Origin] = [:]
  /// The keys of `requests`, in the order in which they were first seen.
  private(set) var requested: [UInt64] = []
  /// What `announced` and `triggered` hold, as a sum of fingerprints: their order decides nothing.
  private(set) var lookUps: UInt64 = 0
  /// Work by the trigger that started it.
  private var triggered: [TriggerKey: Int] = [:]
  /// The work of the last observation: most observations come in runs of one unit.
  private var freshness: TableFreshness
  private var latest: (unit: WorkUnit, work: Int)?

  init(catalogue: EffectCatalogue) { freshness = TableFreshness(catalogue: catalogue) }

  /// Folds one observation in. Cost: a constant number of look-ups.
  mutating func observe(
    _ observation: WorkObservation, step: EventStep, at instant: SimInstant, catalogue: EffectCatalogue
  ) {
    if !freshness.isEmpty { noteFreshness(observation, step: step, at: instant, catalogue: catalogue) }
    switch observation {
    case .arrived(let unit, _): noteArrival(of: unit, step: step)
    case .accepted(let unit): note(unit, step) { $0.acceptedAt = step }
    case .began(let unit, let at):
      noteStep(unit, at, step: step, catalogue: catalogue)
      note(unit, step) { $0.noteBeginning(of: at, in: unit.strand) }
    case .ended(let unit, let at):
      noteStep(unit, at, step: step, catalogue: catalogue)
      note(unit, step) { $0.noteEnd(of: at, in: unit.strand) }
    case .chose(let unit, let at, let option, let turn):
      noteStep(unit, at, step: step, catalogue: catalogue)
      note(unit, step) {
        $0.noteDecision(
          at, option: option, turn: turn, in: unit.strand, within: catalogue.decisions[at.index].first)
      }
    case .performed(let unit, let at), .replayed(let unit, let at):
      noteStep(unit, at, step: step, catalogue: catalogue)
      if case .replayed = observation { note(unit, step) { $0.noteEnd(of: at, in: unit.strand) } }
      // Not `ended`: a compensation that failed on its one try ends as well.
      if catalogue.places[at.index] == .compensating {
        note(unit, step) { $0.noteUndone(at, unit.strand, step: step) }
      }
    case .finished(let unit):
      let isStream = catalogue.isStream[unit.node.index]
      note(unit, step) { if !isStream { $0.finishedAt = step } }
    case .checkpointed(let unit, _): note(unit, step) { $0.finishedAt = step }
    case .failed(let unit, _, _): note(unit, step) { $0.failedAt = step }
    case .aborted(let unit): note(unit, step) { $0.abortedAt = step }
    case .attached(let unit): noteAttachment(of: unit)
    case .retrying(let unit, let at, let attempt): note(unit, step) { $0.noteRetry(of: at, count: attempt - 1) }
    case .strandFailed(let unit, _, _): note(unit, step) { $0.noteStrandEnd(unit.strand) }
    case .compensating(let unit), .waiting(let unit, _), .timedOut(let unit, _): note(unit, step) { _ in }
    case .signalled(let signal): noteSignal(signal, step: step)
    case .signalTaken(let unit, _, let signal): noteTaken(signal, by: unit, step: step)
    case .effect(let effect): noteEffect(effect, step: step, catalogue: catalogue)
    case .deduplicated(let unit, let at):
      note(unit, step) { if !$0.recognised.contains(at) { $0.recognised.append(at) } }
    case .outdated(let unit, let at): note(unit, step) { if !$0.outdated.contains(at) { $0.outdated.append(at) } }
    case .read(let unit, let at, _, _): note(unit, step) { $0.begun.insert(at) }
    case .rewound: break
    case .called(let unit, let at, let request, _): noteCall(unit, at, request: request, step: step)
    case .answered(let unit, let at, let request):
      noteAnswer(unit, at, request: request, step: step, catalogue: catalogue)
    case .callFailed(let unit, let at, let request, let reason):
      noteFailure(unit, at, request: request, reason: reason, step: step)
    case .replied(let unit, let reason):
      guard reason == nil else { break }
      requests[unit.trigger]?.hasSucceeded = true
      note(unit, step) { $0.hasAnswered = true }
    case .replyIgnored(_, let request): noteIgnoredReply(request, step: step)
    case .stored(let trigger), .leaseExpired(let trigger), .delivered(let trigger, _):
      noteConsumer(of: trigger, step: step) { _ in }
    case .acknowledged(let trigger): noteConsumer(of: trigger, step: step) { $0.acknowledgedAt = step }
    case .parked(let trigger): noteConsumer(of: trigger, step: step) { $0.parkedAt = step }
    case .dropped(let trigger), .expired(let trigger): noteConsumer(of: trigger, step: step) { $0.droppedAt = step }
    case .started(let node, let root):
      let index = rootRecord(of: root)
      roots[index].node = node
      roots[index].startedAt = step
    case .due(let timer), .missed(let timer):
      let index = rootRecord(of: timer.root)
      roots[index].node = timer.node
      roots[index].timer = timer
      roots[index].startedAt = step
    }
  }

  // MARK: Queries

  /// The work that a stored record started at a consumer, if it ever arrived there.
  func work(of record: StoredRecord, at node: NodeID, handler: HandlerID) -> WorkRecord? {
    workPosition(of: record, at: node, handler: handler).map { works[$0] }
  }

  func workPosition(of record: StoredRecord, at node: NodeID, handler: HandlerID) -> Int? {
    let byTrigger = triggered[TriggerKey(node: node, trigger: record.message)]
    return byTrigger ?? workIndex[WorkKey(node: node, handler: handler, root: record.root, path: record.path)]
  }

  /// True for a message that a log holds for this consumer and that is not acknowledged, parked or dropped.
  func isStoredUndone(message: UInt64, for node: NodeID) -> Bool {
    guard let index = messageIndex[message] else { return false }
    return !stored[index].consumers.contains { $0.node == node && $0.isDone }
  }

  /// True for a message of which a log still tells: not acknowledged or dropped by this consumer, or parked.
  func isKept(message: UInt64, for node: NodeID) -> Bool {
    guard let index = messageIndex[message] else { return false }
    let consumer = stored[index].consumers.first { $0.node == node }
    return consumer.map { !$0.isDone || $0.parkedAt >= 0 } ?? true
  }

  /// True for a message that this consumer acknowledged or dropped, so that it never comes again.
  func isReleased(message: UInt64, for node: NodeID) -> Bool {
    guard let index = messageIndex[message] else { return false }
    return stored[index].consumers.contains { $0.node == node && $0.isDone && $0.parkedAt < 0 }
  }

  /// The record of a channel that a unit was started by, as a position in `stored`.
  func storedRecord(of message: UInt64) -> Int? { messageIndex[message] }

  /// The position in `roots`: which one it was to be seen.
  func position(ofRoot id: UInt64) -> Int? { rootIndex[id] }

  func root(_ id: UInt64) -> RootRecord? { rootIndex[id].map { roots[$0] } }

  func request(_ id: UInt64) -> RequestRecord? { requests[id] }

  // MARK: Units

  private mutating func workRecord(of unit: WorkUnit) -> Int {
    if let latest, latest.unit == unit { return latest.work }
    let key = WorkKey(node: unit.node, handler: unit.handler, root: unit.root, path: unit.path)
    let index: Int
    if let known = workIndex[key] {
      index = known
    } else {
      index = works.count
      works.append(WorkRecord(unit: unit))
      workIndex[key] = index
    }
    latest = (unit, index)
    return index
  }

  private mutating func note(_ unit: WorkUnit, _ step: EventStep, _ change: (inout WorkRecord) -> Void) {
    let index = workRecord(of: unit)
    works[index].lastSeenAt = step
    change(&works[index])
  }

  private mutating func noteArrival(of unit: WorkUnit, step: EventStep) {
    let index = workRecord(of: unit)
    works[index].lastSeenAt = step
    works[index].arrivedAt = step
    works[index].noteArrival()
    remember(TriggerKey(node: unit.node, trigger: unit.trigger), index)
    for call in works[index].calls { calls[call].attempts = 0 }
    if let request = requests[unit.trigger] {
      works[index].parentCall = request.call
      if !calls[request.call].callees.contains(index) { calls[request.call].callees.append(index) }
    } else if let root = rootIndex[unit.root], roots[root].work == nil, roots[root].node == unit.node {
      roots[root].work = index
    }
  }

  private mutating func remember(_ key: TriggerKey, _ work: Int) {
    let former = triggered.updateValue(work, forKey: key)
    guard former != work else { return }
    if let former { lookUps &-= key.fingerprint(with: former) }
    lookUps &+= key.fingerprint(with: work)
  }

  private mutating func noteStep(_ unit: WorkUnit, _ at: StepID, step: EventStep, catalogue: EffectCatalogue) {
    note(unit, step) { work in
      work.begun.insert(at)
      // A durable unit begins nothing before its start is recorded; a crash may swallow the news of the record.
      if work.acceptedAt < 0, catalogue.isDurable[unit.node.index] { work.acceptedAt = step }
    }
  }

  // MARK: Tables

  private mutating func noteFreshness(
    _ observation: WorkObservation, step: EventStep, at instant: SimInstant, catalogue: EffectCatalogue
  ) {
    switch observation {
    case .stored(let trigger): freshness.noteStored(trigger, at: instant)
    case .checkpointed(let unit, let number): freshness.noteSnapshot(number, holds: unit)
    case .arrived(let unit, _): note(unit, step) { $0.reads = [] }
    case .read(let unit, let at, let table, let snapshot):
      guard case .read(_, _, let bound?) = catalogue.graph[at].verb,
        let missing = freshness.oldestMissing(from: snapshot, of: table)
      else { return }
      note(unit, step) { work in
        work.reads.removeAll { $0.step == at }
        work.reads.append(TableRead(step: at, table: table, bound: bound, missing: missing))
      }
    case .effect(let effect):
      let index = workRecord(of: effect.unit)
      for read in works[index].reads where !works[index].stale.contains(where: { $0.table == read.table }) {
        guard let age = freshness.age(of: read.table, missing: read.missing, at: instant), age > read.bound
        else { continue }
        works[index].stale.append(StaleDecision(table: read.table, at: step))
      }
    case .attached, .accepted, .began, .performed, .ended, .replayed, .chose, .finished, .failed, .strandFailed,
      .aborted, .retrying, .waiting, .timedOut, .signalled, .signalTaken, .due, .missed, .compensating, .deduplicated,
      .outdated, .rewound, .called, .answered, .callFailed, .replied, .replyIgnored, .delivered, .leaseExpired,
      .acknowledged, .parked, .dropped, .expired, .started:
      break
    }
  }

  // MARK: Effects

  private mutating func noteEffect(_ effect: AppliedEffect, step: EventStep, catalogue: EffectCatalogue) {
    if let record = effect.record {
      guard announced.insert(record).inserted else { return }
      lookUps &+= record.fingerprint
    }
    let work = workRecord(of: effect.unit)
    if let record = effect.record { origins[record] = StoredRecord.Origin(work: work, step: effect.step) }
    works[work].lastSeenAt = step
    works[work].begun.insert(effect.step)
    if catalogue.places[effect.step.index] == .compensating {
      works[work].noteUndone(effect.step, effect.unit.strand, step: step)
    }
    let ordinal = catalogue.ordinals[effect.step.index]
    let key = EffectKey(
      name: effect.name, key: effect.key, root: effect.unit.root, strand: effect.strand, ordinal: ordinal)
    let index: Int
    if let known = effectIndex[key] {
      index = known
    } else {
      index = effects.count
      effects.append(EffectRecord(identity: key, step: effect.step, isCompensation: effect.isCompensation))
      effectIndex[key] = index
    }
    applications.append(Application(effect: index, work: work, at: step))
    effects[index].count += 1
    applied &+= key.fingerprint
    if effects[index].firstAt < 0 { effects[index].firstAt = step }
    effects[index].lastAt = step
    if effects[index].count == 2 {
      effects[index].repeatedAt = step
      effects[index].repeatedBy = effect.unit
    }
    noteBranches(of: index, by: work, at: effect, step: step, catalogue: catalogue)
    guard !effects[index].works.contains(work) else { return }
    effects[index].works.append(work)
    works[work].effects.append(index)
    let root = rootRecord(of: effect.unit.root)
    if !effects[index].works.dropLast().contains(where: { works[$0].unit.root == effect.unit.root }) {
      roots[root].effects.append(index)
    }
  }

  /// An effect belongs to the branches around its step, and to those around every call above its work. What a
  /// compensation decides is no decision of the work: each of its loop's turns may undo as it likes.
  private mutating func noteBranches(
    of effect: Int, by work: Int, at place: AppliedEffect, step: EventStep, catalogue: EffectCatalogue
  ) {
    guard catalogue.hasDecisions else { return }
    var current: (work: Int, step: StepID, strand: StrandPath)? = (work, place.step, place.unit.strand)
    // A call is recorded before the work it starts, so the chain is at most as long as the list of works.
    for _ in works.indices {
      guard let (index, at, strand) = current, catalogue.places[at.index] != .compensating else { return }
      if !works[index].decisions.isEmpty, works[index].unit.handler == catalogue.graph[at].handler {
        for place in catalogue.decisions[at.index] {
          guard let decision = works[index].decision(at: place, from: strand) else { continue }
          works[index].noteBranchEffect(effect, under: decision, at: step)
        }
      }
      current = works[index].parentCall.map { (calls[$0].work, calls[$0].step, calls[$0].strand) }
    }
  }

  // MARK: Requests

  private mutating func callRecord(_ unit: WorkUnit, _ at: StepID, step: EventStep) -> Int {
    let work = workRecord(of: unit)
    works[work].lastSeenAt = step
    works[work].begun.insert(at)
    let known = works[work].calls.first { calls[$0].step == at && calls[$0].strand == unit.strand }
    if let known { return known }
    calls.append(CallRecord(work: work, step: at, strand: unit.strand))
    works[work].calls.append(calls.count - 1)
    return calls.count - 1
  }

  private mutating func noteCall(_ unit: WorkUnit, _ at: StepID, request: UInt64, step: EventStep) {
    let index = callRecord(unit, at, step: step)
    calls[index].outcome = .pending
    calls[index].request = request
    calls[index].calledAt = step
    calls[index].attempts += 1
    if let first = requests[request]?.call, works[calls[first].work].unit.root != unit.root {
      calls[index].sharesRun = true
    }
    // Attempts may share one id; what was answered to an earlier one stays known.
    if requests[request] == nil { requested.append(request) }
    let hasSucceeded = requests[request]?.hasSucceeded ?? false
    requests[request] = RequestRecord(call: index, calledAt: step, hasSucceeded: hasSucceeded)
  }

  private mutating func noteAttachment(of unit: WorkUnit) {
    if let request = requests[unit.trigger] { calls[request.call].sharesRun = true }
  }

  private mutating func noteAnswer(
    _ unit: WorkUnit, _ at: StepID, request: UInt64, step: EventStep, catalogue: EffectCatalogue
  ) {
    let index = callRecord(unit, at, step: step)
    calls[index].outcome = .answered
    calls[index].answeredAt = step
    calls[index].answeredAttemptAt = requests[request]?.calledAt ?? calls[index].calledAt
    if catalogue.places[at.index] == .compensating { works[calls[index].work].noteUndone(at, unit.strand, step: step) }
  }

  private mutating func noteFailure(
    _ unit: WorkUnit, _ at: StepID, request: UInt64, reason: FailureReason, step: EventStep
  ) {
    let index = callRecord(unit, at, step: step)
    // A failure of an earlier attempt says nothing once a later one is under way.
    guard calls[index].request == request || calls[index].calledAt < 0 else { return }
    calls[index].outcome = .failed(reason)
    calls[index].failedAt = step
  }

  private mutating func noteIgnoredReply(_ request: UInt64, step: EventStep) {
    // An error that nobody waits for tells nobody anything wrong; the effects below it, if any, are judged anyway.
    guard let record = requests[request], record.hasSucceeded else { return }
    calls[record.call].ignoredAt = step
  }

  // MARK: Stored triggers

  private mutating func record(of trigger: StoredTrigger, step: EventStep) -> Int {
    let key = MessageKey(channel: trigger.channel, message: trigger.message)
    if let known = storedIndex[key] { return known }
    storedIndex[key] = stored.count
    messageIndex[trigger.message] = stored.count
    stored.append(
      StoredRecord(
        channel: trigger.channel, message: trigger.message, root: trigger.root, path: trigger.path,
        origin: origins[trigger.message], seenAt: step))
    return stored.count - 1
  }

  private mutating func noteConsumer(
    of trigger: StoredTrigger, step: EventStep, _ change: (inout StoredRecord.Consumer) -> Void
  ) {
    let index = record(of: trigger, step: step)
    guard let node = trigger.consumer else { return }
    if let known = stored[index].consumers.firstIndex(where: { $0.node == node }) {
      change(&stored[index].consumers[known])
      return
    }
    var consumer = StoredRecord.Consumer(node: node)
    change(&consumer)
    stored[index].consumers.append(consumer)
  }

  // MARK: Signals

  /// Told again where a journal is read again.
  private mutating func noteSignal(_ signal: ReceivedSignal, step: EventStep) {
    let key = SignalKey(node: signal.node, signal: signal.id)
    guard signalIndex[key] == nil else { return }
    signalIndex[key] = signals.count
    signals.append(SignalRecord(signal: signal, arrivedAt: step))
  }

  private mutating func noteTaken(_ signal: UInt64, by unit: WorkUnit, step: EventStep) {
    note(unit, step) { _ in }
    if let index = signalIndex[SignalKey(node: unit.node, signal: signal)] { signals[index].isTaken = true }
  }

  // MARK: Roots

  private mutating func rootRecord(of root: UInt64) -> Int {
    if let known = rootIndex[root] { return known }
    rootIndex[root] = roots.count
    roots.append(RootRecord(root: root))
    return roots.count - 1
  }
}

extension WorkRecord {
  /// Remembers the latest event that did an undo step.
  mutating func noteUndone(_ step: StepID, _ strand: StrandPath, step at: EventStep) {
    if let known = undone.firstIndex(where: { $0.step == step && $0.strand == strand }) {
      undone[known].at = at
    } else {
      undone.append((step, strand, at))
    }
  }
}

/// One piece of work, whatever its attempts' triggers are.
private struct WorkKey: Hashable, Sendable {
  var node: NodeID
  var handler: HandlerID
  var root: UInt64
  var path: UInt64

  func hash(into hasher: inout Hasher) {
    // One word is enough to spread: paths are fingerprints already.
    hasher.combine(root &* 0x9E37_79B9_7F4A_7C15 ^ path ^ UInt64(node.raw) << 16 ^ UInt64(handler.raw))
  }
}

private struct TriggerKey: Hashable, Sendable {
  var node: NodeID
  var trigger: UInt64

  func fingerprint(with work: Int) -> UInt64 {
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(node)
    fingerprinter.feed(trigger)
    fingerprinter.feed(work)
    return fingerprinter.value
  }
}

private struct SignalKey: Hashable, Sendable {
  var node: NodeID
  var signal: UInt64
}

private struct MessageKey: Hashable, Sendable {
  var channel: ChannelID
  var message: UInt64
}
