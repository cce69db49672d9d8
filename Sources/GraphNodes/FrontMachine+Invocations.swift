import LogContract
import MachineContract
import Primitives
import ProgressGraph

/// The durable-execution engine: invocations are stored, and their targets called until they complete.
extension FrontMachine {
  /// The node that an invocation calls; nil for a message of a queue or topic.
  func target(of message: ChannelMessage) -> NodeID? { message.invocation.map { call(of: $0).target } }

  private func call(of invocation: Invocation) -> Call {
    guard case .call(let call) = deployment.graph[invocation.step].verb else {
      preconditionFailure("an invocation comes from a call")
    }
    return call
  }

  mutating func invokeReady(_ lane: Int, into out: inout Outbox<FrontMachine>) {
    for entry in lanes[lane].entries.indices where lanes[lane].entries[entry].state == .ready {
      invoke(lane, entry, into: &out)
    }
  }

  private mutating func invoke(_ lane: Int, _ entry: Int, into out: inout Outbox<FrontMachine>) {
    let message = lanes[lane].entries[entry].message
    guard let invocation = message.invocation else { return }
    let call = call(of: invocation)
    lanes[lane].entries[entry].deliveries += 1
    let attempt = lanes[lane].entries[entry].deliveries
    let number = newLease()
    lanes[lane].entries[entry].state = .leased(number: number, consumer: call.target, isHeld: true)
    out.observe(.delivered(trigger(message, consumer: call.target), attempt: attempt))
    out.send(
      .request(
        Request(
          id: message.id, attempt: attempt, handler: call.handler, root: message.root, path: message.path,
          key: message.key, step: invocation.step, isAwaited: true, isReliable: true,
          isCompensation: message.isCompensation, countedKey: invocation.countedKey, strand: message.strand)),
      to: deployment.machine(of: call.target))
    out.arm(.lease(number), after: .exactly(call.timeout))
  }

  /// The target answered.
  mutating func complete(_ reply: Reply, into out: inout Outbox<FrontMachine>) {
    let found = entry { entry, _ in
      if case .leased(_, _, true) = entry.state { entry.message.id == reply.request } else { false }
    }
    guard let (lane, entry) = found, case .leased(let number, let target, _) = lanes[lane].entries[entry].state
    else { return }
    out.disarm(.lease(number))
    if reply.failure == nil || reply.failure == .terminal {
      lanes[lane].entries[entry].state = .acknowledging(number: number, consumer: target)
      results.insert(reply.request, reply.failure)
      log.append(.acknowledged(message: reply.request, consumer: target, failure: reply.failure), into: &out)
    } else {
      waitBeforeNextAttempt(lane, entry, into: &out)
    }
  }

  /// No answer within the call's time-out, or the wait after a failed attempt is over.
  mutating func invocationTimedOut(_ lane: Int, _ entry: Int, into out: inout Outbox<FrontMachine>) {
    guard case .leased(_, let target, let isHeld) = lanes[lane].entries[entry].state else { return }
    if isHeld {
      out.observe(.leaseExpired(trigger(lanes[lane].entries[entry].message, consumer: target)))
      waitBeforeNextAttempt(lane, entry, into: &out)
    } else {
      lanes[lane].entries[entry].state = .ready
      serve(into: &out)
    }
  }

  /// A target that comes up again has forgotten what it was asked: the attempt is over.
  mutating func targetRestarted(_ target: NodeID, into out: inout Outbox<FrontMachine>) {
    for lane in lanes.indices {
      for entry in lanes[lane].entries.indices {
        guard case .leased(let number, target, true) = lanes[lane].entries[entry].state else { continue }
        out.disarm(.lease(number))
        waitBeforeNextAttempt(lane, entry, into: &out)
      }
    }
  }

  private mutating func waitBeforeNextAttempt(_ lane: Int, _ entry: Int, into out: inout Outbox<FrontMachine>) {
    let message = lanes[lane].entries[entry].message
    guard let invocation = message.invocation else { return }
    let call = call(of: invocation)
    let attempts = lanes[lane].entries[entry].deliveries
    if case .times(let extra) = call.retry ?? .forever, attempts > extra {
      lanes[lane].entries[entry].state = .exhausted
      return answerCaller(of: message, .failed, into: &out)
    }
    let number = newLease()
    lanes[lane].entries[entry].state = .leased(number: number, consumer: call.target, isHeld: false)
    out.arm(.lease(number), after: .exactly(call.backoff * (1 << Int64(min(attempts - 1, 40)))))
  }

  func answerCaller(
    of message: ChannelMessage, _ failure: FailureReason?, into out: inout Outbox<FrontMachine>
  ) {
    guard let invocation = message.invocation, invocation.isAwaited else { return }
    out.send(
      .reply(Reply(request: message.id, failure: failure)), to: deployment.machine(of: invocation.caller))
  }
}
