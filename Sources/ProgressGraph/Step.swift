public import Primitives

/// One step of a handler: a verb with its object, and what modifies it.
public struct Step: Equatable, Sendable {
  public var handler: HandlerID
  /// The step this one is nested in (`tx`, `choose`, `parallel`, `each`, `undo`, `else`, `on_error`); nil at top level.
  public var parent: StepID?
  /// How faults and screens name it, the only one of its handler: the object of the step, or a verb without one such as
  /// `tx`; for later steps of the same name `order-2` or `tx-2`.
  public var label: String
  public var verb: Verb
  /// The event this step is restricted to.
  public var when: NameID?
  /// The compensation registered before this step runs.
  public var undo: StepID?

  public init(
    handler: HandlerID, parent: StepID?, label: String, verb: Verb, when: NameID? = nil, undo: StepID? = nil
  ) {
    self.handler = handler
    self.parent = parent
    self.label = label
    self.verb = verb
    self.when = when
    self.undo = undo
  }
}

/// What a step does.
public enum Verb: Equatable, Sendable {
  case compute(takes: DurationRange)
  case call(Call)
  case send(Send)
  case publish(Publish)
  /// A write to the node's own database; with `version`, older writes are rejected.
  case write(effect: NameID, key: NameID?, version: NameID?)
  /// Own state, or a table.
  case read(name: NameID, table: ChannelID?, maxAge: SimDuration?)
  /// An irreversible effect outside, without naming a node.
  case effect(effect: NameID, key: NameID?)
  case transaction(steps: [StepID], dedup: Bool)
  case checkpoint
  case wait(Wait)
  case choose(Choose)
  case parallel(branches: [[StepID]], join: Join)
  case each(count: Int, steps: [StepID], join: Join)
  case signal(name: NameID, key: NameID?)
  case reply(value: NameID)
  /// A terminal error: no retry, and the registered compensations run.
  case fail(reason: NameID)

  /// True for a fan-out: what stands in it runs in strands.
  public var forks: Bool {
    switch self {
    case .parallel, .each: true
    case .compute, .call, .send, .publish, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .signal,
      .reply, .fail:
      false
    }
  }
}

/// An RPC.
public struct Call: Equatable, Sendable {
  public var target: NodeID
  public var handler: HandlerID
  public var timeout: SimDuration
  /// Nil where the file is silent: no extra attempt, or for ever in a durable node.
  public var retry: Retry?
  public var backoff: SimDuration
  public var key: NameID?
  /// False: one-way, nothing is waited for.
  public var isAwaited: Bool
  /// Through the durable-execution engine. Calls of durable nodes are reliable anyway.
  public var isReliable: Bool
  public var onError: ErrorPolicy

  public init(target: NodeID, handler: HandlerID) {
    self.target = target
    self.handler = handler
    timeout = .seconds(1)
    retry = nil
    backoff = .milliseconds(100)
    key = nil
    isAwaited = true
    isReliable = false
    onError = .fail
  }
}

/// Extra attempts after the first.
public enum Retry: Hashable, Sendable {
  case times(Int)
  case forever
}

/// What a failed call does to its handler.
public enum ErrorPolicy: Equatable, Sendable {
  case fail, ignore
  case steps([StepID])
}

/// A command put on a queue.
public struct Send: Equatable, Sendable {
  public var channel: ChannelID
  /// The step's own key, else the channel's: the message group in a `fifo` queue.
  public var key: NameID?
  public var delay: SimDuration
  /// The name that the consumer's reply completes a `wait` for.
  public var replyTo: NameID?
  public init(channel: ChannelID, key: NameID?, delay: SimDuration, replyTo: NameID?) {
    self.channel = channel
    self.key = key
    self.delay = delay
    self.replyTo = replyTo
  }
}

/// A fact put on a topic.
public struct Publish: Equatable, Sendable {
  public var channel: ChannelID
  /// The step's own ordering key, else the channel's; nil spreads the records round robin.
  public var key: NameID?
  public var event: NameID?
  public init(channel: ChannelID, key: NameID?, event: NameID?) {
    self.channel = channel
    self.key = key
    self.event = event
  }
}

/// A durable timer, a signal, or a correlated reply.
public struct Wait: Equatable, Sendable {
  public enum Subject: Equatable, Sendable {
    case duration(SimDuration)
    case signal(NameID)
  }
  public var subject: Subject
  public var timeout: SimDuration?
  public var otherwise: [StepID]
  public init(subject: Subject, timeout: SimDuration?, otherwise: [StepID]) {
    self.subject = subject
    self.timeout = timeout
    self.otherwise = otherwise
  }

  /// How long it can last; nil for ever.
  public var limit: SimDuration? {
    switch subject {
    case .duration(let length): timeout.map { min($0, length) } ?? length
    case .signal: timeout
    }
  }

  /// True where the limit ends the wait before what it is for has come.
  public var limitIsTimeout: Bool {
    switch subject {
    case .duration(let length): timeout.map { $0 < length } ?? false
    case .signal: true
    }
  }
}

/// A branch that the design does not determine: a model's decision, an answer from outside.
public struct Choose: Equatable, Sendable {
  public struct Branch: Equatable, Sendable {
    public var name: String
    public var weight: Double
    public var steps: [StepID]
    public init(name: String, weight: Double, steps: [StepID]) {
      self.name = name
      self.weight = weight
      self.steps = steps
    }
  }
  public var branches: [Branch]
  /// Nil where the file is silent: recorded exactly when the node is durable.
  public var isRecorded: Bool?
  /// At most this many turns; nil for a single one.
  public var loop: Int?
  public init(branches: [Branch], isRecorded: Bool?, loop: Int?) {
    self.branches = branches
    self.isRecorded = isRecorded
    self.loop = loop
  }
}

/// How many branches a fan-out waits for.
public enum Join: Hashable, Sendable {
  case all, any
  case count(Int)
}
