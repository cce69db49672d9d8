import Foundation
import LabEngine
import Primitives
import ProgressGraph
import Testing

/// Whole graphs: the same with and without replicated logs, twice in one process, and in two processes.
@Suite struct GraphTimeTests {
  private static func load(_ text: String) -> LoadedGraph { Lab.load(Array(text.utf8), file: "time.yaml") }

  /// A worker that gives up on its first delivery, and a lease of this length.
  private static func leased(_ lease: String) -> String {
    """
    name: leased
    channels: {orders: {kind: queue, lease: \(lease)}}
    nodes:
      web: {kind: client, do: [{send: orders}]}
      worker: {trigger: orders, work: idempotent, do: [{call: dep, key: order_id}, {write: row, key: order_id}]}
      dep: {do: [{write: other, key: order_id}]}
    """
  }

  private static func run(
    _ text: String, faults: [String], logs: LogChoice = .replicated, seed: UInt64 = 1
  ) throws -> ScenarioReport {
    let loaded = load(text)
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else {
      throw CocoaError(.fileReadCorruptFile)
    }
    return try #require(Lab.run(loaded, plan, RunOptions(seed: seed, logs: logs)).scenarios.first)
  }

  @Test(arguments: LogChoice.allCases) func `a lease of a day costs as many actions as one of minutes`(
    logs: LogChoice
  ) throws {
    let faults = ["{crash: worker, after: dep}"]
    let short = try Self.run(Self.leased("5m"), faults: faults, logs: logs)
    let long = try Self.run(Self.leased("20h"), faults: faults, logs: logs)
    #expect(short.outcome == [] && long.outcome == [] && short.isComplete && long.isComplete)
    #expect(abs(long.steps - short.steps) < 40 && long.steps < 1_000, "\(short.steps) and \(long.steps)")
  }

  /// Retries wait a time that is drawn; nothing else in this graph is.
  static let retrying = """
    name: retrying
    nodes:
      web: {kind: client, do: [{call: shop, retry: 4}]}
      shop: {do: [{write: row, key: order_id}]}
    """

  @Test func `the same seed gives the same state hash and story, another seed other times`() throws {
    let faults = ["{down: shop, at: 0s, for: 900ms}"]
    let first = try Self.run(Self.retrying, faults: faults, seed: 4)
    let again = try Self.run(Self.retrying, faults: faults, seed: 4)
    #expect(first == again)
    let times = try (1...5).map { seed in
      try Self.run(Self.retrying, faults: faults, seed: UInt64(seed)).story.map(\.time)
    }
    #expect(Set(times).count == 5)
  }

  /// Hash seeds differ between processes: anything that iterated over a set or dictionary would differ with them.
  @Test func `two processes write the same bytes`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let runner = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let beside = runner.deletingLastPathComponent().appendingPathComponent("headway")
    let program =
      FileManager.default.isExecutableFile(atPath: beside.path)
      ? beside : root.appendingPathComponent(".build/debug/headway")
    func output(_ arguments: [String]) throws -> Data {
      let process = Process()
      process.executableURL = program
      process.arguments = arguments
      process.currentDirectoryURL = root
      process.environment = ["LC_ALL": "C.UTF-8"]
      process.standardInput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let data = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return data
    }
    for file in ["Graphs/naive-checkout.yaml", "Graphs/checkout/durable-orchestrator.yaml"] {
      let fault = file.contains("naive") ? "{crash: pay, after: work}" : "{crash: order, during: pay.charge}"
      let arguments = ["run", file, "--seed", "7", "--fault", fault, "--format", "json"]
      let first = try output(arguments)
      #expect(first.count > 100 && String(decoding: first, as: UTF8.self).contains("\"steps\""))
      #expect(try output(arguments) == first)
    }
  }
}
