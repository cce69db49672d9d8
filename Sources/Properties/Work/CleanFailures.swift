import MachineContract
import Primitives
import ProgressGraph

/// FAIL: the outside was told "failed", and no effect of its trigger stands. A timer's work has nobody to tell.
func cleanFailures(_ evidence: Evidence) -> [CleanFailure] {
  evidence.ledger.roots.compactMap { root in
    guard root.timer == nil, let step = evidence.toldFailed(root), !root.effects.contains(where: evidence.stands)
    else { return nil }
    return evidence.isHeld(root) ? nil : CleanFailure(root: root.root, step: step)
  }
}

extension Evidence {
  /// What a log still holds may yet happen: whatever its caller was told, that is stuck work and no clean failure.
  func isHeld(_ root: RootRecord) -> Bool {
    ledger.works.contains { $0.unit.root == root.root && isUnfinishedRun($0) }
      || ledger.calls.contains { ledger.works[$0.work].unit.root == root.root && isHeldByEngine($0) }
  }

  /// The event by which the outside knew that its trigger failed; nil where it knows nothing, or was answered.
  func toldFailed(_ root: RootRecord) -> EventStep? {
    guard let index = root.work else { return nil }
    let start = ledger.works[index]
    if start.isFinished { return swallowedFailure(start) }
    if start.lastAttemptFailed || start.isAborted { return max(start.failedAt, start.abortedAt) }
    return lastFailedCall(of: start)
  }

  /// A start that finished was told of a failure only where it ignores errors and made no other call that succeeded.
  private func swallowedFailure(_ start: WorkRecord) -> EventStep? {
    if start.calls.contains(where: { ledger.calls[$0].outcome == .answered }) { return nil }
    return lastFailedCall(of: start)
  }

  /// A client may announce nothing but its calls: then the last failed one, tried as often as it may be, tells.
  private func lastFailedCall(of start: WorkRecord) -> EventStep? {
    let failed = start.calls.filter { index in
      guard case .failed = ledger.calls[index].outcome else { return false }
      return uncertainty(of: ledger.calls[index]) != nil
    }
    return failed.map { ledger.calls[$0].failedAt }.max()
  }
}
