import Foundation
import GraphFile
import ProgressGraph
import Testing

/// One file for each kind of mistake, decoded and rendered, against the text beside it. `HEADWAY_ACCEPT=1` rewrites the
/// texts.
@Suite struct InvalidFixtureTests {
  @Test(arguments: FixtureFolder.files(in: "invalid", ".yaml"))
  func `a mistake reads as it should`(file: URL) throws {
    let name = file.lastPathComponent
    let decoded = GraphReader.decode([UInt8](try Data(contentsOf: file)), file: name)
    let text = decoded.diagnostics.map { render($0, source: decoded.source) }.joined(separator: "\n")
    let golden = file.deletingPathExtension().appendingPathExtension("txt")
    if ProcessInfo.processInfo.environment["HEADWAY_ACCEPT"] == "1" {
      try Data(text.utf8).write(to: golden)
    }
    #expect(text == (try? FixtureFolder.text(golden)))
    #expect(decoded.diagnostics.contains { $0.code == name.prefix(5) }, "no \(name.prefix(5)) in:\n\(text)")
  }

  /// Codes without a fixture need input that is no small file: unreadable, huge, or with too many parts.
  @Test func `every code has a fixture`() {
    let without: Set = ["HW001", "HW005", "HW036", "HW039"]
    let shown = Set(FixtureFolder.files(in: "invalid", ".yaml").map { String($0.lastPathComponent.prefix(5)) })
    for code in DiagnosticCode.allCases where !without.contains(code.rawValue) {
      #expect(shown.contains(code.rawValue), "\(code)")
    }
  }
}
