import MachineContract
import Primitives
import ProgressGraph

/// Calls, messages to channels, and what failure does to a unit.
extension NodeMachine {
  // MARK: Calling

  mutating func performCall(_ call: Call, _ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    let isRepeat = units[unit].awaited != 0
    if !isRepeat { units[unit].awaited = derivedID(step, unit) }
    if call.isReliable, node.work != .durable {
      return invokeReliably(call, step, unit, isRepeat: isRepeat, into: &out)
    }
    let request = Request(
      id: units[unit].awaited, attempt: units[unit].retries + 1, handler: call.handler, root: units[unit].work.root,
      path: pathBelow(step, unit), key: sentKey(call.key, unit), step: step, isAwaited: call.isAwaited,
      isReliable: node.work == .durable, isCompensation: units[unit].isCompensation || units[unit].isCompensating,
      countedKey: countedKey(call.key, unit), strand: units[unit].work.strand)
    out.observe(.called(units[unit].work, step, request: request.id, attempt: request.attempt))
    out.send(.request(request), to: deployment.machine(of: call.target))
    guard call.isAwaited else { return completeStep(unit, into: &out) }
    units[unit].phase = .calling
    out.arm(.timeout(units[unit].serial), after: .exactly(call.timeout))
  }

  /// Hands the invocation to the engine, which stores it and calls the target until it completes.
  private mutating func invokeReliably(
    _ call: Call, _ step: StepID, _ unit: Int, isRepeat: Bool, into out: inout Outbox<NodeMachine>
  ) {
    guard let engine = deployment.engine else { preconditionFailure("no engine is deployed for a reliable call") }
    let key = sentKey(call.key, unit)
    if let key {
      var fingerprinter = Fingerprinter()
      fingerprinter.feed(call.handler)
      fingerprinter.feed(key)
      units[unit].awaited = fingerprinter.value
    }
    out.observe(.called(units[unit].work, step, request: units[unit].awaited, attempt: 1))
    out.send(
      .put(
        ChannelMessage(
          id: units[unit].awaited, channel: engine, root: units[unit].work.root, path: pathBelow(step, unit),
          key: key, event: nil, effect: nil,
          invocation: Invocation(
            step: step, caller: id, isAwaited: call.isAwaited, countedKey: countedKey(call.key, unit)),
          isCompensation: units[unit].isCompensation || units[unit].isCompensating,
          strand: units[unit].work.strand)),
      to: deployment.front(of: engine))
    units[unit].phase = .storing
    repeatLater(unit, into: &out)
    // Saying it again gives the engine no more time.
    if call.isAwaited, !isRepeat { out.arm(.timeout(units[unit].serial), after: .exactly(call.timeout)) }
  }

  /// The value of `key` as it travels; nil where the step has none.
  private mutating func sentKey(_ key: NameID?, _ unit: Int) -> UInt64? {
    guard let key else { return nil }
    return isFresh(key) ? freshID() : deployment.value(of: key, root: units[unit].work.root).packed
  }

  mutating func take(_ reply: Reply, into out: inout Outbox<NodeMachine>) {
    let waiting = serials(awaiting: reply.request) { $0 == .calling || $0 == .backingOff || $0 == .storing }
    // A node that refuses a signal is asked again when it is time to.
    if !serials(awaiting: reply.request, in: { $0 == .replying }).isEmpty { return }
    if waiting.isEmpty { out.observe(.replyIgnored(id, request: reply.request)) }
    // Invocations with one key are one invocation, and its result is the answer to every unit that asked for it.
    for waiting in waiting {
      if let unit = position(of: waiting) { take(reply, for: unit, into: &out) }
    }
  }

  private mutating func take(_ reply: Reply, for unit: Int, into out: inout Outbox<NodeMachine>) {
    guard let step = currentStep(of: unit) else { return }
    if let failure = reply.failure {
      // The answer to an attempt that was given up is no news; only success still counts.
      if units[unit].phase == .calling { failCall(unit, failure, into: &out) }
      return
    }
    out.disarm(.timeout(units[unit].serial))
    out.disarm(.resend(units[unit].serial))
    out.disarm(.unit(units[unit].serial))
    out.observe(.answered(units[unit].work, step, request: reply.request))
    completeStep(unit, into: &out)
  }

