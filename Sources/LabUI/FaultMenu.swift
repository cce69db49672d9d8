import LabEngine
import Primitives
import ProgressGraph
import Screen

/// The faults that the selection can suffer at the present moment; those that do not apply are listed with the reason.
extension AppState {
  func faultMenu() -> Menu {
    var builder = FaultMenuBuilder(state: self)
    switch selection {
    case .node(let node): builder.addFaults(of: node)
    case .channel(let channel): builder.addFaults(of: channel)
    }
    return Menu(title: "Break \(name(of: selection)) at step \(moment.step)", items: builder.items)
  }
}

/// Writes the lines of a fault menu and gives out their keys.
private struct FaultMenuBuilder {
  let state: AppState
  var items: [Menu.Item] = []
  private var taken: Set<Unicode.Scalar> = []
  private var graph: Graph { state.graph }
  private var now: FaultPoint { .at(state.moment.time) }
  /// The point as a graph file writes it.
  private var at: String { "at: \(faultTimeText(state.moment.time))" }

  init(state: AppState) { self.state = state }

  mutating func addFaults(of node: NodeID) {
    let name = graph[node].name
    let health = state.moment.nodes[node.index].health
    let gone = health == .crashed ? "\(name) has crashed already" : nil
    let still = gone ?? (health == .up || health == .slow ? nil : "\(name) is \(health.rawValue) already")
    add(
      "c", "crash, back after 1s", "{crash: \(name), \(at)}",
      .crash(.node(node), restart: .seconds(1), disk: .keep), refusal: gone)
    add(
      "n", "crash for good", "{crash: \(name), \(at), restart: never}",
      .crash(.node(node), restart: nil, disk: .keep), refusal: gone)
    add(
      "z", "pause for 5s, then go on as if nothing happened", "{pause: \(name), \(at), for: 5s}",
      .pause(.node(node), for: .seconds(5)), refusal: still)
    add("w", "down for 10s: refuses all work", "{down: \(name), \(at), for: 10s}", .down(node, for: .seconds(10)),
      refusal: still)
    add(
      "s", "slow by 500ms for 10s", "{slow: \(name), \(at), by: 500ms, for: 10s}",
      .slow(node, by: .milliseconds(500), for: .seconds(10)), refusal: gone)
    addPartitions(of: .node(node))
    addMessageFaults(on: .node(node))
    addPoison(of: node)
    if let journal = graph[node].journal {
      for replica in 1...max(1, journal.replicas) {
        add(
          nil, "crash replica \(replica) of the journal", "{crash: \(name)/journal/\(replica), \(at)}",
          .crash(.journalReplica(node, replica), restart: .seconds(1), disk: .keep))
      }
    }
  }

  mutating func addFaults(of channel: ChannelID) {
    let name = graph[channel].name
    let gone = state.moment.channels[channel.index].health == .crashed ? "\(name) has crashed already" : nil
    let noLog = graph[channel].log == nil ? "a table has no machine of its own" : nil
    add(
      "c", "crash the broker, back after 1s", "{crash: \(name)/front, \(at)}",
      .crash(.front(channel), restart: .seconds(1), disk: .keep), refusal: noLog ?? gone)
    add(
      "z", "pause the broker for 5s", "{pause: \(name)/front, \(at), for: 5s}",
      .pause(.front(channel), for: .seconds(5)), refusal: noLog ?? gone)
    for replica in 1...max(1, graph[channel].log?.replicas ?? 1) {
      add(
        replica == 1 ? "r" : nil, "crash replica \(replica) of the log", "{crash: \(name)/log/\(replica), \(at)}",
        .crash(.logReplica(channel, replica), restart: .seconds(1), disk: .keep), refusal: noLog)
    }
    for (key, word, fault) in Self.messageFaults {
      let text = word == "delay" ? "{delay: \(name), by: 5s, nth: 1}" : "{\(word): \(name), nth: 1}"
      add(key, "\(word) the next record", text, .message(fault, .channel(channel)), refusal: noLog)
    }
    addPartitions(of: .channel(channel))
  }

  // MARK: Parts

  private static let messageFaults: [(Unicode.Scalar, String, MessageFault)] = [
    ("d", "drop", .drop), ("u", "duplicate", .duplicate), ("l", "delay", .delay(by: .seconds(5))),
    ("o", "reorder", .reorder),
  ]

  private mutating func addPartitions(of place: Edge.End) {
    for other in neighbours(of: place) {
      add(
        "p", "partition from \(state.name(of: other)) for 10s",
        "{partition: [\(state.name(of: place)), \(state.name(of: other))], \(at), for: 10s}",
        .partition(end(place), end(other), oneWay: false, for: .seconds(10)))
    }
  }

  private mutating func addMessageFaults(on place: Edge.End) {
    let targets = graph.edges().filter { $0.from == place }.map(\.to)
    for (key, word, fault) in Self.messageFaults {
      guard let first = targets.first else {
        add(
          key, "\(word) the next message it sends", "", nil,
          refusal: "\(state.name(of: place)) sends nothing")
        continue
      }
      for target in unique(targets) {
        let link = "\(state.name(of: place)) -> \(state.name(of: target))"
        add(
          target == first ? key : nil, "\(word) the next message to \(state.name(of: target))",
          word == "delay" ? "{delay: \(link), by: 5s, nth: 1}" : "{\(word): \(link), nth: 1}",
          .message(fault, .link(from: end(place), to: end(target))))
      }
    }
  }

  private mutating func addPoison(of node: NodeID) {
    let name = graph[node].name
    var isFirst = true
    for id in graph.stepIDs where graph[graph[id].handler].node == node {
      let handler = graph[graph[id].handler].name.map { $0 + "/" } ?? ""
      let label = handler + graph[id].label
      add(
        isFirst ? "x" : nil, "poison: the next trigger fails at \(label) each time", "{poison: \(name)/\(label)}",
        .poison(id))
      isFirst = false
    }
    if isFirst {
      add("x", "poison a step", "", nil, refusal: "\(name) has no step of its own")
    }
  }

  /// Adds a line; its key is the wanted one if that is free, else the first free digit or letter, so that every line is
  /// two keys from the graph.
  private mutating func add(
    _ wanted: Unicode.Scalar?, _ label: String, _ text: String, _ kind: FaultKind?, refusal: String? = nil
  ) {
    let spare = "123456789abefghimtvy".unicodeScalars.first { !taken.contains($0) }
    let key = wanted.flatMap { taken.contains($0) ? nil : $0 } ?? spare
    if let key { taken.insert(key) }
    items.append(
      Menu.Item(
        key: key.map { .character($0) }, label: label, detail: text,
        effect: kind.map { .inject(Fault(kind: $0, point: now, text: text)) }, refusal: refusal))
  }

  private func neighbours(of place: Edge.End) -> [Edge.End] {
    unique(graph.edges().compactMap { $0.from == place ? $0.to : $0.to == place ? $0.from : nil })
  }

  private func unique(_ places: [Edge.End]) -> [Edge.End] {
    var found: [Edge.End] = []
    for place in places where !found.contains(place) { found.append(place) }
    return found
  }

  private func end(_ place: Edge.End) -> FaultEnd {
    switch place {
    case .node(let node): .node(node)
    case .channel(let channel): .channel(channel)
    }
  }
}
