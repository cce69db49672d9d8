import Primitives
import ProgressGraph

/// What starts each handler, and the dead-letter queues of what fails every time.
extension GraphAssembly {
  mutating func readTriggers() {
    for id in graph.channelIDs where sources.channels[id.index].value["dlq"]?.flag == true {
      addDeadLetters(to: id, at: sources.channels[id.index].value.pair("dlq") ?? sources.channels[id.index])
    }
    // A dead-letter queue that only a consumer's policy implies is known once the other triggers are.
    var waiting: [(handler: HandlerID, item: Item, name: String)] = []
    for index in graph.nodes.indices {
      for handler in graph.nodes[index].handlers { readTriggers(of: handler, of: index, &waiting) }
    }
    parkWhatConsumersPark()
    for (handler, item, name) in waiting {
      if let channel = channelIDs[name] {
        add(.channel(channel), to: handler, at: item.isFaulty ? sources.handlers[handler.index].key : item)
      } else if item.isFaulty {
        add(.rpc, to: handler, at: sources.handlers[handler.index].key)
      } else {
        reportTrigger(item, name)
      }
    }
    parkWhatConsumersPark()
    readTableSources()
    checkCalledHandlers()
  }

  private mutating func add(_ trigger: Trigger, to handler: HandlerID, at item: Item) {
    guard !graph[handler].triggers.contains(trigger) else { return }
    check(trigger, of: handler, at: item)
    graph.handlers[handler.index].triggers.append(trigger)
  }

  private mutating func readTriggers(
    of handler: HandlerID, of node: Int, _ waiting: inout [(handler: HandlerID, item: Item, name: String)]
  ) {
    if let name = graph[handler].name {
      let key = sources.handlers[handler.index].key
      if let channel = channelIDs[name] {
        add(.channel(channel), to: handler, at: key)
      } else if name.hasSuffix(".dlq") {
        waiting.append((handler, Item(content: .faulty, place: .start), name))
      } else {
        add(.rpc, to: handler, at: key)
      }
      return
    }
    let kind = graph.nodes[node].kind
    guard let trigger = sources.nodes[node].value["trigger"] else {
      add(kind == .client ? .start : .rpc, to: handler, at: sources.nodes[node].key)
      return
    }
    for item in trigger.elements ?? [trigger] {
      guard let text = item.text else { continue }
      if let timer = ScalarReading.timer(text) {
        if case .success(let timer) = timer {
          add(timer.isDurable ? .every(timer.interval) : .cron(timer.interval), to: handler, at: item)
        }
      } else if let channel = channelIDs[text] {
        add(.channel(channel), to: handler, at: item)
      } else if text == "rpc" {
        add(.rpc, to: handler, at: item)
      } else if text == "start", kind == .client {
        add(.start, to: handler, at: item)
      } else if problem(ofName: text, as: .other) == nil {
        waiting.append((handler, item, text))
      }
    }
  }

  private mutating func reportTrigger(_ item: Item, _ name: String) {
    // The step that writes to it may be the one that could not be read.
    if unread.mayInclude(name) { return }
    findings.unknown(
      .unknownChannel, at: item, "nothing publishes or sends to `\(shortened(name))`, and it is not declared",
      word: name, candidates: graph.channels.map(\.name) + ["rpc"])
  }

  // MARK: Dead letters

  private mutating func parkWhatConsumersPark() {
    for handler in graph.handlers where graph[handler.node].poisonPolicy == .park {
      for trigger in handler.triggers {
        guard case .channel(let channel) = trigger, graph[channel].deadLetters == nil,
          graph[channel].parksFor == nil, graph[channel].kind != .table
        else { continue }
        let pair = sources.nodes[handler.node.index]
        addDeadLetters(to: channel, at: pair.value.pair("skip_poison") ?? pair)
      }
    }
  }

  private mutating func addDeadLetters(to id: ChannelID, at pair: Pair) {
    guard graph[id].kind != .table, graph[id].deadLetters == nil else { return }
    let name = graph[id].name + ".dlq"
    let parked: ChannelID
    if let known = channelIDs[name] {
      guard graph[known].kind == .queue else {
        findings.error(
          .wrongChannelKind, at: pair.key, "the dead letters go to `\(shortened(name))`, which is no queue")
        return
      }
      parked = known
    } else {
      var queue = Channel(name: name, kind: .queue)
      queue.isDeclared = false
      guard let added = addChannel(queue, at: Pair(key: pair.key, value: Item(content: .faulty, place: pair.key.place)))
      else { return }
      parked = added
    }
    graph.channels[parked.index].parksFor = id
    graph.channels[id.index].deadLetters = parked
    if graph.channels[id.index].maxDeliveries == nil { graph.channels[id.index].maxDeliveries = 5 }
  }

  // MARK: References that need every channel

  private mutating func readTableSources() {
    for id in graph.channelIDs where graph[id].kind == .table {
      guard let from = sources.channels[id.index].value["from"], let name = from.text,
        problem(ofName: name, as: .other) == nil
      else { continue }
      guard let source = channelIDs[name] else {
        if !unread.mayInclude(name) {
          findings.unknown(
            .unknownChannel, at: from, "nothing publishes to `\(shortened(name))`, and it is not declared", word: name,
            candidates: graph.channels.filter { $0.kind == .topic }.map(\.name))
        }
        continue
      }
      guard graph[source].kind == .topic else {
        findings.error(
          .wrongChannelKind, at: from,
          "a table is made from a topic, and `\(shortened(name))` is a \(graph[source].kind.rawValue)")
        continue
      }
      graph.channels[id.index].source = source
    }
  }

  /// A handler that only a channel or a timer triggers answers no calls.
  private mutating func checkCalledHandlers() {
    for (index, step) in graph.steps.enumerated() {
      guard case .call(let call) = step.verb else { continue }
      let handler = graph[call.handler]
      guard !handler.triggers.isEmpty, !handler.triggers.contains(.rpc), !handler.triggers.contains(.start),
        let value = sources.steps[index]["call"]
      else { continue }
      let name = handler.name.map { "`\(graph[call.target].name).\($0)`" } ?? "`\(graph[call.target].name)`"
      findings.error(
        .unknownHandler, at: value, "\(name) answers no calls: a channel or a timer triggers it",
        hint: handler.name == nil && graph[call.target].kind != .stream ? "add `rpc` to its `trigger`" : nil)
    }
  }
}
