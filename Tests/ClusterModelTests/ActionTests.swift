import ClusterModel
import MachineContract
import Primitives
import Testing

/// One action at a time on a small cluster: what it does where it is enabled, and that it does nothing where it is not.
@Suite struct ActionTests {
  // MARK: Pausing and refusing

  @Test func `a paused machine takes nothing, loses nothing, and goes on where it was`() throws {
    let stage = Stage()
    stage.tell(one, .arm(5, after: .immediately, purpose: .work), .persist(1))
    stage.tell(two, .send(10, to: one))
    stage.apply(.pause(one))
    let paused = stage.cluster
    let message = try #require(stage.oldest)
    for action: Action<Puppet> in [
      .deliver(message), .fire(one, 5), .completeWrite(one), .invoke(one, Puppet.Orders(list: [.commit(1)])),
    ] { #expect(!stage.apply(action)) }
    #expect(stage.cluster == paused)
    #expect(stage.apply(.resume(one)))
    #expect(stage.apply(.deliver(message)) && stage.apply(.fire(one, 5)) && stage.apply(.completeWrite(one)))
    #expect(stage.heard(one) == ["start 0", "message 10 from 1", "timer 5", "persisted 1"])
  }

  @Test func `a crash ends a pause, and a machine that refuses goes on refusing after it`() {
    let stage = Stage()
    stage.apply(.pause(one))
    stage.apply(.refuse(one))
    stage.apply(.crash(one, .keepPending))
    stage.apply(.restart(one))
    #expect(stage.cluster[one].isRunning && stage.cluster[one].isRefusing)
    #expect(!stage.apply(.resume(one)))
  }

  @Test func `a refusing machine answers work with a refusal and takes everything else in`() {
    let stage = Stage()
    stage.apply(.refuse(two))
    stage.tell(one, .send(10, to: two), .send(100, to: two))
    stage.deliverOldest()
    #expect(stage.heard(two) == ["start 0"])
    #expect(stage.events.contains { if case .refused(let envelope) = $0 { envelope.message == 10 } else { false } })
    stage.deliverOldest()
    stage.deliverOldest()
    #expect(stage.heard(two) == ["start 0", "message 100 from 0"])
    #expect(stage.heard(one) == ["start 0", "message 1010 from 1"])
    stage.apply(.accept(two))
    stage.tell(one, .send(11, to: two))
    stage.deliverOldest()
    #expect(stage.heard(two).last == "message 11 from 0")
  }

  // MARK: Links

  @Test func `a severed link loses one direction, from the moment of delivery, until it heals`() {
    let stage = Stage()
    stage.tell(one, .send(10, to: two))
    stage.tell(two, .send(20, to: one))
    stage.apply(.sever(from: one, to: two))
    stage.deliverOldest()
    #expect(stage.events.contains { if case .lost(_, .linkSevered) = $0 { true } else { false } })
    stage.deliverOldest()
    #expect(stage.heard(one).last == "message 20 from 1")
    stage.tell(one, .send(11, to: two), .send(12, to: three))
    stage.apply(.heal(from: one, to: two))
    stage.deliverOldest()
    stage.deliverOldest()
    #expect(stage.heard(two) == ["start 0", "message 11 from 0"])
    #expect(stage.heard(three) == ["start 0", "message 12 from 0"])
  }

  @Test func `severed links are kept sorted, so the order of severing leaves no trace`() {
    let stage = Stage()
    let other = Stage()
    for (from, to) in [(one, two), (two, one), (three, one)] { stage.apply(.sever(from: from, to: to)) }
    for (from, to) in [(three, one), (one, two), (two, one)] { other.apply(.sever(from: from, to: to)) }
    #expect(stage.cluster == other.cluster && stage.cluster.fingerprint == other.cluster.fingerprint)
  }

  // MARK: Messages

  @Test func `a duplicate is a second message behind the first`() throws {
    let stage = Stage()
    stage.tell(one, .send(10, to: two), .send(20, to: two))
    let first = try #require(stage.oldest)
    #expect(stage.apply(.duplicate(first)))
    #expect(stage.flying == [10, 20, 10])
    while stage.deliverOldest() {}
    #expect(
      stage.heard(two) == ["start 0", "message 10 from 0", "message 20 from 0", "message 10 from 0"])
  }

  @Test func `a dropped message is gone, and its place in the slab does not bring it back`() throws {
    let stage = Stage()
    stage.tell(one, .send(10, to: two))
    let dropped = try #require(stage.oldest)
    #expect(stage.apply(.drop(dropped)))
    stage.tell(one, .send(11, to: two))
    #expect(stage.oldest?.slot == dropped.slot, "the position is used again")
    #expect(stage.cluster[dropped] == nil)
    #expect(!stage.apply(.deliver(dropped)) && !stage.apply(.duplicate(dropped)) && !stage.apply(.drop(dropped)))
    #expect(stage.flying == [11])
  }

  // MARK: Timers

  @Test func `arming a timer again replaces it, and firing or disarming removes it`() {
    let stage = Stage()
    stage.tell(one, .arm(5, after: .immediately, purpose: .work))
    stage.tell(one, .arm(5, after: .exactly(.seconds(1)), purpose: .upkeep))
    #expect(stage.cluster[one].timers.map(\.range) == [.exactly(.seconds(1))])
    #expect(stage.events.count == 2, "the old one is disarmed, then the new one armed")
    #expect(stage.apply(.fire(one, 5)))
    #expect(!stage.apply(.fire(one, 5)))
    stage.tell(one, .arm(6, after: .immediately, purpose: .work))
    stage.tell(one, .disarm(6), .disarm(7))
    #expect(stage.cluster[one].timers.isEmpty && !stage.apply(.fire(one, 6)))
  }

  // MARK: What is not enabled

  /// In a cluster where `one` is crashed, `two` paused and refusing, and one link severed.
  @Test func `a disabled action returns false, changes nothing and announces nothing`() {
    let stage = Stage()
    stage.apply(.crash(one, .keepPending))
    stage.apply(.pause(two))
    stage.apply(.refuse(two))
    stage.apply(.sever(from: one, to: three))
    let unknown = EnvelopeID(slot: 9, serial: 9)
    let disabled: [Action<Puppet>] = [
      .deliver(unknown), .drop(unknown), .duplicate(unknown), .fire(one, 1), .fire(three, 1), .completeWrite(one),
      .completeWrite(three), .crash(one, .wipeDisk), .restart(three), .restart(two), .pause(two), .resume(three),
      .refuse(two), .accept(three), .sever(from: one, to: three), .heal(from: three, to: one),
      .invoke(one, Puppet.Orders(list: [.commit(1)])), .invoke(two, Puppet.Orders(list: [.commit(1)])),
    ]
    let before = stage.cluster
    for action in disabled {
      #expect(!stage.apply(action), "\(action)")
      #expect(stage.cluster == before && stage.events.isEmpty, "\(action)")
    }
  }
}
