import ClusterModel
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

/// Two machines, a load of numbered messages and timers, one fault: what arrives, and when.
@Suite struct FaultTests {
  private static let toTwo = MessagePattern<Echo>(from: [one], to: [two]) { _, _ in true }

  /// Messages 10, 20, 30, 40 from one to two, a millisecond apart on the wire.
  private static func four(_ faults: PlannedFault<Echo>..., wait: SimDuration = .zero) -> Drive {
    let drive = Drive((1...4).map { (Int64($0 * 10), one, [.send(UInt64($0 * 10), to: two)]) }, faults: faults)
    #expect(drive.run() == .settled)
    return drive
  }

  // MARK: Messages

  @Test(arguments: 1...4) func `a message fault strikes the nth message that fits and no other`(nth: Int) {
    let all = ["11 message 10", "21 message 20", "31 message 30", "41 message 40"]
    #expect(Self.four().lines(two) == all)
    var rest = all
    rest.remove(at: nth - 1)
    #expect(Self.four(PlannedFault(.message(Self.toTwo, nth: nth, .drop))).lines(two) == rest)
    var doubled = all
    doubled.insert(all[nth - 1], at: nth)
    #expect(Self.four(PlannedFault(.message(Self.toTwo, nth: nth, .duplicate))).lines(two) == doubled)
    let late = Self.four(PlannedFault(.message(Self.toTwo, nth: nth, .delay(by: .seconds(1))))).lines(two)
    #expect(late == rest + ["\(nth * 10 + 1_001) message \(nth * 10)"])
  }

  @Test(arguments: 1...3) func `a message that is reordered goes right behind its successor`(nth: Int) {
    let drive = Self.four(PlannedFault(.message(Self.toTwo, nth: nth, .reorder)))
    var order = [10, 20, 30, 40]
    order.swapAt(nth - 1, nth)
    #expect(drive.lines(two).map { String($0.split(separator: " ")[2]) } == order.map(String.init))
  }

  @Test func `a message with no successor arrives a second late`() {
    #expect(Self.four(PlannedFault(.message(Self.toTwo, nth: 4, .reorder))).lines(two).last == "1040 message 40")
  }

  @Test func `only what fits is counted`() {
    let even = MessagePattern<Echo>(from: [one], to: [two]) { message, _ in message == 30 }
    #expect(Self.four(PlannedFault(.message(even, nth: 1, .drop))).lines(two).count == 3)
    let back = MessagePattern<Echo>(from: [two], to: [one]) { _, _ in true }
    #expect(Self.four(PlannedFault(.message(back, nth: 1, .drop))).lines(two).count == 4)
  }

  @Test func `a slow machine gets everything later while it is slow`() {
    let slow = PlannedFault<Echo>(
      .at(.start + .milliseconds(15)),
      [.init(.slow(two, by: .milliseconds(7))), .init(after: .milliseconds(20), .slow(two, by: .zero))])
    #expect(Self.four(slow).lines(two) == ["11 message 10", "28 message 20", "38 message 30", "41 message 40"])
  }

  // MARK: Machines

  @Test func `a pause defers what arrives, in its order, and loses nothing`() {
    let pause = PlannedFault<Echo>(
      .at(.start + .milliseconds(15)),
      [.init(.act(.pause(two))), .init(after: .milliseconds(100), .act(.resume(two)))])
    #expect(
      Self.four(pause).lines(two) == ["11 message 10", "115 message 20", "115 message 30", "115 message 40"])
  }

  /// A machine that crashes while it is paused never resumes: what waited for that used to stay in flight for ever.
  @Test func `what waits for a paused machine reaches it, or is lost, when it crashes instead`() {
    let faults = [
      PlannedFault<Echo>(
        .at(.start + .milliseconds(15)),
        [.init(.act(.pause(two))), .init(after: .milliseconds(100), .act(.resume(two)))]),
      PlannedFault<Echo>(
        .at(.start + .milliseconds(25)),
        [.init(.act(.crash(two, .losePending))), .init(after: .milliseconds(10), .act(.restart(two)))]),
    ]
    let drive = Drive((1...4).map { (Int64($0 * 10), one, [.send(UInt64($0 * 10), to: two)]) }, faults: faults)
    #expect(drive.run() == .settled)
    #expect(drive.simulator.cluster.inFlight.isEmpty)
    #expect(drive.lines(two) == ["11 message 10", "35 start 1", "41 message 40"])
  }

  @Test func `a clock that jumps ahead fires its own timers earlier and nobody else's`() {
    let jump = PlannedFault<Echo>(.at(.start + .milliseconds(20)), [.init(.jump(one, by: .milliseconds(300)))])
    let orders: [Output<Echo>] = [
      .arm(11, after: .exactly(.milliseconds(100)), purpose: .work),
      .arm(12, after: .exactly(.milliseconds(900)), purpose: .work),
    ]
    let drive = Drive([(0, one, orders), (0, two, orders)], faults: [jump])
    drive.run()
    #expect(drive.lines(one) == ["20 timer 11", "600 timer 12"])
    #expect(drive.lines(two) == ["100 timer 11", "900 timer 12"])
  }

  /// Two crashes of one machine at once: the second cannot be done, and is no action of the run.
  @Test func `what is void by now is no action`() {
    let crash = PlannedFault<Echo>(
      .at(.start + .milliseconds(15)),
      [.init(.act(.crash(two, .losePending))), .init(after: .milliseconds(30), .act(.restart(two)))])
    let once = Self.four(crash)
    let twice = Self.four(crash, crash)
    #expect(once.heard == twice.heard && once.actions == twice.actions)
    #expect(twice.simulator.steps == twice.actions.count)
  }

  // MARK: Points

  @Test func `a strike at an observation comes before anything else that is due`() {
    let work = WorkUnit(node: NodeID(0), handler: HandlerID(0), root: 1, path: 1, trigger: 1)
    let finished = Output<Echo>.observe(.work(.finished(work)))
    let crash = PlannedFault<Echo>(
      .observed(ObservationPattern(.after(.work(NodeID(0)))), nth: 2), [.init(.act(.crash(one, .losePending)))])
    let orders: [Output<Echo>] = [finished, .arm(11, after: .immediately, purpose: .work)]
    let drive = Drive([(0, one, orders), (10, one, orders), (20, one, orders)], faults: [crash])
    drive.run()
    // The second observation kills it before the timer of the same instant fires.
    #expect(drive.lines(one) == ["0 timer 11"])
    #expect(drive.simulator.hasStruck && drive.simulator.lastFault == .start + .milliseconds(10))
  }

  @Test func `the last fault is the last strike that is known of`() {
    let long = PlannedFault<Echo>(
      .at(.start + .seconds(1)), [.init(.act(.refuse(two))), .init(after: .hours(30), .act(.accept(two)))])
    let drive = Drive([(0, one, [.send(10, to: two)])], faults: [long])
    #expect(drive.simulator.lastFault == .start + .seconds(1) + .hours(30))
    #expect(drive.run(until: .hours(48)) == .settled)
    #expect(drive.simulator.lastFault == drive.simulator.now)
  }
}
