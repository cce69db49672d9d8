import MachineContract
import Primitives
import Properties
import RaftLog
import Testing

/// The observers told by hand what replicas announce: what each of them must and must not complain about.
@Suite struct RaftInvariantTests {
  private func judge(_ announcements: [(LogObservation, Int)], group: Int = 3) -> [String] {
    var invariants = RaftInvariants(group: (0..<group).map { MachineID($0) })
    for (observation, replica) in announcements { invariants.observe(observation, at: MachineID(replica)) }
    return invariants.violations.map(\.id)
  }

  @Test(arguments: [
    ("R-I1", [(.becameLeader(epoch: 2), 0), (.becameLeader(epoch: 2), 1)]),
    (
      "R-I2",
      [
        (.appended(index: 1, epoch: 1, entry: 7), 0), (.appended(index: 2, epoch: 2, entry: 9), 0),
        (.appended(index: 1, epoch: 1, entry: 8), 1),
      ]
    ),
    ("R-I2", [(.appended(index: 2, epoch: 1, entry: 7), 0)]),
    (
      "R-I3",
      [(.appended(index: 1, epoch: 1, entry: 7), 0), (.becameLeader(epoch: 2), 0), (.truncated(from: 1), 0)]
    ),
    ("R-I7", [(.voted(epoch: 2, candidate: MachineID(0)), 2), (.voted(epoch: 2, candidate: MachineID(1)), 2)]),
    ("R-I8", [(.adoptedEpoch(3), 0), (.adoptedEpoch(2), 0)]),
  ] as [(String, [(LogObservation, Int)])])
  func `what breaks one law alone`(law: String, announcements: [(LogObservation, Int)]) {
    #expect(judge(announcements) == [law])
  }

  @Test func `what a lost write explains breaks nothing`() {
    var invariants = RaftInvariants(group: [MachineID(0), MachineID(1), MachineID(2)])
    invariants.observe(.adoptedEpoch(4), at: MachineID(0))
    invariants.observe(.becameLeader(epoch: 4), at: MachineID(0))
    invariants.observe(.appended(index: 1, epoch: 4, entry: 7), at: MachineID(0))
    invariants.restarted(MachineID(0))
    invariants.observe(.truncated(from: 1), at: MachineID(0))
    invariants.observe(.adoptedEpoch(3), at: MachineID(0))
    #expect(invariants.violations.isEmpty)
  }

  @Test func `each law is reported once, and machines outside the group not at all`() {
    let doubled: [(LogObservation, Int)] = [0, 1, 2].map { (.becameLeader(epoch: 2), $0) }
    #expect(judge(doubled) == ["R-I1"])
    #expect(judge([(.becameLeader(epoch: 2), 0), (.becameLeader(epoch: 2), 7)]).isEmpty)
  }

  @Test func `an entry that only one replica held is not committed`() {
    let alone: [(LogObservation, Int)] = [
      (.appended(index: 1, epoch: 1, entry: 7), 0), (.committed(index: 1, epoch: 1, entry: 7), 0),
    ]
    #expect(judge(alone) == ["R-I6"])
    #expect(judge(alone, group: 1).isEmpty)
    var flexible = RaftInvariants(group: [MachineID(0), MachineID(1), MachineID(2)], commitQuorum: 1)
    for (observation, _) in alone { flexible.observe(observation, at: MachineID(0)) }
    #expect(flexible.violations.isEmpty)
  }

  @Test func `a read is held to what was acknowledged when it was asked, not to what came later`() {
    var invariants = RaftInvariants(group: [MachineID(0)])
    func append(_ index: UInt64) {
      invariants.observe(.appended(index: index, epoch: 1, entry: index), at: MachineID(0))
      invariants.observe(.committed(index: index, epoch: 1, entry: index), at: MachineID(0))
      invariants.observe(.acknowledged(request: index, index: index, entry: index), at: MachineID(0))
    }
    append(1)
    invariants.readAsked(9, at: MachineID(0))
    append(2)
    invariants.observe(.readAnswered(request: 9, tail: 1), at: MachineID(0))
    #expect(invariants.violations.isEmpty)
    invariants.readAsked(10, at: MachineID(0))
    invariants.observe(.readAnswered(request: 10, tail: 1), at: MachineID(0))
    #expect(invariants.violations.map(\.id) == ["C6"])
  }

  /// The observers are values, so nothing has grown where they are equal.
  @Test func `heartbeats leave no trace in the observers`() {
    var bench = RaftBench()
    bench.propose(0, "a")
    bench.settle()
    bench.fire(0, .heartbeat)
    bench.settle()
    let before = bench.invariants
    for _ in 0..<50 {
      bench.fire(0, .heartbeat)
      bench.settle()
    }
    #expect(bench.invariants == before)
  }
}
