public import ClusterModel
import MachineContract
public import Primitives

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

  private struct Node: Sendable {
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
  /// What follows from one state does not depend on the others, so the crew works that out for many states at a time;
  /// what is new among it is then told in the order in which one pair of hands would have found it.
  ///
  /// - Parameter visit: told of every state when it is first reached, shorter paths before longer ones; false ends it.
  public mutating func run(crew: any Crew = OneByOne(), visit: (Visit) -> Bool) -> End {
    let first = Successor(
      parent: 0, choice: 0, cluster: start.cluster, memory: start.memory,
      fingerprint: Self.fingerprint(start.cluster, start.memory), choices: rules.choices(start.cluster, start.memory),
      events: [], transition: 0)
    var layer: [Node] = []
    if let end = take(first, depth: 0, into: &layer, visit) { return end }
    var length = 0
    while !layer.isEmpty {
      guard length < bounds.depth else { return .depthBound }
      length += 1
      var next: [Node] = []
      for batch in stride(from: 0, to: layer.count, by: Self.batchSize) {
        let nodes = layer[batch..<min(batch + Self.batchSize, layer.count)]
        if let end = expand(nodes, to: length, crew, into: &next, visit) { return end }
      }
      widest = max(widest, next.count)
      layer = next
    }
    return .exhausted
  }

  /// How many states are gone on from before what is new among their successors is told: enough to make up for starting
  /// threads, few enough for their successors to be held at once.
  private static var batchSize: Int { 2_048 }
  private static var pieceSize: Int { 64 }

  /// What follows from a state by one choice, not in the table when it was looked up.
  private struct Successor: Sendable {
    let parent: StateNumber
    let choice: Int
    let cluster: Cluster<M>
    let memory: Rules.Memory
    let fingerprint: UInt64
    let choices: [Action<M>]
    let events: [Event<M>]
    /// Its number among the transitions of its piece, from 1.
    let transition: Int
  }

  private struct Piece: Sendable {
    var transitions = 0
    var successors: [Successor] = []
  }

  private mutating func expand(
    _ nodes: ArraySlice<Node>, to length: Int, _ crew: any Crew, into next: inout [Node], _ visit: (Visit) -> Bool
  ) -> End? {
    for piece in pieces(of: nodes, at: length, crew) {
      for successor in piece.successors {
        if let end = take(successor, depth: length, into: &next, visit) {
          transitions += successor.transition
          return end
        }
      }
      transitions += piece.transitions
    }
    return nil
  }

  /// A function of its own, so that nobody else holds the table when it is next written to: it would be copied.
  private func pieces(of nodes: ArraySlice<Node>, at length: Int, _ crew: any Crew) -> [Piece] {
    let (rules, visited) = (rules, visited)
    let pieceCount = (nodes.count + Self.pieceSize - 1) / Self.pieceSize
    return crew.map(pieceCount) { number in
      let first = nodes.startIndex + number * Self.pieceSize
      return Self.piece(nodes[first..<min(first + Self.pieceSize, nodes.endIndex)], at: length, rules, visited)
    }
  }

  private static func piece(
    _ nodes: ArraySlice<Node>, at length: Int, _ rules: Rules, _ visited: FingerprintTable
  ) -> Piece {
    var piece = Piece()
    // Many states are reached several times from neighbours; what follows from them is worked out once.
    var own = FingerprintTable(capacity: 256)
    var scratch = Cluster<M>.Scratch()
    for node in nodes {
      for (number, action) in node.choices.enumerated() {
        var cluster = node.cluster
        guard cluster.apply(action, into: &scratch) else { continue }
        var memory = node.memory
        rules.follow(action, scratch.events, before: node.cluster, depth: length, memory: &memory)
        piece.transitions += 1
        let fingerprint = fingerprint(cluster, memory)
        guard !visited.contains(fingerprint), own.insert(fingerprint) else { continue }
        piece.successors.append(
          Successor(
            parent: node.number, choice: number, cluster: cluster, memory: memory, fingerprint: fingerprint,
            choices: rules.choices(cluster, memory), events: scratch.takeEvents(), transition: piece.transitions))
      }
    }
    return piece
  }

  /// Takes in a successor, which another of its batch may have been before.
  private mutating func take(
    _ successor: Successor, depth: Int, into next: inout [Node], _ visit: (Visit) -> Bool
  ) -> End? {
    // One look at the table for each: it is far larger than any cache.
    if stateCount > 0, stateCount >= bounds.states {
      return visited.contains(successor.fingerprint) ? nil : .stateBound
    }
    guard visited.insert(successor.fingerprint) else { return nil }
    precondition(successor.choice <= UInt16.max, "no state has that many choices")
    let number = parents.count
    parents.append(UInt32(successor.parent))
    choiceNumbers.append(UInt16(successor.choice))
    self.depth = depth
    let goesOn = visit(
      Visit(
        number: number, cluster: successor.cluster, memory: successor.memory, depth: depth, events: successor.events,
        isAtRest: successor.choices.isEmpty))
    guard goesOn else { return .stopped }
    if !successor.choices.isEmpty {
      next.append(
        Node(number: number, cluster: successor.cluster, memory: successor.memory, choices: successor.choices))
    }
    return nil
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
