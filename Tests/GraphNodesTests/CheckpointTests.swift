import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

/// Lets nodes without a journal keep where they are, and asks them a second time.
@Suite struct CheckpointTests {
  private static func text(
    _ steps: String, trigger: String = "{send: jobs}", settings: String = "trigger: jobs"
  ) -> String {
    """
    name: c
    nodes:
      web: {kind: client, do: [\(trigger)]}
      a: {\(settings), do: [\(steps)]}
      s: {work: idempotent, handlers: {take: [{write: taken}], give: [{write: given}]}}
    """
  }

  private static let steps = "{write: one}, {checkpoint: half}, {write: two}"

  @Test func `a retry goes on behind the checkpoint, whoever tries again`() throws {
    for (trigger, settings) in [
      ("{send: jobs}", "trigger: jobs"), ("{call: a, retry: 3}", "trigger: rpc"),
      ("{call: a, reliable: true}", "trigger: rpc"), ("{publish: jobs}", "trigger: jobs"),
    ] {
      let text = Self.text(Self.steps, trigger: trigger, settings: settings)
      let graph = try graph(text)
      let behind = try Bench.seen(text, crashes: [("a", .before(.step(try step("two", in: graph))))])
      #expect(behind.effects.filter { $0 != "jobs" } == ["one", "two"], "\(trigger)")
      #expect(behind.steps.contains("skipped half"))
      let before = try Bench.seen(text, crashes: [("a", .before(.step(try step("half", in: graph))))])
      #expect(before.effects.filter { $0 != "jobs" } == ["one", "one", "two"], "\(trigger)")
    }
  }

  @Test func `a checkpoint is forgotten with the work, and another trigger has its own`() throws {
    let text = Self.text(Self.steps, trigger: "{call: a, retry: 3}", settings: "concurrency: 1")
    let node = try #require(try graph(text).node(named: "a"))
    let again = try Bench.seen(text, crashes: [("a", .after(.step(try step("half", in: try graph(text)))))])
    #expect(again.effects == ["one", "two"])
    guard case .node(let store) = again.simulator.cluster[MachineID(1)].store else {
      Issue.record("the node keeps another store")
      return
    }
    #expect(store.progress == Progress())
    let others = try Bench.seen(text, roots: 2, crashes: [("a", .after(.work(node)))])
    #expect(others.effects.filter { $0 == "one" }.count == 2)
  }

  @Test func `each strand goes on behind its own checkpoint`() throws {
    let text = Self.text("{each: 2, do: [{write: x}, {checkpoint: half}, {write: y}, {write: z}]}, {write: end}")
    let graph = try graph(text)
    let bench = try Bench.seen(text, crashes: [("a", .before(.step(try step("end", in: graph))))])
    #expect(bench.effects.filter { $0 == "x" }.count == 2 && bench.effects.filter { $0 == "y" }.count == 4)
    #expect(bench.effects.filter { $0 == "end" }.count == 1)
  }

  @Test func `a loop goes on with the turn of its checkpoint`() throws {
    var choices = ForcedChoices()
    for (position, option) in [0, 0, 0].enumerated() { choices[position + 1] = option }
    let text = Self.text("{choose: {x: [{write: x}, {checkpoint: turn}]}, loop: 3}, {write: end}")
    let crash = PlannedFault<LabMachine>(
      .observed(ObservationPattern(.after(.step(try step("turn", in: try graph(text))))), nth: 2),
      [.init(.act(.crash(MachineID(1), .losePending))), .init(after: .seconds(1), .act(.restart(MachineID(1))))])
    #expect(try Bench.seen(text, extra: [crash], choices: choices).effects == ["jobs", "x", "x", "x", "end"])
  }

  @Test func `compensations registered before the checkpoint still run, and take it along`() throws {
    let steps = "{call: s.take, undo: {call: s.give}}, {checkpoint: half}, {write: two}, {fail: no}"
    let text = Self.text(steps, trigger: "{call: a, retry: 3}", settings: "trigger: rpc")
    let bench = try Bench.seen(text, crashes: [("a", .before(.step(try step("two", in: try graph(text)))))])
    #expect(bench.effects == ["taken", "two", "given"])
    guard case .node(let store) = bench.simulator.cluster[MachineID(1)].store else {
      Issue.record("the node keeps another store")
      return
    }
    #expect(store.progress == Progress())
  }

  @Test func `in a durable node and in a transaction a checkpoint does nothing of its own`() throws {
    let durable = try Bench.seen(
      Self.text(Self.steps, settings: "work: durable, trigger: jobs"),
      crashes: [("a", .after(.step(try step("half", in: try graph(Self.text(Self.steps))))))])
    #expect(durable.effects == ["jobs", "one", "two"] && durable.steps.contains("skipped one"))
    let text = Self.text(Self.steps, settings: "work: transactional, trigger: jobs")
    let group = try Bench.seen(text, crashes: [("a", .before(.step(try step("two", in: try graph(text)))))])
    #expect(group.effects == ["jobs", "one", "two"] && !group.steps.contains("skipped half"))
  }

