import ClusterModel
import MachineContract
import Primitives
import Simulation
import Testing

/// Crashes and pauses machines around the deadline of a durable timer, and looks when it fires.
@Suite struct DurableTimerTests {
  private static func crash(at start: Int64, for length: Int64) -> PlannedFault<Echo> {
    PlannedFault(
      .at(.start + .milliseconds(start)),
      [.init(.act(.crash(two, .losePending))), .init(after: .milliseconds(length), .act(.restart(two)))])
  }

  private func fired(_ fault: PlannedFault<Echo>?) -> [String] {
    let drive = Drive(
      [(0, two, [.armDurably(20, after: .exactly(.seconds(10)))])], faults: fault.map { [$0] } ?? [])
    #expect(drive.run() == .settled)
    return drive.lines(two).filter { $0.contains("timer") }
  }

  @Test func `it fires at its deadline, or late, when the machine is up again`() {
    #expect(fired(nil) == ["10000 timer 20"])
    #expect(fired(Self.crash(at: 1_000, for: 2_000)) == ["10000 timer 20"])
    #expect(fired(Self.crash(at: 9_000, for: 60_000)) == ["69000 timer 20"])
  }

  @Test func `a pause puts it off, and so does a crash that ends the pause`() {
    let pause = PlannedFault<Echo>(
      .at(.start + .milliseconds(9_000)),
      [.init(.act(.pause(two))), .init(after: .seconds(20), .act(.resume(two)))])
    #expect(fired(pause) == ["29000 timer 20"])
    let both = PlannedFault<Echo>(
      .at(.start + .milliseconds(9_000)),
      [
        .init(.act(.pause(two))), .init(after: .seconds(20), .act(.crash(two, .losePending))),
        .init(after: .seconds(30), .act(.restart(two))),
      ])
    #expect(fired(both) == ["39000 timer 20"])
  }

  @Test func `one of a machine that never comes up again is work that nothing moves`() {
    let crash = PlannedFault<Echo>(.at(.start + .seconds(1)), [.init(.act(.crash(two, .losePending)))])
    let drive = Drive([(0, two, [.armDurably(20, after: .exactly(.seconds(10)))])], faults: [crash])
    #expect(drive.run() == .stuck)
  }
}
