import ClusterModel
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

@testable import GraphNodes

/// Runs small graphs and reads what the nodes announce: one rule of the runtime in each test.
@Suite struct NodeRuleTests {
  private static func point(_ text: String, _ label: String) throws -> StepID {
    try step(label, in: try graph(text))
  }

  // MARK: Knowing what was done

  static func retried(_ work: String, key: String = "") -> String {
    """
    name: r
    nodes:
      web: {kind: client, do: [{call: a, retry: 3}]}
      a: {work: \(work), do: [{write: one\(key)}, {write: two\(key)}]}
    """
  }

  @Test func `after a crash a caller's second attempt repeats what nothing recognises`() throws {
    for (work, key, effects) in [
      ("none", "", ["one", "one", "two"]), ("none", ", key: order_id", ["one", "two"]),
      ("idempotent", "", ["one", "two"]), ("transactional", "", ["one", "two"]),
    ] {
      let text = Self.retried(work, key: key)
      // In a transaction the crash comes before the commit, so nothing of it was done.
      let bench = try Bench.seen(text, crashes: [("a", .after(.step(try Self.point(text, "one"))))])
      #expect(bench.effects == effects, "\(work)\(key)")
    }
  }

  @Test func `a committed transaction is known by its inbox row, unless the file drops it`() throws {
    for (dedup, effects) in [("", ["one", "two"]), (", dedup: false", ["one", "two", "one", "two"])] {
      let text = """
        name: t
        nodes:
          web: {kind: client, do: [{call: a, retry: 3}]}
          a: {work: transactional, do: [{tx: [{write: one}, {write: two}]\(dedup)}]}
        """
      let node = try #require(try graph(text).node(named: "a"))
      #expect(try Bench.seen(text, crashes: [("a", .after(.work(node)))]).effects == effects)
    }
  }

  @Test func `the outbox relays after a crash what was committed before it, once`() throws {
    let text = """
      name: o
      nodes:
        web: {kind: client, do: [{call: a}]}
        a: {work: transactional, do: [{tx: [{write: one}, {publish: facts}]}]}
        b: {trigger: facts, do: [{effect: mail, key: order_id}]}
      """
    let graph = try graph(text)
    let a = try #require(graph.node(named: "a"))
    // The first message that a puts on the topic is lost with the crash.
    let front = Deployment(graph, logs: .ideal).fronts.compactMap { $0 }[0]
    let lost = PlannedFault<LabMachine>(
      .message(MessagePattern(from: [MachineID(raw: a.raw)], to: [front]) { _, _ in true }, nth: 1, .drop))
    let bench = try Bench.seen(text, crashes: [("a", .after(.work(a)))], extra: [lost])
    #expect(bench.effects == ["one", "facts", "mail"])
  }

