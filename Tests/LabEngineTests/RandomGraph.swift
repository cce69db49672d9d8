import Primitives

/// A valid design drawn by seed: any kind of node, trigger, step and channel that this version executes, in any
/// combination that the format allows.
///
/// Calls and messages go to later nodes only, so that every design comes to an end; what goes round for ever has tests
/// of its own.
struct RandomGraph {
  private var generator: SeededGenerator
  private var count = 0
  private let nodes: [Node]
  private let channels: [Channel]

  private struct Node {
    var name: String
    var kind: String
    var work: String
    /// A channel, `every 5s`, or nil for requests.
    var trigger: String?
  }

  private enum ChannelKind: CaseIterable { case queue, topic }

  private struct Channel {
    var name: String
    var kind: ChannelKind
    var hasDeadLetters: Bool
  }

  init(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func draw(_ count: Int) -> Int { Int(generator.next(below: UInt64(count))) }
    let channels = (0..<draw(3)).map { number in
      Channel(name: "ch\(number)", kind: draw(2) == 0 ? .queue : .topic, hasDeadLetters: draw(3) == 0)
    }
    let topics = channels.filter { $0.kind == .topic }
    nodes = (0..<(1 + draw(4))).map { number in
      var kind = ["service", "service", "function", "agent", "stream", "external"][draw(6)]
      if kind == "stream", topics.isEmpty { kind = "service" }
      let works = ["none", "idempotent", "transactional", "durable"]
      let work = kind == "service" || kind == "agent" ? works[draw(4)] : "none"
      var trigger: String?
      if kind == "stream" {
        trigger = topics[draw(topics.count)].name
      } else if kind != "external", !channels.isEmpty, draw(2) == 0 {
        trigger = channels[draw(channels.count)].name
      } else if kind == "service", draw(8) == 0 {
        trigger = draw(2) == 0 ? "every 5s" : "cron 5s"
      }
      return Node(name: "n\(number)", kind: kind, work: work, trigger: trigger)
    }
    self.channels = channels
    self.generator = generator
  }

  private mutating func draw(_ count: Int) -> Int { Int(generator.next(below: UInt64(count))) }
  private mutating func one(in chances: Int) -> Bool { draw(chances) == 0 }

  private mutating func fresh(_ prefix: String) -> String {
    count += 1
    return "\(prefix)\(count)"
  }

  // MARK: The file

