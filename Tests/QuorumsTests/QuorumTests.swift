import Primitives
import Quorums
import Testing

/// Truth tables, and random groups compared with a slow reference that sorts.
@Suite struct QuorumTests {
  @Test(arguments: [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4), (8, 5), (9, 5)])
  func `a majority is more than half`(servers: Int, expected: Int) {
    #expect(majority(of: servers) == expected)
  }

  @Test(arguments: [
    (3, 2, 2, true, true), (3, 2, 1, false, true), (3, 3, 1, true, true), (5, 3, 4, true, true),
    (5, 4, 2, true, true), (5, 2, 4, true, false), (5, 2, 3, false, false), (4, 2, 3, true, false),
    (1, 1, 1, true, true),
  ])
  func `which quorums meet`(servers: Int, election: Int, replication: Int, meets: Bool, elections: Bool) {
    var sizes = QuorumSizes(majorityOf: servers)
    sizes.election = election
    sizes.replication = replication
    #expect(sizes.electionMeetsReplication == meets)
    #expect(sizes.electionsIntersect == elections)
  }

  @Test func `majorities meet in every group`() {
    for servers in 1...9 {
      let sizes = QuorumSizes(majorityOf: servers)
      #expect(sizes.electionMeetsReplication && sizes.electionsIntersect)
    }
  }

  /// By brute force: the sums say exactly when some two groups of these sizes are disjoint.
  @Test func `sizes say whether groups can be disjoint`() {
    for servers in 1...6 {
      let groups = (0..<(1 << servers)).map { $0 }
      for election in 1...servers {
        for replication in 1...servers {
          var sizes = QuorumSizes(majorityOf: servers)
          sizes.election = election
          sizes.replication = replication
          let electors = groups.filter { $0.nonzeroBitCount == election }
          let copies = groups.filter { $0.nonzeroBitCount == replication }
          let alwaysMeet = electors.allSatisfy { group in copies.allSatisfy { group & $0 != 0 } }
          #expect(sizes.electionMeetsReplication == alwaysMeet)
        }
      }
    }
  }

  @Test(arguments: [
    ([5, 5, 5], 2, 5), ([9, 5, 1], 2, 5), ([9, 5, 1], 1, 9), ([9, 5, 1], 3, 1), ([9, 0, 0], 2, 0), ([4], 1, 4),
    ([4], 2, 0), ([], 1, 0), ([3, 3, 7, 7, 7], 3, 7), ([3, 3, 7, 7], 3, 3),
  ] as [([UInt64], Int, UInt64)])
  func `the index that a quorum reached`(reached: [UInt64], quorum: Int, expected: UInt64) {
    #expect(quorumIndex(quorum, of: reached) == expected)
  }

  @Test func `the index that a quorum reached is the k-th largest`() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<5_000 {
      let reached = (0..<(1 + generator.next(below: 9))).map { _ in generator.next(below: 12) }
      for quorum in 1...reached.count {
        #expect(quorumIndex(quorum, of: reached) == reached.sorted(by: >)[quorum - 1])
      }
    }
  }

  @Test func `an answer counts once and completes a quorum once`() {
    var acks = AckSet(needed: 2)
    let completed = [3, 3, 0, 1].map { acks.add($0) }
    #expect(completed == [false, false, true, false])
    #expect(acks.isReached)
    #expect(acks.servers.count == 3)
  }

  @Test func `a server set agrees with a set of numbers`() {
    var generator = SeededGenerator(seed: 12)
    var set = ServerSet()
    var reference: Set<Int> = []
    for _ in 0..<2_000 {
      let server = Int(generator.next(below: 64))
      if generator.next(below: 2) == 0 {
        set.insert(server)
        reference.insert(server)
      } else {
        set.remove(server)
        reference.remove(server)
      }
      #expect(set.count == reference.count)
      #expect(set.isEmpty == reference.isEmpty)
      #expect((0..<64).allSatisfy { set.contains($0) == reference.contains($0) })
    }
  }

  @Test func `the first servers of a group`() {
    #expect(ServerSet(first: 0).isEmpty)
    #expect(ServerSet(first: 3).count == 3 && ServerSet(first: 3).contains(2) && !ServerSet(first: 3).contains(3))
    #expect(ServerSet(first: 64).count == 64)
    #expect(ServerSet(first: 3).union(ServerSet(first: 5)) == ServerSet(first: 5))
    #expect(ServerSet(first: 3).intersection(ServerSet(first: 5)) == ServerSet(first: 3))
    #expect(ServerSet(first: 3).fingerprint != ServerSet(first: 4).fingerprint)
  }

  /// Raft §5.4.1: the later epoch wins; with one epoch the longer log does.
  @Test(arguments: [
    (1, 5, 2, 1, true), (2, 1, 1, 5, false), (2, 3, 2, 4, true), (2, 4, 2, 4, false), (0, 0, 1, 1, true),
  ] as [(UInt64, UInt64, UInt64, UInt64, Bool)])
  func `which log is behind`(epoch: UInt64, index: UInt64, otherEpoch: UInt64, otherIndex: UInt64, isBehind: Bool) {
    let tip = LogTip(epoch: epoch, index: index)
    #expect((tip < LogTip(epoch: otherEpoch, index: otherIndex)) == isBehind)
  }
}
