import ClusterModel
import GraphFile
import GraphNodes
import LabWorld
import Primitives
import ProgressGraph
import Simulation
import Testing

@testable import LabEngine

/// Records runs, executes them again from the file alone, and tampers with the file.
@Suite struct ReplayTests {
  @Test(arguments: Files.names)
  func `every scenario replays exactly, over ideal and replicated logs`(name: String) throws {
    let loaded = try Files.load(name)
    let graph = try #require(loaded.graph)
    for logs in LogChoice.allCases {
      for scenario in graph.scenarios {
        let plan = try #require(Lab.plan(graph, scenario: scenario.name, faults: []))
        let file = try #require(Lab.record(loaded, plan, RunOptions(seed: 3, logs: logs), hashEvery: 7))
        let report = Lab.replay(file)
        let replay = try #require(report.replay)
        #expect(replay.divergedAt == nil && replay.difference == nil, "\(scenario.name) \(logs): \(replay)")
        #expect(replay.steps == file.actions.count && replay.hashes == file.actions.count / 7 + 1)
        #expect(report.scenarios.first?.passed == true)
      }
    }
  }

  @Test func `a saved run keeps its instants where something is judged by them, and only there`() throws {
    // The table's job is down until after the decision.
    let (loaded, design) = try graph(MutantTests.table)
    let late = try GraphReader.decodeFault("{crash: view/front, at: 30s, restart: 20m}", in: design).get()
    let plan = try #require(Lab.plan(design, scenario: nil, faults: [late]))
    let file = try #require(Lab.record(loaded, plan, RunOptions(seed: 1, logs: .ideal)))
    #expect(file.expected.outcome == [.stale] && file.instants.count == file.actions.count)
    let replay = Lab.replay(file)
    #expect(replay.replay?.difference == nil && replay.scenarios.first?.outcome == [.stale])
    let (plain, called) = try graph(MutantTests.called)
    let calm = try #require(Lab.plan(called, scenario: nil, faults: []))
    #expect(try #require(Lab.record(plain, calm, RunOptions(seed: 1, logs: .ideal))).instants.isEmpty)
  }

