import ClusterModel
import MachineContract
import Primitives
import Testing

/// Perturbs single parts of a cluster and compares fingerprints; walks by seed and compares what is announced as
/// enabled with what happens when it is tried.
@Suite struct SnapshotTests {
  private static func changed(_ change: (Stage) -> Void) -> Stage {
    let stage = Stage()
    stage.tell(one, .send(10, to: two), .persist(1), .send(11, to: two), .arm(5, after: .immediately, purpose: .work))
    change(stage)
    return stage
  }

  @Test func `any difference that decides the future shows in the fingerprint`() throws {
    let plain = Self.changed { _ in }
    let flying = try #require(plain.oldest)
    let changes: [(String, Stage)] = [
      ("plain", plain),
      ("machine", Self.changed { $0.tell(two, .arm(1, after: .immediately, purpose: .work)); $0.apply(.fire(two, 1)) }),
      ("store", Self.changed { $0.tell(one, .commit(9)) }),
      ("status", Self.changed { $0.apply(.crash(two, .keepPending)) }),
      ("paused", Self.changed { $0.apply(.pause(one)) }),
      ("paused elsewhere", Self.changed { $0.apply(.pause(two)) }),
      ("refusing", Self.changed { $0.apply(.refuse(one)) }),
      ("timer", Self.changed { $0.tell(one, .arm(6, after: .immediately, purpose: .work)) }),
      ("no timer", Self.changed { $0.tell(one, .disarm(5)) }),
      ("pending write", Self.changed { $0.tell(one, .persist(2)) }),
      ("held message", Self.changed { $0.tell(one, .send(12, to: two)) }),
      ("held for another", Self.changed { $0.tell(one, .send(12, to: three)) }),
      ("held behind another write", Self.changed { $0.tell(one, .persist(2), .send(12, to: two)) }),
      ("flying", Self.changed { $0.apply(.drop(flying)) }),
      ("flying twice", Self.changed { $0.apply(.duplicate(flying)) }),
      ("flying elsewhere", Self.changed { $0.apply(.drop(flying)); $0.tell(two, .send(10, to: one)) }),
      ("severed", Self.changed { $0.apply(.sever(from: one, to: two)) }),
      ("severed the other way", Self.changed { $0.apply(.sever(from: two, to: one)) }),
    ]
    for (position, left) in changes.enumerated() {
      for right in changes[(position + 1)...] {
        #expect(left.1.cluster.fingerprint != right.1.cluster.fingerprint, "\(left.0) and \(right.0)")
      }
    }
  }

  @Test func `how a state was reached leaves no trace in its fingerprint`() throws {
    let plain = Stage()
    plain.tell(one, .send(10, to: two), .send(20, to: two), .arm(5, after: .immediately, purpose: .work))
    let other = Stage()
    // Another slot and serial for each message, and another generation of the timer.
    other.tell(one, .arm(5, after: .immediately, purpose: .work), .send(99, to: three), .send(20, to: two))
    other.apply(.drop(try #require(other.oldest)))
    other.tell(one, .send(10, to: two), .arm(5, after: .immediately, purpose: .work))
    #expect(plain.cluster != other.cluster)
    #expect(plain.cluster.fingerprint == other.cluster.fingerprint)
  }

  @Test func `a copy is a snapshot that nothing done to the original changes`() {
    let stage = Self.changed { _ in }
    let snapshot = stage.cluster
    let again = Stage(copying: stage)
    let script: [Action<Puppet>] = [
      .completeWrite(one), .fire(one, 5), .crash(two, .losePending), .restart(two), .pause(three),
    ]
    for action in script { stage.apply(action) }
    #expect(snapshot == Self.changed { _ in }.cluster && snapshot.fingerprint != stage.cluster.fingerprint)
    for action in script { again.apply(action) }
    #expect(again.cluster == stage.cluster)
  }

  /// Every candidate that the cluster could be asked for is tried on a copy: what happens is exactly what
  /// `enabledActions` lists.
  @Test func `the enabled actions are all that the system itself can do`() {
    for seed in 1...40 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let stage = Stage()
      for _ in 0..<60 {
        let enabled = stage.cluster.enabledActions()
        for candidate in Self.candidates(in: stage.cluster) {
          let copy = Stage(copying: stage)
          #expect(copy.apply(candidate) == enabled.contains(candidate), "seed \(seed): \(candidate)")
        }
        Self.walk(stage, enabled, &generator)
      }
    }
  }

  /// One deed of the system or of the outside, by chance.
  private static func walk(
    _ stage: Stage, _ enabled: [Action<Puppet>], _ generator: inout SeededGenerator
  ) {
    let machine = MachineID(Int(generator.next(below: 3)))
    let other = MachineID(Int(generator.next(below: 3)))
    let number = generator.next(below: 4)
    switch generator.next(below: 10) {
    case 0: stage.tell(machine, .send(number, to: other))
    case 1: stage.tell(machine, .persist(number), .send(number, to: other))
    case 2: stage.tell(machine, .arm(number, after: .immediately, purpose: .work))
    case 3: stage.apply(.crash(machine, .losePending))
    case 4: stage.apply(number < 2 ? .pause(machine) : .resume(machine))
    case 5: stage.apply(number < 2 ? .sever(from: machine, to: other) : .heal(from: machine, to: other))
    default:
      guard !enabled.isEmpty else { return }
      stage.apply(enabled[Int(generator.next(below: UInt64(enabled.count)))])
    }
  }

  private static func candidates(in cluster: Cluster<Puppet>) -> [Action<Puppet>] {
    var candidates: [Action<Puppet>] = []
    for slot in 0..<12 as Range<UInt32> {
      for envelope in cluster.inFlight where envelope.id.slot == slot { candidates.append(.deliver(envelope.id)) }
      candidates.append(.deliver(EnvelopeID(slot: slot, serial: .max)))
    }
    for machine in cluster.machineIDs {
      candidates += [.completeWrite(machine), .restart(machine)]
      for timer in 0..<5 as Range<UInt64> { candidates.append(.fire(machine, timer)) }
    }
    return candidates
  }
}
