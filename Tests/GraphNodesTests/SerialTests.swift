import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

/// Actors, instances and delayed messages: who works at the same time as whom, and when.
@Suite struct SerialTests {
  /// When units of the worker were at work, as `begin-end` in whole seconds, in the order of their ends.
  private static func intervals(
    _ text: String, roots: Int, extra: [PlannedFault<LabMachine>] = []
  ) throws -> [String] {
    var bench = try Bench(text, roots: roots, extra: extra)
    var begun: [WorkUnit: Int64] = [:]
    var intervals: [String] = []
    let worker = try #require(bench.graph.node(named: "worker"))
    while case .acted = bench.simulator.advance(until: .start + .hours(1)) {
      let now = bench.simulator.now.microseconds / 1_000_000
      for case .observed(_, .work(let observation)) in bench.simulator.events {
        if case .arrived(let unit, _) = observation, unit.node == worker { begun[unit] = now }
        if case .finished(let unit) = observation, unit.node == worker {
          intervals.append("\(begun[unit] ?? -1)-\(now)")
        }
      }
    }
    return intervals
  }

  private static func node(_ keys: String, sends: String = "{send: jobs}, {send: jobs}") -> String {
    """
    name: s
    channels: {jobs: {kind: queue, lease: 60s}}
    nodes:
      web: {kind: client, do: [\(sends)]}
      worker: {trigger: jobs, \(keys), do: [{wait: 1s}, {write: one}]}
    """
  }

  @Test func `an actor does one piece of work at a time for each value of its field`() throws {
    let free = try Self.intervals(Self.node("concurrency: 9"), roots: 2)
    #expect(free == ["0-1", "0-1", "0-1", "0-1"])
    // Each trigger's two messages in turn, the two triggers side by side.
    let serial = try Self.intervals(Self.node("concurrency: 9, serial: order_id"), roots: 2)
    #expect(serial == ["0-1", "0-1", "1-2", "1-2"])
  }

  @Test func `a suspended run keeps the next one of its value waiting`() throws {
    #expect(try Self.intervals(Self.node("work: durable"), roots: 1) == ["0-1", "0-1"])
    #expect(try Self.intervals(Self.node("work: durable, serial: order_id"), roots: 1) == ["0-1", "1-2"])
  }

  @Test func `what waits for its turn keeps its order`() throws {
    let text = """
      name: o
      nodes:
        web: {kind: client, do: [{call: worker.a, await: false}, {call: worker.b, await: false}, {call: worker.c}]}
        worker:
          concurrency: 9
          serial: order_id
          handlers:
            a: [{wait: 1s}, {write: one}]
            b: [{write: two}]
            c: [{write: three}]
      """
    #expect(try Bench.seen(text).effects == ["one", "two", "three"])
  }

  @Test func `instances multiply what a node does at once`() throws {
    #expect(try Self.intervals(Self.node("concurrency: 1"), roots: 2) == ["0-1", "1-2", "2-3", "3-4"])
    #expect(try Self.intervals(Self.node("instances: 2"), roots: 2) == ["0-1", "0-1", "1-2", "1-2"])
  }

  @Test func `a delayed message is invisible until its delay is over`() throws {
    let text = Self.node("concurrency: 9", sends: "{send: jobs, delay: 5m}, {send: jobs}")
    #expect(try Self.intervals(text, roots: 1) == ["0-1", "300-301"])
    // A front that comes up again does not know how long a message has waited.
    let front = try #require(Deployment(try graph(text), logs: .ideal).fronts.compactMap { $0 }.first)
    let crash = PlannedFault<LabMachine>(
      .at(.start + .seconds(200)),
      [.init(.act(.crash(front, .losePending))), .init(after: .seconds(1), .act(.restart(front)))])
    #expect(try Self.intervals(text, roots: 1, extra: [crash]) == ["0-1", "501-502"])
  }
}
