import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph

/// The firings of the timers that trigger handlers: of each as many as the load has root triggers, the first one after
/// its interval.
///
/// A timer has no end of its own. Tied to the load, a run stays finite, a calm run shows each timer once, and whoever
/// wants to see more firings raises the load.
struct TimerSchedule: Sendable {
  /// By instant; at one instant in the order of the file.
  private(set) var firings: [(instant: SimInstant, firing: TimerFiring)] = []

  init(_ graph: Graph, load: Load) {
    for handler in graph.handlerIDs { add(handler, of: graph, load) }
    firings = firings.enumerated().sorted { left, right in
      (left.element.instant, left.offset) < (right.element.instant, right.offset)
    }.map(\.element)
  }

  private mutating func add(_ handler: HandlerID, of graph: Graph, _ load: Load) {
    let timers = graph[handler].triggers.compactMap { trigger -> (isDurable: Bool, interval: SimDuration)? in
      switch trigger {
      case .every(let interval): (true, interval)
      case .cron(let interval): (false, interval)
      case .rpc, .channel, .start: nil
      }
    }
    for (position, timer) in timers.enumerated() {
      for round in 0..<load.count {
        let number = round * timers.count + position + 1
        guard number <= RootNumber.mostTicks else { break }
        let firing = TimerFiring(
          node: graph[handler].node, handler: handler, root: RootNumber.tick(handler, number).root,
          isDurable: timer.isDurable)
        firings.append((.start + timer.interval * Int64(round + 1), firing))
      }
    }
  }

  func actions(in deployment: Deployment) -> [(SimInstant, Action<LabMachine>)] {
    firings.map { ($0.instant, .invoke(deployment.machine(of: $0.firing.node), .tick($0.firing))) }
  }
}
