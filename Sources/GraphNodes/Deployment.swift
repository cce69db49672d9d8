public import Primitives
public import ProgressGraph

/// A graph laid out on machines: who is where, and each handler's program.
///
/// Machines are numbered nodes first (a node's machine has the node's number), then fronts in the order of the
/// channels, then the engine, then the replicas of every log. One deployment is shared by all machines of a cluster and
/// never changes.
public final class Deployment: Sendable {
  /// The graph with what running it implies: names for implied effects of externals, and the engine as a channel.
  public let graph: Graph
  public let logs: LogChoice
  /// Indexed by `HandlerID`.
  public let programs: [Program]
  /// Indexed by `ChannelID`; of a table, the machine of its job. The engine's front, where there is one, stands last.
  public let fronts: [MachineID?]
  /// The durable-execution engine as a channel; nil where nothing calls through it.
  public let engine: ChannelID?
  /// Indexed by `ChannelID`: the stream job that makes a table out of its topic; nil for every other channel. These
  /// nodes stand behind the nodes of the file.
  public let tableJobs: [NodeID?]
  /// Every log with the machines that hold it, in the order of the machines.
  public let placements: [LogPlacement]
  /// How many machines stand before the first replica.
  public let firstReplica: Int
  /// Indexed by `ChannelID`: who consumes it, in the order of the file.
  public let consumers: [[NodeID]]
  /// Indexed by `ChannelID`: the name under which a record put there counts as an effect.
  public let channelNames: [NameID]
  let waits: WaitIndex
  /// Effects of externals without steps, by handler.
  private let impliedEffects: [HandlerID: NameID]
  /// Indexed by `NameID`: true for a field with one value for all triggers of the load.
  private let isShared: [Bool]

  /// Which log stands under channels and journals.
  public enum LogChoice: String, Sendable, CaseIterable {
    /// One atomic log without a protocol.
    case ideal
    /// The protocols that the file asks for.
    case replicated
  }

  /// Whose log it is.
  public enum LogOwner: Hashable, Sendable {
    case channel(ChannelID)
    case journal(NodeID)
    /// The snapshots of a table.
    case table(ChannelID)
  }

  public struct LogPlacement: Sendable, Equatable {
    public let owner: LogOwner
    public let specification: LogSpecification
    /// What runs: `ideal`, or `raft`.
    public let runs: LogProtocol
    public let replicas: [MachineID]
    /// True where the file asks for another protocol than the one that runs.
    public var isSubstituted: Bool { runs != .ideal && specification.protocol != runs }
  }

  public init(_ source: Graph, logs: LogChoice) {
    var graph = source
    let implied = Self.nameImpliedEffects(in: &graph)
    let engine = Self.addEngine(to: &graph)
    let tableJobs = Self.addTableJobs(to: &graph)
    channelNames = graph.channels.map(\.name).map { graph.intern($0) }
    self.logs = logs
    self.engine = engine
    self.tableJobs = tableJobs
    impliedEffects = implied
    waits = WaitIndex(graph)
    programs = graph.handlerIDs.map { Program(handler: $0, in: graph) }
    var next = graph.nodes.count
    fronts = graph.channelIDs.map { channel in
      if graph[channel].kind == .table { return tableJobs[channel.index].map { MachineID(raw: $0.raw) } }
      defer { next += 1 }
      return MachineID(next)
    }
    firstReplica = next
    placements = Self.place(graph, logs: logs, from: next)
    consumers = graph.channelIDs.map { channel in
      graph.nodeIDs.filter { node in
        graph[node].handlers.contains { graph[$0].triggers.contains(.channel(channel)) }
      }
    }
    isShared = Array(repeating: false, count: graph.names.count)
    self.graph = graph
  }

  private init(_ other: Deployment, sharing fields: [NameID]) {
    graph = other.graph
    logs = other.logs
    programs = other.programs
    fronts = other.fronts
    engine = other.engine
    tableJobs = other.tableJobs
    placements = other.placements
    firstReplica = other.firstReplica
    consumers = other.consumers
    channelNames = other.channelNames
    impliedEffects = other.impliedEffects
    waits = other.waits
    var isShared = other.isShared
    for field in fields where field.index < isShared.count { isShared[field.index] = true }
    self.isShared = isShared
  }

  /// The same machines for a load whose triggers have one value of these fields. Cheap: everything else is shared.
  public func sharing(_ fields: [NameID]) -> Deployment {
    fields.isEmpty ? self : Deployment(self, sharing: fields)
  }

  /// The value that a trigger has of a field; without a field, the trigger itself.
  public func value(of field: NameID?, root: UInt64) -> KeyValue {
    guard let field, isShared[field.index] else { return KeyValue(field: field, root: root) }
    return KeyValue(field: field, root: 1)
  }

  public func machine(of node: NodeID) -> MachineID { MachineID(raw: node.raw) }

  public func front(of channel: ChannelID) -> MachineID {
    guard let front = fronts[channel.index] else { preconditionFailure("a table without a source") }
    return front
  }

  public func replicas(of owner: LogOwner) -> [MachineID] {
    placements.first { $0.owner == owner }?.replicas ?? []
  }

  public func isTableJob(_ node: NodeID) -> Bool { tableJobs.contains(node) }

