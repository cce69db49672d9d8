import Foundation

/// P11: the memory that a run of a million actions takes at its peak, without and with its trace saved to a file.
///
/// The program runs the chain of five, judges it, and prints the report as JSON, which has no story.
enum Memory {
  private static let limit = 64.0

  static func run(rounds: Int) throws -> Bool {
    let steps = try self.steps()
    print("P11 memory of a run: \(grouped(Double(steps))) actions")
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("headway-benchmark-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let without = try peak([])
    let with = try peak(["--save", folder.appendingPathComponent("run.json").path])
    let verdict = with <= limit ? "met" : "MISSED"
    print("  \(shortened(without)) MiB without a trace")
    print("  \(shortened(with)) MiB with the trace saved; goal ≤ \(shortened(limit)) MiB \(verdict)")
    return with > limit
  }

  private static func peak(_ saving: [String]) throws -> Double {
    try Program(path: Folders.headway, arguments: arguments + saving).start().peakMebibytes
  }

  private static let arguments = [
    "run", Folders.path("graphs/chain-of-five.yaml"), "--scenario", "million", "--format", "json", "--quiet",
  ]

  private static func steps() throws -> Int {
    let report = try Program(path: Folders.headway, arguments: arguments).output()
    let top = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
    let graph = (top?["graphs"] as? [[String: Any]])?.first
    let scenario = (graph?["scenarios"] as? [[String: Any]])?.first
    guard let steps = scenario?["steps"] as? Int, scenario?["complete"] as? Bool == true, steps >= 1_000_000 else {
      throw Program.Failure(description: "the run did not come to its million actions")
    }
    return steps
  }
}