  @Test func `faults that strike what is down already replay too`() throws {
    let (loaded, graph) = try graph(MutantTests.queued)
    let texts = [
      "{crash: worker, before: work, restart: 20s}", "{crash: worker, at: 2s, restart: 3s}",
      "{pause: worker, at: 1s, for: 30s}", "{down: worker, at: 3s, for: 9s}", "{down: worker, at: 4s, for: 2s}",
      "{partition: [worker, orders], at: 1s, for: 9s}", "{partition: [worker, orders], at: 2s, for: 2s}",
      "{drop: orders, nth: 1}", "{duplicate: orders -> worker, nth: 1}",
    ]
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: texts, as: "fault") else {
      Issue.record("\(Lab.plan(loaded, scenario: nil, faults: texts, as: "fault"))")
      return
    }
    #expect(graph.nodes.count == 2)
    let file = try #require(Lab.record(loaded, plan, RunOptions(logs: .ideal)))
    let replay = try #require(Lab.replay(file).replay)
    #expect(replay.divergedAt == nil && replay.difference == nil, "\(replay)")
  }

  // MARK: Tampering

  private static func recorded() throws -> RunFile {
    let loaded = try Files.load("naive-checkout.yaml")
    let graph = try #require(loaded.graph)
    let plan = try #require(Lab.plan(graph, scenario: "payment-dies-after-charging", faults: []))
    return try #require(Lab.record(loaded, plan, RunOptions(), hashEvery: 1))
  }

  @Test func `a tampered hash diverges at its own step`() throws {
    for step in [1, 20, 57] {
      var file = try Self.recorded()
      file.hashes.values[step - 1] &+= 1
      let replay = try #require(Lab.replay(file).replay)
      #expect(replay.divergedAt == step && replay.steps == step)
    }
  }

  @Test func `an action that cannot be done diverges at its own step, and one left out at the next`() throws {
    let whole = try Self.recorded()
    for step in [1, 20, 57] {
      var file = whole
      file.actions[step - 1] = "deliver 999 999"
      #expect(Lab.replay(file).replay?.divergedAt == step)
      file = whole
      file.actions.remove(at: step - 1)
      #expect(Lab.replay(file).replay?.divergedAt == step)
    }
  }

  @Test func `another outcome, another last hash and a missing end are told`() throws {
    var file = try Self.recorded()
    file.expected.outcome = []
    #expect(Lab.replay(file).replay?.difference == "the outcome differs")
    file = try Self.recorded()
    file.hashes.final &+= 1
    #expect(Lab.replay(file).replay?.divergedAt == file.actions.count)
    file = try Self.recorded()
    file.actions.removeLast(file.actions.count / 2)
    #expect(Lab.replay(file).replay?.difference == "the last state hash differs")
  }

  @Test func `a label that its actions contradict is a difference`() throws {
    var file = try Self.recorded()
    file.faults = []
    #expect(Lab.replay(file).replay?.isExact == false)
    #expect(Lab.replay(file).replay?.difference?.hasPrefix("`crash ") == true)
    file.faults = ["{down: pay, at: 0s}"]
    #expect(Lab.replay(file).replay?.isExact == false)
  }

  @Test func `a label that is no fault is an error at its place`() throws {
    var file = try Self.recorded()
    file.faults.append("zz")
    let report = Lab.replay(file)
    #expect(report.diagnostics.map(\.file) == ["faults"])
    #expect(report.verdict(failOn: .error) == .error)
  }

  @Test func `another engine's run is told as such, and still replayed`() throws {
    var file = try Self.recorded()
    #expect(Lab.replay(file).replay?.engine == nil)
    file.engine = "9.9"
    let replay = try #require(Lab.replay(file).replay)
    #expect(replay.engine == "9.9" && replay.isExact)
  }

  /// Words built by seed from verbs, numbers and rubbish: each is either nil or an action that the cluster takes or
  /// refuses. That nothing traps is the test; that many are taken keeps it from being empty.
  @Test func `hostile actions never trap`() throws {
    let numbers = [
      "0", "1", "2", "5", "7", "99", "65535", "65536", "18446744073709551615", "1099511627776", "-1", "", "x", "0x1",
    ]
    let verbs = [
      "deliver", "drop", "duplicate", "fire", "sync", "crash", "restart", "pause", "resume", "refuse", "accept",
      "sever", "heal", "trigger", "poison", "twice", "", "Deliver", "\u{0}",
    ]
    var generator = SeededGenerator(seed: 11)
    func pick(_ list: [String]) -> String { list[Int(generator.next(below: UInt64(list.count)))] }
    var taken = 0
    for name in Files.names {
      let graph = try #require(try Files.load(name).graph)
      let deployment = Deployment(graph, logs: .replicated)
      var cluster = Cluster<LabMachine>(deployment)
      var scratch = Cluster<LabMachine>.Scratch()
      cluster.start(into: &scratch)
      for _ in 0..<4_000 {
        let fates = generator.next(below: 9) == 0 ? ["keep", "lose", "wipe", "burn"] : numbers
        let words = [pick(verbs), pick(numbers), pick(fates), pick(numbers)]
        var text = words.prefix(Int(generator.next(below: 4)) + 1).joined(separator: " ")
        let enabled = cluster.enabledActions()
        if !enabled.isEmpty, generator.next(below: 2) == 0 {
          text = ActionCode.text(of: enabled[Int(generator.next(below: UInt64(enabled.count)))], in: cluster)
        }
        guard let action = ActionCode.action(text, in: cluster) else { continue }
        if cluster.apply(action, into: &scratch) { taken += 1 }
      }
    }
    #expect(taken > 2_000)
  }

  @Test func `a root that no key could hold is no trigger`() throws {
    var file = try Self.recorded()
    file.actions.insert("trigger 0 18446744073709551615", at: 0)
    #expect(Lab.replay(file).replay?.divergedAt == 1)
  }

  /// Every action reads back as itself, in the state in which it was done.
  @Test func `what is written for an action reads back as the same action`() throws {
    let graph = try #require(try Files.load("checkout/queue-entry.yaml").graph)
    let deployment = Deployment(graph, logs: .replicated)
    for scenario in graph.scenarios {
      var run = Execution(deployment, load: scenario.load, faults: scenario.faults, seed: 2)
      var before = run.simulator.cluster
      while let action = run.advance() {
        #expect(ActionCode.action(ActionCode.text(of: action, in: before), in: before) == action)
        before = run.simulator.cluster
      }
    }
  }
}
