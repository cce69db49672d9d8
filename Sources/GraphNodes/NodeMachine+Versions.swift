import MachineContract
import Primitives
import ProgressGraph

/// Writes with a `version`: a row takes a newer version and nothing else.
///
/// A version is a field that the start of the workflow makes, so versions are ordered as the roots are. The check takes
/// the place of deduplication by key: the same version again is recognised, an older one is rejected.
extension NodeMachine {
  /// What a versioned write meets in its row.
  enum Precedence {
    case newer, same, older
  }

  /// The row that a versioned write sets: of its key, or the only one of its name where it has none. Nil for a write
  /// without a version, and for one whose row is new every time.
  func row(of step: StepID, root: UInt64) -> RowVersion? {
    guard case .write(let name, let key, let version?) = graph[step].verb else { return nil }
    if let key, isFresh(key) { return nil }
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(name)
    if let key { fingerprinter.feed(deployment.value(of: key, root: root).packed) }
    return RowVersion(row: fingerprinter.value, version: deployment.value(of: version, root: root).packed)
  }

  func precedence(of row: RowVersion) -> Precedence {
    let pending = epoch.rows.last { $0.row == row.row } ?? committing?.rows.last { $0.row == row.row }
    guard let stored = pending?.version ?? database.versions[row.row] else { return .newer }
    return stored < row.version ? .newer : stored == row.version ? .same : .older
  }

  /// A versioned write outside a transaction.
  mutating func applyVersion(_ row: RowVersion, _ effect: AppliedEffect, into out: inout Outbox<NodeMachine>) {
    switch precedence(of: row) {
    case .newer:
      commit(.versioned(row), into: &out)
      out.observe(.effect(effect))
    case .same: out.observe(.deduplicated(effect.unit, effect.step))
    case .older: out.observe(.outdated(effect.unit, effect.step))
    }
  }
}
