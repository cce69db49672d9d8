import ArgumentParser
import Glibc
import LabEngine
import Reporting

/// Every design named, read and broken in every single way: the command of pipelines.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check designs: read them, run their scenarios, try every single fault, or every pair.",
    discussion: """
      EXAMPLES:
        headway check Graphs
        headway check checkout.yaml --format json --output report.json
        headway check checkout.yaml --faults 0              only the scenarios
        headway check checkout.yaml --faults 2              also every pair of faults
        headway check checkout.yaml --seeds 500             also random schedules of faults
        headway check small.yaml --exhaustive --logs ideal  also every interleaving, within bounds
        headway check Graphs --budget 30s --save failures   bounded, keeps each shortest failure

      Runs saved in `headway-regressions` beside a graph are executed first: one that still fails fails the check.

      Exit code 0: all holds; 1: something does not; 2: a file cannot be judged; 3: a bound was reached first.
      """)

  @Argument(help: ArgumentHelp("Graph files, or folders with graph files below.", valueName: "graph"))
  var paths: [String]

  @Option(
    help: ArgumentHelp("How many faults at a time the search tries. (default: 1)", valueName: "0|1|2"),
    transform: Self.parseFaults)
  var faults: Int = 1

  @Option(
    help: ArgumentHelp("Try this many random schedules of faults as well. (default: 0)", valueName: "n"),
    transform: Self.parseSeeds)
  var seeds: Int = 0

  @Flag(
    help: """
      Explore every order of messages, writes and steps as well, with `--faults 1` a crash at any of them. For small \
      graphs; `--logs ideal` keeps them small.
      """)
  var exhaustive = false

  @Option(
    help: ArgumentHelp(
      "Stop after this time, or after this many states, and say what is missing.", valueName: "duration|states"))
  var budget: SearchBudget?

  @Option(
    help: ArgumentHelp(
      "Save the shortest run of each failure in this folder. What the file declares is no failure.",
      valueName: "folder"))
  var save: String?

  @Option(
    help: ArgumentHelp(
      "Do this much at the same time; the result does not depend on it. (default: one for each processor)",
      valueName: "n"),
    transform: Self.parseJobs)
  var jobs: Int?

  @OptionGroup var engine: EngineOptions
  @OptionGroup var verdict: VerdictOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let delivery = try Delivery(output)
    var saving = try SavedRuns(folder: save)
    let paths = GraphPaths.resolve(paths)
    let line = ProgressLine(isSilent: output.quiet)
    let limit = WorkLimit(budget)
    let checked = check(paths, limit, line)
    var report = Report(command: .check, seed: engine.seed, logs: engine.logs, failOn: verdict.failOn)
    report.isComplete = !limit.hasStopped
    line.erase()
    for (graph, loaded) in checked.compactMap({ $0 }) {
      var graph = graph
      if let loaded { saving.save(failuresIn: &graph, of: loaded, engine.run) }
      Notes(isSilent: output.quiet).tell(graph)
      report.graphs.append(graph)
    }
    line.finish(summary(of: report, asked: paths.count))
    try delivery.deliver(report)
    // Only now: a run that could not be saved must not cost the report.
    if let trouble = saving.trouble { throw trouble }
    try verdict.conclude(report)
  }

  private typealias Checked = (report: GraphReport, loaded: LoadedGraph?)

  /// Checks all graphs, as many at a time as asked for; nil for those not begun before the limit was reached.
  private func check(
    _ paths: [GraphPaths.Resolved], _ limit: WorkLimit, _ line: ProgressLine
  ) -> [Checked?] {
    let bound: Int? = if case .states(let count) = budget { count } else { nil }
    let options = CheckOptions(
      run: engine.run, faults: faults, seeds: seeds, isExhaustive: exhaustive, stateLimit: bound)
    let crews = crews(graphs: paths.count)
    return crews.graphs.map(paths.count) { position in
      guard limit.allowsMore() else { return nil }
      switch GraphInput.read(paths[position]) {
      case .unreadable(let report):
        return (report, nil)
      case .text(let bytes, let file):
        let loaded = Lab.load(bytes, file: file)
        let saved = Regressions.runs(beside: paths[position])
        let report = Lab.check(loaded, options, regressions: saved, crew: crews.faults) { status in
          line.update("\(file) (\(position + 1) of \(paths.count)): \(status.words)")
          return limit.pace(at: status)
        }
        limit.finish(states: report.search?.states ?? 0)
        return (report, loaded)
      }
    }
  }

  /// Who checks several graphs at a time, and who tries several faults of one graph at a time. A bound on states must
  /// cut at the same place every time, so then the graphs take their turns.
  private func crews(graphs: Int) -> (graphs: Workers, faults: Workers) {
    let all = Workers(jobs: jobs ?? Workers.processors)
    let alone = Workers(jobs: 1)
    let isLong = faults > 1 || seeds > 0
    if case .states = budget { return (alone, all) }
    return graphs == 1 || isLong ? (alone, all) : (all, alone)
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
    case "2": return 2
    default: throw ValidationError("There are `0`, `1` and `2`.")
    }
  }

  @Sendable private static func parseSeeds(_ word: String) throws -> Int {
    guard let count = Int(word), (0...1_000_000).contains(count) else {
      throw ValidationError("A number from 0 to 1000000.")
    }
    return count
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
      case .seeds: "schedule"
      case .replay: "saved run"
      case .interleavings: "interleavings"
      case .load, .rules, .budgets: part.rawValue
      }
    let place = total > 0 ? "\(min(runs + 1, total)) of \(total)" : "\(runs) actions deep"
    let tried = self.tried > runs + 1 ? ", \(self.tried) runs" : ""
    return "\(what) \(place)\(tried)" + (states > 0 ? ", \(states) states" : "")
  }
}
