import MachineContract
import Primitives
import ProgressGraph

/// OOO: for one value of a key, the effect of a later trigger was applied, and then that of an earlier one came over
/// it; or the earlier one lies parked while the later one's effect stands, so that it can only come over it.
///
/// Triggers have an order where they share the value of a field by which the design goes (`EffectCatalogue
/// .orderFields`, or the effect's own key): that of their records in the channel which triggers the handler, and
/// elsewhere that in which their roots started. Work below a handler's calls is done for the handler's trigger. A
/// compensation has no order: it comes when a failure is known.
func outOfOrderEffects(_ evidence: Evidence) -> [Anomaly] {
  var order = EffectOrder(evidence: evidence)
  for application in evidence.ledger.applications { order.take(application) }
  order.takeParkedWork()
  return order.anomalies
}

private struct EffectOrder {
  /// Where effects come over one another: the same name, at the same place, for the same value of the same field.
  struct Row: Hashable {
    enum Place: Hashable {
      case node(NodeID)
      case channel(ChannelID)
    }
    var place: Place
    var name: NameID
    /// The field with its value, packed.
    var key: UInt64
    /// The channel whose records are in order; nil where roots are.
    var records: ChannelID?
  }
  /// A trigger's place in the order of one row.
  struct Turn {
    var row: Row
    var position: Int
    /// The handler whose trigger it is.
    var handler: HandlerID
  }
  /// The latest trigger whose effect a row has seen.
  struct Latest {
    var position: Int
    var at: EventStep
  }

  let evidence: Evidence
  /// False where no handler's triggers are ordered.
  private let hasOrders: Bool
  private(set) var anomalies: [Anomaly] = []
  private var latest: [Row: Latest] = [:]

  init(evidence: Evidence) {
    self.evidence = evidence
    hasOrders = evidence.catalogue.orderFields.contains { !$0.isEmpty }
  }

  private var ledger: WorkLedger { evidence.ledger }
  private var catalogue: EffectCatalogue { evidence.catalogue }

  mutating func take(_ application: Application) {
    let effect = ledger.effects[application.effect]
    guard !evidence.isCompensation[application.effect] else { return }
    var isReported = false
    for turn in turns(of: application, effect) {
      if let known = latest[turn.row], known.position > turn.position {
        if !isReported { report(turn, by: ledger.works[application.work].unit, at: application.at) }
        isReported = true
      } else if latest[turn.row]?.position != turn.position {
        latest[turn.row] = Latest(position: turn.position, at: application.at)
      }
    }
  }

  /// A trigger in the dead letters whose effects a later one has applied: redriven, it would come over them, but for
  /// writes that know their version.
  mutating func takeParkedWork() {
    for anomaly in parkedWork(evidence) {
      guard let handler = anomaly.handler, case .channel(let channel) = anomaly.subject,
        let position = position(ofRoot: anomaly.root, in: channel, parkedAt: anomaly.step)
      else { continue }
      for (step, node) in catalogue.effects(under: handler) {
        if case .write(_, _, _?) = catalogue.graph[step].verb { continue }
        guard let name = catalogue.names[step.index].first, !hasApplied(step, anomaly) else { continue }
        for field in catalogue.orderFields[handler.index] {
          let row = Row(
            place: place(of: step, at: node), name: name, key: catalogue.value(of: field, root: anomaly.root),
            records: channel)
          guard let known = latest[row], known.position > position else { continue }
          report(
            Turn(row: row, position: position, handler: handler), by: anomaly.unit, root: anomaly.root,
            at: max(anomaly.step, known.at))
          break
        }
      }
    }
  }

  private func position(ofRoot root: UInt64, in channel: ChannelID, parkedAt step: EventStep) -> Int? {
    ledger.stored.firstIndex { record in
      record.channel == channel && record.root == root && record.consumers.contains { $0.parkedAt == step }
    }
  }

  /// Whether the parked work, or work below its calls, has applied the effect of this step.
  private func hasApplied(_ step: StepID, _ parked: Anomaly) -> Bool {
    guard let unit = parked.unit else { return false }
    return ledger.works.contains { work in
      work.effects.contains { ledger.effects[$0].step == step } && isBelow(work, unit)
    }
  }

