public import ProgressGraph
public import Primitives

/// What is drawn: boxes and the links between them, without any position.
///
/// Equal diagrams are drawn equally, byte for byte; the order of boxes and links is the order of the file and takes
/// part in the layout.
public struct Diagram: Hashable, Sendable {
  public struct Box: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
      case node(NodeKind)
      case channel(ChannelKind)
    }
    public var id: Edge.End
    public var title: String
    public var kind: Kind

    public init(id: Edge.End, title: String, kind: Kind) {
      self.id = id
      self.title = title
      self.kind = kind
    }
  }

  /// One way in which a box triggers another, or itself. `from` and `to` are positions in `boxes`.
  public struct Link: Hashable, Sendable {
    public var from: Int
    public var to: Int
    public var kind: Edge.Kind
    /// Empty where there is nothing to say.
    public var label: String
    /// True for a call that nobody waits for.
    public var isOneWay: Bool
    /// The channel this link goes through. Links with the same `from` and channel share a trunk.
    public var channel: ChannelID?

    public init(
      from: Int, to: Int, kind: Edge.Kind, label: String = "", isOneWay: Bool = false, channel: ChannelID? = nil
    ) {
      self.from = from
      self.to = to
      self.kind = kind
      self.label = label
      self.isOneWay = isOneWay
      self.channel = channel
    }
  }

  public var boxes: [Box]
  /// Every `from` and `to` is a position in `boxes`.
  public var links: [Link]

  public init(boxes: [Box], links: [Link]) {
    for link in links {
      precondition(boxes.indices.contains(link.from) && boxes.indices.contains(link.to), "a link without its box")
    }
    self.boxes = boxes
    self.links = links
  }

  /// The diagram as text, one link a line (`orders -topic:paid-> payments`), then the boxes without links: everything
  /// the drawing says, for those who cannot see it.
  public func adjacencyList() -> [String] {
    var isLinked = Array(repeating: false, count: boxes.count)
    var lines: [String] = []
    for (index, box) in boxes.enumerated() {
      for link in links where link.from == index {
        isLinked[link.from] = true
        isLinked[link.to] = true
        var way = link.kind.rawValue
        if link.isOneWay { way += " one-way" }
        if !link.label.isEmpty { way += ":" + link.label }
        lines.append("\(box.title) -\(way)-> \(boxes[link.to].title)")
      }
    }
    for (index, box) in boxes.enumerated() where !isLinked[index] { lines.append(box.title) }
    return lines
  }
}
