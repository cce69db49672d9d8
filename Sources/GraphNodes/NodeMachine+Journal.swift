import LogContract
import MachineContract
import Primitives
import ProgressGraph

/// Runs that ended, with their result. Look-up only.
struct EndedRuns: Equatable, Sendable, Fingerprintable {
  private var failures: [UInt64: FailureReason?] = [:]
  private var sum: UInt64 = 0

  subscript(_ run: UInt64) -> FailureReason?? { failures[run] }

  mutating func insert(_ run: UInt64, _ failure: FailureReason?) {
    if let former = failures.updateValue(failure, forKey: run) { sum &-= Self.word(run, former) }
    sum &+= Self.word(run, failure)
  }

  private static func word(_ run: UInt64, _ failure: FailureReason?) -> UInt64 {
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(run)
    fingerprinter.feed(failure.map { UInt64($0.rawValue) })
    return fingerprinter.value
  }

  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(failures.count)
    fingerprinter.feed(sum)
  }
}

/// A durable node's journal: what it records, when, and how it comes up again from it.
///
/// Recovery by re-execution: the run goes through its program again and recorded steps are skipped. That comes to going
/// on after the last of them, unless the run passes a decision that is not recorded and decides otherwise.
extension NodeMachine {
  // MARK: Recording

  mutating func recordStart(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    units[unit].phase = .accepting
    let start = RunStart(
      run: units[unit].identity, unit: units[unit].work, event: units[unit].event,
      isCompensation: units[unit].isCompensation, replyTo: units[unit].replyTo)
    journal?.append(.runStarted(start), into: &out)
  }

  /// Records the step in hand, and where the run goes on; a node without a journal is at the step's end at once.
  mutating func recordStep(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    guard let step = currentStep(of: unit), isRecorded(step, unit) else { return endStep(unit, into: &out) }
    units[unit].phase = .recording
    units[unit].recordedSteps += 1
    journal?.append(
      .stepDone(
        run: units[unit].identity, strand: units[unit].path, step: step, next: units[unit].next,
        number: units[unit].recordedSteps),
      into: &out)
  }

  mutating func recordCompensation(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    units[unit].phase = .abandoning
    journal?.append(
      .compensating(run: units[unit].identity, undos: units[unit].undos, reason: units[unit].failure), into: &out)
  }

  /// The run is over. Without a journal it is answered at once.
  mutating func recordEnd(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    guard node.work == .durable else { return settle(unit, nil, into: &out) }
    units[unit].phase = .ending
    let failure = units[unit].isCompensating ? units[unit].failure : nil
    journal?.append(.runEnded(run: units[unit].identity, failure: failure), into: &out)
  }

  mutating func take(_ outcome: LogClient<Record>.Outcome, into out: inout Outbox<NodeMachine>) {
    switch outcome {
    case .entries(let records) where isStream: recoverTable(from: records, into: &out)
    case .entries(let records): recover(from: records, into: &out)
    case .appended(let record, _): recorded(record, into: &out)
    }
  }

  private mutating func recorded(_ record: Record, into out: inout Outbox<NodeMachine>) {
    switch record {
    case .runStarted(let start):
      guard let unit = position(run: start.run, .accepting) else { return }
      out.observe(.accepted(units[unit].work))
      acknowledgeStart(unit, into: &out)
      beginWork(unit, into: &out)
    case .stepDone(let run, let strand, _, _, _):
      guard let unit = position(run: run, strand: strand, .recording) else { return }
      endStep(unit, into: &out)
    case .waiting(let run, let strand, _):
      guard let unit = position(run: run, strand: strand, .registering) else { return }
      beginWait(unit, into: &out)
    case .signalled(let signal):
      recorded(signal, into: &out)
    case .compensating(let run, _, _):
      guard let unit = position(run: run, .abandoning) else { return }
      beginCompensation(unit, into: &out)
    case .runEnded(let run, let failure):
      guard let unit = position(run: run, .ending) else { return }
      endedRuns.insert(run, failure)
      if failure != nil { out.observe(.aborted(units[unit].work)) }
      settle(unit, failure, into: &out)
    case .snapshot: committed(into: &out)
    case .message, .repeated, .acknowledged, .retired:
      preconditionFailure("a channel's record in a journal")
    }
  }

