import LabEngine
import LabTesting
import ProgressGraph
import Testing

/// The graph library: every scenario shows the outcome that its file declares, over both kinds of log, and every file
/// stays short enough to be read in one go.
///
/// Method: the files of `Graphs/` as they are, each scenario run once by the engine.
@Suite struct GraphLibraryTests {
  static let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/Graphs"

  /// The files of the root and of each folder below it: a scenario is a folder, a design a file.
  static let files = folders.flatMap { folder in
    TextFile.names(in: folder, ending: ".yaml").map { "\(folder)/\($0)" }
  }

  static let folders =
    [root] + TextFile.names(in: root, ending: "").filter { !$0.contains(".") }.map { "\(root)/\($0)" }

  @Test func theFiveFilesAreThere() {
    let names = Self.files.compactMap { $0.split(separator: "/").last.map(String.init) }
    let wanted = [
      "choreographed-outbox", "durable-orchestrator", "naive-checkout", "queue-entry", "sync-chain",
    ]
    for name in wanted { #expect(names.contains("\(name).yaml")) }
  }

  /// Eighteen systems, each in two designs or more, for there is nothing to learn from one alone.
  @Test func everySystemHasDesignsToCompare() {
    let systems = Self.folders.dropFirst()
    #expect(systems.count == 18)
    for system in systems { #expect(TextFile.names(in: system, ending: ".yaml").count >= 2, "\(system)") }
  }

  @Test(arguments: files, [LogChoice.ideal, .replicated])
  func scenariosShowWhatTheyDeclare(_ file: String, _ logs: LogChoice) throws {
    let text = try #require(TextFile.read(file))
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 60)
    let loaded = Lab.load(Array(text.utf8), file: file)
    let graph = try #require(loaded.graph, "\(loaded.diagnostics)")
    #expect(loaded.diagnostics.isEmpty)
    #expect(!graph.summary.isEmpty)
    for scenario in graph.scenarios {
      let outcome = try #require(scenario.outcome, "\(scenario.name) declares no outcome")
      let run = try LabRun(text, scenario: scenario.name, logs: logs)
      #expect(run.codes == Set(outcome), "\(file) \(scenario.name): \(run.outcome) | \(run.details)")
    }
  }
}
