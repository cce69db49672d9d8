import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation

/// Turns the events of a run into lines that a person can follow, each with the line that caused it.
///
/// Causes are exact, not guessed: what an action sends or arms remembers the line it belongs to, and when that message
/// arrives or that timer fires, the lines it leads to point back there.
struct StoryWriter: Sendable {
  private(set) var lines: [StoryEvent] = []

  let deployment: Deployment
  private var originOfEnvelope: [EnvelopeID: Int] = [:]
  /// Of timers and open choices: a machine numbers both in one sequence.
  private var originOfTimer: [TimerKey: Int] = [:]
  /// By machine, oldest first: the lines that the pending writes belong to.
  private var originsOfWrites: [MachineID: [Int?]] = [:]
  /// How often each effect was applied so far.
  private var applications: [EffectKey: Int] = [:]
  /// Records announced so far: a front that reads its log again announces them once more.
  private var records: Set<UInt64> = []

  private struct TimerKey: Hashable {
    let machine: MachineID
    let generation: UInt32
  }
  private struct EffectKey: Hashable {
    let name: NameID
    let key: UInt64
    let root: UInt64
    let strand: StrandPath
    let ordinal: StepID
  }

  init(_ deployment: Deployment) { self.deployment = deployment }

  private var graph: Graph { deployment.graph }

  /// Adds what one action did, and what the faults of the plan did beside it.
  mutating func record(
    _ action: Action<LabMachine>, _ events: [Event<LabMachine>],
    _ interferences: [Simulator<LabMachine>.Interference] = [], step: Int, at time: SimInstant
  ) {
    // What befell a machine decided how it acted; what befell a message came after it was sent.
    tell(interferences, step: step) { $0.envelope == nil }
    record(action, events, step: step, at: time)
    tell(interferences, step: step) { $0.envelope != nil }
  }

  private mutating func tell(
    _ interferences: [Simulator<LabMachine>.Interference], step: Int,
    where isTold: (Simulator<LabMachine>.Interference) -> Bool
  ) {
    for interference in interferences where isTold(interference) {
      let (actor, text, kind) = line(for: interference.deed)
      let cause = interference.envelope.flatMap { originOfEnvelope[$0.id] }
      lines.append(
        StoryEvent(step: step, time: interference.instant, actor: actor, text: text, kind: kind, cause: cause))
    }
  }

  private mutating func record(
    _ action: Action<LabMachine>, _ events: [Event<LabMachine>], step: Int, at time: SimInstant
  ) {
    let cause = cause(of: action, events)
    let first = lines.count
    if case .invoke(let machine, let input) = action, let text = plannedMishap(input) {
      lines.append(StoryEvent(step: step, time: time, actor: name(machine), text: text, kind: .fault))
    }
    // The cluster only sees one more message: that it is one too many is known here alone.
    if case .duplicate = action, let cause {
      let text = "lets this message through a second time"
      lines.append(StoryEvent(step: step, time: time, actor: "network", text: text, kind: .fault, cause: cause))
    }
    for event in events {
      if let (actor, text, kind) = line(for: event) {
        lines.append(StoryEvent(step: step, time: time, actor: actor, text: text, kind: kind, cause: cause))
      }
      // Within one action the lines follow each other; each is caused by what caused the action.
      let origin = lines.count > first ? lines.count - 1 : cause
      remember(event, origin)
    }
  }

  private mutating func cause(of action: Action<LabMachine>, _ events: [Event<LabMachine>]) -> Int? {
    switch action {
    case .deliver(let id), .drop(let id):
      return originOfEnvelope.removeValue(forKey: id)
    case .duplicate(let id):
      return originOfEnvelope[id]
    case .fire(let machine, _):
      guard case .fired(_, let armed)? = events.first else { return nil }
      return originOfTimer.removeValue(forKey: TimerKey(machine: machine, generation: armed.generation))
    case .choose(let machine, _, _):
      guard case .chosen(_, let choice, _)? = events.first else { return nil }
      return originOfTimer.removeValue(forKey: TimerKey(machine: machine, generation: choice.generation))
    case .completeWrite(let machine):
      guard originsOfWrites[machine]?.isEmpty == false else { return nil }
      return originsOfWrites[machine]?.removeFirst() ?? nil
    case .crash, .restart, .pause, .resume, .refuse, .accept, .sever, .heal, .invoke:
      return nil
    }
  }

