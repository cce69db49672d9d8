public import ClusterModel
import MachineContract
import Primitives

/// Goes through every interleaving of what can happen, breadth first, so that the first path to anything is a shortest
/// one.
///
/// A state is the cluster and the memory of its rules; of those seen only fingerprints are kept, of those still to be
/// gone on from the values. A path is kept as the state it came from and the number of the choice, and is replayed when
/// somebody wants it.
public struct Explorer<Rules: ExplorationRules> {
  public typealias M = Rules.M

  /// Counts from 0, the start, in the order in which states were first reached.
  public typealias StateNumber = Int

  /// A state reached for the first time.
  public struct Visit {
    public let number: StateNumber
    public let cluster: Cluster<M>
    public let memory: Rules.Memory
    public let depth: Int
    /// What the last action did; none at the start.
    public let events: [Event<M>]
    /// Nothing can come next.
    public let isAtRest: Bool
  }

  /// Why an exploration came to its end.
  public enum End: Equatable, Sendable {
    /// Every state was reached.
    case exhausted
    case stateBound, depthBound
    /// The visitor had seen enough.
    case stopped
  }

  private struct Node {
    let number: StateNumber
    let cluster: Cluster<M>
    let memory: Rules.Memory
    let choices: [Action<M>]
  }

  private let rules: Rules
  private let bounds: ExplorationBounds
  private let start: (cluster: Cluster<M>, memory: Rules.Memory)
  private var visited = FingerprintTable()
  /// By state: the state it was first reached from, and by which of its choices.
  private var parents: [UInt32] = []
  private var choiceNumbers: [UInt16] = []
  private var scratch = Cluster<M>.Scratch()

  /// Steps from a state to a state, seen or not.
  public private(set) var transitions = 0
  /// The length of the longest of the shortest paths.
  public private(set) var depth = 0
  /// The most states that waited to be gone on from.
  public private(set) var widest = 0

  /// - Parameter cluster: started.
  public init(_ rules: Rules, from cluster: Cluster<M>, _ memory: Rules.Memory, bounds: ExplorationBounds) {
    self.rules = rules
    self.bounds = bounds
    start = (cluster, memory)
  }

  /// Distinct states reached.
  public var stateCount: Int { visited.count }

  public func hasVisited(_ cluster: Cluster<M>, _ memory: Rules.Memory) -> Bool {
    visited.contains(Self.fingerprint(cluster, memory))
  }

  private static func fingerprint(_ cluster: Cluster<M>, _ memory: Rules.Memory) -> UInt64 {
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(cluster)
    fingerprinter.feed(memory)
    return fingerprinter.value
  }

  /// Explores from the start. To be called once.
  ///
  /// - Parameter visit: told of every state when it is first reached, shorter paths before longer ones; false ends it.
  public mutating func run(visit: (Visit) -> Bool) -> End {
    guard let first = reach(start.cluster, start.memory, from: 0, by: 0, depth: 0, [], visit) else { return .stopped }
    var layer = first.choices.isEmpty ? [] : [first]
    var length = 0
    while !layer.isEmpty {
      guard length < bounds.depth else { return .depthBound }
      length += 1
      var next: [Node] = []
      for node in layer {
        if let end = expand(node, to: length, into: &next, visit) { return end }
      }
      widest = max(widest, next.count)
      layer = next
    }
    return .exhausted
  }

  private mutating func expand(
    _ node: Node, to length: Int, into next: inout [Node], _ visit: (Visit) -> Bool
  ) -> End? {
    for (number, action) in node.choices.enumerated() {
      var cluster = node.cluster
      guard cluster.apply(action, into: &scratch) else { continue }
      var memory = node.memory
      rules.follow(action, scratch.events, before: node.cluster, depth: length, memory: &memory)
      transitions += 1
      guard !hasVisited(cluster, memory) else { continue }
      guard stateCount < bounds.states else { return .stateBound }
      guard let reached = reach(cluster, memory, from: node.number, by: number, depth: length, scratch.events, visit)
      else { return .stopped }
      if !reached.choices.isEmpty { next.append(reached) }
    }
    return nil
  }

  private mutating func reach(
    _ cluster: Cluster<M>, _ memory: Rules.Memory, from parent: StateNumber, by choice: Int, depth: Int,
    _ events: [Event<M>], _ visit: (Visit) -> Bool
  ) -> Node? {
    precondition(choice <= UInt16.max, "no state has that many choices")
    _ = visited.insert(Self.fingerprint(cluster, memory))
    let number = parents.count
    parents.append(UInt32(parent))
    choiceNumbers.append(UInt16(choice))
    self.depth = depth
    let choices = rules.choices(cluster, memory)
    let goesOn = visit(
      Visit(
        number: number, cluster: cluster, memory: memory, depth: depth, events: events, isAtRest: choices.isEmpty))
    return goesOn ? Node(number: number, cluster: cluster, memory: memory, choices: choices) : nil
  }

  // MARK: Paths

  /// The actions of a shortest path to a state. Cost: its length, and the choices of every state on it.
  public func path(to number: StateNumber) -> [Action<M>] {
    var turns: [Int] = []
    var place = number
    while place != 0 {
      turns.append(Int(choiceNumbers[place]))
      place = Int(parents[place])
    }
    var (cluster, memory) = start
    var scratch = Cluster<M>.Scratch()
    var actions: [Action<M>] = []
    for (position, turn) in turns.reversed().enumerated() {
      let action = rules.choices(cluster, memory)[turn]
      let before = cluster
      let isEnabled = cluster.apply(action, into: &scratch)
      precondition(isEnabled, "a path is replayed over the states that it was found in")
      rules.follow(action, scratch.events, before: before, depth: position + 1, memory: &memory)
      actions.append(action)
    }
    return actions
  }
}