  private func position(run: UInt64, strand: [UInt64] = [], _ phase: Unit.Phase) -> Int? {
    units.firstIndex { $0.identity == run && $0.phase == phase && $0.path == strand }
  }

  /// From here on the journal, not the channel, is the trigger.
  private mutating func acknowledgeStart(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    closeTick(root: units[unit].work.trigger, into: &out)
    guard let lease = units[unit].lease else { return }
    units[unit].lease = nil
    out.send(.acknowledge(channel: lease.channel, lease: lease.number), to: deployment.front(of: lease.channel))
  }

  // MARK: Attaching

  /// A trigger for a run that exists starts nothing: it is acknowledged, or gets the result when there is one.
  mutating func attach(_ arrival: Arrival, into out: inout Outbox<NodeMachine>) -> Bool {
    let ended = endedRuns[arrival.identity]
    let running = units.firstIndex { $0.identity == arrival.identity && $0.strand == nil }
    guard ended != nil || running != nil else { return false }
    out.observe(.attached(arrival.work))
    let isRecorded = running.map { units[$0].phase != .arrived && units[$0].phase != .accepting } ?? true
    if isRecorded { closeTick(root: arrival.work.trigger, into: &out) }
    if let lease = arrival.lease {
      // A start that is not yet in the journal must not be acknowledged; its lease brings the message back.
      out.send(
        isRecorded
          ? .acknowledge(channel: lease.channel, lease: lease.number)
          : .gaveUp(channel: lease.channel, lease: lease.number, wasRefused: false),
        to: deployment.front(of: lease.channel))
    }
    guard let waiter = arrival.waiter else { return true }
    if let failure = ended {
      out.observe(.replied(arrival.work, failure))
      out.send(.reply(Reply(request: waiter.request, failure: failure)), to: waiter.machine)
    } else if let running {
      units[running].waiters.append(waiter)
      if units[running].hasReplied { answer(running, nil, into: &out) }
    }
    return true
  }

  // MARK: Recovering

  private mutating func recover(from records: [Record], into out: inout Outbox<NodeMachine>) {
    isRecovering = false
    for record in records { replay(record, into: &out) }
    for unit in units.indices { resume(unit, into: &out) }
    admitWaiting(into: &out)
  }

  private mutating func replay(_ record: Record, into out: inout Outbox<NodeMachine>) {
    switch record {
    case .runStarted(let start): replayStart(start)
    case .stepDone(let run, let strand, let step, let next, let number):
      replay(Unit.Recorded(strand: strand, step: step, next: next, number: number), of: run, into: &out)
    case .waiting(let run, let strand, _):
      guard let unit = units.firstIndex(where: { $0.identity == run }) else { return }
      if !units[unit].openWaits.contains(strand) { units[unit].openWaits.append(strand) }
    case .signalled(let signal):
      if signals.insert(signal) { announce(signal, into: &out) }
    case .compensating(let run, let undos, let reason):
      // Its second copy would bring back undos that are done.
      guard let unit = units.firstIndex(where: { $0.identity == run }), !units[unit].isCompensating else { return }
      units[unit].openWaits = []
      units[unit].isCompensating = true
      units[unit].history = []
      units[unit].undos = undos
      units[unit].failure = reason
    case .runEnded(let run, let failure):
      if failure != nil, let ended = units.first(where: { $0.identity == run }) { out.observe(.aborted(ended.work)) }
      units.removeAll { $0.identity == run }
      endedRuns.insert(run, failure)
    case .message, .repeated, .acknowledged, .retired, .snapshot:
      preconditionFailure("another log's record in a journal")
    }
  }

