import ClusterModel
import MachineContract
import Primitives
import Testing

/// Scripts one machine's writes and sends, and looks after each single action at what left it and what its disk holds.
@Suite struct DurabilityTests {
  // MARK: Persist before send

  @Test func `a message waits for the writes made before it and not for those made after it`() {
    let stage = Stage()
    stage.tell(one, .persist(1), .send(10, to: two), .persist(2), .send(20, to: two))
    #expect(stage.flying.isEmpty)
    stage.apply(.completeWrite(one))
    #expect(stage.flying == [10])
    stage.apply(.completeWrite(one))
    #expect(stage.flying == [10, 20])
  }

  @Test func `a message waits for writes of earlier steps too`() {
    let stage = Stage()
    stage.tell(one, .persist(1))
    stage.tell(one, .persist(2))
    stage.tell(one, .send(10, to: two))
    stage.apply(.completeWrite(one))
    #expect(stage.flying.isEmpty)
    stage.apply(.completeWrite(one))
    #expect(stage.flying == [10])
  }

  @Test func `a message without a write before it leaves at once, and so does one that goes ahead`() {
    let stage = Stage()
    stage.tell(one, .send(10, to: two), .persist(1), .sendAhead(20, to: two), .send(30, to: two))
    #expect(stage.flying == [10, 20])
    #expect(stage.disk(one).isEmpty)
  }

  @Test func `one machine's writes hold up nobody else's messages`() {
    let stage = Stage()
    stage.tell(one, .persist(1))
    stage.tell(two, .send(10, to: three))
    #expect(stage.flying == [10])
  }

  @Test func `messages held by one write leave in the order in which they were sent, before its answer`() {
    let stage = Stage()
    stage.tell(one, .persist(1), .send(30, to: two), .send(10, to: three), .send(20, to: two))
    stage.apply(.completeWrite(one))
    #expect(stage.flying == [30, 10, 20])
    #expect(stage.heard(one).last == "persisted 1")
  }

  @Test func `writes complete oldest first and are absorbed then, a commit within its step`() {
    let stage = Stage()
    stage.tell(one, .persist(1), .commit(7), .persist(2))
    #expect(stage.disk(one) == [7])
    #expect(stage.cluster[one].pendingWrites == [1, 2])
    stage.apply(.completeWrite(one))
    stage.apply(.completeWrite(one))
    #expect(stage.disk(one) == [7, 1, 2])
    #expect(stage.heard(one) == ["start 0", "persisted 1", "persisted 2"])
  }

  @Test func `a write that was completed before a crash delays nothing after it`() {
    let stage = Stage()
    stage.tell(one, .persist(1))
    stage.apply(.completeWrite(one))
    stage.apply(.crash(one, .losePending))
    stage.apply(.restart(one))
    stage.tell(one, .persist(2), .send(10, to: two))
    #expect(stage.flying.isEmpty)
    stage.apply(.completeWrite(one))
    #expect(stage.flying == [10])
  }

  // MARK: Crashes

  @Test(arguments: [
    (CrashFate.keepPending, [7, 1, 2] as [UInt64], 0), (.losePending, [7], 2), (.wipeDisk, [], 2),
  ])
  func `a crash does to the disk what its fate says`(fate: CrashFate, disk: [UInt64], lost: Int) {
    let stage = Stage()
    stage.tell(one, .commit(7), .persist(1), .persist(2), .send(10, to: two))
    stage.tell(one, .arm(5, after: .immediately, purpose: .work))
    #expect(stage.apply(.crash(one, fate)))
    #expect(stage.disk(one) == disk)
    #expect(stage.events.last == .crashed(one, fate, lostWrites: lost))
    #expect(stage.cluster[one].pendingWrites.isEmpty && stage.cluster[one].timers.isEmpty)
    #expect(stage.events.filter { $0 == .writeAbandoned(one, .work) }.count == 2)
  }

  @Test(arguments: CrashFate.allCases)
  func `held messages die with the machine, whatever becomes of the writes`(fate: CrashFate) {
    let stage = Stage()
    stage.tell(one, .persist(1), .send(10, to: two), .sendAhead(20, to: two))
    stage.apply(.crash(one, fate))
    stage.apply(.restart(one))
    #expect(stage.flying == [20])
    #expect(!stage.apply(.completeWrite(one)))
  }

  @Test func `a restart gives the machine its disk, nothing else, and the number of its life`() {
    let stage = Stage()
    stage.tell(one, .commit(7), .persist(1))
    stage.tell(two, .send(10, to: one))
    stage.deliverOldest()
    stage.apply(.crash(one, .losePending))
    stage.apply(.restart(one))
    #expect(stage.heard(one) == ["read 7", "start 1"])
    stage.apply(.crash(one, .keepPending))
    stage.apply(.restart(one))
    #expect(stage.heard(one) == ["read 7", "start 2"])
  }

  @Test func `what reaches a crashed machine is lost, and what it sent before is not`() {
    let stage = Stage()
    stage.tell(one, .send(10, to: two))
    stage.tell(two, .send(20, to: one))
    stage.apply(.crash(one, .keepPending))
    stage.deliverOldest()
    #expect(stage.heard(two).last == "message 10 from 0")
    stage.deliverOldest()
    guard case .lost(let envelope, .receiverCrashed) = stage.events.first else {
      Issue.record("\(stage.events)")
      return
    }
    #expect(envelope.message == 20 && stage.cluster.inFlight.isEmpty)
  }
}
