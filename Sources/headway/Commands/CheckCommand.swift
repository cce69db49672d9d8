import ArgumentParser
import Glibc
import LabEngine
import Reporting

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check designs: read them, run their scenarios, try every single fault.",
    discussion: """
      EXAMPLES:
        headway check Graphs
        headway check checkout.yaml --format json --output report.json
        headway check checkout.yaml --faults 0              only the scenarios
        headway check Graphs --budget 30s --save failures   bounded, keeps each shortest failure

      Exit code 0: all holds; 1: something does not; 2: a file cannot be judged; 3: a bound was reached first.
      """)

  @Argument(help: ArgumentHelp("Graph files, or folders with graph files below.", valueName: "graph"))
  var paths: [String]

  @Option(
    help: ArgumentHelp("How many faults at a time the search tries. (default: 1)", valueName: "0|1"),
    transform: Self.parseFaults)
  var faults: Int = 1

  @Option(
    help: ArgumentHelp(
      "Stop after this time, or after this many states, and say what is missing.", valueName: "duration|states"))
  var budget: SearchBudget?

  @Option(help: ArgumentHelp("Save each shortest failure in this folder.", valueName: "folder"))
  var save: String?

  @Option(
    help: ArgumentHelp("Check this many graphs at the same time. (default: 1)", valueName: "n"),
    transform: Self.parseJobs)
  var jobs: Int = 1

  @OptionGroup var engine: EngineOptions
  @OptionGroup var verdict: VerdictOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let delivery = try Delivery(output)
    var saving = try SavedRuns(folder: save)
    let paths = GraphPaths.resolve(paths)
    let line = ProgressLine(isSilent: output.quiet)
    let limit = WorkLimit(budget)
    var report = Report(command: .check, seed: engine.seed, logs: engine.logs, failOn: verdict.failOn)
    for (position, path) in paths.enumerated() {
      guard !limit.isExhausted else {
        report.isComplete = false
        break
      }
      let graph = check(path, limit, &saving) { progress, file in
        line.update("\(file) (\(position + 1) of \(paths.count)): \(progress.words)")
      }
      line.erase()
      Notes(isSilent: output.quiet).tell(graph)
      report.graphs.append(graph)
    }
    if limit.hasStopped { report.isComplete = false }
    line.finish(summary(of: report, asked: paths.count))
    try delivery.deliver(report)
    // Only now: a run that could not be saved must not cost the report.
    if let trouble = saving.trouble { throw trouble }
    try verdict.conclude(report)
  }

  private func check(
    _ path: GraphPaths.Resolved, _ limit: WorkLimit, _ saving: inout SavedRuns, progress: (Progress, String) -> Void
  ) -> GraphReport {
    switch GraphInput.read(path) {
    case .unreadable(let report):
      return report
    case .text(let bytes, let file):
      let graph = Lab.load(bytes, file: file)
      var report = Lab.check(graph, CheckOptions(run: engine.run, faults: faults)) { status in
        progress(status, file)
        return limit.pace(at: status)
      }
      limit.finish(states: report.search?.states ?? 0)
      saving.save(failuresIn: &report, of: graph, engine.run)
      return report
    }
  }

  private func summary(of report: Report, asked: Int) -> String {
    let runs = report.graphs.reduce(0) { $0 + $1.scenarios.count + ($1.search?.runs ?? 0) }
    let states = report.graphs.reduce(0) { $0 + ($1.search?.states ?? 0) }
    let end = report.isComplete ? "" : ", stopped before the end"
    return "checked \(report.graphs.count) of \(asked): \(runs) runs, \(states) states\(end)"
  }

  // MARK: Options

  @Sendable private static func parseFaults(_ word: String) throws -> Int {
    switch word {
    case "0": return 0
    case "1": return 1
    case "2": throw ValidationError("Pairs of faults are not part of this version; there are `0` and `1`.")
    default: throw ValidationError("There are `0` and `1`.")
    }
  }

  @Sendable private static func parseJobs(_ word: String) throws -> Int {
    guard let count = Int(word), (1...256).contains(count) else { throw ValidationError("A number from 1 to 256.") }
    return count
  }
}

extension Progress {
  var words: String {
    let what =
      switch part {
      case .scenarios: "scenario"
      case .search: "fault"
      case .load, .rules, .budgets, .replay: part.rawValue
      }
    return "\(what) \(min(runs + 1, total)) of \(total)" + (states > 0 ? ", \(states) states" : "")
  }
}
