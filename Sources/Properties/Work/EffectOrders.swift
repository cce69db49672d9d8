import Primitives
import ProgressGraph

/// Which triggers have an order at all: those that share the value of a field by which the design goes.
extension EffectCatalogue {
  /// The fields by which a handler's triggers are ordered: what `ordered` declares of its node and of the channels that
  /// trigger it, the node's `serial`, and the ordering keys of those channels and of what is put there.
  func orderFields(of handler: HandlerID) -> [NameID] {
    let node = graph[handler].node
    var fields = graph.expectations.ordered.filter { $0.place == .node(node) }.map(\.field)
    if let serial = graph[node].serial { fields.append(serial) }
    for case .channel(let channel) in graph[handler].triggers {
      fields += graph.expectations.ordered.filter { $0.place == .channel(channel) }.map(\.field)
      fields += orderingKeys(of: channel)
    }
    var seen: Set<NameID> = []
    return fields.filter { !graph.isFresh($0) && seen.insert($0).inserted }
  }

  private func orderingKeys(of channel: ChannelID) -> [NameID] {
    let puts = graph.steps.compactMap { step -> NameID? in
      switch step.verb {
      case .send(let send): send.channel == channel ? send.key : nil
      case .publish(let publish): publish.channel == channel ? publish.key : nil
      case .compute, .call, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel, .each,
        .signal, .reply, .fail:
        nil
      }
    }
    return (graph[channel].key.map { [$0] } ?? []) + puts
  }

  /// The value of a field for a root trigger, packed.
  func value(of field: NameID, root: UInt64) -> UInt64 {
    KeyValue(field: field, root: shared.contains(field) ? 1 : root).packed
  }

  /// True when an ordering covers what this handler does for its triggers.
  func covers(_ ordering: Expectations.Ordering, _ handler: HandlerID) -> Bool {
    switch ordering.place {
    case .node(let node): graph[handler].node == node
    case .channel(let channel): graph[handler].triggers.contains(.channel(channel))
    }
  }
}
