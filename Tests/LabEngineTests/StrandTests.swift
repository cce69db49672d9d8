import GraphNodes
import Primitives
import ProgressGraph
import Properties
import Testing

@testable import LabEngine

/// What the judge, saved runs and the lab make of fan-outs.
@Suite struct StrandTests {
  private static func text(_ steps: String, work: String = "durable", expect: String = "{}") -> String {
    """
    name: fan
    nodes:
      web: {kind: client, do: [{send: orders}]}
      a: {trigger: orders, work: \(work), do: [\(steps)]}
      c: {work: idempotent, handlers: {take: [{write: taken}], give: [{write: given}]}}
      d: {trigger: lines, do: [{effect: shipped}]}
    channels: {lines: {kind: queue}}
    expect: \(expect)
    """
  }

  private static func outcome(_ text: String, _ faults: String...) throws -> [AnomalyCode] {
    let (loaded, _) = try graph(text)
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else {
      Issue.record("\(faults)")
      return []
    }
    return try #require(Lab.run(loaded, plan, RunOptions(logs: .ideal)).scenarios.first).outcome
  }

  private static let lines = "{each: 3, do: [{write: row}, {call: c.take}, {send: lines}]}"

  @Test func `what strands do is no repetition, and what a strand repeats is one`() throws {
    let expect = "{once: [row, taken, shipped]}"
    #expect(try Self.outcome(Self.text(Self.lines, expect: expect)) == [])
    #expect(try Self.outcome(Self.text(Self.lines, expect: expect), "{crash: a, during: row, nth: 2}") == [.dup])
    #expect(try Self.outcome(Self.text(Self.lines, expect: expect), "{crash: a, after: row, nth: 3}") == [])
    #expect(try Self.outcome(Self.text(Self.lines, expect: expect), "{crash: a, after: c.take, nth: 3}") == [])
    #expect(try Self.outcome(Self.text(Self.lines, expect: expect), "{crash: d, after: work}") == [.dup])
  }

  @Test func `work that some strands never did is partial`() throws {
    let text = Self.text(Self.lines, work: "none").replacing("trigger: orders", with: "trigger: orders, ack: before")
    #expect(try Self.outcome(text, "{crash: a, before: c.take, nth: 2}") == [.partial])
  }

  @Test func `the undo of one strand takes nothing back of another`() throws {
    // The compensation of the second strand never gets through.
    let steps = "{each: 2, do: [{call: c.take, undo: {call: c.give, retry: 0}}]}, {fail: no}"
    #expect(try Self.outcome(Self.text(steps)) == [])
    #expect(try Self.outcome(Self.text(steps), "{poison: c/given}").contains(.saga))
  }

  @Test func `strands decide for themselves, and one that decides again and differently diverges`() throws {
    let branches = "{choose: {l: [{write: left}], r: [{each: 2, do: [{write: right}]}]}}"
    let text = Self.text("{each: 2, do: [\(branches), {compute: thinks, takes: 5ms}]}", work: "none")
    let (loaded, _) = try graph(text)
    // The first attempt makes two decisions, the second as many.
    for (choices, faults, diverges) in [
      ("1=1 2=2", [], false), ("1=2 2=1", [], false), ("1=1 2=2 3=1 4=2", ["{crash: a, before: thinks}"], false),
      ("1=1 2=2 3=2 4=2", ["{crash: a, before: thinks, nth: 2}"], true),
    ] as [(String, [String], Bool)] {
      guard
        case .plan(let plan) = Lab.plan(
          loaded, scenario: nil, faults: faults, choices: try #require(ForcedChoices(choices)), as: "f")
      else {
        Issue.record("\(faults) can be read")
        continue
      }
      let report = try #require(Lab.run(loaded, plan, RunOptions(logs: .ideal)).scenarios.first)
      #expect(report.outcome.contains(.diverge) == diverges, "\(choices): \(report.outcome)")
    }
  }

  @Test func `a run of strands is saved and replays, and can be stepped through`() throws {
    let (loaded, graph) = try graph(
      Self.text("{parallel: [[{write: row}, {choose: {x: [{write: x}], y: []}}], [{call: c.take}]], join: any}"))
    guard
      case .plan(let plan) = Lab.plan(
        loaded, scenario: nil, faults: ["{crash: a, after: row}"], choices: try #require(ForcedChoices("1=1")), as: "f")
    else {
      Issue.record("the fault can be read")
      return
    }
    let file = try #require(Lab.record(loaded, plan, RunOptions(logs: .replicated), hashEvery: 1))
    let replay = try #require(Lab.replay(file).replay)
    #expect(replay.divergedAt == nil && replay.difference == nil, "\(replay)")
    var session = LabSession(graph, plan, RunOptions(logs: .ideal))
    var facts: Set<String> = []
    for step in 0...session.history.tip {
      session.go(to: step)
      let node = try #require(graph.node(named: "a"))
      for fact in session.moment.nodes[node.index].facts where fact.label == "running" { facts.insert(fact.value) }
    }
    #expect(facts.contains("1, 2 strands") && facts.contains("0"), "\(facts)")
    let lines = session.history.events.map(\.text)
    #expect(lines.contains { $0.hasPrefix("writes row for web-1/1") }, "\(lines)")
  }

  @Test func `the search finds what a decision without a record does to strands and effects`() throws {
    let text = Self.text(
      "{choose: {l: [{write: l}], r: [{write: r}]}, recorded: false}, {write: end}", expect: "{once: [end]}")
    let (_, graph) = try graph(text)
    var search = FaultSearch(Deployment(graph, logs: .ideal), seed: 1)
    search.run(limit: nil) { _ in .goOn }
    #expect(search.observed[.stuck] != nil, "\(search.observed)")
  }
}