  private mutating func remember(_ event: Event<LabMachine>, _ origin: Int?) {
    if case .writeStarted(let machine, _) = event { originsOfWrites[machine, default: []].append(origin) }
    if case .crashed(let machine, _, _) = event { originsOfWrites[machine] = nil }
    guard let origin else { return }
    if case .sent(let id) = event { originOfEnvelope[id] = origin }
    if case .armed(let machine, let timer) = event {
      originOfTimer[TimerKey(machine: machine, generation: timer.generation)] = origin
    }
    if case .choiceOpened(let machine, let choice) = event {
      originOfTimer[TimerKey(machine: machine, generation: choice.generation)] = origin
    }
    if case .disarmed(let machine, let timer) = event {
      originOfTimer[TimerKey(machine: machine, generation: timer.generation)] = nil
    }
    if case .choiceAbandoned(let machine, let choice) = event {
      originOfTimer[TimerKey(machine: machine, generation: choice.generation)] = nil
    }
  }

  // MARK: Lines

  typealias Line = (actor: String, text: String, kind: StoryEvent.Kind)

  private mutating func line(for event: Event<LabMachine>) -> Line? {
    switch event {
    case .observed(let machine, .work(let observation)): return line(for: observation, at: name(machine))
    case .observed(let machine, .log(.becameLeader(let epoch))): return (name(machine), "leads term \(epoch)", .log)
    case .observed(let machine, .log(.truncated(let index))):
      return (name(machine), "cuts its log back to before \(index)", .log)
    case .observed(_, .log): return nil
    case .crashed(let machine, let fate, let lost): return (name(machine), text(of: fate, lost), .fault)
    case .restarted(let machine): return (name(machine), "comes up again", .recovery)
    case .paused(let machine): return (name(machine), "stops without dying", .fault)
    case .resumed(let machine): return (name(machine), "goes on as if nothing had happened", .recovery)
    case .refusing(let machine): return (name(machine), "refuses all work", .fault)
    case .accepting(let machine): return (name(machine), "takes work again", .recovery)
    case .severed(let from, let to): return ("network", "loses everything from \(name(from)) to \(name(to))", .fault)
    case .healed(let from, let to):
      return ("network", "carries messages from \(name(from)) to \(name(to)) again", .recovery)
    case .lost(let envelope, let reason): return lostLine(envelope, reason)
    case .sent, .delivered, .refused, .armed, .disarmed, .fired, .choiceOpened, .chosen, .choiceAbandoned,
      .writeStarted, .writeCompleted, .writeAbandoned:
      return nil
    }
  }

  func name(_ machine: MachineID) -> String { deployment.name(of: machine) }

  private func text(of fate: CrashFate, _ lost: Int) -> String {
    switch fate {
    case .keepPending: "crashes"
    case .losePending: lost == 0 ? "crashes" : "crashes and loses \(lost) unsynced write\(lost == 1 ? "" : "s")"
    case .wipeDisk: "crashes and its disk is gone"
    }
  }

  /// Lost heartbeats and answers of logs are no story; lost work is.
  private func lostLine(_ envelope: Envelope<LabMachine>, _ reason: LossReason) -> Line? {
    guard case .node(let message) = envelope.message, let what = description(of: message) else { return nil }
    let route = "\(what) from \(name(envelope.from)) to \(name(envelope.to))"
    switch reason {
    case .dropped: return ("network", "drops \(route)", .fault)
    case .linkSevered: return ("network", "loses \(route)", .failure)
    case .receiverCrashed: return ("network", "cannot deliver \(route): it is down", .failure)
    }
  }

  func description(of message: NodeMessage) -> String? {
    switch message {
    case .request: "the request"
    case .reply: "the answer"
    case .put: "the message"
    case .stored: "the confirmation"
    case .deliver: "the delivery"
    case .acknowledge: "the acknowledgement"
    case .signal(let signal): "the signal \(graph[signal.name])"
    case .processed: "the news of progress"
    case .acknowledged, .leaseOver, .subscribe, .subscribed, .gaveUp, .log: nil
    }
  }

