public import Primitives

/// Where a retry of unfinished work goes on, and what its earlier attempts decided: rows of a node's own database.
/// Look-up only.
public struct Progress: Equatable, Sendable {
  private var rows: [UInt64: Row] = [:]
  /// Fed instead of the rows, whose order changes with every process.
  private var sum: UInt64 = 0

  private struct Row: Equatable, Sendable, Fingerprintable {
    /// The latest of each strand, in the order in which they were first passed.
    var checkpoints: [Checkpoint] = []
    var decisions: [Decision] = []

    func feed(into fingerprinter: inout Fingerprinter) {
      fingerprinter.feed(checkpoints)
      fingerprinter.feed(decisions)
    }
  }

  public init() {}

  func checkpoint(of work: UInt64, strand: [UInt64]) -> Checkpoint? {
    rows[work]?.checkpoints.first { $0.strand == strand }
  }

  func decision(of work: UInt64, _ occurrence: UInt64) -> Int? {
    rows[work]?.decisions.first { $0.occurrence == occurrence }?.option
  }

  func contains(_ work: UInt64) -> Bool { rows[work] != nil }

  mutating func set(_ checkpoint: Checkpoint, of work: UInt64) {
    change(work) { row in
      if let position = row.checkpoints.firstIndex(where: { $0.strand == checkpoint.strand }) {
        row.checkpoints[position] = checkpoint
      } else {
        row.checkpoints.append(checkpoint)
      }
    }
  }

  mutating func add(_ decision: Decision, of work: UInt64) { change(work) { $0.decisions.append(decision) } }

  mutating func forget(_ work: UInt64) {
    if let former = rows.removeValue(forKey: work) { sum &-= Self.word(work, former) }
  }

  private mutating func change(_ work: UInt64, _ body: (inout Row) -> Void) {
    var row = rows[work] ?? Row()
    forget(work)
    body(&row)
    sum &+= Self.word(work, row)
    rows[work] = row
  }

  private static func word(_ work: UInt64, _ row: Row) -> UInt64 {
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(work)
    fingerprinter.feed(row)
    return fingerprinter.value
  }
}

/// A `checkpoint` that an attempt passed: where the next one goes on.
public struct Checkpoint: Equatable, Sendable, Fingerprintable {
  /// The strand's path; empty for the unit itself.
  public var strand: [UInt64]
  public var step: StepID
  public var position: Int
  public var turns: [Turn]
  /// Registered by the unit so far.
  public var undos: [Undo]

  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(strand)
    fingerprinter.feed(step)
    fingerprinter.feed(position)
    fingerprinter.feed(turns)
    fingerprinter.feed(undos)
  }
}

/// What one execution of a recorded `choose` decided.
public struct Decision: Equatable, Sendable, Fingerprintable {
  public var occurrence: UInt64
  public var option: Int

  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(occurrence)
    fingerprinter.feed(option)
  }
}

extension Progress: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(rows.count)
    fingerprinter.feed(sum)
  }
}
