import MachineContract
import Primitives
import ProgressGraph

/// STALE: an effect came after a read of the same attempt, and by then the snapshot was older than the read allows.
///
/// A snapshot is as old as the oldest record of its source that it lacks: what lacks nothing is never old, however long
/// ago it was committed.
func staleReads(_ evidence: Evidence) -> [Anomaly] {
  evidence.ledger.works.flatMap { work in
    work.stale.map { decision in
      Anomaly(
        code: .stale, subject: .channel(decision.table), key: work.unit.root, count: 1, step: decision.at,
        unit: work.unit, handler: work.unit.handler, root: work.unit.root)
    }
  }
}
