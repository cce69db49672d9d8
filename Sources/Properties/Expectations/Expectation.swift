public import Primitives
public import ProgressGraph

/// One thing that must hold (graph-format.md, section 4), as one line of a report.
///
/// `compensated_by` and `tolerate` are no lines of their own: they say how the others are judged.
public enum Expectation: Hashable, Sendable {
  case once(NameID)
  /// The form that `once` takes for effects off the main path.
  case atMostOnce(NameID)
  /// A declared group.
  case allOrNone([NameID])
  /// The default group: what one handler does.
  case wholeHandler(HandlerID)
  case ordered(Expectations.Ordering)
  case exclusive([NameID])
  case eventually(NameID)
  case mustComplete
  /// Decisions on a table that is read with `max_age`.
  case maxAge(ChannelID)
  case never(AnomalyCode)
  /// What no file has to declare: once nothing is broken any more, everything comes to rest. Listed only where a run
  /// does not.
  case settles

  /// The name as printed: `once charge`, `all_or_none reserved, charged`, `never ORPHAN`.
  public func name(in graph: Graph) -> String {
    switch self {
    case .once(let name): return "once \(graph[name])"
    case .atMostOnce(let name): return "at_most_once \(graph[name])"
    case .allOrNone(let group): return "all_or_none \(group.map { graph[$0] }.joined(separator: ", "))"
    case .wholeHandler(let handler):
      let node = graph[graph[handler].node].name
      return "all_or_none \(graph[handler].name.map { "\(node).\($0)" } ?? node)"
    case .ordered(let ordering):
      let place =
        switch ordering.place {
        case .node(let node): graph[node].name
        case .channel(let channel): graph[channel].name
        }
      return "ordered \(place) by \(graph[ordering.field])"
    case .exclusive(let group): return "exclusive \(group.map { graph[$0] }.joined(separator: ", "))"
    case .eventually(let name): return "eventually \(graph[name])"
    case .mustComplete: return "must_complete"
    case .settles: return "settles"
    case .maxAge(let table): return "max_age \(graph[table].name)"
    case .never(let code): return "never \(code.rawValue)"
    }
  }

  /// The names of every expectation on work that a graph holds, as they are judged and printed.
  public static func names(in graph: Graph) -> [String] {
    all(in: EffectCatalogue(graph: graph, same: [])).map { $0.name(in: graph) }
  }

  /// Every expectation on work that a graph holds, in the order of the list above, each once.
  static func all(in catalogue: EffectCatalogue) -> [Expectation] {
    let graph = catalogue.graph
    let expected = graph.expectations
    var all: [Expectation] = expected.once.map { .once($0) }
    all += expected.atMostOnce.map { .atMostOnce($0) }
    all += expected.allOrNone.map { .allOrNone($0) }
    all += graph.handlerIDs.filter(catalogue.isGroup).map { .wholeHandler($0) }
    all += expected.ordered.map { .ordered($0) }
    all += expected.exclusive.map { .exclusive($0) }
    all += expected.eventually.map { .eventually($0) }
    if graph.workflow.mustComplete { all.append(.mustComplete) }
    all += catalogue.boundedTables.map { .maxAge($0.table) }
    all += expected.never.map { .never($0) }
    return all
  }
}

extension EffectCatalogue {
  /// True for a handler whose effects can disagree: two of its own, or anything at all that a durable run may leave
  /// behind when it aborts.
  func isGroup(_ handler: HandlerID) -> Bool {
    if effectSteps[handler.index].count > 1 { return true }
    return graph[graph[handler].node].work == .durable && !reach[handler.index].isEmpty
  }
}

/// What violates an expectation.
public enum ViolationCause: Equatable, Sendable {
  case anomaly(Anomaly)
  /// A caller was told "failed", cleanly, though the expectation needed the work.
  case failure(CleanFailure)
}

/// An expectation and everything that violates it, in the order of the anomalies, then of the failures.
public struct ExpectationResult: Equatable, Sendable {
  public var expectation: Expectation
  public var violatedBy: [ViolationCause]
  public var holds: Bool { violatedBy.isEmpty }
}

/// One violation.
public struct ExpectationViolation: Equatable, Sendable {
  public var expectation: Expectation
  public var cause: ViolationCause
}
