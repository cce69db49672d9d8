import Foundation

/// Where things stand, from where this file was compiled.
enum Folders {
  static let benchmarks = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let root = benchmarks.deletingLastPathComponent()

  static func graph(_ name: String) throws -> String {
    try String(contentsOf: benchmarks.appendingPathComponent("graphs/\(name).yaml"), encoding: .utf8)
  }

  /// The program as `Scripts/headway` builds it.
  static let headway = root.appendingPathComponent(".build/release/headway").path

  static func path(_ inside: String) -> String { benchmarks.appendingPathComponent(inside).path }
}
