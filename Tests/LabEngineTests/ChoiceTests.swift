import ClusterModel
import GraphNodes
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Simulation
import Testing

@testable import LabEngine

/// Decisions in saved runs, in the search and in the lab.
@Suite struct ChoiceTests {
  static let agent = """
    name: agent
    nodes:
      web: {kind: client, do: [{send: tickets}]}
      desk:
        kind: agent
        trigger: tickets
        ack: before
        do:
          - choose:
              refund: [{effect: refund}, {effect: mail}]
              search: [{choose: {wide: [{call: kb.wide}], deep: [{call: kb.deep}]}}]
              nothing: []
            weights: {refund: 1%, search: 1%, nothing: 98%}
          - {write: handled}
      kb: {fails: 5%, handlers: {wide: [{write: wide_hit}], deep: [{write: deep_hit}]}}
    """

  private static func forced(_ text: String) throws -> ForcedChoices { try #require(ForcedChoices(text)) }

  @Test(arguments: ["", "1=1", "1=2 2=1", "1=2 2=2"])
  func `a run with decisions is saved and replays exactly`(choices: String) throws {
    let (loaded, graph) = try graph(Self.agent)
    var plan = RunPlan.calm(of: graph)
    plan.choices = try Self.forced(choices)
    let file = try #require(Lab.record(loaded, plan, RunOptions(logs: .ideal), hashEvery: 1))
    #expect(file.choices == plan.choices)
    #expect(file.actions.contains { $0.hasPrefix("choose 1 0 ") })
    let report = Lab.replay(file)
    let replay = try #require(report.replay)
    #expect(replay.divergedAt == nil && replay.difference == nil, "\(replay)")
    // Another decision is another run, and a decision that nobody left open is none.
    for tampered in ["choose 1 0 7", "choose 1 1 0", "choose 0 0 0", "choose 1 0"] {
      var other = file
      let position = try #require(other.actions.firstIndex { $0.hasPrefix("choose 1 0 ") })
      other.actions[position] = tampered
      #expect(Lab.replay(other).replay?.divergedAt == position + 1, "\(tampered)")
    }
  }

  @Test func `the ways of the search take every branch, and each finding can be run again`() throws {
    let (loaded, graph) = try graph(Self.agent)
    let deployment = Deployment(graph, logs: .ideal)
    var ways = BranchVariations()
    var found: [ForcedChoices] = []
    var effects: Set<String> = []
    while let way = ways.next() {
      found.append(way)
      var run = Execution(deployment, load: .single, faults: [], choices: way, seed: 1)
      while run.advance() != nil {
        ways.observe(run.simulator.events)
        for case .observed(_, .work(.effect(let effect))) in run.simulator.events {
          effects.insert(deployment.graph[effect.name])
        }
      }
    }
    #expect(found.map(\.text) == ["", "1=1", "1=2", "1=2 2=\(found[3][2] == 0 ? 1 : 2)"])
    #expect(effects == ["tickets", "refund", "mail", "wide_hit", "deep_hit", "handled"])
    var search = FaultSearch(deployment, seed: 1)
    search.run(limit: nil) { _ in .goOn }
    #expect(search.isComplete)
    // Half a refund: only where the branch is forced, because nothing else would take it.
    let halved = try #require(
      search.findings.first {
        $0.anomaly?.code == .partial && $0.anomaly?.subject.name(in: deployment.graph) == "desk"
      })
    #expect(halved.choices.text == "1=1")
    let report = Lab.check(loaded, CheckOptions(run: RunOptions(logs: .ideal)))
    for violation in try #require(report.search).violations {
      guard
        case .plan(let plan) = Lab.plan(
          loaded, scenario: nil, faults: violation.faults, choices: violation.choices, as: "the search")
      else {
        Issue.record("\(violation)")
        continue
      }
      let run = Lab.run(loaded, plan, RunOptions(logs: .ideal))
      #expect(run.scenarios.first?.outcome.contains(violation.code) == true || violation.isCleanFailure)
    }
  }

  @Test func `the story tells what was decided`() throws {
    let (loaded, graph) = try graph(Self.agent)
    var plan = RunPlan.calm(of: graph)
    plan.choices = try Self.forced("1=2")
    let story = try #require(Lab.run(loaded, plan, RunOptions(logs: .ideal)).scenarios.first).story
    let line = try #require(story.firstIndex { $0.actor == "desk" && $0.text == "decides: search" })
    #expect(story[line].cause != nil)
    #expect(story.contains { $0.cause == line && $0.text.hasPrefix("decides: ") }, "one decision leads to the next")
  }

  @Test func `stepping by hand goes through a decision, forward and back`() throws {
    let (_, graph) = try graph(Self.agent.replacing("ack: before", with: "ack: after"))
    var plan = RunPlan.calm(of: graph)
    plan.choices = try Self.forced("1=1")
    var session = LabSession(graph, plan, RunOptions(logs: .ideal))
    let line = try #require(session.history.events.first { $0.text == "decides: refund" })
    session.go(to: line.step - 1)
    let before = session.moment
    session.go(to: line.step)
    #expect(session.moment.stateHash != before.stateHash)
    session.go(to: line.step - 1)
    #expect(session.moment == before)
    // Broken while the decision is open: the next life has no memory of it and decides anew, by chance again.
    let node = try #require(graph.node(named: "desk"))
    session.inject(
      Fault(
        kind: .crash(.node(node), restart: .seconds(1), disk: .keep), point: .at(session.moment.time),
        text: "{crash: desk, at: now}"))
    #expect(session.history.events.filter { $0.text.hasPrefix("decides: ") }.count == 1)
    plan.choices = try Self.forced("1=3")
    session.start(plan)
    #expect(session.history.events.contains { $0.text == "decides: nothing" })
    #expect(session.history.branches.count == 3)
  }
}