  private mutating func line(for observation: WorkObservation, at actor: String) -> Line? {
    switch observation {
    case .started(_, let root): return (actor, "starts \(label(root))", .note)
    case .arrived(let unit, _) where unit.trigger == unit.root || deployment.isTableJob(unit.node):
      return nil
    // The rows that the snapshot adds are told as effects.
    case .checkpointed(let unit, _) where deployment.isTableJob(unit.node):
      return nil
    case .checkpointed(let unit, _): return (actor, "has \(label(unit.root)) in its checkpoint", .message)
    case .rewound: return (actor, "goes back to its last checkpoint", .failure)
    case .read(_, _, let table, let snapshot):
      let which = snapshot == 0 ? "the empty" : "snapshot \(snapshot) of"
      return (actor, "reads \(which) \(graph[table].name)", .message)
    case .arrived(let unit, let attempt):
      return (actor, "begins \(work(unit))" + (attempt > 1 ? ", attempt \(attempt)" : ""), .message)
    case .accepted: return (actor, "has the run in its journal", .message)
    case .attached: return (actor, "has this run already and starts nothing", .note)
    case .replayed(let unit, let step):
      let why = graph[unit.node].work == .durable ? "it is in the journal" : "an earlier attempt came past it"
      return (actor, "skips \(label(step)): \(why)", .note)
    case .chose(_, let step, let option, _): return (actor, "decides: \(branch(option, of: step))", .note)
    case .failed(_, let step, let reason):
      return (actor, "fails" + (step.map { " at \(label($0))" } ?? "") + ": \(text(of: reason))", .failure)
    case .strandFailed(_, let step, let reason):
      return (actor, "has a strand fail at \(label(step)): \(text(of: reason))", .failure)
    case .aborted: return (actor, "ends the run with an error", .failure)
    case .retrying(_, let step, let attempt):
      return (actor, "will try \(label(step)) again (attempt \(attempt))", .timer)
    case .compensating: return (actor, "undoes what it did, last step first", .note)
    case .effect(let effect): return effectLine(effect, actor)
    case .deduplicated(_, let step): return (actor, "knows this one and skips \(label(step))", .note)
    case .outdated(_, let step): return (actor, "has a newer \(label(step)) and rejects this one as old", .note)
    case .called(_, let step, _, let attempt):
      return (actor, "calls \(label(step))" + (attempt > 1 ? ", attempt \(attempt)" : ""), .message)
    case .answered(_, let step, _): return (actor, "has the answer of \(label(step))", .message)
    case .callFailed(_, let step, _, let reason):
      return (actor, "gives up on \(label(step)): \(text(of: reason))", .failure)
    case .replied(_, let failure):
      return failure.map { (actor, "answers: \(text(of: $0))", .failure) } ?? (actor, "answers ok", .message)
    case .replyIgnored: return (actor, "ignores an answer that nobody waits for", .note)
    case .waiting, .timedOut, .signalled, .signalTaken: return waitLine(observation, actor)
    case .due(let timer):
      return (actor, "has its \(timer.isDurable ? "durable timer" : "timer") go off: \(label(timer.root))", .timer)
    case .missed(let timer):
      return (actor, "is down when its timer should go off: \(label(timer.root)) is missed", .failure)
    case .began, .performed, .ended, .finished: return nil
    case .stored, .delivered, .leaseExpired, .acknowledged, .parked, .dropped, .expired:
      return triggerLine(observation)
    }
  }

  private mutating func triggerLine(_ observation: WorkObservation) -> Line? {
    switch observation {
    case .stored(let trigger) where trigger.consumer != nil && records.insert(trigger.message).inserted:
      return (name(trigger), "stores the invocation for \(consumer(trigger))", .message)
    case .delivered(let trigger, let attempt):
      let again = attempt > 1 ? ", delivery \(attempt)" : ""
      return (name(trigger), "delivers \(label(trigger.root)) to \(consumer(trigger))\(again)", .message)
    case .leaseExpired(let trigger):
      return (name(trigger), "has no acknowledgement from \(consumer(trigger)) and its lease ends", .timer)
    case .acknowledged(let trigger):
      return (name(trigger), "is done with \(label(trigger.root)) for \(consumer(trigger))", .message)
    case .parked(let trigger):
      return (name(trigger), "parks \(label(trigger.root)) in its dead-letter queue", .anomaly)
    case .dropped(let trigger):
      return (name(trigger), "drops \(label(trigger.root)) after its last delivery", .anomaly)
    case .expired(let trigger):
      return (name(trigger), "deletes \(label(trigger.root)), which nobody finished in time", .anomaly)
    case .stored, .arrived, .attached, .accepted, .began, .performed, .ended, .replayed, .chose, .finished,
      .checkpointed, .rewound, .failed, .strandFailed, .aborted, .retrying, .compensating, .effect, .deduplicated,
      .outdated, .read, .called, .answered, .callFailed, .replied, .replyIgnored, .started, .due, .missed, .waiting,
      .timedOut, .signalled, .signalTaken:
      return nil
    }
  }

