public import ClusterModel
public import MachineContract
public import Primitives
import ProgressGraph

/// How long things take where the graph does not say.
public struct TimingProfile: Equatable, Sendable {
  /// One way, between any two machines.
  public var network: DurationRange
  /// From the start of a write until it is durable.
  public var disk: DurationRange

  public init(network: DurationRange = .exactly(.milliseconds(1)), disk: DurationRange = .exactly(.milliseconds(1))) {
    self.network = network
    self.disk = disk
  }
}

/// The seeded scheduler: virtual time decides which enabled action comes next.
///
/// Owner: whoever drives a run; a copy is a snapshot from which the run goes on exactly as the original. Chance comes
/// from four forks of one seed (network, timers, disks, choices), so that one more message does not shift the timers.
///
/// Work and upkeep have schedules of their own. While nothing but heartbeats happens the time until the next piece of
/// work is skipped: the upkeep timers are moved along with it, as if the quiet stretch had been longer or shorter.
public struct Simulator<M: Machine>: Sendable {
  public private(set) var cluster: Cluster<M>
  public private(set) var now = SimInstant.start
  /// Actions applied so far.
  public private(set) var steps = 0
  /// When the last fault struck or ended, or will as far as is known: an outage that lasts longer than the horizon does
  /// not cut its own run.
  public private(set) var lastFault = SimInstant.start

  /// Whether each fault of the plan has struck, in the order of the plan.
  public private(set) var struck: [Bool]
  public var hasStruck: Bool { struck.contains(true) }
  /// Interferences since the action before the last one.
  public private(set) var interferences: [Interference] = []

  /// Small, because schedules move it about: what is large is named by where it stands.
  enum Content: Sendable {
    case deliver(EnvelopeID)
    case fire(MachineID, generation: UInt32)
    case completeWrite(MachineID, incarnation: UInt32)
    case choose(MachineID, generation: UInt32, option: Int)
    /// A planned action.
    case act(Int)
    /// A strike of a fault, by its position in the plan of the fault.
    case strike(fault: Int, position: Int)
    /// A message held back to be overtaken, which nothing overtook.
    case release(fault: Int)
  }

  struct Strike: Sendable {
    let deed: PlannedFault<M>.Deed
    let fault: Int
  }

  private let timing: TimingProfile
  /// What comes from outside.
  let planned: [Action<M>]
  private(set) var work = Schedule<Content>()
  private(set) var upkeep = Schedule<Content>()
  private var sequence: UInt64 = 0
  /// Timed strikes come behind what the machines began with and before everything else of their instant, also those
  /// that were added to a run under way: they have numbers of their own.
  private var strikeSequence: UInt64 = 0
  private var scratch = Cluster<M>.Scratch()
  private(set) var network: SeededGenerator
  private(set) var timers: SeededGenerator
  private(set) var disks: SeededGenerator
  private(set) var choices: SeededGenerator
  let forced: ForcedChoices
  /// How many choices machines have left open so far.
  public private(set) var choiceCount = 0

  private(set) var faults: [PlannedFault<M>]
  /// Matches seen so far, by fault.
  private(set) var matches: [Int]
  /// The message each reordering fault holds back.
  private(set) var held: [EnvelopeID?]
  /// Deeds of a fault that has just struck: they come before anything scheduled.
  private(set) var immediate: [Strike] = []
  /// Indexed by machine.
  private(set) var slowness: [SimDuration]
  /// What came due while its machine was paused, and durable timers of machines that are down, by machine.
  private(set) var deferred: [[Content]]
  /// Pieces of work in flight: messages, writes, armed timers.
  private var workInFlight = 0
  /// When a machine or link last failed or came back, or a replica saw a new epoch.
  private(set) var lastDisturbance = SimInstant(microseconds: -.max)

  /// How long upkeep runs on after a disturbance whether or not work is due: longer than any election time-out.
  static var settlingTime: SimDuration { .milliseconds(500) }
  /// More timed strikes than any plan has.
  private static var mostStrikes: UInt64 { 1 << 32 }

