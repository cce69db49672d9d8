import MachineContract
public import Primitives
public import ProgressGraph

/// Something that some run of a check has to come to: a check in which nothing happens proves nothing.
public enum Sometimes: Hashable, Sendable {
  /// An effect that the expectations want to see.
  case happens(NameID)
  /// The start of the workflow comes to its end.
  case completes(NodeID)

  /// The name as printed: `charge happens`, `web completes`.
  public func name(in graph: Graph) -> String {
    switch self {
    case .happens(let name): "\(graph[name]) happens"
    case .completes(let node): "\(graph[node].name) completes"
    }
  }

  /// What `once` and `eventually` name, in that order and each once; last the workflow.
  public static func all(in graph: Graph) -> [Sometimes] {
    var all: [Sometimes] = []
    for name in graph.expectations.once + graph.expectations.eventually where !all.contains(.happens(name)) {
      all.append(.happens(name))
    }
    return all + (graph.workflow.start.map { [.completes($0)] } ?? [])
  }
}

extension Evidence {
  /// What of `Sometimes.all` this run came to, in that order. What was taken back later did happen.
  func reached() -> [Sometimes] {
    Sometimes.all(in: graph).filter { sometimes in
      switch sometimes {
      case .happens(let name): ledger.effects.indices.contains { isNamed(name, $0) }
      case .completes(let node): ledger.works.contains { $0.unit.node == node && $0.isFinished }
      }
    }
  }
}