  @Test func `a record that is not confirmed is put again`() throws {
    let text = """
      name: p
      nodes: {web: {kind: client, do: [{send: jobs}]}, worker: {trigger: jobs, do: [{write: done}]}}
      """
    let graph = try graph(text)
    let web = MachineID(raw: try #require(graph.node(named: "web")).raw)
    let front = Deployment(graph, logs: .ideal).fronts.compactMap { $0 }[0]
    let lost = (1...4).map { nth in
      PlannedFault<LabMachine>(.message(MessagePattern(from: [web], to: [front]) { _, _ in true }, nth: nth, .drop))
    }
    let bench = try Bench.seen(text, extra: lost)
    #expect(bench.effects == ["jobs", "done"])
    #expect(bench.lastActionAt >= .start + .seconds(4) && bench.lastActionAt < .start + .seconds(5))
  }

  @Test func `the outbox relays what is not confirmed again`() throws {
    let text = """
      name: o
      nodes:
        web: {kind: client, do: [{call: a, timeout: 1m}]}
        a: {work: transactional, do: [{tx: [{publish: facts}]}]}
        b: {trigger: facts, do: [{write: done}]}
      """
    let graph = try graph(text)
    let a = MachineID(raw: try #require(graph.node(named: "a")).raw)
    let front = Deployment(graph, logs: .ideal).fronts.compactMap { $0 }[0]
    let lost = (1...3).map { nth in
      PlannedFault<LabMachine>(.message(MessagePattern(from: [a], to: [front]) { _, _ in true }, nth: nth, .drop))
    }
    let bench = try Bench.seen(text, extra: lost)
    #expect(bench.effects == ["facts", "done"])
    #expect(bench.lastActionAt >= .start + .seconds(3) && bench.lastActionAt < .start + .seconds(4))
  }

  @Test func `after a minute it is said ever more rarely, up to about once a minute`() {
    let pauses = [0, 59, 60, 61, 65, 66, 1_000_000].map { NodeMachine.pause(after: $0) }
    #expect(pauses == [1, 1, 2, 4, 64, 64, 64].map { .seconds($0) })
  }

  // MARK: Versions

  /// The first of two requests is late: its write comes after the one of the second.
  @Test(arguments: ["none", "idempotent", "transactional", "durable"])
  func `a write with a version rejects what is older, and recognises what is the same`(work: String) throws {
    for (version, effects) in [("", 2), (", version: sequence", 1)] {
      let text = """
        name: v
        nodes:
          web: {kind: client, do: [{call: a, timeout: 1h}]}
          a: {work: \(work), do: [{write: state\(version)}]}
        """
      let requests = MessagePattern<LabMachine>(from: [MachineID(0)], to: [MachineID(1)]) { _, _ in true }
      let late = PlannedFault<LabMachine>(.message(requests, nth: 1, .delay(by: .seconds(5))))
      let bench = try Bench.seen(text, roots: 2, extra: [late])
      #expect(bench.effects.count == effects, "\(work)\(version)")
      #expect(bench.steps.count { $0 == "rejected state" } == 2 - effects, "\(work)\(version)")
      let node = try #require(try graph(text).node(named: "a"))
      let again = try Bench.seen(text.replacing("1h", with: "2s, retry: 3"), crashes: [("a", .after(.work(node)))])
      #expect(again.effects.count == (version.isEmpty && work == "none" ? 2 : 1), "\(work)\(version)")
    }
  }

  // MARK: Durable runs

  static let plan = """
    name: d
    nodes:
      web: {kind: client, do: [{call: plan, key: order_id, retry: 5}]}
      plan:
        work: durable
        do:
          - {call: s.take, key: order_id, undo: {call: s.give, key: order_id}}
          - {call: p.take, key: order_id, retry: 1, timeout: 2s, undo: {call: p.give, key: order_id}}
          - {write: done}
      s: {work: idempotent, handlers: {take: [{write: s_taken}], give: [{write: s_given}]}}
      p: {work: idempotent, handlers: {take: [{write: p_taken}], give: [{write: p_given}]}}
    """

  @Test func `a replay skips the recorded steps and does the one in hand again`() throws {
    let text = Self.plan
    let call = try Self.point(text, "p.take")
    let recorded = try Bench.seen(text, crashes: [("plan", .after(.step(call)))])
    #expect(recorded.steps.filter { $0 == "skipped s.take" || $0 == "skipped p.take" }.count == 2)
    #expect(recorded.steps.filter { $0 == "did p.take" }.count == 1)
    let unrecorded = try Bench.seen(text, crashes: [("plan", .during(.step(call)))])
    #expect(unrecorded.steps.contains("skipped s.take") && !unrecorded.steps.contains("skipped p.take"))
    #expect(unrecorded.steps.filter { $0 == "did p.take" }.count == 2)
    for bench in [recorded, unrecorded] { #expect(bench.effects.sorted() == ["done", "p_taken", "s_taken"]) }
  }

  @Test func `a second trigger of a run attaches to it, running or ended`() throws {
    // Web's first request is lost with the crash; its retries carry the same key.
    let bench = try Bench.seen(Self.plan, crashes: [("plan", .during(.step(try Self.point(Self.plan, "p.take"))))])
    #expect(bench.count { if case .accepted = $0 { true } else { false } } == 1)
    #expect(bench.count { if case .answered(let unit, _, _) = $0 { unit.node == NodeID(0) } else { false } } == 1)
  }

  private static func refusing(
    _ node: String, at instant: SimDuration, in text: String
  ) throws -> PlannedFault<LabMachine> {
    let id = try #require(try graph(text).node(named: node))
    return PlannedFault(.at(.start + instant), [.init(.act(.refuse(MachineID(raw: id.raw))))])
  }

  @Test func `a step that certainly did not happen is not undone, the ones before it are`() throws {
    let bench = try Bench.seen(Self.plan, extra: [try Self.refusing("p", at: .zero, in: Self.plan)])
    #expect(bench.effects == ["s_taken", "s_given"])
  }

  /// The call succeeded, the plan died before it recorded that, and afterwards every attempt is refused. The outcome is
  /// unknown to the new life, so it counts as happened.
  @Test func `a step that an earlier life may have done is undone`() throws {
    let call = try Self.point(Self.plan, "p.take")
    let bench = try Bench.seen(
      Self.plan, crashes: [("plan", .during(.step(call)))],
      extra: [
        try Self.refusing("p", at: .milliseconds(500), in: Self.plan),
        PlannedFault(.at(.start + .seconds(20)), [.init(.act(.accept(MachineID(3))))]),
      ])
    #expect(bench.effects == ["s_taken", "p_taken", "p_given", "s_given"])
  }

  @Test func `compensations run in reverse order and once, with a crash between them`() throws {
    let text = Self.plan.replacing("- {write: done}", with: "- {fail: no}")
    #expect(try Bench.seen(text).effects == ["s_taken", "p_taken", "p_given", "s_given"])
    for point in ["p.give", "s.give"] {
      let undo = try Self.point(text, point)
      for crash in [FaultPoint.before(.step(undo)), .during(.step(undo)), .after(.step(undo))] {
        let bench = try Bench.seen(text, crashes: [("plan", crash)])
        #expect(bench.effects == ["s_taken", "p_taken", "p_given", "s_given"], "\(crash)")
        #expect(bench.count { if case .aborted = $0 { true } else { false } } == 1)
      }
    }
  }

  // MARK: Compensation

  /// A compensation that says that it fails has failed, once; it is no reason to begin compensating again.
  @Test(arguments: ["none", "idempotent", "transactional", "durable"])
  func `an undo that fails is over, and the one before it is still done`(work: String) throws {
    let bench = try Bench.seen(
      """
      name: u
      nodes:
        web: {kind: client, do: [{call: a}]}
        a:
          work: \(work)
          do: [{effect: one, undo: {effect: back}}, {effect: two, undo: {fail: impossible}}, {fail: refused}]
      """)
    #expect(bench.effects == ["one", "two", "back"])
  }

  // MARK: Acknowledgement and capacity

  @Test func `a delivery is acknowledged after the work, or before it where the file says so`() throws {
    for (word, isBefore) in [("", false), ("ack: before, ", true)] {
      let bench = try Bench.seen(
        "name: q\nnodes:\n  web: {kind: client, do: [{send: jobs}]}\n  a: {trigger: jobs, \(word)do: [{write: one}]}\n")
      let acknowledged = try #require(bench.seen.firstIndex { if case .acknowledged = $0 { true } else { false } })
      let arrived = try #require(
        bench.seen.firstIndex { if case .arrived(let unit, _) = $0 { unit.node == NodeID(1) } else { false } })
      let effect = try #require(
        bench.seen.lastIndex { if case .effect = $0 { true } else { false } })
      #expect(isBefore ? acknowledged < arrived : acknowledged > effect)
    }
  }

  /// The second delivery lies in the node's inbox while the node sleeps beyond its lease: when its turn comes it asks
  /// for an acknowledgement that it can never get.
  @Test func `a node that slept beyond a lease gives the record up and takes it when it comes again`() throws {
    let text = """
      name: q
      channels: {jobs: {kind: queue, lease: 5s}}
      nodes:
        web: {kind: client, do: [{send: jobs}]}
        a: {trigger: jobs, ack: before, concurrency: 2, do: [{compute: think, takes: 1s}, {write: one}]}
        b: {trigger: jobs, ack: before, do: [{write: two}]}
      """
    let node = MachineID(1)
    let sleep = PlannedFault<LabMachine>(
      .at(.start + .milliseconds(8)), [.init(.act(.pause(node))), .init(after: .seconds(8), .act(.resume(node)))])
    let bench = try Bench.seen(text, roots: 9, extra: [sleep])
    #expect(bench.effects.filter { $0 == "one" || $0 == "two" }.count == 9)
    #expect(bench.simulator.now < .start + .seconds(30), "nobody asks for ever")
  }

  @Test(arguments: [1, 3]) func `a node works on no more units at once than it has room for`(room: Int) throws {
    let bench = try Bench.seen(
      """
      name: c
      nodes:
        web: {kind: client, do: [{call: a, timeout: 1h}]}
        a: {concurrency: \(room), do: [{write: one}]}
      """, roots: 7)
    var running = 0
    var most = 0
    for observation in bench.seen {
      switch observation {
      case .arrived(let unit, _) where unit.node == NodeID(1): running += 1
      case .finished(let unit) where unit.node == NodeID(1): running -= 1
      default: break
      }
      most = max(most, running)
    }
    #expect(most == room && bench.effects.count == 7)
  }

  // MARK: Externals

  @Test func `an external without steps is one effect under the calling step, recognised by key where it accepts keys`()
    throws
  {
    for (settings, key, effects) in [
      ("", ", key: order_id", 2), (", idempotency: true", ", key: order_id", 1), (", idempotency: true", "", 2),
    ] {
      let text = """
        name: x
        nodes:
          web: {kind: client, do: [{call: bank, retry: 2\(key)}]}
          bank: {kind: external\(settings)}
        """
      let bank = try #require(try graph(text).node(named: "bank"))
      let bench = try Bench.seen(text, crashes: [("bank", .after(.work(bank)))])
      #expect(bench.effects == Array(repeating: "bank", count: effects), "\(settings)\(key)")
      #expect(bench.seen.allSatisfy { if case .effect(let effect) = $0 { effect.step == StepID(0) } else { true } })
    }
  }
}
