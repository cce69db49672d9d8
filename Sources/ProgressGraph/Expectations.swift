public import Primitives

/// The anomaly codes of semantics.md, section 1, in the order in which they are printed.
public enum AnomalyCode: String, CaseIterable, Comparable, Sendable {
  case diverge = "DIVERGE"
  case dup = "DUP"
  case lost = "LOST"
  case ooo = "OOO"
  case orphan = "ORPHAN"
  case parked = "PARKED"
  case partial = "PARTIAL"
  case saga = "SAGA"
  case stale = "STALE"
  case stuck = "STUCK"

  public static func < (left: AnomalyCode, right: AnomalyCode) -> Bool { left.rawValue < right.rawValue }
}

/// What must hold (graph-format.md, section 4). Defaults that follow from the graph are already filled in.
public struct Expectations: Equatable, Sendable {
  /// Effects that happen exactly once per trigger.
  public var once: [NameID]
  /// Effects that happen at most once: reached only from `undo`, `else`, `on_error` or a branch, or a compensation.
  public var atMostOnce: [NameID]
  /// Groups whose members agree at the end. Declared ones only; the default, the effects of one handler, is judged
  /// per work unit as PARTIAL.
  public var allOrNone: [[NameID]]
  public var compensatedBy: [Compensation]
  /// Effects that must happen.
  public var eventually: [NameID]
  public var ordered: [Ordering]
  /// Pairs of names, or of branches, that never both happen.
  public var exclusive: [[NameID]]
  public var never: [AnomalyCode]
  public var tolerate: [Tolerance]
  /// True when the file has an `expect` key.
  public var isDeclared: Bool

  public struct Compensation: Equatable, Sendable {
    public var effect: NameID
    public var undoneBy: NameID
    public init(effect: NameID, undoneBy: NameID) {
      self.effect = effect
      self.undoneBy = undoneBy
    }
  }

  /// What is done for one value of a field keeps the order of its triggers: at the consumers of a channel, or at a
  /// node.
  public struct Ordering: Hashable, Sendable {
    public var place: Edge.End
    public var field: NameID

    public init(place: Edge.End, field: NameID) {
      self.place = place
      self.field = field
    }
  }

  public struct Tolerance: Equatable, Sendable {
    public var anomaly: AnomalyCode
    /// The effect, node or channel; nil for all.
    public var subject: NameID?
    public var because: String
    public init(anomaly: AnomalyCode, subject: NameID?, because: String) {
      self.anomaly = anomaly
      self.subject = subject
      self.because = because
    }
  }

  public init() {
    once = []
    atMostOnce = []
    allOrNone = []
    compensatedBy = []
    eventually = []
    ordered = []
    exclusive = []
    never = []
    tolerate = []
    isDeclared = false
  }
}
