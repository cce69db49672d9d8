import Primitives
public import ProgressGraph

/// What the format has and the runtime of this version does not execute: one case for each feature, with its name in
/// messages. Whoever makes a feature run deletes its case and the one place below that uses it.
private enum UnexecutableFeature: String {
  case streamTrigger = "stream jobs on anything but topics"
  case durableStream = "`work: durable` in a stream job"
  case tableTrigger = "tables as triggers"
}

/// The features of a graph that this version cannot execute, each as a located `HW099` error, sorted by position.
///
/// Loading accepts all of them: a design that nobody runs yet can still be drawn and checked. A run needs the list to
/// be empty.
public func unexecutable(in graph: Graph, sources: SourceMap) -> [Diagnostic] {
  var found: [(feature: UnexecutableFeature, span: SourceSpan)] = []
  for id in graph.nodeIDs {
    for (feature, key) in features(of: graph[id]) { found.append((feature, sources.span(of: id, key: key))) }
  }
  for handler in graph.handlers {
    for feature in features(of: handler, in: graph) {
      found.append((feature, sources.span(of: handler.node, key: "trigger")))
    }
  }
  return found.sorted { $0.span < $1.span }.map { feature, span in
    Diagnostic(code: .notExecutable, message: "not executable yet: \(feature.rawValue)", span: span)
  }
}

private func features(of node: Node) -> [(UnexecutableFeature, key: String)] {
  var found: [(UnexecutableFeature, key: String)] = []
  switch node.kind {
  // A checkpoint is what makes a stream job's work last; a journal beside it would be a second truth.
  case .stream: if node.work == .durable { found.append((.durableStream, "work")) }
  case .service, .function, .agent, .external, .client: break
  }
  return found
}

private func features(of handler: Handler, in graph: Graph) -> [UnexecutableFeature] {
  let isStream = graph[handler.node].kind == .stream
  return handler.triggers.compactMap { trigger in
    switch trigger {
    case .channel(let channel) where graph[channel].kind == .table: .tableTrigger
    case .channel(let channel) where isStream && graph[channel].kind != .topic: .streamTrigger
    case .rpc where isStream, .every where isStream, .cron where isStream: .streamTrigger
    case .rpc, .channel, .start, .every, .cron: nil
    }
  }
}
