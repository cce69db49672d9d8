public import Primitives

/// How one node triggers another, derived from steps and triggers.
public struct Edge: Hashable, Sendable {
  public enum Kind: String, Sendable {
    case rpc, queue, topic, schedule
  }
  /// One end of an edge: channels are drawn as places of their own.
  public enum End: Hashable, Sendable {
    case node(NodeID)
    case channel(ChannelID)
  }
  public var from: End
  public var to: End
  public var kind: Kind
  /// True for a call nobody waits for.
  public var isOneWay: Bool

  public init(from: End, to: End, kind: Kind, isOneWay: Bool = false) {
    self.from = from
    self.to = to
    self.kind = kind
    self.isOneWay = isOneWay
  }
}

extension Graph {
  /// Every edge once, in the order of the steps and triggers that imply it.
  public func edges() -> [Edge] {
    var seen: Set<Edge> = []
    var edges: [Edge] = []
    func add(_ edge: Edge) {
      if seen.insert(edge).inserted { edges.append(edge) }
    }
    let routes = SignalRoutes(self)
    for handlerID in handlerIDs {
      let handler = self[handlerID]
      for trigger in handler.triggers {
        if case .channel(let channel) = trigger {
          add(Edge(from: .channel(channel), to: .node(handler.node), kind: kind(of: channel)))
        }
      }
    }
    for step in steps {
      let node = self[step.handler].node
      switch step.verb {
      case .call(let call):
        add(Edge(from: .node(node), to: .node(call.target), kind: .rpc, isOneWay: !call.isAwaited))
      case .send(let send):
        add(Edge(from: .node(node), to: .channel(send.channel), kind: kind(of: send.channel)))
      case .publish(let publish):
        add(Edge(from: .node(node), to: .channel(publish.channel), kind: kind(of: publish.channel)))
      case .read(_, let table?, _):
        add(Edge(from: .channel(table), to: .node(node), kind: .topic))
      case .signal(let name, _):
        if let target = routes.target(of: name, from: node), target != node {
          add(Edge(from: .node(node), to: .node(target), kind: .rpc, isOneWay: true))
        }
      case .compute, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel, .each,
        .reply, .fail:
        break
      }
    }
    for id in channelIDs {
      if let dead = self[id].deadLetters { add(Edge(from: .channel(id), to: .channel(dead), kind: .queue)) }
      if let source = self[id].source { add(Edge(from: .channel(source), to: .channel(id), kind: .topic)) }
    }
    return edges
  }

  private func kind(of channel: ChannelID) -> Edge.Kind {
    self[channel].kind == .queue ? .queue : .topic
  }
}
