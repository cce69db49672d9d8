import GraphNodes
import Primitives
import ProgressGraph
import Properties

/// How long callers and channels keep trying: what tells an outage that heals from one that does not.
struct RetryBudgets {
  let graph: Graph

  /// The longest finite time that anybody keeps trying or waits for an answer: calls with their attempts and waits,
  /// signals with a time-out, and deliveries of channels that park or drop. What tries for ever has no budget.
  var longest: SimDuration {
    var longest = SimDuration.zero
    for step in graph.steps {
      if case .call(let call) = step.verb, let budget = budget(of: call, in: graph[graph[step.handler].node]) {
        longest = max(longest, budget)
      }
      if case .wait(let wait) = step.verb, let timeout = wait.timeout { longest = max(longest, timeout) }
    }
    for channel in graph.channels {
      if let deliveries = channel.maxDeliveries { longest = max(longest, channel.lease * Int64(deliveries)) }
    }
    return longest
  }

  /// The longest lease or time-out in the graph: what a pause must outlast to be noticed.
  var longestWait: SimDuration {
    var longest = SimDuration.seconds(1)
    for step in graph.steps {
      if case .call(let call) = step.verb, call.isAwaited { longest = max(longest, call.timeout) }
      if case .wait(let wait) = step.verb, let timeout = wait.timeout { longest = max(longest, timeout) }
    }
    for channel in graph.channels where channel.parksFor == nil { longest = max(longest, channel.lease) }
    return longest
  }

  private func budget(of call: Call, in node: Node) -> SimDuration? {
    guard call.isAwaited else { return nil }
    guard let extra = extraAttempts(of: call, in: node) else { return nil }
    return budget(of: call, attempt: call.timeout, extra: extra)
  }

  /// Nil for a call that is tried for ever.
  private func extraAttempts(of call: Call, in node: Node) -> Int? {
    switch call.retry ?? (node.work == .durable || call.isReliable ? .forever : .times(0)) {
    case .forever: nil
    case .times(let count): count
    }
  }

  private func budget(of call: Call, attempt: SimDuration, extra: Int) -> SimDuration {
    var budget = attempt
    for retry in 0..<min(extra, 40) { budget = budget + attempt + call.backoff * (1 << Int64(retry)) }
    return budget
  }

  /// What the judge is told of a run's faults, and of what its logs no longer hold.
  func facts(of faults: [Fault], missing: Set<UInt64>) -> RunFacts {
    RunFacts(
      neverHeals: neverHeals(faults), outlastsCallers: faults.contains(where: outlastsCallers), missing: missing)
  }

  /// True under poison, and under an outage that outlasts every budget (semantics.md, section 1).
  func neverHeals(_ faults: [Fault]) -> Bool {
    let longest = longest
    return faults.contains { fault in
      switch fault.kind {
      case .poison: true
      case .crash(_, let restart, _): restart == nil
      case .pause(_, let length), .down(_, let length), .partition(_, _, _, let length): length > longest
      case .slow, .message, .skew: false
      }
    }
  }

  // MARK: The caller's own budget

  /// True for an outage longer than the start of the workflow keeps trying to get through to what it hits.
  ///
  /// A node that is down refuses at once, so that only the waits between attempts count; a paused or cut-off one lets
  /// every attempt run into its time-out.
  private func outlastsCallers(_ fault: Fault) -> Bool {
    switch fault.kind {
    case .down(let node, let length): outlasts(length, [node], isRefusing: true)
    case .pause(.node(let node), let length): outlasts(length, [node], isRefusing: false)
    case .partition(.node(let left), .node(let right), _, let length):
      outlasts(length, [left, right], isRefusing: false)
    case .pause, .partition, .crash, .slow, .poison, .message, .skew: false
    }
  }

  private func outlasts(_ length: SimDuration, _ nodes: [NodeID], isRefusing: Bool) -> Bool {
    guard let start = graph.workflow.start else { return false }
    return nodes.contains { node in
      var known: [NodeID: SimDuration?] = [:]
      guard let budget = patience(of: start, with: node, isRefusing: isRefusing, &known) else { return false }
      return length > budget
    }
  }

  /// How long `node` keeps trying when `target` does no work; nil where it does not call it, or only for ever.
  ///
  /// - Parameter known: answers so far: the ways through a graph multiply with every hop. A node that is being asked
  ///   counts as one that does not call: a circle adds nothing to it.
  private func patience(
    of node: NodeID, with target: NodeID, isRefusing: Bool, _ known: inout [NodeID: SimDuration?]
  ) -> SimDuration? {
    if let answer = known[node] { return answer }
    known[node] = .some(nil)
    var longest: SimDuration?
    for step in graph.steps where graph[step.handler].node == node {
      guard case .call(let call) = step.verb, call.isAwaited else { continue }
      // A call that is tried for ever tells nobody of a failure: it is the other calls that run out of patience.
      guard let extra = extraAttempts(of: call, in: graph[node]) else { continue }
      let budget: SimDuration
      if call.target == target {
        budget = self.budget(of: call, attempt: isRefusing ? .zero : call.timeout, extra: extra)
      } else if let below = patience(of: call.target, with: target, isRefusing: isRefusing, &known) {
        budget = self.budget(of: call, extra: extra, below: below)
      } else {
        continue
      }
      longest = max(longest ?? .zero, budget)
    }
    known[node] = .some(longest)
    return longest
  }

  /// How long a call keeps trying whose target itself gives up after `below`.
  private func budget(of call: Call, extra: Int, below: SimDuration) -> SimDuration {
    switch graph[call.target].work {
    case .none, .idempotent, .transactional: budget(of: call, attempt: min(below, call.timeout), extra: extra)
    // Attempts join the run in hand, and its terminal error is not tried again.
    case .durable: min(below, budget(of: call, attempt: call.timeout, extra: extra))
    }
  }
}
