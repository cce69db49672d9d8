public import ProgressGraph

/// What the format has and the runtime of this version does not execute, one case for each feature.
///
/// Loading accepts all of it: a design that nobody runs yet can still be drawn and checked.
enum UnexecutableFeature: CaseIterable {
  case streamNode, agentNode
  case everyTrigger, cronTrigger
  case waitStep, signalStep, chooseStep, parallelStep, eachStep, checkpointStep
  case serial, instances, transientFailures
  case writeVersion
  case tableChannel, readMaxAge
  case replyTo, sendDelay
  case fifo
}

/// The features of a graph that this version cannot execute, each as a located `HW099` error, sorted by position. A run
/// needs the list to be empty.
public func unexecutable(in graph: Graph, sources: SourceMap) -> [Diagnostic] {
  var found: [(feature: String, span: SourceSpan)] = []
  for feature in UnexecutableFeature.allCases {
    switch feature {
    case .streamNode, .agentNode, .serial, .instances, .transientFailures:
      found += nodeFeatures(feature, graph, sources)
    case .everyTrigger, .cronTrigger: found += triggerFeatures(feature, graph, sources)
    case .waitStep, .signalStep, .chooseStep, .parallelStep, .eachStep, .checkpointStep, .writeVersion, .readMaxAge,
      .replyTo, .sendDelay:
      found += stepFeatures(feature, graph, sources)
    case .tableChannel, .fifo: found += channelFeatures(feature, graph, sources)
    }
  }
  return found.sorted { $0.span < $1.span }.map { feature, span in
    Diagnostic(code: .notExecutable, message: "not executable yet: \(feature)", span: span)
  }
}

private func nodeFeatures(
  _ feature: UnexecutableFeature, _ graph: Graph, _ sources: SourceMap
) -> [(feature: String, span: SourceSpan)] {
  graph.nodeIDs.compactMap { id in
    let node = graph[id]
    switch feature {
    case .streamNode: return node.kind == .stream ? ("stream jobs", sources.span(of: id, key: "kind")) : nil
    case .agentNode: return node.kind == .agent ? ("agents", sources.span(of: id, key: "kind")) : nil
    case .serial: return node.serial == nil ? nil : ("`serial`", sources.span(of: id, key: "serial"))
    case .instances:
      return node.instances > 1 ? ("several `instances`", sources.span(of: id, key: "instances")) : nil
    case .transientFailures: return node.failureShare > 0 ? ("`fails`", sources.span(of: id, key: "fails")) : nil
    case .everyTrigger, .cronTrigger, .waitStep, .signalStep, .chooseStep, .parallelStep, .eachStep, .checkpointStep,
      .writeVersion, .tableChannel, .readMaxAge, .replyTo, .sendDelay, .fifo:
      return nil
    }
  }
}

private func triggerFeatures(
  _ feature: UnexecutableFeature, _ graph: Graph, _ sources: SourceMap
) -> [(feature: String, span: SourceSpan)] {
  graph.handlers.flatMap { handler in
    handler.triggers.compactMap { trigger in
      let span = sources.span(of: handler.node, key: "trigger")
      switch trigger {
      case .every: return feature == .everyTrigger ? ("durable timers as triggers", span) : nil
      case .cron: return feature == .cronTrigger ? ("timers in memory as triggers", span) : nil
      case .rpc, .channel, .start: return nil
      }
    }
  }
}

private func stepFeatures(
  _ feature: UnexecutableFeature, _ graph: Graph, _ sources: SourceMap
) -> [(feature: String, span: SourceSpan)] {
  graph.stepIDs.compactMap { id in
    let span = sources.span(of: id)
    switch graph[id].verb {
    case .wait: return feature == .waitStep ? ("`wait`", span) : nil
    case .signal: return feature == .signalStep ? ("`signal`", span) : nil
    case .choose: return feature == .chooseStep ? ("`choose`", span) : nil
    case .parallel: return feature == .parallelStep ? ("`parallel`", span) : nil
    case .each: return feature == .eachStep ? ("`each`", span) : nil
    case .checkpoint: return feature == .checkpointStep ? ("`checkpoint`", span) : nil
    case .write(_, _, let version):
      guard feature == .writeVersion, version != nil else { return nil }
      return ("`version`", sources.span(of: id, key: "version"))
    case .read(_, let table, let age):
      if feature == .tableChannel, table != nil { return ("reads of tables", span) }
      guard feature == .readMaxAge, age != nil else { return nil }
      return ("`max_age`", sources.span(of: id, key: "max_age"))
    case .send(let send):
      if feature == .replyTo, send.replyTo != nil { return ("`reply_to`", sources.span(of: id, key: "reply_to")) }
      guard feature == .sendDelay, send.delay > .zero else { return nil }
      return ("`delay`", sources.span(of: id, key: "delay"))
    case .compute, .call, .publish, .effect, .transaction, .reply, .fail: return nil
    }
  }
}

private func channelFeatures(
  _ feature: UnexecutableFeature, _ graph: Graph, _ sources: SourceMap
) -> [(feature: String, span: SourceSpan)] {
  graph.channelIDs.compactMap { id in
    let channel = graph[id]
    if feature == .tableChannel, channel.kind == .table { return ("table channels", sources.span(of: id)) }
    if feature == .fifo, channel.isFifo { return ("`fifo`", sources.span(of: id, key: "fifo")) }
    return nil
  }
}
