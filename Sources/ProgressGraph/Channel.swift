public import Primitives

/// How a channel hands its records on: to one consumer, to every group, or as the latest value of each key.
public enum ChannelKind: String, CaseIterable, Sendable {
  case queue, topic, table
}

/// A durable buffer between nodes: a queue, a topic, or a table materialised from one.
public struct Channel: Equatable, Sendable {
  public var name: String
  public var kind: ChannelKind
  /// The replicated log under it; a table has none.
  public var log: LogSpecification?
  /// The queue that takes what failed `maxDeliveries` times; nil where nothing is parked.
  public var deadLetters: ChannelID?
  /// Deliveries before parking; nil is unlimited.
  public var maxDeliveries: Int?
  /// Who redrives parked work: an owner, a team or a node, as a label.
  public var redrive: String?
  /// A queue's visibility timeout, or a topic consumer's session.
  public var lease: SimDuration
  public var isFifo: Bool
  /// The field that orders or partitions records; nil spreads them round robin.
  public var key: NameID?
  /// Topics; 1 for every other kind.
  public var partitions: Int
  public var retention: SimDuration?
  public var schema: String?
  public var compatibility: String?
  /// Tables: the topic it is made from, and how often it commits.
  public var source: ChannelID?
  public var commitInterval: SimDuration
  /// False for one that steps or triggers imply, and for a dead-letter queue.
  public var isDeclared: Bool
  /// The channel whose parked records this one holds; nil for every other.
  public var parksFor: ChannelID?

  public init(name: String, kind: ChannelKind) {
    self.name = name
    self.kind = kind
    switch kind {
    case .queue: log = LogSpecification(protocol: .raft)
    case .topic: log = LogSpecification(protocol: .kafka)
    case .table: log = nil
    }
    deadLetters = nil
    maxDeliveries = nil
    redrive = nil
    lease = kind == .topic ? .seconds(45) : .seconds(30)
    isFifo = false
    key = nil
    partitions = kind == .topic ? 3 : 1
    switch kind {
    case .queue: retention = .hours(14 * 24)
    case .topic: retention = .hours(7 * 24)
    case .table: retention = nil
    }
    schema = nil
    compatibility = nil
    source = nil
    commitInterval = .seconds(60)
    isDeclared = true
    parksFor = nil
  }
}

public enum LogProtocol: String, CaseIterable, Sendable {
  case ideal, raft, multipaxos, kafka, bookkeeper
  case virtualLog = "virtual_log"
}

/// A replicated log as a file asks for one: the protocol, its keys, and what is deliberately broken.
public struct LogSpecification: Equatable, Sendable {
  public enum Setting: Hashable, Sendable {
    case count(Int)
    case flag(Bool)
    case word(String)
    case duration(SimDuration)
  }
  /// A key of graph-format.md's table, or a knob of protocols.md, with its value.
  public struct Entry: Equatable, Sendable {
    public var key: String
    public var value: Setting
    public init(key: String, value: Setting) {
      self.key = key
      self.value = value
    }
  }
  public var `protocol`: LogProtocol
  /// The name under `logs:`; nil for an inline or default log.
  public var name: String?
  /// Only what the file sets, in its order.
  public var settings: [Entry]
  public var weakened: [Entry]

  public init(protocol: LogProtocol, name: String? = nil, settings: [Entry] = [], weakened: [Entry] = []) {
    self.protocol = `protocol`
    self.name = name
    self.settings = settings
    self.weakened = weakened
  }

  public func count(_ key: String) -> Int? {
    for entry in settings where entry.key == key {
      if case .count(let value) = entry.value { return value }
    }
    return nil
  }

  public func flag(_ key: String) -> Bool? {
    for entry in settings where entry.key == key {
      if case .flag(let value) = entry.value { return value }
    }
    return nil
  }

  public func duration(_ key: String) -> SimDuration? {
    for entry in settings where entry.key == key {
      if case .duration(let value) = entry.value { return value }
    }
    return nil
  }

  /// How many machines hold a copy.
  public var replicas: Int {
    switch self.protocol {
    case .ideal: 1
    case .raft, .kafka: count("replicas") ?? 3
    case .multipaxos: count("acceptors") ?? 3
    case .bookkeeper: count("bookies") ?? 4
    case .virtualLog: count("log_servers") ?? 3
    }
  }
}
