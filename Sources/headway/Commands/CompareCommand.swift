import ArgumentParser
import LabEngine
import Reporting

/// Several designs of one system under the same faults, side by side.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Run several designs of one system under the same faults, side by side.",
    discussion: """
      EXAMPLES:
        headway compare Graphs/checkout
        headway compare sync.yaml durable.yaml --fault '{crash: pay, after: work}'
        headway compare sync.yaml durable.yaml --scenario shipping-is-down --format markdown

      Without --fault and --scenario the faults are those of all scenarios of all designs. A design without the place
      that a fault names has no such run. Nothing is judged: exit code 0 means that the table is complete.
      """)

  enum Format {
    case text, json, markdown
  }

  @Argument(help: ArgumentHelp("Graph files, or folders with graph files below.", valueName: "graph"))
  var paths: [String]

  @Option(help: ArgumentHelp("Compare under this fault, as it would stand in a file. Repeatable.", valueName: "fault"))
  var fault: [String] = []

  @Option(help: ArgumentHelp("Compare under the faults of the scenarios of this name.", valueName: "name"))
  var scenario: String?

  @Option(
    help: ArgumentHelp("How to print the result. (default: text)", valueName: "text|json|markdown"),
    transform: Self.parseFormat)
  var format: Format = .text

  @OptionGroup var engine: EngineOptions
  @OptionGroup var place: PlaceOptions

  func run() throws {
    if scenario != nil, !fault.isEmpty {
      throw CommandFailure(message: "`--scenario` and `--fault` are two ways to say which faults; give one", status: 64)
    }
    let delivery = try Delivery(to: place)
    let line = ProgressLine(isSilent: place.quiet)
    let comparison = try compare(line)
    line.finish(summary(of: comparison))
    for design in comparison.designs { Notes(isSilent: place.quiet).tell(design) }
    switch format {
    case .text: try delivery.deliver(ComparisonText.bytes(of: comparison, style: delivery.style))
    case .json: try delivery.deliver(ComparisonJSON.bytes(of: comparison))
    case .markdown: try delivery.deliver(ComparisonMarkdown.bytes(of: comparison))
    }
    if let signal = Interruption.signal { throw CommandFailure.verdict(128 + signal) }
    if comparison.verdict != .pass { throw CommandFailure.verdict(comparison.verdict.exitCode) }
  }

  private func compare(_ line: ProgressLine) throws -> Comparison {
    var loaded: [LoadedGraph] = []
    var unreadable: [GraphReport] = []
    for path in GraphPaths.resolve(paths) {
      switch GraphInput.read(path) {
      case .unreadable(let report): unreadable.append(report)
      case .text(let bytes, let file): loaded.append(Lab.load(bytes, file: file))
      }
    }
    guard unreadable.isEmpty else {
      let designs = unreadable + loaded.map { Lab.report(on: $0) }
      return Comparison(seed: engine.seed, logs: engine.logs, designs: designs)
    }
    let result = Lab.compare(loaded, under: faults, engine.run) { status in
      line.update("run \(status.runs + 1) of \(status.total)")
      return Interruption.signal == nil ? .goOn : .stop
    }
    switch result {
    case .comparison(let comparison): return comparison
    case .unknownScenario(let known): throw RunRequest.unknownScenario(scenario ?? "", among: known)
    case .mistakes(let mistakes):
      var first = loaded.first.map { Lab.report(on: $0) } ?? GraphReport(file: "", name: "")
      first.diagnostics += mistakes
      return Comparison(seed: engine.seed, logs: engine.logs, designs: [first])
    }
  }

  private var faults: ComparedFaults {
    if let scenario { return .scenario(scenario) }
    return fault.isEmpty ? .scenarios : .faults(fault)
  }

  private func summary(of comparison: Comparison) -> String {
    let runs = comparison.rows.reduce(0) { $0 + $1.cells.count { $0.run != nil } }
    let end = comparison.isComplete ? "" : ", stopped before the end"
    return "compared \(comparison.designs.count) designs: \(runs) runs\(end)"
  }

  @Sendable private static func parseFormat(_ word: String) throws -> Format {
    switch word {
    case "text": return .text
    case "json": return .json
    case "markdown": return .markdown
    default: throw ValidationError("There is no format `\(word)`; there are `text`, `json` and `markdown`.")
    }
  }
}
