import Primitives

extension Graph {
  /// The load of runs that are no scenario: the calm run, runs with faults of the command line, and the search.
  ///
  /// One trigger; two where the design cares for their order, right after one another and with one value of the fields
  /// it goes by, because one alone can neither overtake nor be overtaken.
  public var usualLoad: Load {
    let fields = orderedFields
    return fields.isEmpty ? .single : Load(count: 2, every: .milliseconds(1), same: fields)
  }

  /// The fields of `ordered`, of `serial` and of FIFO queues. A field by which a receiver recognises work is left out:
  /// it names one piece of work, and two triggers that shared it would be one.
  private var orderedFields: [NameID] {
    var fields = expectations.ordered.map(\.field) + nodes.compactMap(\.serial)
    for channel in channelIDs where self[channel].isFifo {
      fields += (self[channel].key.map { [$0] } ?? []) + steps.compactMap { $0.groupKey(in: channel) }
    }
    let identities = Set(steps.compactMap(\.identityKey))
    var seen = identities
    return fields.filter { !isFresh($0) && seen.insert($0).inserted }
  }
}

extension Step {
  /// The message group that a step puts a command into.
  fileprivate func groupKey(in channel: ChannelID) -> NameID? {
    guard case .send(let send) = verb, send.channel == channel else { return nil }
    return send.key
  }

  /// The field by which the receiver of this step recognises it. A versioned write is recognised by its version.
  fileprivate var identityKey: NameID? {
    switch verb {
    case .call(let call): call.key
    case .write(_, let key, let version): version ?? key
    case .effect(_, let key), .signal(_, let key): key
    case .compute, .send, .publish, .read, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .reply, .fail:
      nil
    }
  }
}
