import Primitives
import ProgressGraph

/// The steps of every handler, in the order of the file.
extension GraphAssembly {
  mutating func readAllSteps() {
    for index in graph.handlers.indices {
      let pair = sources.handlers[index]
      // An implied handler stands where its node stands, and has no list.
      guard pair.value.elements != nil else { continue }
      let first = graph.steps.count
      graph.handlers[index].steps = readSteps(pair.value, HandlerID(index), parent: nil)
      numberLabels(from: first)
    }
  }

  /// Makes every label the name of one step of its handler: the first keeps its object's name, later ones get the next
  /// number that no other step of the handler has. `work` is the whole handler's name.
  private mutating func numberLabels(from first: Int) {
    var taken: Set = ["work"]
    let repeated = graph.steps.indices.dropFirst(first).filter { !taken.insert(graph.steps[$0].label).inserted }
    var ordinals: [String: Int] = [:]
    for index in repeated {
      let name = graph.steps[index].label
      var ordinal = ordinals[name, default: 1]
      repeat { ordinal += 1 } while !taken.insert("\(name)-\(ordinal)").inserted
      ordinals[name] = ordinal
      graph.steps[index].label = "\(name)-\(ordinal)"
    }
  }

  private mutating func readSteps(_ item: Item?, _ handler: HandlerID, parent: StepID?) -> [StepID] {
    (item?.elements ?? []).compactMap { readStep($0, handler, parent: parent) }
  }

  private mutating func readStep(_ item: Item, _ handler: HandlerID, parent: StepID?) -> StepID? {
    let verbs = (item.pairs ?? []).filter { StepTables.steps.table($0.name) != nil }
    guard verbs.count == 1, let verb = verbs.first, !verb.value.isEmpty, !verb.value.isFaulty,
      hasRoom(graph.steps.count, for: "steps", at: item)
    else {
      unread.add(item)
      return nil
    }
    let id = StepID(graph.steps.count)
    graph.steps.append(
      Step(handler: handler, parent: parent, label: label(verb), verb: .checkpoint, when: intern(item["when"])))
    sources.steps.append(item)
    guard let meaning = meaning(verb, item, id, handler) else {
      unread.add(item)
      return id
    }
    graph.steps[id.index].verb = meaning
    if let undo = item["undo"] { graph.steps[id.index].undo = readStep(undo, handler, parent: id) }
    return id
  }

  /// The object of the step, or the verb where the object is no name of its own; still without a number.
  private func label(_ verb: Pair) -> String {
    StepTables.verbsWithoutObject.contains(verb.name) ? verb.name : verb.value.text ?? verb.name
  }

  private mutating func meaning(_ verb: Pair, _ item: Item, _ id: StepID, _ handler: HandlerID) -> Verb? {
    let value = verb.value
    switch verb.name {
    case "compute": return .compute(takes: item["takes"]?.latency ?? .immediately)
    case "call": return call(value, item, id, handler).map { .call($0) }
    case "send": return send(value, item)
    case "publish": return publish(value, item)
    case "write":
      return intern(value).map { .write(effect: $0, key: intern(item["key"]), version: intern(item["version"])) }
    case "read":
      let table = value.text.flatMap { channelIDs[$0] }.flatMap { graph[$0].kind == .table ? $0 : nil }
      return intern(value).map { .read(name: $0, table: table, maxAge: item["max_age"]?.duration) }
    case "effect": return intern(value).map { .effect(effect: $0, key: intern(item["key"])) }
    case "tx":
      return .transaction(steps: readSteps(value, handler, parent: id), dedup: item["dedup"]?.flag ?? true)
    case "checkpoint": return value.text == nil ? nil : .checkpoint
    case "wait": return wait(value, item, id, handler)
    case "choose": return choose(value, item, id, handler)
    case "parallel":
      let branches = (value.elements ?? []).map { readSteps($0, handler, parent: id) }
      return .parallel(branches: branches, join: join(item["join"], of: branches.count))
    case "each": return each(value, item, id, handler)
    case "signal": return intern(value).map { .signal(name: $0, key: intern(item["key"])) }
    case "reply": return intern(value).map { .reply(value: $0) }
    case "fail": return intern(value).map { .fail(reason: $0) }
    default: return nil
    }
  }

  // MARK: Verbs with modifiers

  private mutating func each(_ value: Item, _ item: Item, _ id: StepID, _ handler: HandlerID) -> Verb? {
    guard let count = value.count else { return nil }
    let around = strands
    defer { strands = around }
    strands *= count
    guard strands <= Self.mostStrands else {
      findings.error(
        .outOfRange, at: value, "within the `each` around it this makes \(strands) strands of one work unit",
        hint: "there may be \(Self.mostStrands); hand the rest to a queue")
      return nil
    }
    return .each(
      count: count, steps: readSteps(item["do"], handler, parent: id), join: join(item["join"], of: count))
  }

