import GraphNodes
import Primitives
import ProgressGraph
import Testing

@testable import LabEngine
@testable import Properties

/// Strands that a join leaves behind, strands that decide for themselves, and what the judge expects of either.
@Suite struct DetachedStrandTests {
  private func run(_ design: String, _ faults: [String] = [], logs: LogChoice = .ideal) throws -> ScenarioReport {
    let (loaded, _) = try graph("name: strands\n\(design)")
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else { throw Unread() }
    return try #require(Lab.run(loaded, plan, RunOptions(logs: logs)).scenarios.first)
  }

  private struct Unread: Error {}

  private func tells(_ run: ScenarioReport, _ text: String) -> Int { run.story.count { $0.text.contains(text) } }

  @Test func `a strand says its reply again when the unit that was asked is over`() throws {
    let design = """
      channels: {jobs: queue}
      nodes:
        web: {kind: client, do: [{send: jobs, reply_to: done}, {wait: done, timeout: 10s}]}
        worker:
          trigger: jobs
          do:
            - {parallel: [[{reply: ok}], [{compute: x, takes: 8ms}, {reply: ok}]], join: any}
            - {compute: y, takes: 100ms}
            - {effect: e}
      """
    let paused = try run(design, ["{pause: web, at: 30ms, for: 5s}"])
    #expect(paused.isComplete && paused.outcome.isEmpty)
  }

  @Test func `the limit on running time also ends what a join left behind`() throws {
    let design = """
      nodes:
        web: {kind: client, do: [{call: f, timeout: 1m}]}
        f:
          kind: function
          max_runtime: 2s
          do: [{parallel: [[{effect: fast}], [{compute: s, takes: 1h}, {effect: late}]], join: any}]
      """
    let killed = try run(design)
    #expect(tells(killed, "does fast") == 1 && tells(killed, "does late") == 0)
    #expect(tells(killed, "longer than it may") == 1)
    let unlimited = try run(design.replacing("max_runtime: 2s", with: "max_runtime: 2h"))
    #expect(tells(unlimited, "does late") == 1 && tells(unlimited, "longer than it may") == 0)
  }

  @Test func `a strand of a stream job begins again behind the job's checkpoint, not behind its own`() throws {
    let design = """
      channels: {t: {kind: topic, partitions: 1}}
      nodes:
        web: {kind: client, do: [{publish: t}]}
        s:
          kind: stream
          trigger: t
          do:
            - parallel: [[{write: a}], [{compute: z, takes: 20ms}, {write: b}, {checkpoint: c}, {write: d}]]
              join: any
            - {compute: w, takes: 1s}
      """
    let crashed = try run(design, ["{crash: s, at: 500ms}"])
    // What the job writes is told at its checkpoint, which the crash was before.
    #expect(tells(crashed, "writes b") == 1 && tells(crashed, "writes d") == 1 && crashed.outcome.isEmpty)
  }

  /// With a key it is one effect whichever strand does it; without, one for each.
  @Test(arguments: [", key: order_id", ""])
  func `all effects of a fan-out stand`(key: String) throws {
    let design = """
      nodes:
        web: {kind: client, do: [{call: a}]}
        a: {work: idempotent, do: [{each: 3, do: [{write: x\(key)}]}, {compute: z, takes: 1s}]}
      """
    #expect(try run(design, ["{crash: a, before: z, restart: never}"]).outcome == [.orphan])
    // The first of them is all there is, or one of three.
    let part = try run(design, ["{crash: a, after: x, restart: never}"])
    #expect(part.outcome.contains(.partial) == key.isEmpty)
  }

  @Test func `strands that decide differently have done all that they chose`() throws {
    let design = """
      nodes:
        web: {kind: client, do: [{call: a, key: order_id}]}
        a: {do: [{each: 6, do: [{choose: {l: [{write: l}], r: [{write: r}]}}]}, {compute: z}]}
      """
    let all = try run(design, ["{crash: a, before: z, restart: never}"])
    #expect(tells(all, "writes l") > 0 && tells(all, "writes r") > 0, "both ways are taken")
    #expect(all.outcome == [.orphan])
    let some = try run(design, ["{crash: a, after: r, restart: never}"])
    #expect(some.outcome.contains(.partial))
  }

  /// A quarter of a million actions are not many for ten thousand strands.
  @Test func `a large fan-out is not taken for a run that never rests`() throws {
    let one = Load(count: 1, every: .zero)
    func patience(_ steps: String) throws -> Int {
      let graph = try graph("name: p\nnodes: {a: {do: [\(steps)]}, web: {kind: client, do: [{call: a}]}}").graph
      return try #require(Execution.patience(with: one, in: graph))
    }
    let flat = try patience("{write: x}")
    #expect(try patience("{each: 10000, do: [{write: x}]}") > flat + 10_000 * 11)
    #expect(try patience("{choose: {x: [{write: x}], y: [{write: y}]}, loop: 5000}") > flat + 10_000 * 11)
  }

  @Test func `two hundred branches that exclude each other are known as branches of one choice`() throws {
    let branches = (0..<200).map { "b\($0): [{write: w\($0)}]" }.joined(separator: ", ")
    let text = "name: wide\nnodes: {a: {do: [{choose: {\(branches)}}]}, web: {kind: client, do: [{call: a}]}}"
    let catalogue = EffectCatalogue(graph: try graph(text).graph, same: [])
    #expect(catalogue.isDecidedByTurns == [true])
    let pairs = "expect: {exclusive: [[w1, w2], [w1, other]]}"
    let more = text.replacing("web: {", with: "c: {do: [{write: other}]}, web: {")
      .replacing("[{call: a}]", with: "[{call: a}, {call: c}]")
    #expect(EffectCatalogue(graph: try graph("\(more)\n\(pairs)").graph, same: []).isDecidedByTurns == [true, false])
  }
}
