import ClusterModel
import MachineContract
import Primitives
import Testing

/// Arms durable timers by hand and crashes between their arming, their firing and their disarming.
@Suite struct DurableTimerTests {
  private static let soon = DurationRange.exactly(.seconds(1))
  private static let late = DurationRange.exactly(.hours(1))

  private func armed(_ stage: Stage) -> [UInt64] { stage.cluster[one].timers.map(\.timer) }

  @Test func `a crash forgets a timer and keeps a durable one, which fires when the machine is up`() {
    let stage = Stage()
    stage.tell(one, .arm(1, after: Self.soon, purpose: .work), .armDurably(2, after: Self.soon))
    stage.apply(.crash(one, .losePending))
    #expect(armed(stage) == [2])
    #expect(!stage.apply(.fire(one, 2)), "it is down")
    stage.apply(.restart(one))
    #expect(!stage.apply(.fire(one, 1)))
    #expect(stage.apply(.fire(one, 2)))
    #expect(stage.heard(one).last == "timer 2")
  }

  @Test func `a deadline stands: arming an armed timer again changes nothing`() {
    let stage = Stage()
    stage.tell(one, .armDurably(2, after: Self.soon))
    let before = stage.cluster[one].timers
    stage.tell(one, .armDurably(2, after: Self.late))
    #expect(stage.cluster[one].timers == before)
    #expect(!stage.events.contains { if case .armed = $0 { true } else { false } })
  }

  @Test func `one that fired fires again at once when it is armed again, until it is disarmed`() {
    let stage = Stage()
    stage.tell(one, .armDurably(2, after: Self.late))
    stage.apply(.fire(one, 2))
    stage.apply(.crash(one, .wipeDisk))
    stage.apply(.restart(one))
    stage.tell(one, .armDurably(2, after: Self.late))
    #expect(stage.cluster[one].timers.map(\.range) == [.immediately])
    stage.apply(.fire(one, 2))
    stage.tell(one, .disarm(2))
    stage.tell(one, .armDurably(2, after: Self.late))
    #expect(stage.cluster[one].timers.map(\.range) == [Self.late])
  }

  @Test func `that a timer has fired is part of the state`() {
    let stage = Stage()
    stage.tell(one, .armDurably(2, after: Self.late))
    stage.apply(.fire(one, 2))
    let other = Stage(copying: stage)
    other.tell(one, .disarm(2))
    stage.tell(one, .disarm(3))
    #expect(stage.cluster != other.cluster)
    #expect(stage.cluster.fingerprint != other.cluster.fingerprint)
  }

  @Test func `an operation that a machine misses while it is down leaves what whoever asked keeps, or nothing`() {
    let stage = Stage()
    stage.apply(.crash(one, .losePending))
    #expect(!stage.apply(.invoke(one, Puppet.Orders(list: []))))
    #expect(stage.apply(.invoke(one, Puppet.Orders(list: [.disarm(7)]))))
    #expect(stage.disk(one) == [7])
    #expect(stage.events == [.observed(one, .work(.started(NodeID(0), root: 7)))])
  }
}
