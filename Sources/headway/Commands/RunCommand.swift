import ArgumentParser
import Glibc
import LabEngine
import ProgressGraph
import Reporting

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a design once and tell what happened as a story.",
    discussion: """
      EXAMPLES:
        headway run checkout.yaml
        headway run checkout.yaml --fault '{crash: pay, after: work}'
        headway run checkout.yaml --scenario payment-dies --save payment-dies.json
        headway run checkout.yaml --seed 7 --logs ideal --format json

      Without --scenario and --fault it is the calm run: the default load, no fault.
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "graph"))
  var path: String

  @Option(help: ArgumentHelp("Run this scenario of the file.", valueName: "name"))
  var scenario: String?

  @Option(help: ArgumentHelp("Add a fault, as it would stand in the file. Repeatable.", valueName: "fault"))
  var fault: [String] = []

  @Option(help: ArgumentHelp("Save the run, to be replayed exactly.", valueName: "file"))
  var save: String?

  @OptionGroup var engine: EngineOptions
  @OptionGroup var verdict: VerdictOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let delivery = try Delivery(output)
    let saving = try SavedRuns(file: save)
    var graph = try graphReport()
    try saving.save(&graph)
    Notes(isSilent: output.quiet).tell(graph)
    let report = Report(
      command: .run, seed: engine.seed, logs: engine.logs, failOn: verdict.failOn,
      isComplete: Interruption.signal == nil, graphs: [graph])
    try delivery.deliver(report)
    try verdict.conclude(report)
  }

  private func graphReport() throws -> GraphReport {
    switch GraphInput.read(.file(path: path)) {
    case .unreadable(let report):
      return report
    case .text(let bytes, let file):
      let loaded = Lab.load(bytes, file: file)
      guard let graph = loaded.graph else { return Lab.report(on: loaded) }
      let (faults, mistakes) = typedFaults(in: graph)
      var report = Lab.report(on: loaded)
      report.diagnostics += mistakes
      guard mistakes.isEmpty else { return report }
      return Lab.run(loaded, try plan(graph, faults), options)
    }
  }

  private var options: RunOptions { RunOptions(seed: engine.seed, logs: engine.logs) }

  /// All mistakes in all faults at once, like those of a file.
  private func typedFaults(in graph: Graph) -> ([Fault], [DiagnosticReport]) {
    var faults: [Fault] = []
    var mistakes: [DiagnosticReport] = []
    for text in fault {
      switch Lab.fault(text, as: "--fault", in: graph) {
      case .fault(let fault): faults.append(fault)
      case .mistakes(let found): mistakes += found
      }
    }
    return (faults, mistakes)
  }

  private func plan(_ graph: Graph, _ faults: [Fault]) throws -> RunPlan {
    if let plan = Lab.plan(graph, scenario: scenario, faults: faults) { return plan }
    let names = graph.scenarios.map(\.name)
    let wanted = scenario ?? ""
    let nearest = Suggestion.nearest(to: wanted, among: names).map { "; did you mean `\($0)`?" }
    let list = names.isEmpty ? "; the file has none" : "; the file has " + names.joined(separator: ", ")
    throw CommandFailure(message: "there is no scenario `\(wanted)`\(nearest ?? list)", status: 64)
  }
}