  /// The graph file, with one scenario called `fuzz`.
  mutating func text() -> String {
    var lines = ["name: fuzz", "horizon: 1m", "nodes:"]
    lines.append("  web: {kind: client, do: [\(entry())]}")
    var steps: [String] = []
    for position in nodes.indices {
      let (line, names) = node(position)
      lines.append(line)
      steps += names
    }
    if !channels.isEmpty {
      lines.append("channels:")
      for channel in channels { lines.append("  \(channel.name): \(settings(of: channel))") }
    }
    let load = ["1", "{count: 2, every: 1ms}", "{count: 3, every: 2s}"][draw(3)]
    let faults = (0..<draw(3)).map { _ in fault(steps) }
    lines += ["scenarios:", "  fuzz: {load: \(load), faults: [\(faults.joined(separator: ", "))]}"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Everything that can be started is started: by a call, a message, or the timer of the node.
  private mutating func entry() -> String {
    var steps: [String] = []
    for node in nodes where node.trigger == nil { steps.append("{call: \(node.name), retry: \(draw(3))\(key())}") }
    for channel in channels {
      let verb = channel.kind == .queue ? "send" : "publish"
      steps.append("{\(verb): \(channel.name)\(key())}")
    }
    return steps.isEmpty ? "{compute: nothing}" : steps.joined(separator: ", ")
  }

  private mutating func settings(of channel: Channel) -> String {
    var words = channel.kind == .queue ? ["kind: queue", "lease: 2s"] : ["kind: topic", "lease: 2s"]
    if channel.hasDeadLetters { words += ["dlq: true", "max_deliveries: \(1 + draw(3))", "redrive: owner"] }
    if channel.kind == .queue, one(in: 4) { words += ["fifo: true", "key: order_id"] }
    if channel.kind == .topic { words += ["partitions: \(1 + draw(3))"] + (one(in: 2) ? ["key: order_id"] : []) }
    if one(in: 6) { words.append("retention: 20s") }
    return "{\(words.joined(separator: ", "))}"
  }

  /// The node's line, and the names of its steps as faults know them.
  private mutating func node(_ position: Int) -> (String, [String]) {
    let node = nodes[position]
    var words = ["kind: \(node.kind)"]
    if node.work != "none" { words.append("work: \(node.work)") }
    if let trigger = node.trigger { words.append("trigger: \(trigger)") }
    if node.kind == "external", one(in: 2) { return ("  \(node.name): {\(words.joined(separator: ", "))}", []) }
    if node.trigger?.hasPrefix("ch") == true, node.kind != "stream", one(in: 5) { words.append("ack: before") }
    if node.kind == "service" || node.kind == "agent" {
      if one(in: 6) { words.append("concurrency: \(1 + draw(3))") }
      if one(in: 8) { words.append("instances: 2") }
      if one(in: 6) { words.append("serial: order_id") }
      if one(in: 8) { words.append("fails: 30%") }
    }
    if node.kind == "function", one(in: 3) { words.append("max_runtime: 1s") }
    if node.kind == "stream" { words.append("checkpoint: 3s") }
    if one(in: 4) { words.append("latency: \(["~20ms", "1ms..50ms", "0ms"][draw(3)])") }
    var names: [String] = []
    let steps = list(node, at: position, depth: 2, names: &names)
    return ("  \(node.name): {\(words.joined(separator: ", ")), do: [\(steps)]}", names.map { "\(node.name)/\($0)" })
  }

  // MARK: Steps

  private mutating func list(_ node: Node, at position: Int, depth: Int, names: inout [String]) -> String {
    (0..<(1 + draw(3))).map { _ in step(node, at: position, depth: depth, names: &names) }.joined(separator: ", ")
  }

  private mutating func key() -> String { ["", "", ", key: order_id"][draw(3)] }

  private mutating func step(_ node: Node, at position: Int, depth: Int, names: inout [String]) -> String {
    switch draw(depth == 0 ? 8 : 15) {
    case 0, 1: return leaf("write", &names, undo: one(in: 6))
    case 2: return leaf("effect", &names, undo: one(in: 6))
    case 3: return "{compute: \(fresh("c")), takes: \(["5ms", "~50ms", "3s"][draw(3)])}"
    case 4: return "{read: \(fresh("r"))}"
    case 5: return message(from: position) ?? leaf("write", &names, undo: false)
    case 6: return call(from: position) ?? leaf("effect", &names, undo: false)
    case 7: return "{checkpoint: \(fresh("k"))}"
    case 8, 9: return fan(node, at: position, depth: depth, names: &names)
    case 10: return transaction(from: position, names: &names)
    case 11: return branches(node, at: position, depth: depth, names: &names)
    case 12: return "{wait: \(["50ms", "4s"][draw(2)])}"
    case 13:
      let signal = fresh("s")
      return "{wait: \(signal), timeout: 2s, else: [\(leaf("write", &names, undo: false))]}"
    default: return one(in: 3) ? "{fail: no}" : leaf("write", &names, undo: true)
    }
  }

  private mutating func transaction(from position: Int, names: inout [String]) -> String {
    let first = leaf("write", &names, undo: false)
    let second = message(from: position) ?? leaf("write", &names, undo: false)
    switch draw(4) {
    case 0: return "{tx: [\(first), {each: 2, do: [\(second)]}]}"
    case 1: return "{tx: [{parallel: [[\(first)], [\(second)]]}]\(one(in: 2) ? ", dedup: false" : "")}"
    default: return "{tx: [\(first), \(second)]}"
    }
  }

  private mutating func fan(_ node: Node, at position: Int, depth: Int, names: inout [String]) -> String {
    let join = ["", "", ", join: all", ", join: any", ", join: 2"][draw(5)]
    let first = list(node, at: position, depth: depth - 1, names: &names)
    if one(in: 2) { return "{each: \(2 + draw(2)), do: [\(first)]\(join)}" }
    let second = list(node, at: position, depth: depth - 1, names: &names)
    return "{parallel: [[\(first)], [\(second)]\(one(in: 3) ? ", []" : "")]\(join)}"
  }

  private mutating func leaf(_ verb: String, _ names: inout [String], undo: Bool) -> String {
    let name = fresh("e")
    names.append(name)
    let version = verb == "write" && one(in: 8) ? ", version: order_id" : ""
    let taken = undo ? ", undo: \(compensation(verb, &names))" : ""
    return "{\(verb): \(name)\(key())\(version)\(taken)}"
  }

  /// One of steps that have steps of their own is as good as any other.
  private mutating func compensation(_ verb: String, _ names: inout [String]) -> String {
    let kind = draw(12)
    if kind == 0 { return "{fail: no}" }
    if kind == 1 { return "{wait: 1s}" }
    let name = fresh("u")
    names.append(name)
    let back = "{\(verb): \(name), key: order_id}"
    switch kind {
    case 2: return "{compute: \(name), takes: 20ms}"
    case 3: return "{checkpoint: \(name)}"
    case 4: return "{tx: [{write: \(name)}, {compute: \(fresh("c"))}]}"
    case 5: return "{each: 2, do: [\(back), {wait: 1s}]}"
    case 6:
      let other = ["{fail: no}", "{wait: 2s}"][draw(2)]
      return "{parallel: [[\(back)], [\(other)]], join: \(["all", "any"][draw(2)])}"
    case 7: return "{choose: {\(fresh("b")): [\(back)], \(fresh("b")): [{fail: no}]}, loop: 2}"
    default: return back
    }
  }

  private mutating func message(from position: Int) -> String? {
    let open = channels.filter { channel in
      nodes.indices.allSatisfy { nodes[$0].trigger != channel.name || $0 > position }
    }
    guard !open.isEmpty else { return nil }
    let channel = open[draw(open.count)]
    switch channel.kind {
    case .queue: return "{send: \(channel.name)\(key())\(one(in: 5) ? ", delay: 3s" : "")}"
    case .topic: return "{publish: \(channel.name)\(key())\(one(in: 4) ? ", event: Happened" : "")}"
    }
  }

  private mutating func call(from position: Int) -> String? {
    let targets = nodes.indices.filter { $0 > position && nodes[$0].trigger == nil }
    guard !targets.isEmpty else { return nil }
    var words = "call: \(nodes[targets[draw(targets.count)]].name)\(key())"
    if one(in: 3) { words += ", retry: \(draw(3))" }
    if one(in: 5) { words += ", await: false" }
    if one(in: 5) { words += ", reliable: true" }
    if one(in: 5) { words += ", on_error: \(["ignore", "[{write: \(fresh("e"))}]"][draw(2)])" }
    return "{\(words)}"
  }

  private mutating func branches(_ node: Node, at position: Int, depth: Int, names: inout [String]) -> String {
    let (left, right) = (fresh("b"), fresh("b"))
    var words = "choose: {\(left): [\(list(node, at: position, depth: depth - 1, names: &names))]"
    words += ", \(right): [\(list(node, at: position, depth: depth - 1, names: &names))]}"
    if one(in: 3) { words += ", weights: {\(left): 3, \(right): 1}" }
    if one(in: 3) { words += ", loop: \(1 + draw(4))" }
    return "{\(words)}"
  }

  // MARK: Faults

  private mutating func fault(_ steps: [String]) -> String {
    let node = nodes[draw(nodes.count)].name
    let step = steps.isEmpty ? nil : steps[draw(steps.count)].split(separator: "/").map(String.init)
    switch draw(8) {
    case 0: return "{crash: \(node), after: work}"
    case 1: return "{crash: \(node), at: \(draw(3_000))ms, restart: \(1 + draw(5))s}"
    case 2: if let step { return "{crash: \(step[0]), \(["before", "after"][draw(2)]): \(step[1])}" }
    case 3: if let step { return "{poison: \(step[0])/\(step[1])}" }
    case 4: return "{pause: \(node), at: \(draw(3_000))ms, for: 5s}"
    case 5: return "{slow: \(node), at: 0s, by: 2s, for: 5s}"
    case 6: if let channel = channels.first { return "{duplicate: \(channel.name)}" }
    default: return "{down: \(node), at: 0s, for: \(1 + draw(90))s}"
    }
    return "{down: \(node), at: 10ms, for: 3s}"
  }
}
