public import Primitives
public import ProgressGraph

/// What there is to see of a run at one step.
///
/// Owner: the session that made it; screens only read. Everything in it follows from the branch and the step alone, so
/// that stepping forward and back shows the same again.
public struct LabMoment: Equatable, Sendable {
  public var step: Int
  public var time: SimInstant
  /// Indexed by `NodeID`.
  public var nodes: [PlaceStatus]
  /// Indexed by `ChannelID`.
  public var channels: [PlaceStatus]
  /// In the order in which they were sent.
  public var inFlight: [Flight]
  /// Faults that act at this moment, as texts.
  public var activeFaults: [String]
  /// Expectations first, in the order of the file, then the anomalies seen so far.
  public var properties: [PropertyStatus]
  /// How far each trigger has come.
  public var progress: [WorkflowReport]
  /// Equal exactly if the states of the run are.
  public var stateHash: UInt64

  public init(
    step: Int, time: SimInstant, nodes: [PlaceStatus], channels: [PlaceStatus], inFlight: [Flight] = [],
    activeFaults: [String] = [], properties: [PropertyStatus] = [],
    progress: [WorkflowReport] = [], stateHash: UInt64 = 0
  ) {
    self.step = step
    self.time = time
    self.nodes = nodes
    self.channels = channels
    self.inFlight = inFlight
    self.activeFaults = activeFaults
    self.properties = properties
    self.progress = progress
    self.stateHash = stateHash
  }

  public subscript(_ place: Edge.End) -> PlaceStatus {
    switch place {
    case .node(let node): nodes[node.index]
    case .channel(let channel): channels[channel.index]
    }
  }
}

/// A node or a channel at a moment.
public struct PlaceStatus: Equatable, Sendable {
  public enum Health: String, CaseIterable, Sendable {
    case up, crashed, paused, down, slow
  }
  public var health: Health
  /// A few words for the box in the drawing: `2 running`, `q:3`.
  public var note: String
  /// What the inspector lists, in order.
  public var facts: [Fact]

  public init(health: Health = .up, note: String = "", facts: [Fact] = []) {
    self.health = health
    self.note = note
    self.facts = facts
  }
}

/// One line of the inspector.
public struct Fact: Equatable, Sendable {
  public var label: String
  public var value: String
  /// The value one step earlier, where it was another.
  public var before: String?

  public init(_ label: String, _ value: String, before: String? = nil) {
    self.label = label
    self.value = value
    self.before = before
  }
}

/// A message on its way along an edge of the graph.
public struct Flight: Equatable, Sendable {
  public var from: Edge.End
  public var to: Edge.End
  /// True for an answer: it travels against the edge that carried the request.
  public var isReply: Bool
  public var isDuplicate: Bool

  public init(from: Edge.End, to: Edge.End, isReply: Bool = false, isDuplicate: Bool = false) {
    self.from = from
    self.to = to
    self.isReply = isReply
    self.isDuplicate = isDuplicate
  }
}

/// An expectation or an anomaly at a moment.
public struct PropertyStatus: Equatable, Sendable {
  public enum Verdict: Sendable {
    /// Nothing speaks against it so far; at the end of the run: it holds.
    case holds
    case violated
    /// Only the end of the run decides it.
    case open
    /// An anomaly that violates no expectation.
    case observed
  }
  public var name: String
  public var verdict: Verdict
  /// Why, in a few words; may be empty.
  public var detail: String
  /// The step that violated it.
  public var step: Int?

  public init(_ name: String, _ verdict: Verdict, detail: String = "", step: Int? = nil) {
    self.name = name
    self.verdict = verdict
    self.detail = detail
    self.step = step
  }
}
