import LabEngine
import LabTesting
import ProgressGraph
import Testing

/// The examples of the graph format: whichever the runtime can execute runs calm and clean, over both kinds of log.
@Suite struct FormatExampleTests {
  private static let folder =
    #filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined() + "/GraphFileTests/Fixtures/valid"

  private static func text(_ name: String) -> String? { TextFile.read("\(folder)/\(name)") }

  /// Those that need nothing but what runs (no `HW099`).
  static let runnable = TextFile.names(in: folder, ending: ".yaml").filter { name in
    text(name).map { Lab.load(Array($0.utf8), file: name).graph != nil } ?? false
  }

  @Test func theOrchestratedCheckoutIsAmongThem() {
    #expect(Self.runnable.contains("checkout-orchestrated.yaml"))
  }

  @Test(arguments: runnable, [LogChoice.ideal, .replicated])
  func aCalmRunIsClean(_ name: String, _ logs: LogChoice) throws {
    let run = try LabRun(try #require(Self.text(name)), scenario: nil, logs: logs)
    #expect(run.outcome == .fine, "\(run.details)")
  }
}
