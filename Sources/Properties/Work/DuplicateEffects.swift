import MachineContract
import Primitives
import ProgressGraph

/// DUP: some effect was applied more than once, compensations included (undoing twice is a duplicate too).
///
/// Counted for each root trigger: two triggers that share a key's value may each apply it once.
///
/// One anomaly per effect, with its count. The only predicate that nothing later can take back.
func duplicateEffects(_ evidence: Evidence) -> [Anomaly] {
  var anomalies: [Anomaly] = []
  for effect in evidence.ledger.effects where effect.count > 1 {
    anomalies.append(
      Anomaly(
        code: .dup, subject: .effect(effect.identity.name), key: effect.identity.key, count: effect.count,
        step: effect.repeatedAt, unit: effect.repeatedBy, handler: effect.repeatedBy?.handler,
        root: effect.identity.root))
  }
  return anomalies
}