  /// - Parameters:
  ///   - actions: what comes from outside, by time: the load.
  ///   - faults: in the order of the plan.
  ///   - choices: those that are made as told instead of drawn.
  public init(
    _ cluster: Cluster<M>, timing: TimingProfile, seed: UInt64, actions: [(SimInstant, Action<M>)],
    faults: [PlannedFault<M>], choices forced: ForcedChoices = .none
  ) {
    self.cluster = cluster
    self.timing = timing
    planned = actions.map(\.1)
    self.faults = faults
    let generator = SeededGenerator(seed: seed)
    network = generator.fork(label: "network")
    timers = generator.fork(label: "timers")
    disks = generator.fork(label: "disks")
    struck = Array(repeating: false, count: faults.count)
    choices = generator.fork(label: "choices")
    self.forced = forced
    matches = Array(repeating: 0, count: faults.count)
    held = Array(repeating: nil, count: faults.count)
    slowness = Array(repeating: .zero, count: cluster.slots.count)
    deferred = Array(repeating: [], count: cluster.slots.count)
    self.cluster.start(into: &scratch)
    takeInEvents()
    strikeSequence = sequence
    sequence += Self.mostStrikes
    for fault in faults.indices {
      if case .at(let instant) = faults[fault].trigger { scheduleStrikes(of: fault, at: instant) }
    }
    work.foresee(
      actions.indices.map { position in
        Due(instant: actions[position].0, sequence: sequence + UInt64(position), content: .act(position))
      })
    sequence += UInt64(actions.count)
  }

  /// Adds a fault to a run under way. One that is due at this instant or was due earlier strikes next, before anything
  /// else; the matches of an observation or a message are counted from here on.
  public mutating func inject(_ fault: PlannedFault<M>) {
    append(fault, matched: 0)
    if case .at(let instant) = fault.trigger { plan(faults.count - 1, at: max(now, instant), hasBegun: true) }
  }

  /// Adds a fault as if it had been the last of the plan from the start: a run that goes on from here is the run that
  /// had it, action by action.
  ///
  /// Precondition: the fault would not have struck yet; a timed one is not yet due.
  /// - Parameter matched: how many observations or messages have fitted so far.
  public mutating func include(_ fault: PlannedFault<M>, matched: Int) {
    append(fault, matched: matched)
    guard case .at(let instant) = fault.trigger else { return }
    precondition(instant >= now, "a strike that was due belongs to another run")
    scheduleStrikes(of: faults.count - 1, at: instant)
  }

  private mutating func append(_ fault: PlannedFault<M>, matched: Int) {
    faults.append(fault)
    struck.append(false)
    matches.append(matched)
    held.append(nil)
  }

  /// True while a fault that has just struck is being carried out.
  public var isStriking: Bool { !immediate.isEmpty }

  /// How much longer everything takes to reach a machine now.
  public func slowness(of machine: MachineID) -> SimDuration { slowness[machine.index] }

  /// What the last action did, in order.
  public var events: [Event<M>] { scratch.events }

  /// What a fault did beside the actions: the cluster has no part in it, so no event tells of it.
  public struct Interference: Sendable {
    public enum Deed: Sendable {
      /// A message that has just left arrives later by this.
      case delayed(Envelope<M>, by: SimDuration)
      /// A message that has just left waits until another has overtaken it.
      case held(Envelope<M>)
      case slowed(MachineID, by: SimDuration)
      case clockJumped(MachineID, by: SimDuration)
    }
    public let instant: SimInstant
    public let deed: Deed
  }

  /// Why a simulation does not go on.
  public enum Rest: Equatable, Sendable {
    /// Nothing is left to do.
    case settled
    /// Work is left that nothing will ever move.
    case stuck
    /// The next piece of work lies beyond the limit.
    case limit
  }

  public enum Advance: Sendable {
    case acted(Action<M>)
    case rested(Rest)
  }

