import ClusterModel
import MachineContract
import Primitives
import Testing

@testable import Exploration

/// Method: systems so small that their states can be counted by hand, and bounds that cut them.
@Suite struct ExplorerTests {
  private struct Nothing: Fingerprintable, Sendable {
    func feed(into fingerprinter: inout Fingerprinter) {}
  }

  /// Everything that is enabled may come next.
  private struct Free: ExplorationRules {
    func choices(_ cluster: Cluster<Ladder>, _ memory: Nothing) -> [Action<Ladder>] { cluster.enabledActions() }
    func follow(
      _ action: Action<Ladder>, _ events: [Event<Ladder>], before: Cluster<Ladder>, depth: Int, memory: inout Nothing
    ) {}
  }

  private static func explorer(
    _ ladders: [Ladder], states: Int = 1_000_000, depth: Int = 10_000
  ) -> Explorer<Free> {
    var cluster = Cluster(ladders.map { (machine: $0, store: 0) })
    var scratch = Cluster<Ladder>.Scratch()
    cluster.start(into: &scratch)
    return Explorer(Free(), from: cluster, Nothing(), bounds: ExplorationBounds(states: states, depth: depth))
  }

  /// Ladders that know nothing of each other make a lattice: the product of their heights, each with its foot.
  @Test(arguments: [([3], 4), ([3, 3], 16), ([2, 3, 4], 60), ([1, 1, 1, 1, 1, 1], 64)] as [([UInt64], Int)])
  func aLatticeHasTheProductOfItsHeights(_ heights: [UInt64], _ states: Int) {
    var explorer = Self.explorer(heights.map { Ladder(height: $0) })
    #expect(explorer.run { _ in true } == .exhausted)
    #expect(explorer.stateCount == states)
    #expect(explorer.depth == Int(heights.reduce(0, +)))
    // One edge for each ladder and each place of all the others.
    let edges = heights.map { height in states / Int(height + 1) * Int(height) }.reduce(0, +)
    #expect(explorer.transitions == edges)
  }

  /// n messages that may come in any order: for every number sent, every subset of them arrived. 1 + 2 + 4 + 8.
  @Test func messagesComeInEveryOrder() {
    var explorer = Self.explorer([Ladder(height: 3, neighbour: MachineID(1)), Ladder(height: 0)])
    #expect(explorer.run { _ in true } == .exhausted)
    #expect(explorer.stateCount == 15 && explorer.depth == 6)
  }

  @Test func theFirstPathToAStateIsAShortestOneAndLeadsThere() {
    var explorer = Self.explorer([Ladder(height: 3, neighbour: MachineID(1)), Ladder(height: 2)])
    var found: Int?
    var previous = 0
    var isOrdered = true
    _ = explorer.run { visit in
      isOrdered = isOrdered && visit.depth >= previous
      previous = visit.depth
      // The third message overtook the first two, and the other ladder is at its top.
      let other = visit.cluster.slots[1].machine
      if found == nil, other.heard == 0b1000, other.step == 2 { found = visit.number }
      return true
    }
    #expect(isOrdered, "shorter paths come first")
    guard let found else {
      Issue.record("never reached")
      return
    }
    let path = explorer.path(to: found)
    #expect(path.count == 6, "three steps, one message, two steps")
    let ladders = [Ladder(height: 3, neighbour: MachineID(1)), Ladder(height: 2)]
    var cluster = Cluster(ladders.map { (machine: $0, store: 0) })
    var scratch = Cluster<Ladder>.Scratch()
    cluster.start(into: &scratch)
    for action in path { #expect(cluster.apply(action, into: &scratch)) }
    #expect(cluster.slots[1].machine.heard == 0b1000 && explorer.hasVisited(cluster, Nothing()))
  }

  @Test func boundsAreToldApart() {
    let heights: [UInt64] = [9, 9, 9]
    var byStates = Self.explorer(heights.map { Ladder(height: $0) }, states: 100)
    #expect(byStates.run { _ in true } == .stateBound && byStates.stateCount == 100)
    var byDepth = Self.explorer(heights.map { Ladder(height: $0) }, depth: 2)
    #expect(byDepth.run { _ in true } == .depthBound && byDepth.stateCount == 10)
    var stopped = Self.explorer(heights.map { Ladder(height: $0) })
    #expect(stopped.run { $0.number < 41 } == .stopped && stopped.stateCount == 42)
    // A bound that is just enough is not reached.
    var enough = Self.explorer([Ladder(height: 3)], states: 4, depth: 4)
    #expect(enough.run { _ in true } == .exhausted)
  }

  @Test func restIsWhereNothingCanCome() {
    var explorer = Self.explorer([Ladder(height: 2), Ladder(height: 2)])
    var rests = 0
    _ = explorer.run { visit in
      if visit.isAtRest { rests += 1 }
      return true
    }
    #expect(rests == 1)
  }

  /// Does everything in the opposite order.
  private struct Backwards: Crew {
    func map<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result] {
      (0..<count).reversed().map(body).reversed()
    }
  }

  /// The lattice is wide enough for many pieces and several batches in one layer, and the bounds cut within them.
  @Test(arguments: [1_000_000, 9_999, 3] as [Int])
  func whoDoesWhichPartFirstChangesNothing(_ states: Int) {
    let heights = [30, 30, 30, 2] as [UInt64]
    var seen: [[Int]] = []
    for crew in [OneByOne(), Backwards()] as [any Crew] {
      var explorer = Self.explorer(heights.map { Ladder(height: $0) }, states: states)
      var visits: [Int] = []
      let end = explorer.run(crew: crew) { visit in
        visits.append(visit.depth * 1_000_003 + visit.cluster.slots.reduce(0) { $0 * 31 + Int($1.machine.step) })
        return true
      }
      #expect(end == (states == 1_000_000 ? .exhausted : .stateBound))
      seen.append(visits + [explorer.transitions, explorer.widest, explorer.stateCount])
    }
    #expect(seen[0] == seen[1] && seen[0].count == min(states, 31 * 31 * 31 * 3) + 3)
  }

  // MARK: The table

  @Test func theTableIsASet() {
    var table = FingerprintTable(capacity: 4)
    var reference: Set<UInt64> = []
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<20_000 {
      // Few distinct ones, and such whose low bits agree.
      let word = generator.next(below: 4_000) << 50
      #expect(table.contains(word) == reference.contains(word))
      #expect(table.insert(word) == reference.insert(word).inserted)
    }
    #expect(table.count == reference.count && table.contains(0) && !table.contains(1))
    var large = FingerprintTable(capacity: 1 << 10)
    for number in 0..<(100_000 as UInt64) { _ = large.insert(number.fingerprint) }
    #expect(large.count == 100_000 && large.bytes <= 100_000 * 24)
  }
}