  /// A repeated append can leave the start in the journal twice; the second is the same run.
  private mutating func replayStart(_ start: RunStart) {
    guard endedRuns[start.run] == nil, !units.contains(where: { $0.identity == start.run }) else { return }
    units.append(
      Unit(
        serial: nextSerial, work: start.unit, identity: start.run, event: start.event,
        isCompensation: start.isCompensation, attempt: 1, waiters: [], lease: nil, origin: nil, blackBox: nil,
        isInvocation: false, replyTo: start.replyTo))
    units[units.count - 1].isResumed = true
    nextSerial &+= 1
  }

  /// A repeated append can leave a step in the journal twice; two turns of a loop can do one step twice. The number
  /// tells them apart.
  private mutating func replay(_ recorded: Unit.Recorded, of run: UInt64, into out: inout Outbox<NodeMachine>) {
    guard let unit = units.firstIndex(where: { $0.identity == run }), units[unit].lacks(recorded) else { return }
    if recorded.strand.isEmpty { units[unit].recordedSteps = recorded.number }
    units[unit].history.append(recorded)
    if case .reply = graph[recorded.step].verb { units[unit].hasReplied = true }
    if case .wait(let wait) = graph[recorded.step].verb { replayWait(wait, recorded, unit, into: &out) }
    out.observe(.replayed(units[unit].work, recorded.step))
  }

  /// A step that the run comes to while it goes through its history again: it is not done a second time, and the run
  /// goes on where it did then. Where the journal has another step here the run has lost its way.
  ///
  /// - Returns: false for a step that is to be done, because the history has come to its end or never has this step.
  mutating func skipRecorded(_ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) -> Bool {
    guard let top = top(of: unit), !units[top].history.isEmpty, isRecorded(step, unit) else { return false }
    let path = units[unit].path
    guard let position = units[top].history.firstIndex(where: { $0.strand == path }) else {
      return leavesStrands(step, unit, units[top].history) ? loseWay(step, unit, into: &out) : false
    }
    let recorded = units[top].history[position]
    guard recorded.step == step else { return loseWay(step, unit, into: &out) }
    units[top].history.remove(at: position)
    units[unit].recordedSteps = max(units[unit].recordedSteps, recorded.number)
    register(undo: graph[step].undo, of: step, unit)
    units[unit].position = recorded.next
    return true
  }

  private mutating func loseWay(_ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) -> Bool {
    units[unit].phase = .lost
    out.observe(.failed(units[unit].work, step, .mismatched))
    return true
  }

  /// True where the journal has steps of strands that this step does not fork, and that do not run. While a run
  /// compensates, such strands may be those that nobody waited for before.
  private func leavesStrands(_ step: StepID, _ unit: Int, _ history: [Unit.Recorded]) -> Bool {
    if let top = top(of: unit), units[top].isCompensating { return false }
    let path = units[unit].path
    var forked: [UInt64]?
    for recorded in history where recorded.strand.count > path.count && recorded.strand.starts(with: path) {
      let strand = recorded.strand.prefix(path.count + 1)
      if units.contains(where: { $0.identity == units[unit].identity && $0.path.elementsEqual(strand) }) { continue }
      let keys = forked ?? (graph[step].verb.forks ? strandKeys(of: step, unit) : [])
      forked = keys
      if !keys.contains(strand[path.count]) { return true }
    }
    return false
  }

  /// What the journal has of strands that are over.
  mutating func forgetHistory(below path: [UInt64], of unit: Int) {
    guard let top = top(of: unit), !units[top].history.isEmpty else { return }
    units[top].history.removeAll { $0.strand.starts(with: path) }
  }

  /// Goes on where the journal ends. The handler's latency was spent before its first step.
  private mutating func resume(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    if units[unit].isCompensating {
      compensate(unit, into: &out)
    } else if units[unit].history.isEmpty {
      beginWork(unit, into: &out)
    } else {
      advance(unit, into: &out)
    }
  }
}