  /// The log that a node goes by when it comes up again; nil for a node that has none.
  func journalOwner(of node: NodeID) -> LogOwner? {
    if let table = tableJobs.firstIndex(of: node) { return .table(ChannelID(table)) }
    return graph[node].work == .durable ? .journal(node) : nil
  }

  public func program(of handler: HandlerID) -> Program { programs[handler.index] }

  /// What a call to a handler without steps counts as; nil for a handler with steps.
  public func impliedEffect(of handler: HandlerID) -> NameID? { impliedEffects[handler] }

  /// How many units a node works on at once. A person does not queue behind another, and a suspended durable run holds
  /// no thread.
  public func capacity(of node: NodeID) -> Int {
    let position = node.index
    let holdsNoThread = graph.nodes[position].kind == .client || graph.nodes[position].work == .durable
    return holdsNoThread ? .max : graph.nodes[position].concurrency * graph.nodes[position].instances
  }

  /// How many machines there are.
  public var machineCount: Int { placements.last.flatMap { $0.replicas.last.map { $0.index + 1 } } ?? firstReplica }

  /// How people call a machine: `shop`, `orders/front`, `orders/log/2`, `order/journal/1`.
  public func name(of machine: MachineID) -> String {
    if machine.index < graph.nodes.count { return graph[NodeID(raw: machine.raw)].name }
    if let channel = fronts.firstIndex(of: machine) { return "\(graph.channels[channel].name)/front" }
    for placement in placements {
      guard let position = placement.replicas.firstIndex(of: machine) else { continue }
      switch placement.owner {
      case .channel(let channel): return "\(graph[channel].name)/log/\(position + 1)"
      case .journal(let node): return "\(graph[node].name)/journal/\(position + 1)"
      case .table(let channel): return "\(graph[channel].name)/snapshots"
      }
    }
    return "machine \(machine.raw)"
  }
}

// MARK: - Laying out

extension Deployment {
  private static func nameImpliedEffects(in graph: inout Graph) -> [HandlerID: NameID] {
    var implied: [HandlerID: NameID] = [:]
    for handler in graph.handlerIDs {
      let node = graph[graph[handler].node]
      guard node.kind == .external, graph[handler].steps.isEmpty else { continue }
      let name = graph[handler].name.map { "\(node.name).\($0)" } ?? node.name
      implied[handler] = graph.intern(name)
    }
    return implied
  }

  private static func addEngine(to graph: inout Graph) -> ChannelID? {
    let isUsed = graph.steps.contains { step in
      guard case .call(let call) = step.verb else { return false }
      return call.isReliable && graph[graph[step.handler].node].work != .durable
    }
    guard isUsed else { return nil }
    var name = "engine"
    var number = 1
    while graph.node(named: name) != nil || graph.channel(named: name) != nil {
      number += 1
      name = "engine-\(number)"
    }
    var engine = Channel(name: name, kind: .queue)
    engine.isDeclared = false
    engine.log = LogSpecification(protocol: .virtualLog)
    graph.channels.append(engine)
    return ChannelID(graph.channels.count - 1)
  }

  /// A table is kept by a stream job of one step: each record of the topic writes its row.
  private static func addTableJobs(to graph: inout Graph) -> [NodeID?] {
    graph.channelIDs.map { channel in
      let table = graph[channel]
      guard table.kind == .table, let source = table.source else { return nil }
      let id = NodeID(graph.nodes.count)
      let handler = HandlerID(graph.handlers.count)
      let step = StepID(graph.steps.count)
      var node = Node(name: table.name, kind: .stream)
      node.latency = .exactly(.zero)
      node.checkpointInterval = table.commitInterval
      node.handlers = [handler]
      graph.nodes.append(node)
      graph.handlers.append(Handler(name: nil, node: id, triggers: [.channel(source)], steps: [step]))
      let row = Verb.write(effect: graph.intern(table.name), key: table.key, version: nil)
      graph.steps.append(Step(handler: handler, parent: nil, label: table.name, verb: row))
      return id
    }
  }

  private static func place(_ graph: Graph, logs: LogChoice, from first: Int) -> [LogPlacement] {
    var wanted: [(LogOwner, LogSpecification)] = []
    for channel in graph.channelIDs {
      if let log = graph[channel].log { wanted.append((.channel(channel), log)) }
    }
    for channel in graph.channelIDs where graph[channel].kind == .table && graph[channel].source != nil {
      wanted.append((.table(channel), LogSpecification(protocol: .ideal)))
    }
    for node in graph.nodeIDs where graph[node].work == .durable {
      wanted.append((.journal(node), graph[node].journal ?? LogSpecification(protocol: .virtualLog)))
    }
    var next = first
    return wanted.map { owner, specification in
      let isIdeal = logs == .ideal || specification.protocol == .ideal
      let count = isIdeal ? 1 : specification.replicas
      defer { next += count }
      return LogPlacement(
        owner: owner, specification: specification, runs: isIdeal ? .ideal : .raft,
        replicas: (next..<next + count).map { MachineID($0) })
    }
  }
}

extension Graph {
  /// The name's identifier, added where it is new.
  mutating func intern(_ name: String) -> NameID {
    if let position = names.firstIndex(of: name) { return NameID(position) }
    names.append(name)
    return NameID(names.count - 1)
  }
}
