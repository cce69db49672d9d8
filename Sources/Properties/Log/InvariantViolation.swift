/// A law of a log that an execution broke.
public struct InvariantViolation: Equatable, Sendable {
  /// As the design's list names it: `R-I1`, `C1`.
  public let id: String
  /// The law in two words: `ElectionSafety`.
  public let name: String
  /// What happened, for people. Replicas are counted from 1 in the order of their group.
  public let message: String
}

/// How messages name a replica.
func replica(_ position: Int) -> String { "replica \(position + 1)" }