  /// This attempt at the call got an error, or no answer in time.
  mutating func failCall(_ unit: Int, _ reason: FailureReason, into out: inout Outbox<NodeMachine>) {
    guard let step = currentStep(of: unit) else { return }
    out.disarm(.timeout(units[unit].serial))
    out.disarm(.resend(units[unit].serial))
    if reason == .timedOut || reason == .failed { units[unit].isOutcomeUnknown = true }
    out.observe(.callFailed(units[unit].work, step, request: units[unit].awaited, reason))
    failStep(step, unit, reason, into: &out)
  }

  // MARK: Sending

  mutating func put(
    on channel: ChannelID, name: NameID, key: NameID?, event: NameID?, replyTo: NameID? = nil, _ step: StepID,
    _ unit: Int, into out: inout Outbox<NodeMachine>
  ) {
    if units[unit].awaited == 0 { units[unit].awaited = derivedID(step, unit) }
    let isCompensation = units[unit].isCompensation || units[unit].isCompensating
    let message = ChannelMessage(
      id: units[unit].awaited, channel: channel, root: units[unit].work.root, path: pathBelow(step, unit),
      key: key.map { deployment.value(of: $0, root: units[unit].work.root).packed }, event: event,
      effect: AppliedEffect(
        unit: units[unit].work, step: step, name: name, key: countedKey(key, unit), isCompensation: isCompensation,
        record: units[unit].awaited),
      isCompensation: isCompensation, strand: units[unit].work.strand,
      replyTo: replyTo.map { ReplyAddress(node: id, name: $0) })
    if let transaction = transaction(of: unit) {
      units[transaction].buffer?.messages.append(message)
      units[unit].awaited = 0
      return completeStep(unit, into: &out)
    }
    out.send(.put(message), to: deployment.front(of: channel))
    units[unit].phase = .storing
    repeatLater(unit, into: &out)
  }

  mutating func repeatLater(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    out.arm(.resend(units[unit].serial), after: .exactly(Self.pause(after: units[unit].repeats)))
    units[unit].repeats = min(units[unit].repeats + 1, Self.mostRepeats)
  }

  /// How long what nothing confirms waits until it is said again: for the first minute a second, so that the end of an
  /// outage is noticed at once; then twice as long each time, up to about a minute, so that one of days is not asked
  /// through a million times.
  static func pause(after repeats: Int) -> SimDuration { .seconds(1 << Int64(max(0, min(repeats - 59, 6)))) }

  /// Beyond these the pauses stay as they are, and nothing counts them: states with one future are one state.
  static let mostRepeats = 65

  /// Says again, with the same id, what was not confirmed in time.
  mutating func resend(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    switch units[unit].phase {
    case .acknowledging:
      guard let lease = units[unit].lease else { return }
      out.send(.acknowledge(channel: lease.channel, lease: lease.number), to: deployment.front(of: lease.channel))
      repeatLater(unit, into: &out)
    case .storing, .reading:
      performAgain(unit, into: &out)
    case .replying:
      sendReply(unit, into: &out)
    case .trying, .arrived, .accepting, .latency, .ready, .choosing, .computing, .calling, .joining, .backingOff,
      .performed, .recording, .abandoning, .registering, .waiting, .finished, .ending, .lost:
      break
    }
  }

  mutating func takeConfirmation(of message: UInt64, into out: inout Outbox<NodeMachine>) {
    let storing = serials(awaiting: message) { $0 == .storing || $0 == .replying }
    if storing.isEmpty { relayed(message, into: &out) }
    for storing in storing {
      if let unit = position(of: storing) { takeConfirmation(for: unit, into: &out) }
    }
  }

  private mutating func takeConfirmation(for unit: Int, into out: inout Outbox<NodeMachine>) {
    out.disarm(.resend(units[unit].serial))
    if units[unit].phase == .storing, let step = currentStep(of: unit), case .call(let call) = graph[step].verb,
      call.isAwaited
    {
      units[unit].phase = .calling
    } else {
      signalArrived(unit, into: &out)
    }
  }

  // MARK: Failing and trying again

