public import Primitives

extension Graph {
  /// The fields of triggers that some part of the design goes by, in the order of channels, nodes, steps and
  /// expectations, each once. Words that stand for a new value on every attempt are no fields.
  public var keyFields: [NameID] {
    var fields = channels.map(\.key) + nodes.map(\.serial)
    for step in steps { fields += step.fields }
    fields += expectations.ordered.map { $0.field }
    var seen: Set<NameID> = []
    return fields.compactMap { $0 }.filter { !isFresh($0) && seen.insert($0).inserted }
  }

  /// A key that differs on every attempt, so that no receiver ever recognises it (HW203).
  public func isFresh(_ key: NameID) -> Bool {
    switch self[key] {
    case "uuid", "now", "random", "attempt": true
    default: false
    }
  }
}

extension Step {
  /// The key and the version of the step; nil where it has none.
  fileprivate var fields: [NameID?] {
    switch verb {
    case .call(let call): [call.key]
    case .send(let send): [send.key]
    case .publish(let publish): [publish.key]
    case .write(_, let key, let version): [key, version]
    case .effect(_, let key), .signal(_, let key): [key]
    case .compute, .read, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .reply, .fail: []
    }
  }
}
