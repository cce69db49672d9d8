import Primitives
import ProgressGraph

/// Reads faults against a finished graph: from a file's scenarios, and from the command line.
struct FaultReader {
  let graph: Graph
  /// Of the steps that could not be read: a fault may name them.
  private let unread: UnreadNames
  private let nodes: [String: NodeID]
  private let channels: [String: ChannelID]
  private let steps: StepIndex

  init(graph: Graph, unread: UnreadNames = UnreadNames()) {
    self.graph = graph
    self.unread = unread
    nodes = Dictionary(graph.nodes.enumerated().map { ($0.element.name, NodeID($0.offset)) }) { first, _ in first }
    channels = Dictionary(graph.channels.enumerated().map { ($0.element.name, ChannelID($0.offset)) }) { first, _ in
      first
    }
    steps = StepIndex(graph, nodes: nodes)
  }

  /// The fault of a checked item; nil where a mistake is reported.
  func read(_ item: Item, _ findings: inout Findings) -> Fault? {
    let kinds = (item.pairs ?? []).filter { StepTables.faults.table($0.name) != nil }
    guard kinds.count == 1, let pair = kinds.first, !pair.value.isEmpty, !pair.value.isFaulty else { return nil }
    let lasting = item["for"]?.duration ?? .seconds(10)
    let by = item["by"]?.duration ?? .seconds(1)
    var own: NodeID?
    var kind: FaultKind?
    switch pair.name {
    case "crash":
      let target = target(pair.value, &findings)
      own = target.flatMap(node)
      let restart = item["restart"]
      let delay = restart?.text == "never" ? nil : restart?.duration ?? .seconds(1)
      kind = target.map { .crash($0, restart: delay, disk: item["disk"]?.word(DiskFate.self) ?? .keep) }
    case "pause":
      let target = target(pair.value, &findings)
      own = target.flatMap(node)
      kind = target.map { .pause($0, for: lasting) }
    case "down":
      own = node(pair.value, &findings)
      kind = own.map { .down($0, for: lasting) }
    case "slow":
      own = node(pair.value, &findings)
      kind = own.map { .slow($0, by: by, for: lasting) }
    case "skew":
      own = node(pair.value, &findings)
      kind = own.map { .skew($0, by: by, for: lasting) }
    case "poison": kind = poisoned(pair.value, &findings).map { .poison($0) }
    case "partition": kind = partition(pair.value, lasting, &findings)
    case "drop": kind = link(pair.value, &findings).map { .message(.drop, $0) }
    case "duplicate": kind = link(pair.value, &findings).map { .message(.duplicate, $0) }
    case "delay": kind = link(pair.value, &findings).map { .message(.delay(by: by), $0) }
    case "reorder": kind = link(pair.value, &findings).map { .message(.reorder, $0) }
    default: kind = nil
    }
    let point = point(of: item, pair, own: own, isTargetKnown: kind != nil, &findings)
    guard let kind, let point else { return nil }
    return Fault(kind: kind, point: point, nth: item["nth"]?.count ?? 1, text: FlowText.text(of: item))
  }

  // MARK: Points

  private func point(
    of item: Item, _ kind: Pair, own: NodeID?, isTargetKnown: Bool, _ findings: inout Findings
  ) -> FaultPoint? {
    let pairs = (item.pairs ?? []).filter { ["at", "before", "during", "after"].contains($0.name) }
    if pairs.count > 1 {
      findings.add(
        Diagnostic(
          code: .faultPoint,
          message: "a fault strikes at one point: this has `\(pairs[0].name)` and `\(pairs[1].name)`",
          span: findings.source.span(of: pairs[1].key),
          related: [.init(span: findings.source.span(of: pairs[0].key), message: "the first one")]))
      return nil
    }
    guard let pair = pairs.first else {
      guard kind.name == "crash" || kind.name == "pause" else { return .at(.start) }
      findings.error(
        .faultPoint, at: kind.key, "`\(kind.name)` needs a point",
        hint: "add `at: 2s`, or `before`, `during` or `after` with a step or `work`")
      return nil
    }
    if pair.name == "at" { return pair.value.duration.map { .at(.start + $0) } }
    guard let site = site(pair, own: own, isTargetKnown: isTargetKnown, &findings) else { return nil }
    switch pair.name {
    case "before": return .before(site)
    case "during": return .during(site)
    default: return .after(site)
    }
  }