  @Test func `a recorded decision is kept over the attempts`() throws {
    var choices = ForcedChoices()
    choices[1] = 0
    choices[2] = 1
    for (recorded, effects) in [("", ["jobs", "l", "r", "end"]), (", recorded: true", ["jobs", "l", "l", "end"])] {
      let text = Self.text("{choose: {l: [{write: l}], r: [{write: r}]}\(recorded)}, {write: end}")
      let crash = ("a", FaultPoint.before(.step(try step("end", in: try graph(text)))))
      #expect(try Bench.seen(text, crashes: [crash], choices: choices).effects == effects)
    }
  }
}

/// What undoes, and what is undone: an unknown outcome, a target that is down, and compensations of several steps.
@Suite struct CompensationTests {
  static func text(_ undo: String, work: String, last: String = "{fail: no}") -> String {
    """
    name: u
    nodes:
      web: {kind: client, do: [{call: a, key: order_id, timeout: 60s}]}
      a: {work: \(work), do: [{call: s.take, key: order_id, undo: \(undo)}, \(last)]}
      s: {work: idempotent, handlers: {take: [{write: taken}], give: [{write: given}]}}
    """
  }

  private static let give = "{call: s.give, key: order_id, retry: 1}"

  @Test(arguments: ["none", "durable"])
  func `an unknown outcome counts as happened for undo`(work: String) throws {
    // The answer is lost: the caller gives up on work that was done.
    let text = Self.text("{call: s.give, key: order_id}", work: work, last: "{write: end}")
      .replacing("undo:", with: "retry: 0, undo:")
    let lost = PlannedFault<LabMachine>(
      .message(MessagePattern(from: [MachineID(2)], to: [MachineID(1)]) { _, _ in true }, nth: 1, .drop))
    #expect(try Bench.seen(text, extra: [lost]).effects == ["taken", "given"])
  }

  @Test func `while the target is down a durable node goes on until it is undone, another tries once`() throws {
    let down = PlannedFault<LabMachine>(
      .observed(ObservationPattern(.after(.step(StepID(1)))), nth: 1),
      [.init(.act(.refuse(MachineID(2)))), .init(after: .seconds(600), .act(.accept(MachineID(2))))])
    let patient = try Bench.seen(Self.text("{call: s.give, key: order_id}", work: "durable"), extra: [down])
    #expect(patient.effects == ["taken", "given"])
    #expect(patient.count { if case .retrying = $0 { true } else { false } } > 5)
    let once = try Bench.seen(Self.text("{call: s.give, key: order_id}", work: "none"), extra: [down])
    #expect(once.effects == ["taken"])
    #expect(once.count { if case .callFailed(_, StepID(2), _, _) = $0 { true } else { false } } == 1)
  }

  @Test func `a compensation that gives up lets the next one run, also after a crash`() throws {
    let steps = """
      {call: s.take, key: order_id, undo: {write: first}}, \
      {call: s.take, key: order_id, undo: {call: gone, retry: 1}}, {call: s.take, undo: {write: third}}
      """
    let text = Self.text("{write: zero}", work: "durable", last: "\(steps), {fail: no}")
      + "\n  gone: {do: [{fail: never}]}\n"
    let effects = ["taken", "taken", "third", "first", "zero"]
    #expect(try Bench.seen(text).effects == effects)
    let graph = try graph(text)
    for label in ["third", "gone", "first", "zero"] {
      let id = try step(label, in: graph)
      for point in [FaultPoint.before(.step(id)), .during(.step(id)), .after(.step(id))] {
        let bench = try Bench.seen(text, crashes: [("a", point)])
        var once: [String] = []
        for effect in bench.effects where !once.contains(effect) { once.append(effect) }
        #expect(once == ["taken", "third", "first", "zero"], "\(point): \(bench.effects)")
      }
    }
  }

  @Test(arguments: ["none", "durable"])
  func `a compensation may be any step, a transaction, a decision or a fan-out`(work: String) throws {
    for (undo, effects) in [
      ("{tx: [{write: x}, {write: y}]}", ["taken", "x", "y"]),
      ("{choose: {only: [{write: x}, {write: y}]}}", ["taken", "x", "y"]),
      ("{choose: {only: [{write: x}]}, loop: 2}", ["taken", "x", "x"]),
      ("{each: 2, do: [{write: x}, {call: s.give}]}", ["taken", "x", "x", "given", "given"]),
      ("{parallel: [[{write: x}], [{fail: no}]]}", ["taken", "x"]), ("{fail: no}", ["taken"]),
      ("{checkpoint: half}", ["taken"]), ("{call: s.give, on_error: [{write: x}]}", ["taken", "given"]),
    ] {
      var choices = ForcedChoices()
      for ordinal in 1...2 { choices[ordinal] = 0 }
      let bench = try Bench.seen(Self.text(undo, work: work), choices: choices)
      #expect(bench.effects == effects, "\(undo)")
      // Of s.take, and of each s.give.
      let given = bench.effects.count { $0 == "given" }
      #expect(bench.count { if case .answered = $0 { true } else { false } } == given + 1, "\(undo)")
    }
  }
}
