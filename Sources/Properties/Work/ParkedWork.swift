import MachineContract
import Primitives
import ProgressGraph

/// PARKED: a trigger lies in a dead-letter queue and its work was not finished later, by a redrive.
func parkedWork(_ evidence: Evidence) -> [Anomaly] {
  var anomalies: [Anomaly] = []
  for record in evidence.ledger.stored {
    for consumer in record.consumers where consumer.parkedAt >= 0 {
      let handler = evidence.consumers(of: record).first { $0.node == consumer.node }?.handler
      let work = handler.flatMap { evidence.ledger.work(of: record, at: consumer.node, handler: $0) }
      if let work, work.finishedAt > consumer.parkedAt { continue }
      anomalies.append(
        Anomaly(
          code: .parked, subject: .channel(record.channel), key: record.root, count: 1, step: consumer.parkedAt,
          unit: work?.unit, handler: handler, root: record.root))
    }
  }
  return anomalies
}
