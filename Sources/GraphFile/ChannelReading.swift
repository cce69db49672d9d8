import Primitives
import ProgressGraph

/// Logs and channels.
extension GraphAssembly {
  mutating func readLogs() {
    for pair in root["logs"]?.pairs ?? [] {
      if pair.value.pairs != nil {
        if var log = inlineLog(pair.value) {
          log.name = pair.name
          logs[pair.name] = log
        } else {
          // Its mistake is reported; whoever refers to it made none.
          logs[pair.name] = LogSpecification(protocol: .ideal, name: pair.name)
        }
      } else if pair.value.text != nil {
        findings.error(
          .wrongType, at: pair.value, "a log is a map, such as `{protocol: raft}`")
        logs[pair.name] = LogSpecification(protocol: .ideal, name: pair.name)
      }
    }
  }

  /// The log that a `log` or `journal` key asks for; nil where a mistake is reported.
  mutating func log(_ item: Item) -> LogSpecification? {
    guard let name = item.text else { return inlineLog(item) }
    if let known = logs[name] { return known }
    let names = (root["logs"]?.pairs ?? []).map(\.name)
    if LogProtocol(rawValue: name) != nil {
      findings.error(
        .unknownLog, at: item, "no log is named `\(shortened(name))`",
        hint: "for the protocol write `{protocol: \(name)}`")
    } else {
      findings.unknown(.unknownLog, at: item, "no log is named `\(shortened(name))`", word: name, candidates: names)
    }
    return nil
  }

  private mutating func inlineLog(_ item: Item) -> LogSpecification? {
    guard let kind = item["protocol"]?.word(LogProtocol.self) else { return nil }
    var log = LogSpecification(protocol: kind)
    for pair in item.pairs ?? [] where pair.name != "protocol" {
      if pair.name == "weaken" {
        log.weakened = (pair.value.pairs ?? []).compactMap { entry($0) }
      } else if let entry = entry(pair) {
        log.settings.append(entry)
      }
    }
    checkBounds(item, kind)
    return log
  }

  private func entry(_ pair: Pair) -> LogSpecification.Entry? {
    let value: LogSpecification.Setting
    if let flag = pair.value.flag {
      value = .flag(flag)
    } else if let count = pair.value.count {
      value = .count(count)
    } else if let duration = pair.value.duration {
      value = .duration(duration)
    } else if let word = pair.value.text {
      value = .word(word)
    } else {
      return nil
    }
    return LogSpecification.Entry(key: pair.name, value: value)
  }

  /// A quorum must not be larger than the group it is taken from. A default gives way to a smaller group.
  private mutating func checkBounds(_ item: Item, _ kind: LogProtocol) {
    let chain: [(key: String, fallback: Int)]
    switch kind {
    case .ideal, .raft, .multipaxos, .virtualLog: return
    case .kafka: chain = [("replicas", 3), ("min_isr", 2)]
    case .bookkeeper: chain = [("bookies", 4), ("ensemble", 3), ("write_quorum", 3), ("ack_quorum", 2)]
    }
    var limit = (key: "", value: Int.max)
    for (key, fallback) in chain {
      let given = item[key]?.count
      let value = given ?? min(fallback, limit.value)
      if let value_ = item[key], given != nil, value > limit.value {
        findings.error(
          .outOfRange, at: value_, "`\(key)` is \(value), and `\(limit.key)` only \(limit.value)")
        return
      }
      limit = (key, value)
    }
  }

  // MARK: Channels

  mutating func readChannels() {
    for pair in root["channels"]?.pairs ?? [] {
      let word = pair.value.text ?? pair.value["kind"]?.text
      let kind = word.flatMap(ChannelKind.init(rawValue:)) ?? .topic
      guard let id = addChannel(Channel(name: pair.name, kind: kind), at: pair) else { return }
      if pair.value.pairs != nil { readChannel(pair.value, id, kind) }
    }
  }

  mutating func addChannel(_ channel: Channel, at pair: Pair) -> ChannelID? {
    guard hasRoom(graph.channels.count, for: "channels", at: pair.key) else { return nil }
    let id = ChannelID(graph.channels.count)
    graph.channels.append(channel)
    sources.channels.append(pair)
    channelIDs[channel.name] = id
    return id
  }

  private mutating func readChannel(_ item: Item, _ id: ChannelID, _ kind: ChannelKind) {
    var channel = graph[id]
    if let log = item["log"].flatMap({ log($0) }), kind != .table { channel.log = log }
    if let count = item["max_deliveries"]?.count { channel.maxDeliveries = count }
    channel.redrive = item["redrive"]?.text
    if let lease = item["lease"]?.duration { channel.lease = lease }
    if let flag = item["fifo"]?.flag { channel.isFifo = flag }
    channel.key = intern(item["key"])
    if let count = item["partitions"]?.count { channel.partitions = count }
    if let retention = item["retention"] { channel.retention = retention.text == "forever" ? nil : retention.duration }
    channel.schema = item["schema"]?.text
    channel.compatibility = item["compat"]?.text ?? (channel.schema == nil ? nil : "backward")
    if let interval = item["every"]?.duration { channel.commitInterval = interval }
    graph.channels[id.index] = channel
  }

  /// The channel a step writes to, implied by its first use.
  mutating func channel(_ value: Item, as kind: ChannelKind) -> ChannelID? {
    guard let name = value.text, problem(ofName: name, as: .other) == nil else { return nil }
    if let known = channelIDs[name] {
      if graph[known].kind != kind, !isUnknownKind(known) { reportKind(known, value, kind) }
      return known
    }
    var channel = Channel(name: name, kind: kind)
    channel.isDeclared = false
    return addChannel(channel, at: Pair(key: value, value: Item(content: .faulty, place: value.place)))
  }

  /// True for a declared channel whose kind could not be read.
  private func isUnknownKind(_ id: ChannelID) -> Bool {
    let item = sources.channels[id.index].value
    if item.isFaulty { return false }
    return (item.text ?? item["kind"]?.text).flatMap(ChannelKind.init(rawValue:)) == nil
  }

  private mutating func reportKind(_ id: ChannelID, _ value: Item, _ kind: ChannelKind) {
    let channel = graph[id]
    let verb = kind == .queue ? "send" : "publish"
    let hint: String? =
      switch channel.kind {
      case .queue: "write `send: \(channel.name)`"
      case .topic: "write `publish: \(channel.name)`"
      case .table: "publish to the topic that the table is made from"
      }
    findings.add(
      Diagnostic(
        code: .wrongChannelKind,
        message: "`\(verb)` needs a \(kind.rawValue), and `\(shortened(channel.name))` is a \(channel.kind.rawValue)",
        hint: hint, span: findings.source.span(of: value),
        related: [.init(span: sources.span(of: id), message: "it is a \(channel.kind.rawValue) here")]))
  }
}
