public import ProgressGraph
import Primitives

extension Diagram {
  /// The drawing of a graph: its nodes as boxes, its calls as links, and its channels as links from each producer to
  /// each consumer.
  ///
  /// A channel is a box of its own where it has no producer or no consumer, where a box takes fewer lines than links
  /// between all of them would, and where it is a table, which is a place to read from. What a channel parks comes
  /// from its consumers. A timer is a link from a node to itself.
  public init(_ graph: Graph) {
    var builder = DiagramBuilder(graph)
    builder.findProducersAndConsumers()
    builder.addBoxes()
    builder.addLinks()
    self.init(boxes: builder.boxes, links: builder.links)
  }
}

/// Turns channels into links or boxes. Arrays over channels are indexed by `ChannelID`.
private struct DiagramBuilder {
  let graph: Graph
  let edges: [Edge]
  var producers: [[Edge.End]]
  var consumers: [[Edge.End]]
  /// The position of a channel's box, nil for one drawn as links.
  var channelBoxes: [Int?]
  var boxes: [Diagram.Box] = []
  var links: [Diagram.Link] = []
  var seen: Set<Diagram.Link> = []

  init(_ graph: Graph) {
    self.graph = graph
    edges = graph.edges()
    producers = Array(repeating: [], count: graph.channels.count)
    consumers = producers
    channelBoxes = Array(repeating: nil, count: graph.channels.count)
  }

  mutating func findProducersAndConsumers() {
    for edge in edges where !isParking(edge) {
      if case .channel(let channel) = edge.from { consumers[channel.index].append(edge.to) }
      if case .channel(let channel) = edge.to { producers[channel.index].append(edge.from) }
    }
    for id in graph.channelIDs {
      guard let parent = graph[id].parksFor else { continue }
      // A record is parked by whoever failed on it; without consumers the channel itself is all there is to name.
      let parking = consumers[parent.index]
      producers[id.index] += parking.isEmpty ? [.channel(parent)] : parking
    }
  }

  mutating func addBoxes() {
    for id in graph.nodeIDs {
      boxes.append(Diagram.Box(id: .node(id), title: graph[id].name, kind: .node(graph[id].kind)))
    }
    for id in graph.channelIDs where needsBox(id) {
      channelBoxes[id.index] = boxes.count
      boxes.append(Diagram.Box(id: .channel(id), title: graph[id].name, kind: .channel(graph[id].kind)))
    }
  }

  mutating func addLinks() {
    for edge in edges where !isParking(edge) { addLinks(of: edge) }
    for id in graph.channelIDs where graph[id].parksFor != nil {
      for producer in producers[id.index] {
        addLinks(of: Edge(from: producer, to: .channel(id), kind: .queue))
      }
    }
    for id in graph.handlerIDs {
      let node = graph[id].node.index
      for trigger in graph[id].triggers {
        switch trigger {
        case .every(let period):
          add(Diagram.Link(from: node, to: node, kind: .schedule, label: "every \(text(of: period))"))
        case .cron(let period):
          add(Diagram.Link(from: node, to: node, kind: .schedule, label: "cron \(text(of: period))"))
        case .rpc, .channel, .start:
          break
        }
      }
    }
  }

  private mutating func addLinks(of edge: Edge) {
    guard let from = box(of: edge.from) else { return }
    if let to = box(of: edge.to) {
      add(Diagram.Link(from: from, to: to, kind: edge.kind, isOneWay: edge.isOneWay))
    } else if case .channel(let channel) = edge.to {
      for consumer in consumers[channel.index] {
        guard let to = box(of: consumer) else { continue }
        add(
          Diagram.Link(from: from, to: to, kind: edge.kind, label: graph[channel].name, channel: channel))
      }
    }
  }

  private mutating func add(_ link: Diagram.Link) {
    if seen.insert(link).inserted { links.append(link) }
  }

  private func needsBox(_ channel: ChannelID) -> Bool {
    let count = (producers[channel.index].count, consumers[channel.index].count)
    return graph[channel].kind == .table || count.0 == 0 || count.1 == 0 || count.0 * count.1 > count.0 + count.1
  }

  private func isParking(_ edge: Edge) -> Bool {
    guard case .channel(let from) = edge.from, case .channel(let to) = edge.to else { return false }
    return graph[from].deadLetters == to
  }

  private func box(of end: Edge.End) -> Int? {
    switch end {
    case .node(let node): node.index
    case .channel(let channel): channelBoxes[channel.index]
    }
  }

  /// In the largest unit of the file format that divides it.
  private func text(of duration: SimDuration) -> String {
    let units: [(Int64, String)] = [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s")]
    for (length, unit) in units where duration.microseconds % length == 0 {
      return "\(duration.microseconds / length)\(unit)"
    }
    return "\(duration.microseconds / 1_000)ms"
  }
}
