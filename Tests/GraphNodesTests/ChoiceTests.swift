import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

/// Lets nodes decide between branches and reads which way they went, in one life and over crashes.
@Suite struct ChoiceTests {
  private static func forced(_ options: Int...) -> ForcedChoices {
    var choices = ForcedChoices()
    for (position, option) in options.enumerated() { choices[position + 1] = option }
    return choices
  }

  private static func branching(_ settings: String = "", _ modifiers: String = "") -> String {
    """
    name: b
    nodes:
      web: {kind: client, do: [{call: a, retry: 5, timeout: 2s}]}
      a:
        \(settings)
        do:
          - {write: before}
          - choose: {left: [{write: one}, {write: two}], right: [{write: three}]}
            \(modifiers)
          - {write: after}
    """
  }

  @Test func `one branch is taken, by weight`() throws {
    for (option, effects) in [(0, ["before", "one", "two", "after"]), (1, ["before", "three", "after"])] {
      #expect(try Bench.seen(Self.branching(), choices: Self.forced(option)).effects == effects)
    }
    let never = try Bench.seen(Self.branching("", "weights: {left: 0, right: 20%}"), choices: Self.forced(0))
    #expect(never.effects == ["before", "three", "after"], "left has no weight")
    let weights = Program(
      handler: HandlerID(1), in: try graph(Self.branching("", "weights: {left: 3}"))
    ).decision(of: try step("choose", in: try graph(Self.branching()))).weights
    #expect(weights == [750_000, 250_000])
  }

  // MARK: Crashes

  private static func points(_ text: String, durable: Bool) throws -> [FaultPoint] {
    let graph = try graph(text)
    let node = try #require(graph.node(named: "a"))
    var points: [FaultPoint] = [.before(.work(node))]
    for step in graph.stepIDs where graph[graph[step].handler].node == node {
      points += [.before(.step(step)), .after(.step(step))]
      if durable { points.append(.during(.step(step))) }
    }
    return points + [.after(.work(node))]
  }

  /// The second life would decide otherwise; the record does not let it.
  @Test func `a durable run goes on in the branch it decided for, wherever it crashes`() throws {
    let text = Self.branching("work: durable")
    let choose = try step("choose", in: try graph(text))
    for point in try Self.points(text, durable: true) {
      let bench = try Bench.seen(text, crashes: [("a", point)], choices: Self.forced(0, 1))
      let wasDecided = point != .during(.step(choose))
      let isUndecided = [.before(.work(NodeID(1))), .before(.step(choose))].contains(point)
      let branch = wasDecided || isUndecided ? ["one", "two"] : ["three"]
      var once: [String] = []
      for effect in bench.effects where !once.contains(effect) { once.append(effect) }
      // A step that was done and not recorded is done again; nothing else is.
      #expect(once == ["before"] + branch + ["after"], "\(point)")
      #expect(bench.effects.count <= once.count + 1, "\(point)")
      #expect(bench.count { if case .finished(let unit) = $0 { unit.node == NodeID(1) } else { false } } >= 1)
    }
  }

  @Test func `without a record each attempt decides anew`() throws {
    let text = Self.branching()
    let bench = try Bench.seen(
      text, crashes: [("a", .after(.step(try step("one", in: try graph(text)))))], choices: Self.forced(0, 1))
    #expect(bench.effects == ["before", "one", "before", "three", "after"])
  }