  /// An attempt at a step failed: try again, recover as the step says, or fail the unit.
  mutating func failStep(
    _ step: StepID, _ unit: Int, _ reason: FailureReason, into out: inout Outbox<NodeMachine>
  ) {
    if reason != .terminal, triesAgain(step, unit) {
      return backOff(step, unit, into: &out)
    }
    if units[unit].isCompensating { return abandonUndo(unit, into: &out) }
    if case .call(let call) = graph[step].verb {
      switch call.onError {
      case .fail: break
      case .ignore: return completeStep(unit, into: &out)
      case .steps:
        units[unit].next = deployment.program(of: units[unit].work.handler).errorTarget(of: step) ?? units[unit].next
        return recordStep(unit, into: &out)
      }
    }
    failUnit(unit, step, reason, into: &out)
  }

  private func triesAgain(_ step: StepID, _ unit: Int) -> Bool {
    var retry: Retry?
    if case .call(let call) = graph[step].verb {
      // The engine has done the repeating; what it gives up is given up.
      if call.isReliable, node.work != .durable { return false }
      retry = call.retry
    }
    switch retry ?? (node.work == .durable ? .forever : .times(0)) {
    case .forever: return true
    case .times(let extra): return units[unit].retries < extra
    }
  }

  private mutating func backOff(_ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    var base = SimDuration.milliseconds(100)
    if case .call(let call) = graph[step].verb { base = call.backoff }
    let wait = base * (1 << Int64(min(units[unit].retries, 40)))
    units[unit].retries += 1
    units[unit].phase = .backingOff
    out.observe(.retrying(units[unit].work, step, attempt: units[unit].retries + 1))
    let tenth = SimDuration(microseconds: wait.microseconds / 10)
    out.arm(.unit(units[unit].serial), after: .uniform(low: wait - tenth, high: wait + tenth))
  }

  mutating func retryStep(_ unit: Int, into out: inout Outbox<NodeMachine>) { performAgain(unit, into: &out) }

  private mutating func performAgain(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    units[unit].phase = .ready
    performInstruction(unit, into: &out)
  }

  // MARK: Compensating

  /// The attempt is over without success: a strand's, or the whole unit's. Registered compensations run in reverse
  /// order first.
  mutating func failUnit(
    _ unit: Int, _ step: StepID, _ reason: FailureReason, into out: inout Outbox<NodeMachine>
  ) {
    if units[unit].strand != nil { return failStrand(unit, step, reason, into: &out) }
    if units[unit].isCompensating { return abandonUndo(unit, into: &out) }
    out.observe(.failed(units[unit].work, step, reason))
    units[unit].buffer = nil
    units[unit].failure = reason == .terminal || node.work == .durable ? .terminal : .failed
    withdrawUndo(of: step, unit)
    units[unit].undos.reverse()
    if node.work == .durable {
      recordCompensation(unit, into: &out)
    } else if units[unit].undos.isEmpty {
      settle(unit, units[unit].failure, into: &out)
    } else {
      beginCompensation(unit, into: &out)
    }
  }

  mutating func beginCompensation(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    units[unit].isCompensating = true
    if !units[unit].undos.isEmpty { out.observe(.compensating(units[unit].work)) }
    compensate(unit, into: &out)
  }

  mutating func compensate(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    if let undo = units[unit].undos.first {
      units[unit].position = program(of: unit).start(ofUndo: undo.step)
      advance(unit, into: &out)
    } else {
      endCompensation(unit, into: &out)
    }
  }

  /// A compensation has failed for good: outside a durable node each has one try. The next one follows.
  private mutating func abandonUndo(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    let program = program(of: unit)
    units[unit].next = program.endOfUndo(around: units[unit].position)
    // A transaction is recorded as a whole, also when it comes to nothing.
    if let transaction = units[unit].buffer?.step {
      units[unit].position = program.begin(of: transaction, before: units[unit].position)
    }
    units[unit].buffer = nil
    recordStep(unit, into: &out)
  }

  private mutating func endCompensation(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    if node.work == .durable {
      recordEnd(unit, into: &out)
    } else {
      // What was done is undone: another attempt has nothing to go on from.
      forgetProgress(of: unit, into: &out)
      settle(unit, units[unit].failure, into: &out)
    }
  }
}
