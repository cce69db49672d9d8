import Foundation
import LabEngine
import ProgressGraph
import Testing

/// Graph files of the project and graphs written in tests.
enum Files {
  static let names = [
    "naive-checkout.yaml", "checkout/choreographed-outbox.yaml", "checkout/durable-orchestrator.yaml",
    "checkout/queue-entry.yaml", "checkout/sync-chain.yaml",
  ]

  /// Every file of the library, by its path below `Graphs`.
  static let library: [String] = {
    let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return found.filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Graphs")

  static func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
  }

  static func load(_ name: String) throws -> LoadedGraph {
    let file = folder.appendingPathComponent(name)
    return Lab.load(Array(try Data(contentsOf: file)), file: name)
  }
}

/// Reads a graph that a test wrote; a mistake in it fails the test with its diagnostics.
func graph(_ text: String) throws -> (loaded: LoadedGraph, graph: Graph) {
  let loaded = Lab.load(Array(text.utf8), file: "test.yaml")
  let graph = try #require(loaded.graph, "\(loaded.diagnostics.map { "\($0.code): \($0.message)" })\n\(text)")
  return (loaded, graph)
}