  /// Of one work unit, all levels of fan-outs together: each is work under way that a run has to hold.
  private static var mostStrands: Int { 10_000 }

  private mutating func call(_ value: Item, _ item: Item, _ id: StepID, _ handler: HandlerID) -> Call? {
    guard let text = value.text, problem(ofName: text, as: .other) == nil else { return nil }
    let (name, method) = callTarget(text)
    guard let target = nodeIDs[name] else {
      findings.error(.malformedName, at: value, "`\(shortened(text))` names no node")
      return nil
    }
    guard let callee = handlerIDs[target.index][method ?? ""] else {
      reportHandler(value, target, method)
      return nil
    }
    var call = Call(target: target, handler: callee)
    if let timeout = item["timeout"]?.duration { call.timeout = timeout }
    if let retry = item["retry"] { call.retry = retry.text == "forever" ? .forever : retry.count.map { .times($0) } }
    if let backoff = item["backoff"]?.duration { call.backoff = backoff }
    call.key = intern(item["key"])
    if let flag = item["await"]?.flag { call.isAwaited = flag }
    if let flag = item["reliable"]?.flag { call.isReliable = flag }
    if let policy = item["on_error"] {
      if policy.elements != nil {
        call.onError = .steps(readSteps(policy, handler, parent: id))
      } else if policy.text == "ignore" {
        call.onError = .ignore
      }
    }
    return call
  }

  private mutating func reportHandler(_ value: Item, _ target: NodeID, _ method: String?) {
    let node = graph[target]
    let names = node.handlers.compactMap { graph[$0].name }
    // A node whose own mistake is reported has no handlers, through no fault of its callers.
    if node.handlers.isEmpty { return }
    guard let method else {
      let candidates = names.prefix(4).map { "`\(node.name).\($0)`" }.joined(separator: ", ")
      findings.error(
        .unknownHandler, at: value, "`\(shortened(node.name))` has named handlers: say which one", hint: candidates)
      return
    }
    if names.isEmpty {
      findings.error(
        .unknownHandler, at: value, "`\(shortened(node.name))` has a single handler without a name",
        hint: "write `call: \(shortened(node.name))`")
    } else {
      findings.unknown(
        .unknownHandler, at: value, "`\(shortened(node.name))` has no handler `\(shortened(method))`", word: method,
        candidates: names)
    }
  }

  private mutating func send(_ value: Item, _ item: Item) -> Verb? {
    channel(value, as: .queue).map { channel in
      .send(
        Send(
          channel: channel, key: intern(item["key"]) ?? graph[channel].key, delay: item["delay"]?.duration ?? .zero,
          replyTo: intern(item["reply_to"])))
    }
  }

  private mutating func publish(_ value: Item, _ item: Item) -> Verb? {
    channel(value, as: .topic).map { channel in
      .publish(
        Publish(channel: channel, key: intern(item["key"]) ?? graph[channel].key, event: intern(item["event"])))
    }
  }

  private mutating func wait(_ value: Item, _ item: Item, _ id: StepID, _ handler: HandlerID) -> Verb? {
    let subject: Wait.Subject
    if let duration = value.duration {
      subject = .duration(duration)
    } else if let name = intern(value) {
      subject = .signal(name)
    } else {
      return nil
    }
    return .wait(
      Wait(
        subject: subject, timeout: item["timeout"]?.duration,
        otherwise: readSteps(item["else"], handler, parent: id)))
  }

  private mutating func choose(_ value: Item, _ item: Item, _ id: StepID, _ handler: HandlerID) -> Verb? {
    guard let pairs = value.pairs else { return nil }
    var weights: [String: Double] = [:]
    for weight in item["weights"]?.pairs ?? [] {
      if value[weight.name] == nil {
        findings.unknown(
          .unknownName, at: weight.key, "this `choose` has no branch `\(shortened(weight.name))`", word: weight.name,
          candidates: pairs.map(\.name))
      }
      let number = weight.value.text.flatMap { try? ScalarReading.number($0).get() }
      weights[weight.name] = weight.value.percentage ?? number
    }
    let branches = pairs.map { pair in
      Choose.Branch(
        name: pair.name, weight: weights[pair.name] ?? 1, steps: readSteps(pair.value, handler, parent: id))
    }
    if let weights = item["weights"], !branches.isEmpty, branches.allSatisfy({ $0.weight == 0 }) {
      findings.error(.wrongType, at: weights, "expected a weight above 0 for at least one branch, found only 0")
    }
    return .choose(Choose(branches: branches, isRecorded: item["recorded"]?.flag, loop: item["loop"]?.count))
  }

  private mutating func join(_ item: Item?, of branches: Int) -> Join {
    guard let item else { return .all }
    if item.text == "any" { return .any }
    guard let count = item.count else { return .all }
    if count > branches {
      findings.error(.outOfRange, at: item, "`join` waits for \(count) of \(branches) branches")
    }
    return .count(count)
  }
}