  @Test func `a decision that is not recorded and turns out otherwise leaves the journal's way, and the run is lost`()
    throws
  {
    let text = Self.branching("work: durable", "recorded: false")
    let crash = ("a", FaultPoint.after(.step(try step("one", in: try graph(text)))))
    let lost = try Bench.seen(text, crashes: [crash], choices: Self.forced(0, 1))
    #expect(lost.effects == ["before", "one"])
    #expect(lost.count { if case .failed(_, _, .mismatched) = $0 { true } else { false } } == 1)
    #expect(lost.count { if case .finished = $0 { true } else { false } } == 0)
    let lucky = try Bench.seen(text, crashes: [crash], choices: Self.forced(0, 0))
    #expect(lucky.effects == ["before", "one", "two", "after"])
    // Done and not recorded: the journal says nothing against the other branch.
    let unrecorded = ("a", FaultPoint.during(.step(try step("one", in: try graph(text)))))
    #expect(
      try Bench.seen(text, crashes: [unrecorded], choices: Self.forced(0, 1)).effects
        == ["before", "one", "three", "after"])
  }

  @Test func `a step that may have happened before a new decision still counts as unknown`() throws {
    let text = """
      name: u
      nodes:
        web: {kind: client, do: [{call: a, key: order_id, retry: 5, timeout: 2s}]}
        a:
          work: durable
          do:
            - choose: {only: [{call: p.take, key: order_id, retry: 1, undo: {call: p.give, key: order_id}}]}
              recorded: false
        p: {work: idempotent, handlers: {take: [{write: taken}], give: [{write: given}]}}
      """
    let call = try step("p.take", in: try graph(text))
    let bench = try Bench.seen(
      text, crashes: [("a", .during(.step(call)))],
      extra: [
        PlannedFault(.at(.start + .milliseconds(500)), [.init(.act(.refuse(MachineID(2))))]),
        PlannedFault(.at(.start + .seconds(20)), [.init(.act(.accept(MachineID(2))))]),
      ])
    #expect(bench.effects == ["taken", "given"])
  }

  @Test func `a transaction that is rolled back decides anew, a committed one is skipped whole`() throws {
    for work in ["transactional", "durable"] {
      let text = """
        name: t
        nodes:
          web: {kind: client, do: [{call: a, retry: 5, timeout: 2s}]}
          a:
            work: \(work)
            do: [{tx: [{write: first}, {choose: {left: [{write: one}], right: [{write: two}]}}]}]
        """
      let graph = try graph(text)
      let inside = try Bench.seen(
        text, crashes: [("a", .after(.step(try step("one", in: graph))))], choices: Self.forced(0, 1))
      #expect(inside.effects == ["first", "two"], "\(work)")
      let point: FaultPoint = work == "durable" ? .during(.step(try step("tx", in: graph))) : .after(.work(NodeID(1)))
      let committed = try Bench.seen(text, crashes: [("a", point)], choices: Self.forced(0, 1))
      #expect(committed.effects == ["first", "one"] && committed.steps.contains("knew first"), "\(work)")
    }
  }

  // MARK: Loops

  private static func looping(_ branches: String, _ loop: Int = 3) -> String {
    """
    name: l
    nodes:
      web: {kind: client, do: [{call: a, retry: 5, timeout: 2s}]}
      a: {kind: agent, work: durable, do: [{choose: {\(branches)}, loop: \(loop)}, {write: end}]}
    """
  }

  @Test func `a loop ends after its last turn, or when it is decided to take no further one`() throws {
    let text = Self.looping("x: [{write: x}], y: [{write: y}]")
    for (options, effects) in [
      (Self.forced(0, 1, 0), ["x", "y", "x", "end"]), (Self.forced(1, 2), ["y", "end"]),
      (Self.forced(0, 0, 2), ["x", "x", "end"]),
    ] { #expect(try Bench.seen(text, choices: options).effects == effects) }
    let decisions = try Bench.seen(text, choices: Self.forced(1, 2)).seen.compactMap {
      if case .chose(_, _, let option, _) = $0 { option } else { nil }
    }
    #expect(decisions == [1, 2])
  }

  @Test func `a branch without steps ends the loop, and then nothing else does`() throws {
    let text = Self.looping("x: [{write: x}], done: []")
    #expect(try Bench.seen(text, choices: Self.forced(0, 1)).effects == ["x", "end"])
    #expect(try Bench.seen(text, choices: Self.forced(1)).effects == ["end"])
    #expect(try Bench.seen(text, choices: Self.forced(0, 2, 0)).effects.last == "end")
  }

  @Test func `a run that crashes in a loop goes on with the turn it was in`() throws {
    let text = Self.looping("x: [{write: x}, {choose: {p: [{write: p}], q: [{write: q}]}, loop: 2}], y: [{write: y}]")
    let whole = Self.forced(0, 0, 1, 1, 0, 0, 2)
    let effects = ["x", "p", "q", "y", "x", "p", "end"]
    #expect(try Bench.seen(text, choices: whole).effects == effects)
    let graph = try graph(text)
    for label in ["x", "p", "q", "y", "choose", "choose-2", "end"] {
      for point in [FaultPoint.before(.step(try step(label, in: graph))), .after(.step(try step(label, in: graph)))] {
        for nth in 1...2 {
          let crash = PlannedFault<LabMachine>(
            .observed(ObservationPattern(point), nth: nth),
            [.init(.act(.crash(MachineID(1), .losePending))), .init(after: .seconds(1), .act(.restart(MachineID(1))))])
          let bench = try Bench.seen(text, extra: [crash], choices: whole)
          #expect(bench.effects == effects, "\(point) \(nth)")
        }
      }
    }
  }

  // MARK: Transient failures

  @Test func `a share of the attempts fails before the first step`() throws {
    let text = """
      name: f
      nodes:
        web: {kind: client, do: [{call: a, retry: 2}]}
        a: {fails: 10%, do: [{write: one}]}
      """
    let failing = try Bench.seen(text, choices: Self.forced(1, 0))
    #expect(failing.effects == ["one"])
    #expect(failing.count { if case .failed(_, nil, .failed) = $0 { true } else { false } } == 1)
    let never = try Bench.seen(text, choices: Self.forced(1, 1, 1))
    #expect(never.effects.isEmpty)
    var failures = 0
    for seed in 1...400 as ClosedRange<UInt64> {
      let bench = try Bench.seen(text, seed: seed)
      failures += bench.count { if case .failed(_, nil, .failed) = $0 { true } else { false } }
    }
    #expect((28...64).contains(failures), "\(failures) of about 440 attempts")
  }

  @Test func `a durable node fails before it accepts, and what its caller tries again is another attempt`() throws {
    let text = """
      name: f
      nodes:
        web: {kind: client, do: [{send: jobs}]}
        a: {work: durable, fails: 50%, trigger: jobs, do: [{write: one}]}
      """
    let bench = try Bench.seen(text, choices: Self.forced(1, 1, 0))
    #expect(bench.effects.filter { $0 == "one" }.count == 1)
    #expect(bench.count { if case .arrived(let unit, _) = $0 { unit.node == NodeID(1) } else { false } } == 3)
    #expect(bench.count { if case .accepted = $0 { true } else { false } } == 1)
  }
}
