public import Primitives

/// What a node is; its characteristic failures follow from it (model.md, section 1.1).
public enum NodeKind: String, CaseIterable, Sendable {
  case service, function, stream, agent, external, client
}

/// How a node makes its work safe to repeat.
public enum WorkControl: String, CaseIterable, Sendable {
  case none, idempotent, transactional, durable
}

/// When a trigger is acknowledged relative to the work it starts.
public enum Acknowledgement: String, CaseIterable, Sendable {
  case after, before
}

/// What happens to a trigger that fails on every attempt.
public enum PoisonPolicy: String, CaseIterable, Sendable {
  case block, park, drop
}

/// A unit of computation: a service, a function, a stream job, an agent, somebody else's service, or a client.
public struct Node: Equatable, Sendable {
  public var name: String
  public var kind: NodeKind
  public var work: WorkControl
  /// The journal of a durable node; nil for every other.
  public var journal: LogSpecification?
  public var acknowledgement: Acknowledgement
  public var team: String
  /// A share of one.
  public var availability: Double
  /// Spent once per attempt, before the first step.
  public var latency: DurationRange
  /// Share of work units, 0...1, that fail transiently before their first step.
  public var failureShare: Double
  /// Work units in parallel per instance, at least 1.
  public var concurrency: Int
  public var instances: Int
  public var maxRuntime: SimDuration?
  public var checkpointInterval: SimDuration
  /// Externals only: the receiver deduplicates by key.
  public var acceptsKeys: Bool
  /// The field by which work units are serialised.
  public var serial: NameID?
  /// Nil where the file is silent and the channel's rule applies.
  public var poisonPolicy: PoisonPolicy?
  /// Positions in `Graph.handlers`; empty only for a node that nothing can trigger.
  public var handlers: [HandlerID]
  /// True for a call target that the file does not declare.
  public var isImplied: Bool

  public init(name: String, kind: NodeKind = .service) {
    self.name = name
    self.kind = kind
    work = .none
    journal = nil
    acknowledgement = .after
    team = "default"
    availability = kind == .external ? 0.995 : 0.999
    latency = .exactly(.milliseconds(10))
    failureShare = 0
    concurrency = kind == .function ? 100 : 1
    instances = 1
    maxRuntime = kind == .function ? .seconds(15 * 60) : nil
    checkpointInterval = .seconds(10)
    acceptsKeys = false
    serial = nil
    poisonPolicy = nil
    handlers = []
    isImplied = false
  }
}

/// What starts a handler.
public enum Trigger: Hashable, Sendable {
  /// A request, by method.
  case rpc
  /// A record of a queue, a topic or a table.
  case channel(ChannelID)
  /// A durable timer.
  case every(SimDuration)
  /// A timer in memory.
  case cron(SimDuration)
  /// The scenario's load: a client, or the node the workflow starts at.
  case start
}

/// The steps that one kind of trigger starts in a node.
public struct Handler: Equatable, Sendable {
  /// The key under `handlers`, or nil for the single handler under `do`.
  public var name: String?
  public var node: NodeID
  public var triggers: [Trigger]
  /// Top level steps, in order. Empty for an external that only answers.
  public var steps: [StepID]

  public var isFiredByTimer: Bool {
    triggers.contains { trigger in
      switch trigger {
      case .every, .cron: true
      case .rpc, .channel, .start: false
      }
    }
  }

  public init(name: String?, node: NodeID, triggers: [Trigger], steps: [StepID]) {
    self.name = name
    self.node = node
    self.triggers = triggers
    self.steps = steps
  }
}
