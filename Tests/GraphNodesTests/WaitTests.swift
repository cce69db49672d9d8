import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

/// Runs small graphs whose nodes wait, over crashes of the waiting node, late and doubled signals: a rule in each test.
@Suite struct WaitTests {
  private static func crash(
    _ bench: String, _ node: String, at start: SimDuration, for length: SimDuration
  ) throws -> PlannedFault<LabMachine> {
    let machine = MachineID(raw: try #require(try graph(bench).node(named: node)).raw)
    return PlannedFault(
      .at(.start + start),
      [.init(.act(.crash(machine, .losePending))), .init(after: length, .act(.restart(machine)))])
  }

  /// The whole second at which each effect took place.
  private static func times(_ text: String, roots: Int = 1, extra: [PlannedFault<LabMachine>] = []) throws -> [String] {
    var bench = try Bench(text, roots: roots, extra: extra)
    var times: [String] = []
    while case .acted = bench.simulator.advance(until: .start + .hours(24)) {
      for case .observed(_, .work(.effect(let effect))) in bench.simulator.events {
        times.append("\(bench.graph[effect.name]) \(bench.simulator.now.microseconds / 1_000_000)")
      }
    }
    return times
  }

  // MARK: Timers

  private static func sleeper(_ work: String) -> String {
    """
    name: s
    nodes:
      web: {kind: client, do: [{call: a}]}
      a: {work: \(work), do: [{reply: accepted}, {wait: 10m}, {write: one}]}
    """
  }

  @Test func `a durable timer keeps its deadline through a crash, and fires late after an outage`() throws {
    let text = Self.sleeper("durable")
    #expect(try Self.times(text) == ["one 600"])
    let short = try Self.crash(text, "a", at: .seconds(100), for: .seconds(100))
    #expect(try Self.times(text, extra: [short]) == ["one 600"])
    let long = try Self.crash(text, "a", at: .seconds(100), for: .seconds(1_000))
    #expect(try Self.times(text, extra: [long]) == ["one 1100"])
  }

  @Test func `a crash between the end of a wait and its record repeats nothing of the wait but its end`() throws {
    let text = Self.sleeper("durable")
    let wait = try step("wait", in: try graph(text))
    let machine = MachineID(1)
    // The first half point is the middle of the wait, the second its end.
    let crash = PlannedFault<LabMachine>(
      .observed(ObservationPattern(.during(.step(wait))), nth: 2),
      [.init(.act(.crash(machine, .losePending))), .init(after: .seconds(1), .act(.restart(machine)))])
    #expect(try Self.times(text, extra: [crash]) == ["one 601"])
  }

  @Test func `a timer in memory is forgotten with its unit`() throws {
    for work in ["none", "idempotent", "transactional"] {
      let text = Self.sleeper(work)
      #expect(try Self.times(text) == ["one 600"])
      let crash = try Self.crash(text, "a", at: .seconds(100), for: .seconds(1))
      #expect(try Self.times(text, extra: [crash]) == [], "\(work)")
    }
  }

  // MARK: Signals

  private static func asking(_ work: String, signal: String = "3s", wait: String = "{wait: done}") -> String {
    """
    name: q
    nodes:
      web: {kind: client, do: [{call: a.start}, {call: b, await: false}]}
      a: {work: \(work), handlers: {start: [{reply: accepted}, \(wait), {write: one}]}}
      b: {work: idempotent, do: [{compute: long, takes: \(signal)}, {signal: done}]}
    """
  }

  @Test func `a signal from another node lets the run go on`() throws {
    for work in ["none", "durable"] { #expect(try Self.times(Self.asking(work)) == ["one 3"], "\(work)") }
  }

  @Test func `a signal before its wait is kept for it`() throws {
    let slow = Self.asking("durable", signal: "0ms", wait: "{compute: long, takes: 20s}, {wait: done}")
    #expect(try Self.times(slow) == ["one 20"])
    // In the journal: a crash in between does not lose it.
    let crash = try Self.crash(slow, "a", at: .seconds(5), for: .seconds(1))
    #expect(try Self.times(slow, extra: [crash]) == ["one 26"])
  }

  @Test func `a run that waits goes on after a crash, and one that waits in memory is gone`() throws {
    for (work, effects) in [("none", []), ("durable", ["one 3"])] {
      let text = Self.asking(work)
      let crash = try Self.crash(text, "a", at: .seconds(1), for: .seconds(1))
      #expect(try Self.times(text, extra: [crash]) == effects, "\(work)")
    }
  }

  @Test func `a signal waits for a node that is down, and is told twice as one`() throws {
    let text = Self.asking("durable")
    let outage = try Self.crash(text, "a", at: .seconds(2), for: .seconds(8))
    #expect(try Self.times(text, extra: [outage]) == ["one 10"])
    let twice = PlannedFault<LabMachine>(
      .message(MessagePattern(from: [MachineID(2)], to: [MachineID(1)]) { _, _ in true }, nth: 1, .duplicate))
    let bench = try Bench.seen(text, extra: [twice])
    #expect(bench.effects == ["one"])
    #expect(bench.count { if case .signalled = $0 { true } else { false } } == 1)
  }

  @Test func `a time-out takes the other way, and a late signal is read by nobody`() throws {
    let wait = "{wait: done, timeout: 2s, else: [{write: expired}]}"
    for work in ["none", "durable"] {
      #expect(try Self.times(Self.asking(work, wait: wait)) == ["expired 2", "one 2"], "\(work)")
      #expect(try Self.times(Self.asking(work, signal: "1s", wait: wait)) == ["one 1"], "\(work)")
      let bench = try Bench.seen(Self.asking(work, wait: wait))
      #expect(bench.count { if case .timedOut = $0 { true } else { false } } == 1)
      #expect(bench.count { if case .signalTaken = $0 { true } else { false } } == 0)
    }
  }

  @Test func `after a crash a run remembers which way its wait ended`() throws {
    let wait = "{wait: done, timeout: 2s, else: [{write: expired}]}, {compute: long, takes: 20s}"
    let text = Self.asking("durable", wait: wait)
    let crash = try Self.crash(text, "a", at: .seconds(10), for: .seconds(1))
    #expect(try Self.times(text, extra: [crash]) == ["expired 2", "one 31"])
    let early = Self.asking("durable", signal: "1s", wait: wait + ", {wait: done, timeout: 1s}")
    #expect(try Self.times(early) == ["one 22"])
    #expect(try Self.times(early, extra: [crash]) == ["one 32"], "the signal is not read twice")
  }

  @Test func `a handler of the node itself completes its wait, by its name or by a signal`() throws {
    for (handler, steps) in [("done", "{compute: noted}"), ("finish", "{signal: done, key: order_id}")] {
      let text = """
        name: h
        nodes:
          web: {kind: client, do: [{call: a.start}, {compute: pause, takes: 5s}, {call: a.\(handler)}]}
          a:
            work: durable
            serial: order_id
            handlers: {start: [{reply: accepted}, {wait: done}, {write: one}], \(handler): [\(steps)]}
        """
      #expect(try Self.times(text) == ["one 5"], "\(handler)")
    }
  }

  @Test func `a signal with a key that nothing else has completes no wait`() throws {
    let text = Self.asking("durable").replacing("{signal: done}", with: "{signal: done, key: uuid}")
    #expect(try Self.times(text) == [])
  }

  @Test func `signals go to the run of their own trigger`() throws {
    let text = """
      name: k
      nodes:
        web: {kind: client, do: [{call: a.start}, {send: jobs}]}
        a: {work: durable, handlers: {start: [{reply: accepted}, {wait: done}, {write: one}]}}
        b: {trigger: jobs, do: [{compute: long, takes: 1s}, {signal: done}]}
      """
    // One at a time through b: each run goes on a second after the one before.
    #expect(try Self.times(text, roots: 3).filter { $0.hasPrefix("one") } == ["one 1", "one 2", "one 3"])
  }

  // MARK: Replies

  private static func replying(_ asks: String, _ answers: String, reply: String = "") -> String {
    """
    name: r
    channels: {jobs: {kind: queue, lease: 5s}}
    nodes:
      web: {kind: client, do: [{call: a}]}
      a: {work: \(asks), do: [{reply: accepted}, {send: jobs, reply_to: done}, {wait: done}, {write: one}]}
      b: {trigger: jobs, work: \(answers), do: [\(reply){compute: long, takes: 1s}, {write: two}]}
    """
  }

  @Test func `the consumer's implicit ok or its reply completes the sender's wait`() throws {
    for asks in ["none", "durable"] {
      for answers in ["none", "idempotent", "transactional", "durable"] {
        #expect(
          try Self.times(Self.replying(asks, answers)) == ["jobs 0", "two 1", "one 1"], "\(asks) \(answers)")
      }
      let early = Self.replying(asks, "durable", reply: "{reply: accepted}, ")
      #expect(try Self.times(early) == ["jobs 0", "one 0", "two 1"], "\(asks)")
    }
  }

  @Test func `a consumer that crashed replies when it has done the work, once`() throws {
    for answers in ["idempotent", "transactional", "durable"] {
      let text = Self.replying("durable", answers)
      let node = try #require(try graph(text).node(named: "b"))
      let bench = try Bench.seen(text, crashes: [("b", .after(.work(node)))])
      #expect(bench.effects == ["jobs", "two", "one"], "\(answers)")
    }
  }

  @Test func `a reply is repeated until the node that asked is up to take it`() throws {
    let text = Self.replying("durable", "idempotent")
    let outage = try Self.crash(text, "a", at: .milliseconds(500), for: .seconds(20))
    #expect(try Self.times(text, extra: [outage]) == ["jobs 0", "two 1", "one 21"])
  }

  // MARK: Running time

  @Test func `the limit on running time counts waiting, and no durable run has one`() throws {
    for (work, failed) in [("none", 1), ("durable", 0)] {
      let text = """
        name: m
        nodes:
          web: {kind: client, do: [{call: a}]}
          a: {kind: function, max_runtime: 1m, work: \(work), do: [{reply: ok}, {wait: never}, {write: one}]}
        """
      let bench = try Bench.seen(text)
      #expect(bench.count { if case .failed(_, _, .killed) = $0 { true } else { false } } == failed, "\(work)")
    }
  }

  @Test(arguments: ["{wait: 5s}", "{compute: sums, takes: 5s}", "{call: slow, timeout: 10s}"])
  func `whatever a unit does meanwhile, its running time ends it, and nothing comes after`(step: String) throws {
    for (limit, effects) in [("1s", 0), ("8s", 1)] {
      let text = """
        name: m
        nodes:
          web: {kind: client, do: [{call: f, timeout: 20s}]}
          f: {kind: function, max_runtime: \(limit), do: [\(step), {write: one}]}
          slow: {latency: 5s, do: [{compute: nothing}]}
        """
      let bench = try Bench.seen(text)
      #expect(bench.effects.count { $0 == "one" } == effects, "\(limit)")
      let killed = bench.count { if case .failed(_, _, .killed) = $0 { true } else { false } }
      #expect(killed == 1 - effects, "\(limit)")
    }
  }
}
