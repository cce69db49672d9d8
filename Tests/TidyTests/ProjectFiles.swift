import Foundation

/// The text files of the project, found from where this file was compiled.
///
/// What is built, downloaded or ignored (`.build`, `.git`) is left out; the order is the order of the paths.
enum ProjectFiles {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let textExtensions: Set<String> = [
    "swift", "md", "yaml", "yml", "txt", "json", "py", "cpp", "h", "sh", "bash", "modulemap", "pml",
  ]
  private static let ignoredFolders: Set<String> = [".build", ".git", ".swiftpm", "node_modules"]

  /// Every text file. A file without an extension counts when it stands in `Scripts`, `.ci` or `Benchmarks`.
  /// Read once, for all rules.
  static func all() throws -> [ProjectFile] { try read.get() }

  private static let read = Result { try paths().map { try file(at: $0) } }

  static func file(at path: String) throws -> ProjectFile {
    let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    return ProjectFile(path: path, text: text)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  private static func paths() throws -> [String] {
    var found: [String] = []
    func visit(_ folder: String) throws {
      let names = try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
      for name in names.sorted() where !ignoredFolders.contains(name) {
        let path = folder.isEmpty ? name : folder + "/" + name
        let values = try root.appendingPathComponent(path).resourceValues(forKeys: [.isDirectoryKey])
        if values.isDirectory == true { try visit(path) } else if isText(path) { found.append(path) }
      }
    }
    try visit("")
    return found
  }

  private static func isText(_ path: String) -> Bool {
    let suffix = (path as NSString).pathExtension
    guard suffix.isEmpty else { return textExtensions.contains(suffix) && !isHostileFixture(path) }
    return ["Scripts/", ".ci/", "Benchmarks/"].contains { path.hasPrefix($0) } || path == ".gitignore"
  }

  /// Files that are wrong on purpose: they need not even be text.
  private static func isHostileFixture(_ path: String) -> Bool {
    path.hasPrefix("Tests/") && path.contains("/Fixtures/") && !path.hasSuffix(".swift")
  }
}

/// One text file with its lines.
struct ProjectFile: Sendable {
  /// Relative to the root, with `/`.
  let path: String
  let text: String
  /// Without their line ends.
  let lines: [String]
  /// The same number of lines with comments and the contents of string literals blanked; empty unless Swift.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    code =
      path.hasSuffix(".swift")
      ? SwiftBlanker.blank(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init) : []
  }

  /// The target a file under `Sources` or `Tests` belongs to.
  var target: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && (parts[0] == "Sources" || parts[0] == "Tests") ? String(parts[1]) : nil
  }

  var isSource: Bool { path.hasPrefix("Sources/") && path.hasSuffix(".swift") }
  var isSwift: Bool { path.hasSuffix(".swift") }
}
