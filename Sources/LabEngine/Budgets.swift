import GraphNodes
import Primitives
import ProgressGraph

/// How long callers and channels keep trying: what tells an outage that heals from one that does not.
struct RetryBudgets {
  let graph: Graph

  /// The longest finite time that anybody keeps trying: calls with their attempts and waits, and deliveries of channels
  /// that park or drop. What tries for ever has no budget.
  var longest: SimDuration {
    var longest = SimDuration.zero
    for step in graph.steps {
      if case .call(let call) = step.verb, let budget = budget(of: call, in: graph[graph[step.handler].node]) {
        longest = max(longest, budget)
      }
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
    }
    for channel in graph.channels where channel.parksFor == nil { longest = max(longest, channel.lease) }
    return longest
  }

  private func budget(of call: Call, in node: Node) -> SimDuration? {
    guard call.isAwaited else { return nil }
    let extra: Int
    switch call.retry ?? (node.work == .durable || call.isReliable ? .forever : .times(0)) {
    case .forever: return nil
    case .times(let count): extra = count
    }
    var budget = call.timeout
    for attempt in 0..<min(extra, 40) { budget = budget + call.timeout + call.backoff * (1 << Int64(attempt)) }
    return budget
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
}
