import LabEngine
import LabTesting
import ProgressGraph
import Testing

/// The examples of the graph format run calm: the checkouts clean, the agent to its end, over both kinds of log.
@Suite struct FormatExampleTests {
  private static let folder =
    #filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined() + "/GraphFileTests/Fixtures/valid"

  private static func run(_ name: String, _ logs: LogChoice) throws -> LabRun {
    try LabRun(try #require(TextFile.read("\(folder)/\(name).yaml")), scenario: nil, logs: logs)
  }

  @Test(arguments: ["naive-checkout", "checkout-orchestrated", "checkout-choreographed"], LogChoice.allCases)
  func aCalmRunIsClean(_ name: String, _ logs: LogChoice) throws {
    let run = try Self.run(name, logs)
    #expect(run.outcome == .fine, "\(run.details)")
  }

  /// What a model decides in its turns is open: it may ask a person again, and act on a read that is a day old by then.
  /// But it comes to its end, however long the person takes.
  @Test(arguments: LogChoice.allCases)
  func anAgentComesToItsEnd(_ logs: LogChoice) throws {
    let run = try Self.run("support-agent", logs)
    #expect(run.codes.isDisjoint(with: [.lost, .stuck, .parked, .partial, .saga]), "\(run.details)")
  }
}
