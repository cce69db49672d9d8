import Primitives
import ProgressGraph

/// What a graph's handlers wait for, and what they complete: looked up at every signal, made once.
struct WaitIndex: Sendable {
  let routes: SignalRoutes
  /// Indexed by handler: the wait of its own node that bears its name.
  private var inputs: [NameID?]
  /// Indexed by handler: true for one that completes a wait of its own node.
  private var completesOwn: [Bool]

  init(_ graph: Graph) {
    let routes = SignalRoutes(graph)
    let names = Dictionary(graph.names.enumerated().map { ($0.element, NameID($0.offset)) }) { first, _ in first }
    inputs = graph.handlers.map { handler in
      handler.name.flatMap { names[$0] }.flatMap { routes.isAwaited($0, at: handler.node) ? $0 : nil }
    }
    completesOwn = inputs.map { $0 != nil }
    for step in graph.steps {
      guard case .signal(let name, _) = step.verb else { continue }
      if routes.isAwaited(name, at: graph[step.handler].node) { completesOwn[step.handler.index] = true }
    }
    self.routes = routes
  }

  /// The wait that the end of this handler completes.
  func input(of handler: HandlerID) -> NameID? { inputs[handler.index] }

  /// True for a handler that completes a wait of its own node, by a `signal` or by its name. It is no turn of an actor:
  /// the run that waits for it would wait for itself.
  func completesOwnWait(_ handler: HandlerID) -> Bool { completesOwn[handler.index] }
}