  private func waitLine(_ observation: WorkObservation, _ actor: String) -> Line? {
    switch observation {
    case .waiting(_, let step): return waitText(of: step).map { (actor, $0, .timer) }
    case .timedOut(_, let step): return (actor, "has waited long enough for \(awaited(by: step))", .failure)
    case .signalled(let signal):
      return (actor, "has \(graph[signal.name]) for \(label(signal.root))", .message)
    case .signalTaken(_, let step, _): return (actor, "has what it waits for and goes on: \(awaited(by: step))", .note)
    case .started, .arrived, .accepted, .attached, .began, .performed, .ended, .replayed, .chose, .finished,
      .checkpointed, .rewound, .failed, .strandFailed, .aborted, .retrying, .compensating, .effect, .deduplicated,
      .outdated, .read, .called, .answered, .callFailed, .replied, .replyIgnored, .stored, .delivered, .leaseExpired,
      .acknowledged, .parked, .dropped, .expired, .due, .missed:
      return nil
    }
  }

  private func waitText(of step: StepID) -> String? {
    guard case .wait(let wait) = graph[step].verb else { return nil }
    switch wait.subject {
    case .duration(let length): return "waits \(FaultText(graph: graph).duration(length))"
    case .signal(let name):
      let limit = wait.timeout.map { ", at most \(FaultText(graph: graph).duration($0))" }
      return "waits for \(graph[name])\(limit ?? "")"
    }
  }

  private func awaited(by step: StepID) -> String {
    guard case .wait(let wait) = graph[step].verb, case .signal(let name) = wait.subject else { return label(step) }
    return graph[name]
  }

  private mutating func effectLine(_ effect: AppliedEffect, _ actor: String) -> Line? {
    if let record = effect.record, !records.insert(record).inserted { return nil }
    let key = EffectKey(
      name: effect.name, key: effect.key, root: effect.unit.root, strand: effect.strand, ordinal: effect.step)
    let count = applications[key, default: 0] + 1
    applications[key] = count
    let (doer, verb) = doing(effect, actor)
    let strand = (effect.strand.numbers ?? []).map { "/\($0)" }.joined()
    let what = "\(verb) \(graph[effect.name]) for \(graph.label(ofKey: effect.key))\(strand)"
    if count > 1 { return (doer, "\(what): \(ordinal(count)) time", .anomaly) }
    return (doer, what + (effect.isCompensation ? ", as a compensation" : ""), .effect)
  }

  /// A record is its sender's effect, though the channel's front announces it.
  private func doing(_ effect: AppliedEffect, _ actor: String) -> (String, String) {
    switch graph[effect.step].verb {
    case .write: (actor, "writes")
    case .send: (graph[effect.unit.node].name, "has sent")
    case .publish: (graph[effect.unit.node].name, "has published")
    case .compute, .call, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .signal, .reply,
      .fail:
      (actor, "does")
    }
  }

  // MARK: Words

  private func label(_ root: UInt64) -> String { graph.label(ofKey: KeyValue(field: nil, root: root).packed) }
  func label(_ step: StepID) -> String { graph[step].label }

  private func branch(_ option: Int, of step: StepID) -> String {
    guard case .choose(let choose) = graph[step].verb, choose.branches.indices.contains(option) else {
      return "no further turn"
    }
    return choose.branches[option].name
  }

  private func name(_ trigger: StoredTrigger) -> String { graph[trigger.channel].name }
  private func consumer(_ trigger: StoredTrigger) -> String { trigger.consumer.map { graph[$0].name } ?? "nobody" }

  private func work(_ unit: WorkUnit) -> String {
    graph[unit.handler].name.map { "\($0) for \(label(unit.root))" } ?? "work for \(label(unit.root))"
  }

  private func ordinal(_ count: Int) -> String {
    switch (count, count % 10, count % 100) {
    case (2, _, _): "second"
    case (3, _, _): "third"
    case (_, _, 11...13): "\(count)th"
    case (_, 1, _): "\(count)st"
    case (_, 2, _): "\(count)nd"
    case (_, 3, _): "\(count)rd"
    case (_, _, _): "\(count)th"
    }
  }

  private func text(of reason: FailureReason) -> String {
    switch reason {
    case .timedOut: "no answer in time"
    case .refused: "refused"
    case .failed: "the attempt failed"
    case .terminal: "a terminal error"
    case .poisoned: "this trigger never gets past it"
    case .killed: "it ran longer than it may"
    case .mismatched: "the journal has another step here"
    }
  }
}