  private func site(
    _ pair: Pair, own: NodeID?, isTargetKnown: Bool, _ findings: inout Findings
  ) -> FaultPoint.Site? {
    guard let text = pair.value.text else { return nil }
    if text == "work" {
      if pair.name == "during" {
        findings.error(
          .faultPoint, at: pair.value, "`work` has no `during`", hint: "write `before: work`, `after: work`, or a step")
        return nil
      }
      if own == nil, isTargetKnown {
        findings.error(
          .faultPoint, at: pair.value, "`work` is the work of the fault's own node, and this fault has none",
          hint: "name a step, or write `at: 2s`")
      }
      return own.map { .work($0) }
    }
    return step(steps.find(text, own: own), pair.value, text, own: own, &findings).map { .step($0) }
  }

  private func step(
    _ outcome: StepIndex.Outcome, _ item: Item, _ text: String, own: NodeID?, _ findings: inout Findings
  ) -> StepID? {
    switch outcome {
    case .found(let id): return id
    case .ambiguous(let names):
      findings.error(
        .ambiguousStep, at: item, "`\(shortened(text))` stands for several steps",
        hint: names.map { "`\(shortened($0))`" }.joined(separator: ", "))
    case .unknown:
      if unread.mayIncludeStep(text) { return nil }
      let place = own.map { " of `\(shortened(graph[$0].name))`" } ?? ""
      var hint = findings.names.nearest(to: text, among: steps.labels(of: own) + (own == nil ? [] : ["work"]))
      if hint == nil, own != nil { hint = findings.names.nearest(to: text, among: steps.labels(of: nil)) }
      findings.error(
        .unknownStep, at: item, "no step\(place) is named `\(shortened(text))`",
        hint: hint.map { "did you mean `\($0)`?" })
    }
    return nil
  }

  private func poisoned(_ item: Item, _ findings: inout Findings) -> StepID? {
    guard let text = item.text else { return nil }
    guard let slash = text.firstIndex(of: "/") else {
      findings.error(.malformedValue, at: item, "poison names a step: `NODE/STEP` or `NODE/handler/STEP`")
      return nil
    }
    let name = String(text[..<slash])
    guard let node = nodes[name] else {
      unknownNode(item, name, &findings)
      return nil
    }
    let rest = String(text[text.index(after: slash)...])
    return step(steps.find(inside: node, rest), item, rest, own: node, &findings)
  }

  // MARK: Targets

  private func node(_ target: FaultTarget) -> NodeID? {
    switch target {
    case .node(let id), .journalReplica(let id, _): id
    case .logReplica, .front: nil
    }
  }

  private func unknownNode(_ item: Item, _ name: String, _ findings: inout Findings) {
    findings.unknown(
      .unknownNode, at: item, "no node is named `\(shortened(name))`", word: name,
      candidates: graph.nodes.map(\.name))
  }

  private func node(_ item: Item, _ findings: inout Findings) -> NodeID? {
    guard let name = item.text else { return nil }
    if let id = nodes[name] { return id }
    unknownNode(item, name, &findings)
    return nil
  }

  private func channel(_ item: Item, _ name: String, _ findings: inout Findings) -> ChannelID? {
    if let id = channels[name] { return id }
    findings.unknown(
      .unknownChannel, at: item, "no channel is named `\(shortened(name))`", word: name,
      candidates: graph.channels.map(\.name))
    return nil
  }