  /// Does the next action.
  ///
  /// - Parameter limit: nothing later than this happens.
  public mutating func advance(until limit: SimInstant) -> Advance {
    // Those of the start, before any action, are told with the first one.
    if steps > 0, !interferences.isEmpty { interferences.removeAll() }
    while true {
      if !immediate.isEmpty {
        if let action = carryOut(immediate.removeFirst()), perform(action) { return .acted(action) }
        continue
      }
      guard let content = nextDue(until: limit) else { return .rested(rest(at: limit)) }
      if let action = action(for: content), perform(action) { return .acted(action) }
    }
  }

  private func rest(at limit: SimInstant) -> Rest {
    if let next = work.first, next.instant > limit { return .limit }
    return workInFlight == 0 ? .settled : .stuck
  }

  /// Returns false for what is void by now, such as the second crash of a machine that is down: it is no step of the
  /// run, because a replay could not do it.
  private mutating func perform(_ action: Action<M>) -> Bool {
    guard cluster.apply(action, into: &scratch) else { return false }
    steps += 1
    takeInEvents()
    return true
  }
}

// MARK: - What comes next

extension Simulator {
  private mutating func nextDue(until limit: SimInstant) -> Content? {
    while true {
      let isUpkeepFirst = upkeep.first.map { first in work.first.map { first < $0 } ?? true } ?? false
      if isUpkeepFirst {
        if work.isEmpty && (workInFlight == 0 || isQuiet) { return nil }
        if isQuiet, let next = work.first, next.instant > now {
          stopUpkeepClock(until: next.instant)
          continue
        }
      }
      guard let instant = (isUpkeepFirst ? upkeep.first : work.first)?.instant, instant <= limit,
        let due = isUpkeepFirst ? upkeep.popFirst() : work.popFirst()
      else { return nil }
      now = max(now, due.turn.instant)
      return due.content
    }
  }

  private var isQuiet: Bool {
    guard let next = upkeep.first else { return true }
    return next.instant > lastDisturbance + Self.settlingTime
  }

  private mutating func stopUpkeepClock(until instant: SimInstant) {
    let stretch = instant - now
    upkeep.move { $0.turn.instant + stretch }
  }

  /// The action that is now due; nil where it became void in the meantime, or waits for a paused machine.
  private mutating func action(for content: Content) -> Action<M>? {
    switch content {
    case .deliver(let id):
      guard let envelope = cluster[id] else { return nil }
      return unlessPaused(envelope.to, content, .deliver(id))
    case .fire(let machine, let generation):
      guard let armed = cluster[machine].timers.first(where: { $0.generation == generation }) else { return nil }
      // Only a durable timer is still armed where its machine is down.
      if cluster[machine].status == .crashed { return putOff(content, until: machine) }
      return unlessPaused(machine, content, .fire(machine, armed.timer))
    case .completeWrite(let machine, let incarnation):
      guard cluster[machine].incarnation == incarnation, cluster[machine].status == .up else { return nil }
      return unlessPaused(machine, content, .completeWrite(machine))
    case .choose(let machine, let generation, let option):
      guard let choice = cluster[machine].choices.first(where: { $0.generation == generation }) else { return nil }
      return unlessPaused(machine, content, .choose(machine, choice.token, option: option))
    case .act(let position):
      if case .invoke(let machine, _) = planned[position] { return unlessPaused(machine, content, planned[position]) }
      return planned[position]
    case .strike(let fault, let position):
      return carryOut(Strike(deed: faults[fault].strikes[position].deed, fault: fault))
    case .release(let fault):
      guard let id = held[fault] else { return nil }
      held[fault] = nil
      return action(for: .deliver(id))
    }
  }

  private mutating func unlessPaused(
    _ machine: MachineID, _ content: Content, _ action: Action<M>
  ) -> Action<M>? {
    cluster[machine].isPaused ? putOff(content, until: machine) : action
  }

  /// Keeps for later what its machine cannot take now. Never an action.
  private mutating func putOff(_ content: Content, until machine: MachineID) -> Action<M>? {
    deferred[machine.index].append(content)
    return nil
  }

