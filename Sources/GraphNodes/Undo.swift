public import Primitives

/// A compensation that a unit has registered: the undo step, and for which execution of the step above it.
public struct Undo: Equatable, Sendable {
  public var step: StepID
  /// Tells apart the executions in several strands and turns; 0 outside of both.
  public var occurrence: UInt64
  /// What its effects are counted by.
  public var strand: StrandPath

  public init(step: StepID, occurrence: UInt64 = 0, strand: StrandPath = .none) {
    self.step = step
    self.occurrence = occurrence
    self.strand = strand
  }
}

/// The turn of a loop that has begun and is not over.
public struct Turn: Equatable, Sendable {
  public let loop: StepID
  /// From 1; 0 before the first.
  public var number: Int
}

extension Undo: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(step)
    fingerprinter.feed(occurrence)
    fingerprinter.feed(strand)
  }
}

extension Turn: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(loop)
    fingerprinter.feed(number)
  }
}