  private func isBelow(_ work: WorkRecord, _ unit: WorkUnit) -> Bool {
    var current = work
    // A call is recorded before the work it starts, so the chain is at most as long as the list of works.
    for _ in ledger.works.indices {
      if current.unit.handler == unit.handler, current.unit.root == unit.root, current.unit.path == unit.path {
        return true
      }
      guard let call = current.parentCall else { return false }
      current = ledger.works[ledger.calls[call].work]
    }
    return false
  }

  // MARK: Turns

  /// The rows that an application writes to, with its trigger's place in each: that of its own key first, then those of
  /// its handler and of the callers above.
  private func turns(of application: Application, _ effect: EffectRecord) -> [Turn] {
    let unit = ledger.works[application.work].unit
    let place = place(of: effect.step, at: unit.node)
    var turns: [Turn] = []
    func add(_ key: UInt64, _ handler: HandlerID, _ records: ChannelID?, _ position: Int) {
      let row = Row(place: place, name: effect.identity.name, key: key, records: records)
      if !turns.contains(where: { $0.row == row }) {
        turns.append(Turn(row: row, position: position, handler: handler))
      }
    }
    if KeyValue(packed: effect.identity.key).field != nil, let root = ledger.position(ofRoot: unit.root) {
      add(effect.identity.key, unit.handler, nil, root)
    }
    var current = hasOrders ? application.work : nil
    // A call is recorded before the work it starts, so the chain is at most as long as the list of works.
    for _ in ledger.works.indices {
      guard let index = current else { break }
      let above = ledger.works[index]
      if let (records, position) = turn(of: above.unit) {
        for field in catalogue.orderFields[above.unit.handler.index] {
          add(catalogue.value(of: field, root: above.unit.root), above.unit.handler, records, position)
        }
      }
      current = above.parentCall.map { ledger.calls[$0].work }
    }
    return turns
  }

  /// The order a unit's trigger is in, and its place there.
  private func turn(of unit: WorkUnit) -> (records: ChannelID?, position: Int)? {
    if let index = ledger.storedRecord(of: unit.trigger) {
      let channel = ledger.stored[index].channel
      if catalogue.graph[unit.handler].triggers.contains(.channel(channel)) { return (channel, index) }
    }
    return ledger.position(ofRoot: unit.root).map { (nil, $0) }
  }

  /// A record stands in its channel, whoever put it there.
  private func place(of step: StepID, at node: NodeID) -> Row.Place {
    switch catalogue.graph[step].verb {
    case .send(let send): .channel(send.channel)
    case .publish(let publish): .channel(publish.channel)
    case .compute, .call, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .signal,
      .reply, .fail:
      .node(node)
    }
  }

  // MARK: Reporting

  private mutating func report(_ turn: Turn, by unit: WorkUnit, at step: EventStep) {
    report(turn, by: unit, root: unit.root, at: step)
  }

  /// One anomaly for each effect, key and trigger, however often the trigger's effect came over a later one.
  private mutating func report(_ turn: Turn, by unit: WorkUnit?, root: UInt64, at step: EventStep) {
    let subject = AnomalySubject.effect(turn.row.name)
    let known = anomalies.firstIndex { $0.subject == subject && $0.key == turn.row.key && $0.root == root }
    if let known {
      anomalies[known].count += 1
      return
    }
    anomalies.append(
      Anomaly(
        code: .ooo, subject: subject, key: turn.row.key, count: 1, step: step, unit: unit, handler: turn.handler,
        root: root))
  }
}

extension EffectCatalogue {
  /// The forward steps with an effect that a handler's work leads to over its calls, and the node that bears it: what
  /// is done for the handler's trigger. What its records start is done for the records.
  fileprivate func effects(under handler: HandlerID) -> [(step: StepID, node: NodeID)] {
    var effects: [(step: StepID, node: NodeID)] = []
    var handlers = [handler]
    var next = 0
    while next < handlers.count {
      let current = handlers[next]
      next += 1
      for id in graph.stepIDs where graph[id].handler == current && places[id.index] == .forward {
        guard case .call(let call) = graph[id].verb else {
          if !names[id.index].isEmpty { effects.append((id, graph[current].node)) }
          continue
        }
        if isSingleEffect(call.handler) {
          effects.append((id, call.target))
        } else if !handlers.contains(call.handler) {
          handlers.append(call.handler)
        }
      }
    }
    return effects
  }
}