  private mutating func carryOut(_ strike: Strike) -> Action<M>? {
    lastFault = max(lastFault, now)
    struck[strike.fault] = true
    switch strike.deed {
    case .act(let action):
      return action
    case .slow(let machine, let delay):
      slowness[machine.index] = delay
      interfere(.slowed(machine, by: delay))
    case .jump(let machine, let distance):
      jumpClock(of: machine, by: distance)
      interfere(.clockJumped(machine, by: distance))
    }
    return nil
  }

  private mutating func interfere(_ deed: Interference.Deed) {
    interferences.append(Interference(instant: now, deed: deed))
  }

  /// A timer counts by the machine's clock: when that jumps ahead, it fires earlier.
  private mutating func jumpClock(of machine: MachineID, by distance: SimDuration) {
    let now = now
    let moved: (Due<Content>) -> SimInstant = { due in
      guard case .fire(machine, _) = due.content else { return due.turn.instant }
      return max(now, due.turn.instant + (.zero - distance))
    }
    work.move(moved)
    upkeep.move(moved)
  }
}

// MARK: - What follows from what happened

extension Simulator {
  private mutating func takeInEvents() {
    for event in scratch.events {
      switch event {
      case .sent(let id): sent(id)
      case .armed(let machine, let timer):
        if timer.purpose == .work { workInFlight += 1 }
        let wait = timers.draw(timer.range)
        schedule(.fire(machine, generation: timer.generation), at: now + wait, timer.purpose)
      case .disarmed(_, let timer), .fired(_, let timer):
        if timer.purpose == .work { workInFlight -= 1 }
      case .choiceOpened(let machine, let choice):
        if choice.purpose == .work { workInFlight += 1 }
        let option = decide(choice)
        schedule(.choose(machine, generation: choice.generation, option: option), at: now, choice.purpose)
      case .chosen(_, let choice, _), .choiceAbandoned(_, let choice):
        if choice.purpose == .work { workInFlight -= 1 }
      case .delivered(let envelope), .lost(let envelope, _), .refused(let envelope):
        if envelope.purpose == .work { workInFlight -= 1 }
      case .writeStarted(let machine, let purpose):
        if purpose == .work { workInFlight += 1 }
        let content = Content.completeWrite(machine, incarnation: cluster[machine].incarnation)
        schedule(content, at: now + disks.draw(timing.disk), purpose)
      case .writeCompleted(_, let purpose), .writeAbandoned(_, let purpose):
        if purpose == .work { workInFlight -= 1 }
      case .resumed(let machine):
        lastDisturbance = now
        resume(machine)
      case .observed(_, let observation): observed(observation)
      case .crashed(let machine, _, _):
        lastDisturbance = now
        deferred[machine.index] = deferred[machine.index].filter { !diesWithMachine($0) }
        // A crash ends a pause: what waited for its end arrives at a machine that is down.
        resume(machine)
      case .restarted(let machine):
        lastDisturbance = now
        resume(machine)
      case .paused, .severed, .healed: lastDisturbance = now
      case .refusing, .accepting: break
      }
    }
  }

  /// Timers and writes die with their machine, durable timers excepted; messages to it are still on the wire.
  private func diesWithMachine(_ content: Content) -> Bool {
    switch content {
    case .fire(let machine, let generation): !cluster[machine].timers.contains { $0.generation == generation }
    case .completeWrite, .choose: true
    case .deliver, .act, .strike, .release: false
    }
  }

  /// Draws an option, or takes the one that is forced. A forced choice uses up its draw as well, so that those behind
  /// it stay as they were.
  private mutating func decide(_ choice: OpenChoice<M>) -> Int {
    choiceCount += 1
    let drawn = choices.draw(weights: choice.weights)
    guard let option = forced[choiceCount], choice.options.contains(option) else { return drawn }
    return option
  }

  private mutating func resume(_ machine: MachineID) {
    let waiting = deferred[machine.index]
    deferred[machine.index].removeAll()
    for content in waiting { schedule(content, at: now) }
  }

