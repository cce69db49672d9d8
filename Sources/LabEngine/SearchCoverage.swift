import Primitives
import ProgressGraph
import Properties

/// How much of a design the runs of a search have been through.
struct SearchCoverage: Sendable {
  /// The kinds of fault that a search tries.
  enum Kind: Int, CaseIterable, Sendable {
    case crash, replicaCrash, pause, down, partition, drop, duplicate, delay, reorder, poison

    var name: String {
      switch self {
      case .crash: "crash"
      case .replicaCrash: "crash of a replica"
      case .pause: "pause"
      case .down: "down"
      case .partition: "partition"
      case .drop: "drop"
      case .duplicate: "duplicate"
      case .delay: "delay"
      case .reorder: "reorder"
      case .poison: "poison"
      }
    }
  }

  private var nodes: [Bool]
  private var steps: [Bool]
  private var halfPoints: [Bool]
  private var kinds = Array(repeating: false, count: Kind.allCases.count)

  init(_ graph: Graph) {
    nodes = Array(repeating: false, count: graph.nodes.count)
    steps = Array(repeating: false, count: graph.steps.count)
    halfPoints = steps
  }

  mutating func take(_ judge: WorkJudge, struckBy faults: [Fault]) {
    judge.markReached(nodes: &nodes, steps: &steps)
    for fault in faults {
      kinds[Kind(of: fault).rawValue] = true
      if case .during(.step(let step)) = fault.point { halfPoints[step.index] = true }
    }
  }

  mutating func merge(_ other: SearchCoverage) {
    Self.merge(&nodes, other.nodes)
    Self.merge(&steps, other.steps)
    Self.merge(&halfPoints, other.halfPoints)
    Self.merge(&kinds, other.kinds)
  }

  private static func merge(_ mine: inout [Bool], _ others: [Bool]) {
    for position in mine.indices where others[position] { mine[position] = true }
  }

  /// - Parameter graph: as deployed; what only the deployment added is left out.
  func report(_ graph: Graph, _ texts: FaultText) -> CoverageReport {
    func isReached(_ end: Edge.End) -> Bool {
      switch end {
      case .node(let node): nodes[node.index]
      case .channel(let channel): isFed(channel, graph)
      }
    }
    func name(_ end: Edge.End) -> String {
      switch end {
      case .node(let node): graph[node].name
      case .channel(let channel): graph[channel].name
      }
    }
    func stepName(_ step: StepID) -> String { "\(graph[graph[graph[step].handler].node].name)/\(texts.stepName(step))" }
    let workers = graph.nodeIDs.filter { !graph[$0].handlers.isEmpty }
    let edges = graph.edges()
    let halves = graph.stepIDs.filter { graph[graph[graph[$0].handler].node].work == .durable }
    return CoverageReport(parts: [
      .init(name: "nodes", workers) { nodes[$0.index] ? nil : graph[$0].name },
      .init(name: "edges", edges) {
        isReached($0.from) && isReached($0.to) ? nil : "\(name($0.from)) -> \(name($0.to))"
      },
      .init(name: "steps", graph.stepIDs) { steps[$0.index] ? nil : stepName($0) },
      .init(name: "halfPoints", halves) { halfPoints[$0.index] ? nil : stepName($0) },
      .init(name: "faultKinds", Kind.allCases) { kinds[$0.rawValue] ? nil : $0.name },
    ])
  }

  /// Something put a record there, or a consumer got one.
  private func isFed(_ channel: ChannelID, _ graph: Graph) -> Bool {
    let isFilled = graph.stepIDs.contains { step in
      guard steps[step.index] else { return false }
      switch graph[step].verb {
      case .send(let send): return send.channel == channel
      case .publish(let publish): return publish.channel == channel
      case .compute, .call, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel, .each,
        .signal, .reply, .fail:
        return false
      }
    }
    return isFilled
      || graph.handlerIDs.contains { handler in
        graph[handler].triggers.contains(.channel(channel)) && nodes[graph[handler].node.index]
      }
  }
}

extension SearchCoverage.Kind {
  init(of fault: Fault) {
    switch fault.kind {
    case .crash(.node, _, _), .crash(.front, _, _): self = .crash
    case .crash(.logReplica, _, _), .crash(.journalReplica, _, _): self = .replicaCrash
    case .pause: self = .pause
    // A search tries neither of the two that only slow a node down.
    case .down, .slow, .skew: self = .down
    case .partition: self = .partition
    case .poison: self = .poison
    case .message(.drop, _): self = .drop
    case .message(.duplicate, _): self = .duplicate
    case .message(.delay, _): self = .delay
    case .message(.reorder, _): self = .reorder
    }
  }
}

/// What a search has reached of what there is.
public struct CoverageReport: Equatable, Sendable {
  public struct Part: Equatable, Sendable {
    /// `nodes`, `edges`, `steps`, `halfPoints`, `faultKinds`.
    public var name: String
    public var reached: Int
    public var total: Int
    /// The names of what was not reached, in the order of the file.
    public var missing: [String]

    public init(name: String, reached: Int, total: Int, missing: [String]) {
      self.name = name
      self.reached = reached
      self.total = total
      self.missing = missing
    }
  }
  public var parts: [Part]

  public init(parts: [Part]) { self.parts = parts }
}

extension CoverageReport.Part {
  /// - Parameter missing: the name of what was not reached; nil for what was.
  fileprivate init<Element>(name: String, _ all: [Element], missing: (Element) -> String?) {
    let missed = all.compactMap(missing)
    self.init(name: name, reached: all.count - missed.count, total: all.count, missing: missed)
  }
}