  /// `NODE`, `CHANNEL/log/2`, `CHANNEL/front`, `NODE/journal/1`.
  private func target(_ item: Item, _ findings: inout Findings) -> FaultTarget? {
    guard let text = item.text else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 1 {
      if let id = nodes[text] { return .node(id) }
      if channels[text] != nil {
        findings.error(
          .unknownNode, at: item, "`\(shortened(text))` is a channel, and channels run on several machines",
          hint: "write `\(text)/front`, or `\(text)/log/1` for a replica")
        return nil
      }
      unknownNode(item, text, &findings)
      return nil
    }
    if parts.count == 2, parts[1] == "front" {
      guard let id = channel(item, parts[0], &findings) else { return nil }
      return .front(id)
    }
    guard parts.count == 3, let number = Int(parts[2]), parts[1] == "log" || parts[1] == "journal" else {
      findings.error(
        .malformedValue, at: item, "what crashes is `NODE`, `CHANNEL/log/2`, `CHANNEL/front` or `NODE/journal/1`")
      return nil
    }
    if parts[1] == "log" {
      guard let id = channel(item, parts[0], &findings) else { return nil }
      guard let log = graph[id].log else { return noLog(item, &findings) }
      return isReplica(number, of: log, item, &findings) ? .logReplica(id, number) : nil
    }
    guard let id = nodes[parts[0]] else {
      unknownNode(item, parts[0], &findings)
      return nil
    }
    guard let journal = graph[id].journal else {
      findings.error(
        .unknownReplica, at: item, "`\(shortened(parts[0]))` has no journal", hint: "only durable nodes have one")
      return nil
    }
    return isReplica(number, of: journal, item, &findings) ? .journalReplica(id, number) : nil
  }

  private func noLog(_ item: Item, _ findings: inout Findings) -> FaultTarget? {
    findings.error(.unknownReplica, at: item, "a table has no log of its own", hint: "name the topic it is made from")
    return nil
  }

  private func isReplica(_ number: Int, of log: LogSpecification, _ item: Item, _ findings: inout Findings) -> Bool {
    if number >= 1, number <= log.replicas { return true }
    let count = log.replicas == 1 ? "1 replica" : "\(log.replicas) replicas"
    findings.error(.unknownReplica, at: item, "this log has \(count), counted from 1")
    return false
  }

  // MARK: Links

  private func end(_ name: String, _ item: Item, _ findings: inout Findings) -> FaultEnd? {
    if let id = nodes[name] { return .node(id) }
    if let id = channels[name] { return .channel(id) }
    findings.unknown(
      .unknownNode, at: item, "no node or channel is named `\(shortened(name))`", word: name,
      candidates: graph.nodes.map(\.name) + graph.channels.map(\.name))
    return nil
  }

  private func partition(_ item: Item, _ length: SimDuration, _ findings: inout Findings) -> FaultKind? {
    if let sides = item.elements {
      guard sides.count == 2, let first = sides[0].text, let second = sides[1].text else { return nil }
      let ends = (end(first, sides[0], &findings), end(second, sides[1], &findings))
      guard let left = ends.0, let right = ends.1 else { return nil }
      if left == right {
        findings.error(.duplicateName, at: sides[1], "both sides are `\(shortened(second))`")
        return nil
      }
      return .partition(left, right, oneWay: false, for: length)
    }
    guard let text = item.text, let (from, to) = ScalarReading.link(text) else { return nil }
    guard let left = end(from, item, &findings), let right = end(to, item, &findings) else { return nil }
    return .partition(left, right, oneWay: true, for: length)
  }

  private func link(_ item: Item, _ findings: inout Findings) -> FaultLink? {
    guard let text = item.text else { return nil }
    if let (from, to) = ScalarReading.link(text) {
      guard let left = end(from, item, &findings), let right = end(to, item, &findings) else { return nil }
      return .link(from: left, to: right)
    }
    if let id = channels[text] { return .channel(id) }
    if nodes[text] != nil {
      findings.error(
        .malformedValue, at: item, "a message has two ends, or a channel",
        hint: "write `A -> \(shortened(text))`, or the name of a channel")
      return nil
    }
    return channel(item, text, &findings).map { .channel($0) }
  }
}
