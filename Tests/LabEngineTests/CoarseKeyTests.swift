import ClusterModel
import GraphNodes
import LabWorld
import Primitives
import ProgressGraph
import Simulation
import Testing

@testable import LabEngine

/// Two triggers that share the value of a field, in small designs whose outcome the definitions decide.
@Suite struct CoarseKeyTests {
  private func outcome(_ text: String, logs: LogChoice = .ideal) throws -> ScenarioReport {
    let (loaded, graph) = try graph(text)
    let plan = try #require(Lab.plan(graph, scenario: "two", faults: []))
    return try #require(Lab.run(loaded, plan, RunOptions(logs: logs)).scenarios.first)
  }

  private func shared(_ design: String, same: String = "[customer_id]") -> String {
    "name: shared\nnodes:\n\(design)\nscenarios: {two: {load: {count: 2, every: 1ms, same: \(same)}}}\n"
  }

  @Test func `a key that two triggers share swallows the second one's effect`() throws {
    let mailer = """
        web: {kind: client, do: [{call: shop}]}
        shop: {do: [{write: order, key: order_id}, {effect: email, key: customer_id}]}
      """
    let report = try outcome(shared(mailer))
    #expect(report.outcome == [.lost])
    #expect(report.anomalies.map(\.subject) == ["email"] && report.anomalies.map(\.key) == ["web-2"])
    #expect(try outcome(shared(mailer, same: "[]")).outcome == [])
    #expect(try outcome(shared(mailer, same: "[order_id]")).anomalies.map(\.subject) == ["order"])
  }

  @Test(arguments: [
    // An inbox row, a durable run, an external's memory and the engine's invocation, each by the request's key.
    "work: idempotent, do: [{write: row}]", "work: transactional, do: [{write: row}]",
    "work: durable, do: [{write: row}]", "kind: external, idempotency: true",
  ])
  func `a request by a shared key is taken for the other trigger's`(shop: String) throws {
    for call in ["timeout: 5s", "await: false", "reliable: true, timeout: 5s", "reliable: true, await: false"] {
      let design = "  web: {kind: client, do: [{call: shop, key: customer_id, \(call)}]}\n  shop: {\(shop)}"
      for logs in LogChoice.allCases {
        let report = try outcome(shared(design), logs: logs)
        #expect(report.outcome == [.lost], "\(call) \(logs)")
        #expect(report.failed == 0)
      }
      #expect(try outcome(shared(design, same: "[]")).outcome == [], "\(call)")
    }
  }

  @Test func `two triggers that each publish once under one key have doubled nothing`() throws {
    let design = """
        web: {kind: client, do: [{publish: orders, key: customer_id}]}
        stock: {trigger: orders, do: [{write: row}]}
      """
    #expect(try outcome(shared(design)).outcome == [])
  }

  @Test func `a version that two triggers share makes the second write a repetition`() throws {
    let design = """
        web: {kind: client, do: [{call: shop}]}
        shop: {do: [{write: row, key: customer_id, version: revision}]}
      """
    #expect(try outcome(shared(design)).outcome == [])
    #expect(try outcome(shared(design, same: "[customer_id, revision]")).outcome == [.lost])
  }

  @Test func `records of a shared key go to one partition`() throws {
    let text = """
      name: partitions
      nodes:
        web: {kind: client, do: [{publish: orders, key: customer_id}]}
        stock: {trigger: orders, do: [{write: row}]}
      """
    let graph = try graph(text).graph
    let field = NameID(try #require(graph.names.firstIndex(of: "customer_id")))
    for (same, expected) in [([field], 1), ([], 3)] {
      let load = Load(count: 20, every: .zero, same: same)
      var run = Execution(Deployment(graph, logs: .ideal), load: load, faults: [], seed: 1)
      var used: Set<Int> = []
      while run.advance() != nil {
        let front = run.simulator.cluster[run.deployment.front(of: ChannelID(0))].machine
        guard case .front(let front) = front else { continue }
        used.formUnion(front.lanes.filter { !$0.entries.isEmpty }.map(\.partition))
      }
      #expect(used.count == expected)
    }
  }

  @Test func `a load with shared fields is saved by their names and replays`() throws {
    let design = """
        web: {kind: client, do: [{call: shop, key: customer_id}]}
        shop: {work: durable, do: [{write: row}]}
      """
    let (loaded, graph) = try graph(shared(design))
    let plan = try #require(Lab.plan(graph, scenario: "two", faults: []))
    var file = try #require(Lab.record(loaded, plan, RunOptions()))
    #expect(file.load.same == ["customer_id"] && file.expected.outcome == [.lost])
    #expect(Lab.replay(file).replay?.isExact == true)
    file.load.same = ["nobody_knows"]
    #expect(Lab.replay(file).replay?.isExact == false)
  }

  @Test func `runs that are no scenario have two triggers only where order matters`() throws {
    func load(_ nodes: String, _ more: String = "") throws -> [String] {
      let graph = try graph("name: l\nnodes:\n\(nodes)\n\(more)").graph
      #expect(graph.usualLoad.count == (graph.usualLoad.same.isEmpty ? 1 : 2))
      #expect(Lab.plan(graph, scenario: nil, faults: [])?.load == graph.usualLoad)
      return graph.usualLoad.same.map { graph[$0] }
    }
    let keyed = "  web: {kind: client, do: [{send: jobs, key: customer_id}]}\n  a: {trigger: jobs, do: [{write: row}]}"
    #expect(try load(keyed) == [])
    #expect(try load(keyed, "expect: {ordered: [{jobs: customer_id}]}") == ["customer_id"])
    #expect(try load(keyed, "expect: {ordered: [{a: account}, {jobs: account}]}") == ["account"])
    #expect(try load(keyed, "channels: {jobs: {kind: queue, fifo: true}}") == ["customer_id"])
    // A field by which effects are recognised names one piece of work.
    let named = "  web: {kind: client, do: [{send: jobs}]}\n  a: {trigger: jobs, do: [{write: row, key: order_id}]}"
    #expect(try load(named, "expect: {ordered: [{jobs: order_id}]}") == [])
  }
}
