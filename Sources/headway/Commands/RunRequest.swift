import Glibc
import LabEngine
import Primitives
import Reporting

/// A graph and what is to be run of it, for commands whose result is no report: whatever is wrong with the input is
/// told on stderr as every command tells it, and ends the command.
struct RunRequest {
  let loaded: LoadedGraph
  let plan: RunPlan
  let options: RunOptions
  /// The state that a saved run ended in; nil for a graph file.
  let finalState: UInt64?

  /// A graph file with a scenario of its own and faults of the command line.
  init(
    graph path: String, scenario: String?, faults: [String], choices: ForcedChoices, _ options: RunOptions,
    colour: ColourChoice
  ) throws(CommandFailure) {
    switch GraphInput.read(.file(path: path)) {
    case .unreadable(let report):
      throw Self.refusal(report, colour)
    case .text(let bytes, let file):
      try self.init(Lab.load(bytes, file: file), scenario, faults, choices, as: "--fault", options, colour)
    }
  }

  /// A saved run, from itself alone.
  init(saved path: String, colour: ColourChoice) throws(CommandFailure) {
    let run = try SavedRuns.read(path)
    let request = try RunRequest(
      Lab.load(Array(run.graphText.utf8), file: run.file), nil, run.faults, run.choices, as: "faults",
      RunOptions(seed: run.seed, logs: run.logs), colour)
    var plan = request.plan
    plan.name = run.scenario
    if let graph = request.loaded.graph { plan.load = run.load.load(in: graph) }
    loaded = request.loaded
    self.plan = plan
    options = request.options
    finalState = run.hashes.final
  }

  private init(
    _ loaded: LoadedGraph, _ scenario: String?, _ faults: [String], _ choices: ForcedChoices, as argument: String,
    _ options: RunOptions, _ colour: ColourChoice
  ) throws(CommandFailure) {
    switch Lab.plan(loaded, scenario: scenario, faults: faults, choices: choices, as: argument) {
    case .plan(let plan):
      self.loaded = loaded
      self.plan = plan
      self.options = options
      finalState = nil
    case .mistakes(let mistakes):
      var report = Lab.report(on: loaded)
      // A graph that cannot be executed has no faults to be wrong: the mistakes are its own.
      if loaded.graph != nil { report.diagnostics += mistakes }
      throw Self.refusal(report, colour)
    case .unknownScenario(let known):
      throw Self.unknownScenario(scenario ?? "", among: known)
    }
  }

  /// The run as a session, at its start.
  ///
  /// - Parameter path: what was asked for, for messages.
  func session(of path: String) throws(CommandFailure) -> LabSession {
    guard let graph = loaded.graph else { throw CommandFailure.cannot("'\(path)' cannot be executed") }
    var session = LabSession(graph, plan, options)
    guard let finalState else { return session }
    session.go(to: session.history.tip)
    // A session runs the plan anew; showing another run than the saved one would be a lie.
    guard session.moment.stateHash == finalState else {
      throw CommandFailure.cannot(
        "this version runs it differently; `headway replay \(path)` says from which step on")
    }
    session.go(to: 0)
    return session
  }

  static func unknownScenario(_ wanted: String, among known: [String]) -> CommandFailure {
    let nearest = Suggestion.nearest(to: wanted, among: known).map { "; did you mean `\($0)`?" }
    let list = known.isEmpty ? "; the file has none" : "; the file has " + known.joined(separator: ", ")
    return CommandFailure(message: "there is no scenario `\(wanted)`\(nearest ?? list)", status: 64)
  }

  private static func refusal(_ graph: GraphReport, _ colour: ColourChoice) -> CommandFailure {
    let report = Report(command: .run, seed: 1, logs: .replicated, graphs: [graph])
    let style = Console.style(of: STDERR_FILENO, colour: colour)
    Console.write(ReportText.bytes(of: report, style: style), to: STDERR_FILENO)
    return .verdict(2)
  }
}
