import Foundation
import GraphFile
import ProgressGraph
import Testing

/// Reads the fixtures beside the tests.
enum FixtureFolder {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

  static func files(in folder: String, _ suffix: String) -> [URL] {
    let folder = root.appendingPathComponent(folder)
    let all = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return all.filter { $0.lastPathComponent.hasSuffix(suffix) }.sorted { $0.path < $1.path }
  }

  static func text(_ url: URL) throws -> String { String(decoding: try Data(contentsOf: url), as: UTF8.self) }
}

func messages(_ decoded: Decoded) -> String {
  decoded.diagnostics.map { render($0, source: decoded.source) }.joined(separator: "\n")
}
