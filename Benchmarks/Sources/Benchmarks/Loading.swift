import GraphFile
import ProgressGraph
import Yams

/// P6: a large file read, placed and validated, against the YAML reader alone.
enum Loading {
  static func run(rounds: Int) throws -> Bool {
    print("P6  loading with positions and validation")
    var isMissed = false
    for count in [1_000, 10_000] {
      let text = largeGraph(nodes: count)
      let comparison = Comparison(
        "\(grouped(Double(count))) nodes, \(text.utf8.count / 1024) KiB", against: "Yams.compose", goal: .atMost(1.5),
        ours: { .seconds(try processorSeconds { try load(text, nodes: count) }) },
        peer: .found { .seconds(try processorSeconds { try compose(text, nodes: count) }) })
      isMissed = try comparison.run(rounds: rounds) || isMissed
    }
    return isMissed
  }

  private static func load(_ text: String, nodes: Int) throws {
    let decoded = GraphReader.decode(text, file: "large.yaml")
    guard let graph = decoded.graph, graph.nodes.count == nodes else {
      let problems = decoded.diagnostics.prefix(5).map { "\($0.span.line): \($0.message)" }
      throw Program.Failure(description: "the large graph does not load:\n" + problems.joined(separator: "\n"))
    }
  }

  private static func compose(_ text: String, nodes: Int) throws {
    guard let root = try Yams.compose(yaml: text), root["nodes"]?.mapping?.count == nodes else {
      throw Program.Failure(description: "the large graph is not composed")
    }
  }

  /// Services in a layered graph: each calls one that stands later, and every tenth publishes and reads a topic.
  private static func largeGraph(nodes count: Int) -> String {
    var text = "name: large\nnodes:\n  web: {kind: client, do: [{call: n1, key: order_id, retry: 3}]}\n"
    for node in 1..<count {
      text += "  n\(node):\n    team: team-\(node % 20)\n    work: idempotent\n"
      if node % 10 == 0 { text += "    trigger: [rpc, events-\(node - 1)]\n" }
      text += "    do:\n      - {write: row-\(node), key: order_id}\n"
      let callee = node + 1 + node % 7
      if callee < count { text += "      - {call: n\(callee), key: order_id, timeout: 2s, retry: 2}\n" }
      if node % 10 == 9, node + 1 < count { text += "      - {publish: events-\(node), key: order_id}\n" }
    }
    return text
  }
}
