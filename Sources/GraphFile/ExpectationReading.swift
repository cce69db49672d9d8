import Primitives
import ProgressGraph

/// What must hold, with the defaults that follow from the steps.
extension GraphAssembly {
  mutating func readExpectations() {
    let item = root["expect"]
    graph.expectations.isDeclared = item != nil
    let known = producedNames()
    if let item { readDeclared(item, known) }
    completeCore(wanted: mentionedNames())
    completeExpectations(item, Usage(graph))
  }

  /// Effect, write and event names, and channels: what an expectation can be about.
  private mutating func producedNames() -> Set<NameID> {
    var known: Set<NameID> = []
    for step in graph.steps {
      switch step.verb {
      case .write(let name, _, _), .effect(let name, _): known.insert(name)
      case .publish(let publish): if let event = publish.event { known.insert(event) }
      case .compute, .call, .send, .read, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .signal, .reply,
        .fail:
        break
      }
    }
    for channel in graph.channels {
      if let id = nameIDs[channel.name] { known.insert(id) }
    }
    return known
  }

  private mutating func readDeclared(_ item: Item, _ known: Set<NameID>) {
    graph.expectations.once = names(item["once"], known)
    graph.expectations.eventually = names(item["eventually"], known)
    for group in item["all_or_none"]?.elements ?? [] { graph.expectations.allOrNone.append(names(group, known)) }
    for pair in item["compensated_by"]?.pairs ?? [] {
      let (effect, undoing) = (name(pair.key, known), name(pair.value, known))
      if let effect, let undoing {
        graph.expectations.compensatedBy.append(.init(effect: effect, undoneBy: undoing))
      }
    }
    for element in item["ordered"]?.elements ?? [] {
      for pair in element.pairs ?? [] { readOrdering(pair) }
    }
    let branches = branchNames()
    for group in item["exclusive"]?.elements ?? [] {
      graph.expectations.exclusive.append(names(group, known, also: branches))
    }
    graph.expectations.never = (item["never"]?.elements ?? []).compactMap { $0.word(AnomalyCode.self) }
    for element in item["tolerate"]?.elements ?? [] { readTolerance(element, known) }
  }

  private mutating func readOrdering(_ pair: Pair) {
    guard let field = intern(pair.value) else { return }
    if let channel = channelIDs[pair.name] {
      graph.expectations.ordered.append(.init(place: .channel(channel), field: field))
    } else if let node = nodeIDs[pair.name] {
      graph.expectations.ordered.append(.init(place: .node(node), field: field))
    } else if !unread.mayInclude(pair.name) {
      findings.unknown(
        .unknownChannel, at: pair.key, "no channel or node is named `\(shortened(pair.name))`", word: pair.name,
        candidates: graph.channels.map(\.name) + graph.nodes.map(\.name))
    }
  }

  private mutating func readTolerance(_ item: Item, _ known: Set<NameID>) {
    guard let code = item["anomaly"]?.word(AnomalyCode.self), let because = item["because"]?.text else { return }
    var subject: NameID?
    if let of = item["of"], let text = of.text {
      if nodeIDs[text] == nil, name(of, known, alsoNodes: true) == nil { return }
      subject = intern(of)
    }
    graph.expectations.tolerate.append(.init(anomaly: code, subject: subject, because: because))
  }

  private mutating func names(_ list: Item?, _ known: Set<NameID>, also branches: Set<String> = []) -> [NameID] {
    var result: [NameID] = []
    for element in list?.elements ?? [] {
      if let text = element.text, branches.contains(text) {
        result.append(intern(text, at: element))
      } else if let id = name(element, known) {
        if result.contains(id) {
          findings.error(.duplicateName, at: element, "`\(shortened(graph[id]))` stands twice in this list")
        } else {
          result.append(id)
        }
      }
    }
    return result
  }

  /// A name that some step produces, or a channel's; nil with an error where there is none.
  private mutating func name(_ item: Item, _ known: Set<NameID>, alsoNodes: Bool = false) -> NameID? {
    guard let text = item.text, problem(ofName: text, as: .other) == nil else { return nil }
    if let id = nameIDs[text], known.contains(id) { return id }
    if channelIDs[text] != nil { return intern(text, at: item) }
    if unread.mayInclude(text) { return nil }
    var candidates = graph.names.indices.filter { known.contains(NameID($0)) }.map { graph.names[$0] }
    candidates += graph.channels.map(\.name)
    if alsoNodes { candidates += graph.nodes.map(\.name) }
    let what = alsoNodes ? "effect, event, channel or node" : "effect, event or channel"
    findings.unknown(
      .unknownName, at: item, "no \(what) is named `\(shortened(text))`", word: text, candidates: candidates)
    return nil
  }

  private func branchNames() -> Set<String> {
    var names: Set<String> = []
    for step in graph.steps {
      if case .choose(let choose) = step.verb { for branch in choose.branches { names.insert(branch.name) } }
    }
    return names
  }

  private func mentionedNames() -> Set<NameID> {
    let expectations = graph.expectations
    var names = Set(expectations.once)
    names.formUnion(expectations.eventually)
    for group in expectations.allOrNone + expectations.exclusive { names.formUnion(group) }
    for pair in expectations.compensatedBy { names.formUnion([pair.effect, pair.undoneBy]) }
    return names
  }

  // MARK: Defaults

