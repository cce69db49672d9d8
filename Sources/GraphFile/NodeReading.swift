import Primitives
import ProgressGraph

/// Nodes and their handlers.
extension GraphAssembly {
  var declaredNodes: [Pair] { root["nodes"]?.pairs ?? [] }

  /// Numbers the declared nodes, then the call targets that the file does not declare.
  mutating func readNodeNames() {
    for pair in declaredNodes {
      guard hasRoom(graph.nodes.count, for: "nodes", at: pair.key) else { return }
      let kind = pair.value["kind"]?.word(NodeKind.self) ?? .service
      nodeIDs[pair.name] = NodeID(graph.nodes.count)
      graph.nodes.append(Node(name: pair.name, kind: kind))
      sources.nodes.append(pair)
    }
  }

  /// Numbers the handlers, node by node. Externals that the file leaves without behaviour get one handler for each
  /// method that somebody calls.
  mutating func readHandlerNames() {
    let methods = calledMethods()
    for index in graph.nodes.indices {
      let pair = sources.nodes[index]
      handlerIDs.append([:])
      if let steps = pair.value.pair("do") {
        addHandler(nil, of: index, at: steps)
      } else if let handlers = pair.value["handlers"]?.pairs {
        for handler in handlers { addHandler(handler.name, of: index, at: handler) }
      } else if graph.nodes[index].kind == .external {
        let called = methods[graph.nodes[index].name] ?? []
        if called.isEmpty { addHandler(nil, of: index, at: pair) }
        for method in called { addHandler(method.isEmpty ? nil : method, of: index, at: pair) }
      } else if pair.value.pairs != nil {
        let noun = "a \(graph.nodes[index].kind.rawValue)"
        let isMisspelt = pair.value.pairs?.contains { Tables.node.key($0.name) == nil } ?? false
        if !isMisspelt, pair.value["do"] == nil, pair.value["handlers"] == nil {
          findings.error(.missingKey, at: pair.key, "\(noun) needs `do` or `handlers`")
        }
      }
    }
  }

  private mutating func addHandler(_ name: String?, of node: Int, at pair: Pair) {
    guard hasRoom(graph.handlers.count, for: "handlers", at: pair.key) else { return }
    let id = HandlerID(graph.handlers.count)
    guard handlerIDs[node].updateValue(id, forKey: name ?? "") == nil else { return }
    graph.handlers.append(Handler(name: name, node: NodeID(node), triggers: [], steps: []))
    graph.nodes[node].handlers.append(id)
    sources.handlers.append(pair)
  }

  /// The methods called on each node without behaviour of its own, in the order of the file; "" is a call without a
  /// method. Adds the nodes that only calls name.
  private mutating func calledMethods() -> [String: [String]] {
    var methods: [String: [String]] = [:]
    var seen: Set<String> = []
    var calls: [Item] = []
    for pair in declaredNodes {
      if let steps = pair.value["do"] { collectCalls(in: steps, into: &calls) }
      for handler in pair.value["handlers"]?.pairs ?? [] { collectCalls(in: handler.value, into: &calls) }
    }
    for call in calls {
      guard let text = call.text, problem(ofName: text, as: .other) == nil, seen.insert(text).inserted else { continue }
      let (name, method) = callTarget(text)
      guard !name.isEmpty else { continue }
      methods[name, default: []].append(method ?? "")
      guard nodeIDs[name] == nil, hasRoom(graph.nodes.count, for: "nodes", at: call) else { continue }
      nodeIDs[name] = NodeID(graph.nodes.count)
      var node = Node(name: name, kind: .external)
      node.isImplied = true
      graph.nodes.append(node)
      sources.nodes.append(Pair(key: call, value: Item(content: .faulty, place: call.place)))
    }
    return methods
  }

  private func collectCalls(in item: Item, into calls: inout [Item]) {
    for element in item.elements ?? [] { collectCalls(in: element, into: &calls) }
    for pair in item.pairs ?? [] {
      if pair.value.text != nil {
        if pair.name == "call" { calls.append(pair.value) }
      } else {
        collectCalls(in: pair.value, into: &calls)
      }
    }
  }

  /// `order.place` is the handler `place` of the node `order`.
  func callTarget(_ text: String) -> (node: String, method: String?) {
    guard let dot = text.firstIndex(of: ".") else { return (text, nil) }
    return (String(text[..<dot]), String(text[text.index(after: dot)...]))
  }

  // MARK: Keys

  mutating func readNodes() {
    for (index, pair) in declaredNodes.enumerated() where index < graph.nodes.count {
      readNode(pair, index)
    }
  }

  private mutating func readNode(_ pair: Pair, _ index: Int) {
    let item = pair.value
    var node = graph.nodes[index]
    if let work = item["work"]?.word(WorkControl.self) { node.work = work }
    if let ack = item["ack"]?.word(Acknowledgement.self) { node.acknowledgement = ack }
    if let team = item["team"]?.text { node.team = team }
    if let share = item["availability"]?.percentage { node.availability = share }
    if let latency = item["latency"]?.latency { node.latency = latency }
    if let share = item["fails"]?.percentage { node.failureShare = share }
    if let count = item["concurrency"]?.count { node.concurrency = count }
    if let count = item["instances"]?.count { node.instances = count }
    if let limit = item["max_runtime"] { node.maxRuntime = limit.text == "none" ? nil : limit.duration }
    if let interval = item["checkpoint"]?.duration { node.checkpointInterval = interval }
    if let flag = item["idempotency"]?.flag { node.acceptsKeys = flag }
    if let policy = item["skip_poison"]?.word(PoisonPolicy.self) { node.poisonPolicy = policy }
    node.serial = intern(item["serial"])
    if node.work == .durable {
      node.journal = item["journal"].flatMap { log($0) } ?? LogSpecification(protocol: .virtualLog)
    }
    graph.nodes[index] = node
    checkCombinations(item, node)
  }

  private mutating func checkCombinations(_ item: Item, _ node: Node) {
    if let first = item.pair("do"), let second = item.pair("handlers") {
      findings.add(
        Diagnostic(
          code: .conflictingKeys, message: "a node has `do` or `handlers`, not both",
          span: findings.source.span(of: second.key),
          related: [.init(span: findings.source.span(of: first.key), message: "the other one")]))
    }
    func misplaced(_ key: String, _ isAllowed: Bool, _ reason: String) {
      guard !isAllowed, let pair = item.pair(key) else { return }
      findings.error(.misplacedKey, at: pair.key, "`\(key)` is for \(reason)")
    }
    guard item["kind"].map({ $0.word(NodeKind.self) != nil }) ?? true else { return }
    misplaced("idempotency", node.kind == .external, "externals only")
    misplaced("checkpoint", node.kind == .stream, "stream jobs only")
    if node.kind == .stream, node.work == .durable, let work = item["work"] {
      findings.error(
        .journalledStream, at: work,
        "a stream job's checkpoints are its durable state; a journal would be a second one",
        hint: "leave `work` out, or write `kind: service`")
    }
    if item["work"].map({ $0.word(WorkControl.self) != nil }) ?? true {
      misplaced("journal", node.work == .durable, "durable nodes only (`work: durable`)")
    }
    if let trigger = item.pair("trigger"), item["handlers"] != nil, item["do"] == nil {
      findings.error(
        .conflictingKeys, at: trigger.key, "`trigger` goes with `do`: under `handlers` the names are the triggers")
    } else if let trigger = item.pair("trigger"), item["do"] == nil, node.kind == .external {
      findings.error(.conflictingKeys, at: trigger.key, "`trigger` needs `do`")
    }
  }
}
