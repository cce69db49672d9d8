import Primitives
import ProgressGraph

/// The business goal, with its defaults.
extension GraphAssembly {
  mutating func readWorkflow() {
    let item = root["workflow"]
    graph.workflow.isDeclared = item != nil
    graph.workflow.mustComplete = item?["must_complete"]?.flag ?? false
    startWebhooks()
    var start = item?["start"].flatMap { node($0) }
    if item?["start"] == nil { start = defaultStart() }
    if let item = item?["start"], let named = start, graph[named].kind == .stream {
      findings.error(
        .streamTrigger, at: item, "a stream job takes the records of topics, and the load is none",
        hint: "name the node that publishes them")
      start = nil
    }
    graph.workflow.start = start
    // A node that its own timer triggers needs no load: each firing is a root trigger.
    if let start, graph.isStartedByLoad(start), let handler = graph[start].handlers.first,
      !graph[handler].triggers.contains(.start)
    {
      graph.handlers[handler.index].triggers.append(.start)
    }
    var seen: Set<NodeID> = []
    for element in item?["core"]?.elements ?? [] {
      guard let id = node(element) else { continue }
      if seen.insert(id).inserted {
        graph.workflow.core.append(id)
      } else {
        findings.error(.duplicateName, at: element, "`\(shortened(graph[id].name))` stands twice in `core`")
      }
    }
  }

  /// A node named by a workflow or a waiver; nil with an error where there is none.
  private mutating func node(_ item: Item) -> NodeID? {
    guard let name = item.text else { return nil }
    if let known = nodeIDs[name] { return known }
    findings.unknown(
      .unknownNode, at: item, "no node is named `\(shortened(name))`", word: name, candidates: graph.nodes.map(\.name))
    return nil
  }

  /// An external with `do` that nobody calls starts by itself: it sends webhooks.
  private mutating func startWebhooks() {
    let usage = Usage(graph)
    for (index, node) in graph.nodes.enumerated() where node.kind == .external {
      let item = sources.nodes[index].value
      guard item["do"] != nil, item["trigger"] == nil, !usage.isTriggered(node, in: graph) else { continue }
      for handler in node.handlers { graph.handlers[handler.index].triggers = [.start] }
    }
  }

  private func defaultStart() -> NodeID? {
    // Nil where there are stream jobs alone: a load cannot start one.
    let declared = graph.nodes.indices.filter { !graph.nodes[$0].isImplied && graph.nodes[$0].kind != .stream }
    if let client = declared.first(where: { graph.nodes[$0].kind == .client }) { return NodeID(client) }
    let usage = Usage(graph)
    let untriggered = declared.first { index in
      let node = graph.nodes[index]
      let isPassive = node.kind == .external && node.handlers.allSatisfy { graph[$0].steps.isEmpty }
      let starts = node.kind == .external && node.handlers.contains { graph[$0].triggers == [.start] }
      return !isPassive && (starts || !usage.isTriggered(node, in: graph))
    }
    return (untriggered ?? declared.first).map { NodeID($0) }
  }

  /// The nodes that the goal needs where the file does not say: those reached from the start over awaited calls, and
  /// over channels that lead to an effect which an expectation names.
  ///
  /// - Parameter wanted: the names that the file's expectations mention.
  mutating func completeCore(wanted: Set<NameID>) {
    guard root["workflow"]?["core"] == nil, let start = graph.workflow.start else { return }
    let usage = Usage(graph)
    let leads = handlersLeading(to: wanted, usage)
    var isReached = Array(repeating: false, count: graph.handlers.count)
    var waiting = Array(graph[start].handlers.reversed())
    let steps = stepsByHandler()
    while let handler = waiting.popLast() {
      guard !isReached[handler.index] else { continue }
      isReached[handler.index] = true
      for index in steps[handler.index] {
        switch graph.steps[index].verb {
        case .call(let call): if call.isAwaited { waiting.append(call.handler) }
        case .send(let send): waiting += usage.consumers[send.channel.index].filter { leads[$0.index] }
        case .publish(let publish): waiting += usage.consumers[publish.channel.index].filter { leads[$0.index] }
        case .compute, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .signal,
          .reply, .fail:
          break
        }
      }
    }
    graph.workflow.core = graph.nodeIDs.filter { id in
      graph[id].handlers.contains { isReached[$0.index] } && !(id == start && graph[id].kind == .client)
    }
  }

  private func stepsByHandler() -> [[Int]] {
    var result: [[Int]] = Array(repeating: [], count: graph.handlers.count)
    for (index, step) in graph.steps.enumerated() { result[step.handler.index].append(index) }
    return result
  }

  /// Indexed by handler: following its calls and channels arrives at one of these names.
  private func handlersLeading(to wanted: Set<NameID>, _ usage: Usage) -> [Bool] {
    var sources: [[HandlerID]] = Array(repeating: [], count: graph.handlers.count)
    var leads = Array(repeating: false, count: graph.handlers.count)
    var waiting: [HandlerID] = []
    for step in graph.steps {
      let name: NameID?
      switch step.verb {
      case .call(let call):
        name = nil
        sources[call.handler.index].append(step.handler)
      case .send(let send):
        name = nil
        for consumer in usage.consumers[send.channel.index] { sources[consumer.index].append(step.handler) }
      case .publish(let publish):
        name = publish.event
        for consumer in usage.consumers[publish.channel.index] { sources[consumer.index].append(step.handler) }
      case .write(let effect, _, _), .effect(let effect, _): name = effect
      case .compute, .read, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .signal, .reply, .fail:
        name = nil
      }
      if let name, wanted.contains(name) { waiting.append(step.handler) }
    }
    while let handler = waiting.popLast() {
      guard !leads[handler.index] else { continue }
      leads[handler.index] = true
      waiting += sources[handler.index]
    }
    return leads
  }
}
