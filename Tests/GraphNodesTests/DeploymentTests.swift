import GraphNodes
import Primitives
import ProgressGraph
import Testing

/// Lays graphs out on machines and reads the numbering, names and placements.
@Suite struct DeploymentTests {
  static let text = """
    name: layout
    channels:
      jobs: {kind: queue, max_deliveries: 3, dlq: true}
      facts: {kind: topic}
    nodes:
      web: {kind: client, do: [{send: jobs}]}
      worker: {trigger: jobs, concurrency: 4, instances: 2, do: [{call: plan, reliable: true}, {publish: facts}]}
      plan: {work: durable, journal: {protocol: raft, replicas: 5}, do: [{write: row}]}
      bank: {kind: external}
      reader: {trigger: facts, do: [{call: bank}]}
    """

  @Test func `machines are numbered nodes, fronts, engine, replicas, and named`() throws {
    let graph = try graph(Self.text)
    let deployment = Deployment(graph, logs: .replicated)
    for node in graph.nodeIDs {
      #expect(deployment.machine(of: node).raw == node.raw)
      #expect(deployment.name(of: MachineID(raw: node.raw)) == graph[node].name)
    }
    let names = (0..<deployment.machineCount).map { deployment.name(of: MachineID($0)) }
    #expect(Set(names).count == names.count, "no two machines of one name: \(names)")
    #expect(names.prefix(5) == ["web", "worker", "plan", "bank", "reader"])
    #expect(names.dropFirst(5).prefix(4) == ["jobs/front", "facts/front", "jobs.dlq/front", "engine/front"])
    #expect(deployment.firstReplica == 9)
    let engine = try #require(deployment.engine)
    #expect(deployment.front(of: engine) == MachineID(8))
    for placement in deployment.placements {
      #expect(placement.replicas.allSatisfy { $0.index >= deployment.firstReplica })
    }
    #expect(deployment.placements.flatMap(\.replicas).map(\.index) == Array(9..<deployment.machineCount))
  }

  @Test func `ideal logs have one machine each, replicated ones what the file asks for`() throws {
    let graph = try graph(Self.text)
    let ideal = Deployment(graph, logs: .ideal)
    #expect(ideal.placements.allSatisfy { $0.replicas.count == 1 && $0.runs == .ideal && !$0.isSubstituted })
    let replicated = Deployment(graph, logs: .replicated)
    let plan = try #require(graph.node(named: "plan"))
    #expect(replicated.replicas(of: .journal(plan)).count == 5)
    let jobs = try #require(graph.channel(named: "jobs"))
    let facts = try #require(graph.channel(named: "facts"))
    func placement(_ channel: ChannelID) -> Deployment.LogPlacement? {
      replicated.placements.first { $0.owner == .channel(channel) }
    }
    #expect(placement(jobs)?.runs == .raft && placement(jobs)?.isSubstituted == false)
    #expect(placement(facts)?.runs == .raft && placement(facts)?.isSubstituted == true, "Kafka is asked for")
  }

  @Test func `consumers, capacities and implied effects are as the file says`() throws {
    let graph = try graph(Self.text)
    let deployment = Deployment(graph, logs: .ideal)
    let jobs = try #require(graph.channel(named: "jobs"))
    func node(_ name: String) throws -> NodeID { try #require(graph.node(named: name)) }
    #expect(deployment.consumers[jobs.index] == [try node("worker")])
    #expect(deployment.capacity(of: try node("worker")) == 8)
    #expect(deployment.capacity(of: try node("plan")) == .max)
    #expect(deployment.capacity(of: try node("web")) == .max)
    let bank = try #require(graph[try node("bank")].handlers.first)
    #expect(deployment.impliedEffect(of: bank).map { deployment.graph[$0] } == "bank")
    #expect(deployment.impliedEffect(of: try #require(graph[try node("plan")].handlers.first)) == nil)
  }

  @Test func `without a reliable call of a node without a journal there is no engine`() throws {
    let graph = try graph(
      """
      name: n
      nodes:
        web: {kind: client, do: [{call: a}]}
        a: {work: durable, do: [{call: b}]}
        b: {do: [{write: x}]}
      """)
    let deployment = Deployment(graph, logs: .ideal)
    #expect(deployment.engine == nil && deployment.graph.channels.count == graph.channels.count)
  }
}
