public import ArgumentParser
import LabEngine
import Primitives
public import Reporting

/// A pane of the lab as lines of text, for those without a screen.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print what a pane of the lab shows at a step, as lines of text.",
    discussion: """
      EXAMPLES:
        headway show checkout.yaml
        headway show checkout.yaml --fault '{crash: pay, after: work}' --step 40 --pane inspector
        headway show crash.json --pane properties
      """)

  @Argument(help: ArgumentHelp("A graph file, or a saved run (*.json).", valueName: "run|graph"))
  var path: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The step to show. (default: the last)", valueName: "n"), transform: Self.parseStep)
  var step: Int?

  @Option(help: ArgumentHelp("What to show.", valueName: "graph|inspector|log|properties|progress"))
  var pane: MomentText.Pane = .graph

  @Option(help: ArgumentHelp("Run this scenario of the graph.", valueName: "name"))
  var scenario: String?

  @Option(help: ArgumentHelp("Add a fault, as it would stand in the file. Repeatable.", valueName: "fault"))
  var fault: [String] = []

  @Option(help: ArgumentHelp("Write the result to this file, whole or not at all.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Colour: on a terminal, always or never.", valueName: "auto|always|never"))
  var color: ColourChoice = .auto

  @OptionGroup var engine: EngineOptions

  func run() throws {
    let delivery = try Delivery(to: output, colour: color)
    let request =
      path.hasSuffix(".json")
      ? try RunRequest(saved: path, colour: color)
      : try RunRequest(graph: path, scenario: scenario, faults: fault, choices: .none, engine.run, colour: color)
    guard let graph = request.loaded.graph else { throw CommandFailure.cannot("'\(path)' cannot be executed") }
    var session = try request.session(of: path)
    session.go(to: session.history.tip)
    if let step { session.go(to: step) }
    if let step, session.moment.step != step {
      throw CommandFailure(message: "the run ends at step \(session.history.tip)", status: 64)
    }
    let text = MomentText(graph: graph, history: session.history, moment: session.moment)
    try delivery.deliver(text.bytes(pane: pane, seed: request.options.seed, style: delivery.style))
  }

  @Sendable static func parseStep(_ word: String) throws -> Int {
    guard let step = Int(word), step >= 0 else { throw ValidationError("Steps count from 0.") }
    return step
  }
}

extension MomentText.Pane: ExpressibleByArgument {}