  private mutating func completeExpectations(_ item: Item?, _ usage: Usage) {
    let roots = graph.handlerIDs.filter { id in
      let triggers = graph[id].triggers
      let startsItself = triggers.contains { trigger in
        switch trigger {
        case .start, .every, .cron: true
        case .rpc, .channel: false
        }
      }
      return startsItself || !usage.isTriggered(id, in: graph)
    }
    let compensations = Set(graph.expectations.compensatedBy.map(\.undoneBy))
    if item?["once"] == nil { completeOnce(MainPath(graph, usage: usage, roots: roots), compensations) }
    let declared = Set(graph.expectations.once)
    for pair in graph.expectations.compensatedBy
    where !declared.contains(pair.undoneBy) && !graph.expectations.atMostOnce.contains(pair.undoneBy) {
      graph.expectations.atMostOnce.append(pair.undoneBy)
    }
    if item?["eventually"] == nil, graph.workflow.mustComplete, let start = graph.workflow.start {
      completeEventually(MainPath(graph, usage: usage, roots: graph[start].handlers), compensations)
    }
    if item?["exclusive"] == nil { completeExclusive() }
  }

  private mutating func completeOnce(_ path: MainPath, _ compensations: Set<NameID>) {
    var order: [NameID] = []
    var isMain: [NameID: Bool] = [:]
    for (index, step) in graph.steps.enumerated() {
      guard case .effect(let name, _) = step.verb else { continue }
      if isMain[name] == nil { order.append(name) }
      isMain[name] = (isMain[name] ?? false) || path.steps[index]
    }
    for name in order {
      if isMain[name] == true, !compensations.contains(name) {
        graph.expectations.once.append(name)
      } else {
        graph.expectations.atMostOnce.append(name)
      }
    }
  }

  private mutating func completeEventually(_ path: MainPath, _ compensations: Set<NameID>) {
    let core = Set(graph.workflow.core)
    var seen = compensations
    for (index, step) in graph.steps.enumerated() where path.steps[index] && core.contains(graph[step.handler].node) {
      switch step.verb {
      case .effect(let name, _), .write(let name, _, _):
        if seen.insert(name).inserted { graph.expectations.eventually.append(name) }
      case .compute, .call, .send, .publish, .read, .transaction, .checkpoint, .wait, .choose, .parallel, .each,
        .signal, .reply, .fail:
        break
      }
    }
  }

  /// The branches of one `choose` exclude each other, by their names.
  private mutating func completeExclusive() {
    for (index, step) in graph.steps.enumerated() {
      guard case .choose(let choose) = step.verb, let item = sources.steps[index]["choose"] else { continue }
      let group = choose.branches.map { intern($0.name, at: item) }
      if group.count > 1, !graph.expectations.exclusive.contains(group) { graph.expectations.exclusive.append(group) }
    }
  }

  // MARK: Budgets and waivers

  mutating func readBudgetsAndWaivers() {
    for pair in root["budgets"]?.pairs ?? [] {
      guard let limit = pair.value.percentage ?? pair.value.count.map(Double.init) else { continue }
      graph.budgets.append(Budget(metric: pair.name, limit: limit))
    }
    let known = producedNames()
    for item in root["allow"]?.elements ?? [] {
      guard let rule = item["rule"]?.text, let because = item["because"]?.text else { continue }
      if let on = item["on"], let text = on.text, nodeIDs[text] == nil { _ = name(on, known, alsoNodes: true) }
      graph.waivers.append(
        Waiver(rule: rule, subject: item["on"]?.text, because: because, until: item["until"]?.text))
    }
  }

  // MARK: Warnings

  mutating func addWarnings() {
    guard !findings.hasError else { return }
    let usage = Usage(graph)
    for (index, node) in graph.nodes.enumerated() where !node.isImplied && !usage.isTriggered(node, in: graph) {
      let isStart = graph.workflow.start == NodeID(index)
      if !isStart {
        findings.warning(
          .untriggeredNode, at: sources.nodes[index].key, "nothing triggers `\(shortened(node.name))`",
          hint: "call it, or give it a `trigger`")
      }
    }
    if root["expect"] == nil, (root["scenarios"]?.pairs ?? []).isEmpty {
      findings.add(
        Diagnostic(
          code: .nothingExpected, severity: .warning, message: "the file has neither expectations nor scenarios",
          hint: "add `expect:` or `scenarios:`"))
    }
    warnAboutWaits()
  }

  /// A wait is completed by a `signal`, a `reply_to` of its node, or a handler of its node with its name.
  private mutating func warnAboutWaits() {
    var completed = Set(graph.handlers.compactMap { handler in handler.name.map { Awaited(handler.node, $0) } })
    let routes = SignalRoutes(graph)
    for (index, step) in graph.steps.enumerated() {
      let node = graph[step.handler].node
      switch step.verb {
      case .signal(let name, _):
        if let target = routes.target(of: name, from: node) {
          completed.insert(Awaited(target, graph[name]))
        } else if let item = sources.steps[index]["signal"] {
          findings.warning(.unheardSignal, at: item, "nothing waits for `\(shortened(graph[name]))`")
        }
      case .send(let send): if let name = send.replyTo { completed.insert(Awaited(node, graph[name])) }
      case .compute, .call, .publish, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel,
        .each, .reply, .fail:
        break
      }
    }
    for (index, step) in graph.steps.enumerated() {
      guard case .wait(let wait) = step.verb, case .signal(let name) = wait.subject,
        !completed.contains(Awaited(graph[step.handler].node, graph[name])),
        let item = sources.steps[index]["wait"]
      else { continue }
      findings.warning(
        .unansweredWait, at: item, "nothing completes the wait for `\(shortened(graph[name]))`",
        hint: "add a `signal`, or a `reply_to` on the message that asks")
    }
  }
}

/// A wait of a node, by name.
private struct Awaited: Hashable {
  let node: NodeID
  let name: String

  init(_ node: NodeID, _ name: String) {
    self.node = node
    self.name = name
  }
}