  private mutating func sent(_ id: EnvelopeID) {
    guard let envelope = cluster[id] else { return }
    if envelope.purpose == .work { workInFlight += 1 }
    var extra = slowness[envelope.to.index]
    if !faults.isEmpty {
      let verdict = verdict(on: envelope)
      if verdict.isHeld { return }
      extra = extra + verdict.delay
    }
    schedule(.deliver(id), at: now + network.draw(timing.network) + extra, envelope.purpose)
    if !faults.isEmpty { releaseOvertaken(by: envelope, after: extra) }
  }

  private mutating func schedule(_ content: Content, at instant: SimInstant, _ purpose: TimerPurpose = .work) {
    let due = Due(instant: instant, sequence: sequence, content: content)
    sequence += 1
    switch purpose {
    case .work: work.insert(due)
    case .upkeep: upkeep.insert(due)
    }
  }

  // MARK: Faults

  private struct Verdict {
    var isHeld = false
    var delay = SimDuration.zero
  }

  /// Every fault counts every message that fits it, whatever the others do to it.
  private mutating func verdict(on envelope: Envelope<M>) -> Verdict {
    var verdict = Verdict()
    for fault in faults.indices {
      guard case .message(let pattern, let nth, let kind) = faults[fault].trigger, matches[fault] < nth,
        pattern.matches(envelope)
      else { continue }
      matches[fault] += 1
      guard matches[fault] == nth else { continue }
      lastFault = max(lastFault, now)
      struck[fault] = true
      switch kind {
      case .drop: immediate.append(Strike(deed: .act(.drop(envelope.id)), fault: fault))
      case .duplicate: immediate.append(Strike(deed: .act(.duplicate(envelope.id)), fault: fault))
      case .delay(let delay):
        verdict.delay = verdict.delay + delay
        interfere(.delayed(envelope, by: delay))
      case .reorder:
        guard !verdict.isHeld else { continue }
        held[fault] = envelope.id
        schedule(.release(fault: fault), at: now + .seconds(1))
        verdict.isHeld = true
        interfere(.held(envelope))
      }
    }
    return verdict
  }

  /// A message held back to be overtaken goes right behind the one that overtakes it.
  private mutating func releaseOvertaken(by envelope: Envelope<M>, after extra: SimDuration) {
    for fault in faults.indices {
      guard let id = held[fault], id != envelope.id, case .message(let pattern, _, _) = faults[fault].trigger,
        pattern.matches(envelope)
      else { continue }
      held[fault] = nil
      schedule(.deliver(id), at: now + timing.network.typical + extra)
    }
  }

  private mutating func observed(_ observation: Observation) {
    switch observation {
    case .work(let observation): if !faults.isEmpty { observed(observation) }
    case .log(.becameLeader), .log(.adoptedEpoch): lastDisturbance = now
    case .log: break
    }
  }

  private mutating func observed(_ observation: WorkObservation) {
    for fault in faults.indices {
      guard case .observed(let pattern, let nth) = faults[fault].trigger, matches[fault] < nth,
        pattern.fits(observation)
      else { continue }
      matches[fault] += 1
      if matches[fault] == nth { plan(fault, at: now, hasBegun: steps > 0) }
    }
  }

  /// - Parameter hasBegun: false before the first action: then what is due at once waits for its turn.
  private mutating func plan(_ fault: Int, at instant: SimInstant, hasBegun: Bool) {
    for (position, strike) in faults[fault].strikes.enumerated() {
      if strike.delay == .zero, instant == now, hasBegun {
        immediate.append(Strike(deed: strike.deed, fault: fault))
      } else {
        schedule(.strike(fault: fault, position: position), at: instant + strike.delay)
        lastFault = max(lastFault, instant + strike.delay)
      }
    }
  }

  private mutating func scheduleStrikes(of fault: Int, at instant: SimInstant) {
    for (position, strike) in faults[fault].strikes.enumerated() {
      let content = Content.strike(fault: fault, position: position)
      work.insert(Due(instant: instant + strike.delay, sequence: strikeSequence, content: content))
      strikeSequence += 1
      lastFault = max(lastFault, instant + strike.delay)
    }
  }
}
