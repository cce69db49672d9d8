import GraphFile
import Primitives
import ProgressGraph
import Testing

/// Edges and identifiers of small graphs, compared with what their steps and triggers imply.
@Suite struct EdgeTests {
  @Test func `edges follow from steps, triggers, dead letters and tables, each once`() throws {
    let decoded = GraphReader.decode(
      """
      channels: {jobs: {kind: queue, dlq: true}, view: {kind: table, from: facts}}
      nodes:
        web: {kind: client, do: [{call: a}, {call: a, await: false}, {call: a}]}
        a: {do: [{send: jobs}, {tx: [{publish: facts}]}, {effect: e, undo: {call: psp}}, {read: view}]}
        b: {trigger: [jobs, facts], do: []}
      """, file: "edges.yaml")
    let graph = try #require(decoded.graph)
    func name(_ end: Edge.End) -> String {
      switch end {
      case .node(let id): graph[id].name
      case .channel(let id): graph[id].name
      }
    }
    let edges = graph.edges().map { edge in
      "\(name(edge.from))>\(name(edge.to)) \(edge.kind.rawValue)\(edge.isOneWay ? " one way" : "")"
    }
    #expect(edges == [
      "jobs>b queue", "facts>b topic", "web>a rpc", "web>a rpc one way", "a>jobs queue", "a>facts topic", "a>psp rpc",
      "view>a topic", "jobs>jobs.dlq queue", "facts>view topic",
    ])
  }

  @Test func `identifiers are positions`() throws {
    let decoded = GraphReader.decode(
      "nodes: {a: {do: [{tx: [{write: x}]}, {write: y}]}, b: {handlers: {m: [], n: []}}}", file: "ids.yaml")
    let graph = try #require(decoded.graph)
    #expect(graph.nodeIDs.map { graph[$0].name } == ["a", "b"])
    #expect(graph.stepIDs.map { graph[$0].label } == ["tx", "x", "y"])
    #expect(graph.steps.map(\.parent) == [nil, StepID(0), nil])
    #expect(graph[NodeID(1)].handlers == [HandlerID(1), HandlerID(2)])
    #expect(graph.node(named: "b") == NodeID(1) && graph.node(named: "c") == nil)
    #expect(Set(graph.names).count == graph.names.count)
  }
}
