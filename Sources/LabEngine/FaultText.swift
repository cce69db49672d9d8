import Primitives
import ProgressGraph

/// Faults as they stand in a file, in flow style: `{crash: pay, after: work, restart: 2s}`.
struct FaultText {
  let graph: Graph

  func text(of fault: Fault) -> String {
    var parts: [String] = []
    switch fault.kind {
    case .crash(let target, let restart, let disk):
      parts.append("crash: \(name(target))")
      parts += point(of: fault, of: target)
      parts.append("restart: \(restart.map(duration) ?? "never")")
      if disk != .keep { parts.append("disk: \(disk.rawValue)") }
    case .pause(let target, let length):
      parts.append("pause: \(name(target))")
      parts += point(of: fault, of: target)
      parts.append("for: \(duration(length))")
    case .down(let node, let length):
      parts.append("down: \(graph[node].name)")
      parts += point(of: fault, of: .node(node))
      parts.append("for: \(duration(length))")
    case .slow(let node, let delay, let length):
      parts.append("slow: \(graph[node].name)")
      parts += point(of: fault, of: .node(node)) + ["by: \(duration(delay))", "for: \(duration(length))"]
    case .skew(let node, let distance, let length):
      parts.append("skew: \(graph[node].name)")
      parts += point(of: fault, of: .node(node)) + ["by: \(duration(distance))", "for: \(duration(length))"]
    case .poison(let step):
      parts.append("poison: \(graph[graph[graph[step].handler].node].name)/\(stepName(step))")
    case .partition(let left, let right, let isOneWay, let length):
      parts.append("partition: " + (isOneWay ? "\(name(left)) -> \(name(right))" : "[\(name(left)), \(name(right))]"))
      parts += point(of: fault, of: nil)
      parts.append("for: \(duration(length))")
    case .message(let kind, let link):
      parts += message(kind, link)
    }
    if fault.nth != 1 { parts.append("nth: \(fault.nth)") }
    return "{\(parts.joined(separator: ", "))}"
  }

  private func message(_ kind: MessageFault, _ link: FaultLink) -> [String] {
    let place =
      switch link {
      case .link(let from, let to): "\(name(from)) -> \(name(to))"
      case .channel(let channel): graph[channel].name
      }
    switch kind {
    case .drop: return ["drop: \(place)"]
    case .duplicate: return ["duplicate: \(place)"]
    case .reorder: return ["reorder: \(place)"]
    case .delay(let delay): return ["delay: \(place)", "by: \(duration(delay))"]
    }
  }

  private func point(of fault: Fault, of target: FaultTarget?) -> [String] {
    switch fault.point {
    case .at(let instant): instant == .start ? ["at: 0s"] : ["at: \(duration(instant - .start))"]
    case .before(let site): ["before: \(name(site))"]
    case .during(let site): ["during: \(name(site))"]
    case .after(let site): ["after: \(name(site))"]
    }
  }

  private func name(_ target: FaultTarget) -> String {
    switch target {
    case .node(let node): graph[node].name
    case .logReplica(let channel, let number): "\(graph[channel].name)/log/\(number)"
    case .journalReplica(let node, let number): "\(graph[node].name)/journal/\(number)"
    case .front(let channel): "\(graph[channel].name)/front"
    }
  }

  private func name(_ end: FaultEnd) -> String {
    switch end {
    case .node(let node): graph[node].name
    case .channel(let channel): graph[channel].name
    }
  }

  private func name(_ site: FaultPoint.Site) -> String {
    switch site {
    case .work: "work"
    case .step(let step): stepName(step)
    }
  }

  /// `step`, or `handler/step` where another handler of the node has a step of that name.
  func stepName(_ id: StepID) -> String {
    let step = graph[id]
    let node = graph[graph[step.handler].node]
    // Most nodes have one handler, and a large graph has tens of thousands of steps to ask about.
    let isAmbiguous = node.handlers.count > 1
      && graph.steps.contains { other in
        other.label == step.label && other.handler != step.handler && node.handlers.contains(other.handler)
      }
    guard isAmbiguous, let handler = graph[step.handler].name else { return step.label }
    return "\(handler)/\(step.label)"
  }

  /// In the largest unit that leaves no rest; microseconds are beneath what a file can say and are rounded up.
  func duration(_ duration: SimDuration) -> String {
    let milliseconds = (duration.microseconds + 999) / 1_000
    for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] as [(String, Int64)]
    where milliseconds != 0 && milliseconds % length == 0 {
      return "\(milliseconds / length)\(unit)"
    }
    return "\(milliseconds)ms"
  }
}
