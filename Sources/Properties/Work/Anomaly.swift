public import MachineContract
public import Primitives
public import ProgressGraph

/// What an anomaly is about.
public enum AnomalySubject: Hashable, Sendable {
  /// An effect, by the name the checkers count it by.
  case effect(NameID)
  /// A declared `all_or_none` group, by position in `Expectations.allOrNone`.
  case group(Int)
  /// A declared `exclusive` group, by position in `Expectations.exclusive`.
  case exclusion(Int)
  case node(NodeID)
  case channel(ChannelID)

  /// The subject as reports print it.
  public func name(in graph: Graph) -> String {
    switch self {
    case .effect(let name): graph[name]
    case .group(let position):
      graph.expectations.allOrNone[position].map { graph[$0] }.joined(separator: ", ")
    case .exclusion(let position):
      graph.expectations.exclusive[position].map { graph[$0] }.joined(separator: ", ")
    case .node(let node): graph[node].name
    case .channel(let channel): graph[channel].name
    }
  }

  /// Effects before groups, nodes and channels; each kind in the order of the file.
  var rank: (Int, Int) {
    switch self {
    case .effect(let name): (0, name.index)
    case .group(let position): (1, position)
    case .exclusion(let position): (2, position)
    case .node(let node): (3, node.index)
    case .channel(let channel): (4, channel.index)
    }
  }
}

/// One thing that went wrong with work (semantics.md, section 1).
public struct Anomaly: Equatable, Sendable {
  public var code: AnomalyCode
  public var subject: AnomalySubject
  /// DUP: the effect's key (the root's id where it has none). OOO: the value by which there is an order. Every other
  /// code: the root trigger.
  public var key: UInt64
  /// DUP: applications of the effect. PARTIAL and SAGA: the effects that stand. ORPHAN: the effects below the call.
  /// OOO: how often it came over a later one. DIVERGE: the branches. LOST, STUCK, PARKED: 1.
  public var count: Int
  /// The event that made it true, as the driver counts events.
  public var step: Int
  /// The work it happened to; nil where no work ever began.
  public var unit: WorkUnit?
  /// The handler whose work it is; known even where no work began.
  public var handler: HandlerID?
  /// The root trigger above it; for DUP, the root of the second application.
  public var root: UInt64

  public init(
    code: AnomalyCode, subject: AnomalySubject, key: UInt64, count: Int, step: Int, unit: WorkUnit?,
    handler: HandlerID?, root: UInt64
  ) {
    self.code = code
    self.subject = subject
    self.key = key
    self.count = count
    self.step = step
    self.unit = unit
    self.handler = handler
    self.root = root
  }

  /// By code as printed, then subject in the order of the file, then key, then step.
  static func precedes(_ left: Anomaly, _ right: Anomaly) -> Bool {
    if left.code != right.code { return left.code < right.code }
    if left.subject != right.subject { return left.subject.rank < right.subject.rank }
    if left.key != right.key { return left.key < right.key }
    return left.step < right.step
  }
}

/// A caller that was told "failed" while nothing happened (FAIL): shown, and no anomaly by itself.
public struct CleanFailure: Equatable, Sendable {
  public var root: UInt64
  /// The event by which the caller knew.
  public var step: Int
}

/// What the judge knows of a run from outside the stream of observations.
///
/// Observers are blind to faults, so whoever planned the faults says whether one of them never heals.
public struct RunFacts: Equatable, Sendable {
  /// True under poison, and under an outage longer than every retry budget: then PARKED, FAIL and the STUCK of a
  /// durable run are right answers.
  public var neverHeals: Bool
  /// True under an outage longer than the whole retry budget of whoever waits for what it hits: then FAIL is a right
  /// answer, however long others keep trying.
  public var outlastsCallers: Bool
  /// True for a run that was ended because it would be busy for ever.
  public var isEndless: Bool
  /// Ids of messages and invocations that were stored or accepted and that no log holds any more: what would be STUCK
  /// is LOST. For look-up only.
  public var missing: Set<UInt64>

  public init(
    neverHeals: Bool = false, outlastsCallers: Bool = false, isEndless: Bool = false, missing: Set<UInt64> = []
  ) {
    self.neverHeals = neverHeals
    self.outlastsCallers = outlastsCallers
    self.isEndless = isEndless
    self.missing = missing
  }
}

/// What a run showed.
public struct Judgement: Equatable, Sendable {
  /// Sorted by code, subject in the order of the file, key, step.
  public var anomalies: [Anomaly]
  /// In the order in which the roots started.
  public var failures: [CleanFailure]
  /// Every expectation of the graph, with what violates it.
  public var expectations: [ExpectationResult]
  /// What the run came to of what some run has to.
  public var reached: [Sometimes]

  /// Callers told FAIL.
  public var failed: Int { failures.count }

  /// Each code once, sorted: what a scenario's `outcome` is compared with.
  public var outcome: [AnomalyCode] {
    var codes: [AnomalyCode] = []
    for anomaly in anomalies where codes.last != anomaly.code { codes.append(anomaly.code) }
    return codes
  }

  public var violations: [ExpectationViolation] {
    expectations.flatMap { result in
      result.violatedBy.map { ExpectationViolation(expectation: result.expectation, cause: $0) }
    }
  }
}
