public import Primitives

/// Which node a signal goes to: the one whose wait bears its name. Made once for a graph.
///
/// A node's own wait comes first, else the first other node that waits for the name: a signal has one receiver. What
/// many should know is an event on a topic.
public struct SignalRoutes: Sendable {
  private struct Place: Hashable {
    let name: NameID
    let node: NodeID
  }
  private var places: Set<Place> = []
  private var first: [NameID: NodeID] = [:]

  public init(_ graph: Graph) {
    for step in graph.steps {
      guard case .wait(let wait) = step.verb, case .signal(let name) = wait.subject else { continue }
      let node = graph[step.handler].node
      places.insert(Place(name: name, node: node))
      if first[name] == nil { first[name] = node }
    }
  }

  /// Nil where nobody waits for the name.
  public func target(of name: NameID, from node: NodeID) -> NodeID? {
    isAwaited(name, at: node) ? node : first[name]
  }

  /// True where this node has a wait of this name.
  public func isAwaited(_ name: NameID, at node: NodeID) -> Bool {
    places.contains(Place(name: name, node: node))
  }
}
