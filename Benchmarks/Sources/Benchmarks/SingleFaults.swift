import Foundation

/// P12: every single fault of a graph of twelve nodes, searched on ideal logs by the program itself.
enum SingleFaults {
  private static let limit = 1.0

  static func run(rounds: Int) throws -> Bool {
    print("P12 all single faults of twelve nodes, ideal logs")
    let program = Program(
      path: Folders.headway,
      arguments: [
        "check", Folders.path("graphs/twelve-nodes.yaml"), "--faults", "1", "--logs", "ideal", "--format", "json",
      ])
    var runs = 0
    var times: [Comparison.Measurement] = []
    for _ in 0..<rounds {
      times.append(.seconds(try seconds { runs = try searchedRuns(in: program.output(accepting: [0, 1])) }))
    }
    let time = median(times).value
    let verdict = time <= limit ? "met" : "MISSED"
    print("  \(runs) runs in \(shortened(time)) s; goal ≤ \(shortened(limit)) s \(verdict)")
    return time > limit
  }

  /// How many runs the search made, which has to be all of them.
  private static func searchedRuns(in report: String) throws -> Int {
    let top = try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any]
    let graph = (top?["graphs"] as? [[String: Any]])?.first
    guard let search = graph?["search"] as? [String: Any], let runs = search["runs"] as? Int,
      search["complete"] as? Bool == true, runs > 0
    else { throw Program.Failure(description: "the search was not complete") }
    return runs
  }
}
