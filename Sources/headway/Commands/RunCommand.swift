import ArgumentParser
import Glibc
import LabEngine
import Primitives
import Reporting

/// One seeded run, told as a story.
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

  @Option(
    help: ArgumentHelp(
      "Decide as told instead of by chance: which choice of the run takes which option, both from 1.",
      valueName: "1=2,4=1"),
    transform: ForcedChoices.argument)
  var choose: ForcedChoices = .none

  @Option(help: ArgumentHelp("Save the run, to be replayed exactly.", valueName: "file"))
  var save: String?

  @OptionGroup var engine: EngineOptions
  @OptionGroup var verdict: VerdictOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let delivery = try Delivery(output)
    let saving = try SavedRuns(file: save)
    let graph = try graphReport(saving)
    Notes(isSilent: output.quiet).tell(graph)
    let report = Report(
      command: .run, seed: engine.seed, logs: engine.logs, failOn: verdict.failOn,
      isComplete: Interruption.signal == nil, graphs: [graph])
    try delivery.deliver(report)
    try verdict.conclude(report)
  }

  private func graphReport(_ saving: SavedRuns) throws -> GraphReport {
    switch GraphInput.read(.file(path: path)) {
    case .unreadable(let report):
      return report
    case .text(let bytes, let file):
      let loaded = Lab.load(bytes, file: file)
      guard loaded.graph != nil else { return Lab.report(on: loaded) }
      switch Lab.plan(loaded, scenario: scenario, faults: fault, choices: choose, as: "--fault") {
      case .plan(let plan):
        try saving.save(plan, of: loaded, engine.run)
        return Lab.run(loaded, plan, engine.run, isTold: output.format == .text) { _ in
          Interruption.signal == nil ? .goOn : .stop
        }
      case .mistakes(let mistakes):
        var report = Lab.report(on: loaded)
        report.diagnostics += mistakes
        return report
      case .unknownScenario(let known):
        throw RunRequest.unknownScenario(scenario ?? "", among: known)
      }
    }
  }
}
