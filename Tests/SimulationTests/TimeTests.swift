import ClusterModel
import MachineContract
import Primitives
import Simulation
import Testing

/// Counts actions over long quiet times, and compares runs that must be the same or must differ.
@Suite struct TimeTests {
  /// A heartbeat every 50 ms for ever, and one piece of work a day later.
  @Test func `a quiet day costs a bounded number of actions`() {
    let drive = Drive([
      (0, one, [.arm(1, after: .exactly(.milliseconds(50)), purpose: .upkeep)]),
      (0, two, [.arm(11, after: .exactly(.hours(24)), purpose: .work)]),
    ])
    #expect(drive.run(until: .hours(25)) == .settled)
    #expect(drive.lines(two) == ["86400000 timer 11"])
    #expect(drive.actions.count < 50)
  }

  @Test func `a run of upkeep alone has settled`() {
    let drive = Drive([(0, one, [.arm(1, after: .exactly(.milliseconds(50)), purpose: .upkeep)])])
    #expect(drive.run(until: .hours(25)) == .settled)
    #expect(drive.actions.count < 50)
  }

  @Test func `work beyond the limit is told, and so is work that nothing moves`() {
    let late = Drive([(0, one, [.arm(11, after: .exactly(.seconds(10)), purpose: .work)])])
    #expect(late.run(until: .seconds(5)) == .limit)
    #expect(late.run(until: .seconds(20)) == .settled)
    let pause = PlannedFault<Echo>(.at(.start + .milliseconds(5)), [.init(.act(.pause(two)))])
    let stuck = Drive([(10, one, [.send(10, to: two)])], faults: [pause])
    #expect(stuck.run() == .stuck)
  }

  @Test func `things due at one instant happen in the order in which they were asked for`() {
    let orders: [Output<Echo>] = (11...19).map { .arm($0, after: .exactly(.milliseconds(5)), purpose: .work) }
    let drive = Drive([(0, one, orders.reversed())])
    drive.run()
    #expect(drive.lines(one) == (11...19).reversed().map { "5 timer \($0)" })
  }

  // MARK: Determinism

  private static func drive(seed: UInt64) -> Drive {
    let range = DurationRange.uniform(low: .milliseconds(1), high: .milliseconds(90))
    let drive = Drive(
      (0..<20).map { number in
        (number * 3, one, [.send(UInt64(number * 2 + 1), to: two), .persist(1), .arm(11, after: range, purpose: .work)])
      },
      seed: seed, timing: TimingProfile(network: range, disk: range))
    drive.run()
    return drive
  }

  @Test func `the same seed gives the same run, action by action, and another seed another`() {
    for seed in 1...20 as ClosedRange<UInt64> {
      let first = Self.drive(seed: seed)
      let second = Self.drive(seed: seed)
      #expect(first.actions == second.actions && first.heard == second.heard)
      #expect(first.simulator.cluster == second.simulator.cluster)
      #expect(first.heard != Self.drive(seed: seed + 100).heard)
    }
  }

  @Test func `a copy goes on exactly as the original`() {
    let original = Drive([(0, one, [.send(1, to: two)]), (30, one, [.send(3, to: two)])])
    for _ in 0..<3 { _ = original.simulator.advance(until: .start + .hours(1)) }
    let copy = Drive(copying: original)
    original.run()
    copy.run()
    #expect(original.actions == copy.actions && original.simulator.cluster == copy.simulator.cluster)
  }

  /// The network draws from a stream of its own: more messages must not shift the timers.
  @Test func `one more message shifts no timer`() {
    let range = DurationRange.uniform(low: .milliseconds(100), high: .milliseconds(900))
    func timers(extra: Int) -> [String] {
      let drive = Drive(
        [(0, one, (0..<extra).map { _ in .send(10, to: two) }), (1, one, [.arm(11, after: range, purpose: .work)])],
        timing: TimingProfile(network: range))
      drive.run()
      return drive.lines(one)
    }
    #expect(timers(extra: 0) == timers(extra: 5))
  }

  // MARK: A path of the model

  /// Whatever the simulator does is enabled by the model, or comes from outside: a load, a fault.
  @Test func `every action is enabled or comes from outside`() {
    let range = DurationRange.uniform(low: .milliseconds(1), high: .milliseconds(30))
    for seed in 1...20 as ClosedRange<UInt64> {
      let faults = [
        PlannedFault<Echo>(
          .at(.start + .milliseconds(Int64(seed))),
          [.init(.act(.crash(two, .losePending))), .init(after: .milliseconds(20), .act(.restart(two)))]),
        PlannedFault<Echo>(
          .at(.start + .milliseconds(9)),
          [.init(.act(.pause(one))), .init(after: .milliseconds(25), .act(.resume(one)))]),
      ]
      let drive = Drive(
        (0..<12).map { ($0 * 5, one, [.persist(1), .send(UInt64($0 * 2 + 1), to: two)]) }, faults: faults, seed: seed,
        timing: TimingProfile(network: range, disk: range))
      var count = 0
      while case let before = drive.simulator.cluster,
        case .acted(let action) = drive.simulator.advance(until: .start + .hours(1))
      {
        count += 1
        let isFromOutside =
          switch action {
          case .crash, .pause, .resume, .invoke, .restart, .drop, .duplicate, .refuse, .accept, .sever, .heal: true
          case .deliver, .fire, .choose, .completeWrite: false
          }
        #expect(isFromOutside || before.enabledActions().contains(action), "seed \(seed): \(action)")
      }
      #expect(count > 30)
    }
  }
}
