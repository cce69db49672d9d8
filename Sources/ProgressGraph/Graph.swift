public import Primitives

/// One system, validated: nodes that do work, channels that carry triggers, logs under the channels, what must hold,
/// and the runs worth making.
///
/// Every reference is an identifier resolved at load; no text decides anything past this point. Identifiers are
/// positions: `graph[step]` is `graph.steps[step.index]`. Edges are derived, never stored (`edges()`).
public struct Graph: Equatable, Sendable {
  public var name: String
  public var summary: String
  /// In the order of the file, then call targets that the file does not declare (externals).
  public var nodes: [Node]
  /// Declared ones in the order of the file, then those first used by a step or a trigger, then one
  /// `QUEUE.dlq` for each channel that parks.
  public var channels: [Channel]
  /// Indexed by `HandlerID`; a node's handlers are contiguous.
  public var handlers: [Handler]
  /// Indexed by `StepID`; nested steps follow their parent.
  public var steps: [Step]
  /// Indexed by `NameID`; no name twice.
  public var names: [String]
  public var workflow: Workflow
  public var expectations: Expectations
  public var scenarios: [Scenario]
  /// One way, between any two machines.
  public var networkLatency: DurationRange
  /// When a run that does not settle is judged, counted from the last fault.
  public var horizon: SimDuration
  public var budgets: [Budget]
  public var waivers: [Waiver]

  public init(name: String) {
    self.name = name
    summary = ""
    nodes = []
    channels = []
    handlers = []
    steps = []
    names = []
    workflow = Workflow()
    expectations = Expectations()
    scenarios = []
    networkLatency = .exactly(.milliseconds(1))
    horizon = .hours(24)
    budgets = []
    waivers = []
  }

  public subscript(_ node: NodeID) -> Node { _read { yield nodes[node.index] } }
  public subscript(_ channel: ChannelID) -> Channel { _read { yield channels[channel.index] } }
  public subscript(_ handler: HandlerID) -> Handler { _read { yield handlers[handler.index] } }
  public subscript(_ step: StepID) -> Step { _read { yield steps[step.index] } }
  public subscript(_ name: NameID) -> String { _read { yield names[name.index] } }

  public var nodeIDs: [NodeID] { nodes.indices.map { NodeID($0) } }
  public var channelIDs: [ChannelID] { channels.indices.map { ChannelID($0) } }
  public var handlerIDs: [HandlerID] { handlers.indices.map { HandlerID($0) } }
  public var stepIDs: [StepID] { steps.indices.map { StepID($0) } }

  /// False for a node whose own timer triggers it: its firings are the roots, and a load adds nothing.
  public func isStartedByLoad(_ node: NodeID) -> Bool {
    self[node].handlers.contains { self[$0].triggers.contains(.start) }
      || !self[node].handlers.contains { self[$0].isFiredByTimer }
  }

  public func node(named name: String) -> NodeID? {
    nodes.firstIndex { $0.name == name }.map { NodeID($0) }
  }
  public func channel(named name: String) -> ChannelID? {
    channels.firstIndex { $0.name == name }.map { ChannelID($0) }
  }
}

/// The metric a budget limits, by its name in the file, and its limit.
public struct Budget: Equatable, Sendable {
  public var metric: String
  /// A percentage as a share of one (`0.999`), a plain number as itself.
  public var limit: Double
  public init(metric: String, limit: Double) {
    self.metric = metric
    self.limit = limit
  }
}

/// A finding that the owners of the design accept, and why.
public struct Waiver: Equatable, Sendable {
  public var rule: String
  /// The node, channel or effect it is about; nil for all.
  public var subject: String?
  public var because: String
  /// A date, `YYYY-MM-DD`; the waiver counts through that day.
  public var until: String?
  public init(rule: String, subject: String?, because: String, until: String?) {
    self.rule = rule
    self.subject = subject
    self.because = because
    self.until = until
  }
}

/// The business goal: where it starts, which nodes it needs, and whether an accepted start must finish.
public struct Workflow: Equatable, Sendable {
  /// The node whose start is a root trigger; nil only in a graph without nodes.
  public var start: NodeID?
  /// In the order of the file.
  public var core: [NodeID]
  public var mustComplete: Bool
  /// True when the file has a `workflow` key.
  public var isDeclared: Bool
  public init(start: NodeID? = nil, core: [NodeID] = [], mustComplete: Bool = false, isDeclared: Bool = false) {
    self.start = start
    self.core = core
    self.mustComplete = mustComplete
    self.isDeclared = isDeclared
  }
}
