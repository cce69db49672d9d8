import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

/// Compensations that are more than one action: each is an ordinary piece of the program, has its one try (or as many
/// as it needs in a durable run), and then the next one follows.
@Suite struct UndoTests {
  private static let works = ["none", "idempotent", "transactional", "durable"]

  /// - Parameter undo: of the second of three steps; the first has `first_back`.
  private static func text(_ undo: String, work: String) -> String {
    """
    name: u
    nodes:
      web: {kind: client, do: [{call: a, key: order_id, timeout: 20s, retry: 5}]}
      a:
        work: \(work)
        do: [{effect: one, undo: {effect: first_back}}, {effect: two, undo: \(undo)}, {fail: refused}]
      never: {do: [{fail: no}]}
    """
  }

  @Test(arguments: works)
  func `an undo may be any step`(work: String) throws {
    for (undo, effects) in [
      ("{tx: [{write: x}, {publish: facts}]}", ["x", "facts"]),
      ("{parallel: [[{effect: x}], [{effect: y}]]}", ["x", "y"]),
      ("{each: 3, do: [{effect: x}]}", ["x", "x", "x"]),
      ("{choose: {only: [{effect: x}, {write: y}]}}", ["x", "y"]),
      ("{choose: {a: [{each: 2, do: [{tx: [{write: x}]}]}]}, loop: 1}", ["x", "x"]),
      ("{checkpoint: here}", []), ("{wait: 3s}", []),
    ] {
      let bench = try Bench.seen(Self.text(undo, work: work))
      #expect(bench.effects.filter { $0 != "facts" } == ["one", "two"] + effects.filter { $0 != "facts" }
        + ["first_back"], "\(undo)")
      #expect(bench.effects.count { $0 == "facts" } == effects.count { $0 == "facts" }, "\(undo)")
      #expect(bench.count { if case .replied(let unit, .terminal?) = $0 { unit.node.index == 1 } else { false } } == 1)
    }
  }

  /// `call: never` inside a transaction is an error of the design (HW205) that still has to end well.
  @Test(arguments: works)
  func `an undo that fails half-way is over, what it collected is gone, and the one before it is still done`(
    work: String
  ) throws {
    for (undo, effects) in [
      ("{fail: no}", []),
      ("{tx: [{write: x}, {call: never}, {write: y}]}", []),
      ("{tx: [{write: x}, {each: 2, do: [{call: never}]}]}", []),
      ("{choose: {only: [{effect: x}, {fail: no}, {effect: y}]}}", ["x"]),
      ("{choose: {only: [{effect: x}, {tx: [{write: z}, {call: never}]}, {effect: y}]}}", ["x"]),
      ("{parallel: [[{effect: x}], [{fail: no}]]}", ["x"]),
      ("{each: 2, do: [{effect: x}, {fail: no}]}", ["x", "x"]),
    ] {
      let bench = try Bench.seen(Self.text(undo, work: work))
      #expect(bench.effects == ["one", "two"] + effects + ["first_back"], "\(undo)")
    }
  }

  private static func points(_ text: String) throws -> [FaultPoint] {
    let graph = try graph(text)
    let node = try #require(graph.node(named: "a"))
    var points: [FaultPoint] = [.before(.work(node)), .after(.work(node))]
    for step in graph.stepIDs where graph[graph[step].handler].node == node {
      points += [.before(.step(step)), .during(.step(step)), .after(.step(step))]
    }
    return points
  }

  @Test(arguments: [
    "{tx: [{write: x}, {write: y}]}", "{tx: [{write: x}, {call: never}]}", "{parallel: [[{write: x}], [{write: y}]]}",
    "{parallel: [[{write: x}], [{fail: no}, {write: y}]]}", "{each: 2, do: [{write: x}]}",
    "{parallel: [[{write: x}], [{wait: 4s}, {write: y}]], join: any}",
    "{choose: {l: [{write: x}], r: [{write: y}]}, recorded: false}", "{wait: 3s}",
  ])
  func `a durable run comes through every crash of such a compensation`(undo: String) throws {
    let text = Self.text(undo, work: "durable")
    let whole = try Bench.seen(text)
    for point in try Self.points(text) {
      for nth in 1...2 {
        let crash = PlannedFault<LabMachine>(
          .observed(ObservationPattern(point), nth: nth),
          [.init(.act(.crash(MachineID(1), .losePending))), .init(after: .seconds(1), .act(.restart(MachineID(1))))])
        let bench = try Bench.seen(text, extra: [crash])
        #expect(Set(bench.effects).isSuperset(of: ["one", "two", "first_back"]), "\(point) \(nth): \(bench.effects)")
        #expect(bench.effects.last == "first_back" || undo.contains("any"), "\(point) \(nth): \(bench.effects)")
        #expect(bench.count { if case .aborted = $0 { true } else { false } } >= 1, "\(point) \(nth)")
        #expect(bench.count { if case .failed(_, _, .mismatched) = $0 { true } else { false } } == 0, "\(point) \(nth)")
        // Only the one step in hand is done again.
        #expect(bench.effects.count <= whole.effects.count + 2, "\(point) \(nth): \(bench.effects)")
      }
    }
  }

  /// A strand that its join did not wait for records a step after compensation has begun: no compensation has it.
  @Test func `what stragglers record while a run compensates does not lead it astray`() throws {
    let text = """
      name: s
      nodes:
        web: {kind: client, do: [{call: a, key: order_id, timeout: 60s}]}
        a:
          work: durable
          do:
            - {parallel: [[{write: quick}], [{wait: 2s}, {write: late}, {wait: 9s}]], join: any}
            - {effect: one, undo: {each: 2, do: [{wait: 3s}, {effect: back}]}}
            - {fail: refused}
      """
    let graph = try graph(text)
    let crash = ("a", FaultPoint.after(.step(try step("late", in: graph))))
    let bench = try Bench.seen(text, crashes: [crash])
    #expect(bench.effects == ["quick", "one", "late", "back", "back"])
    #expect(bench.count { if case .aborted = $0 { true } else { false } } == 1)
  }
}
