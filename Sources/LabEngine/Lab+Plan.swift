import GraphFile
import GraphNodes
public import Primitives
import ProgressGraph

/// What somebody asked to be run, by names and texts, or why there is no such run.
public enum PlanRequest: Sendable {
  case plan(RunPlan)
  /// The file has these scenarios and not the one asked for.
  case unknownScenario(known: [String])
  /// At least one; their spans point into the texts of the faults.
  case mistakes([DiagnosticReport])
}

extension Lab {
  /// Finds the scenario and reads the faults, each as it would stand in the file: `{crash: pay, after: work}`. All
  /// mistakes in all faults are found at once, like those of a file.
  ///
  /// - Parameters:
  ///   - loaded: a graph that could be read.
  ///   - argument: what the faults were given as, for messages: `--fault`.
  public static func plan(
    _ loaded: LoadedGraph, scenario: String?, faults: [String], choices: ForcedChoices = .none, as argument: String
  ) -> PlanRequest {
    guard let graph = loaded.graph else { return .mistakes(loaded.diagnostics) }
    var read: [Fault] = []
    var mistakes: [DiagnosticReport] = []
    // As deployed: the search names the durable-execution engine, too.
    let deployed = Deployment(graph, logs: .ideal).graph
    for text in faults {
      switch GraphReader.decodeFault(text, in: deployed) {
      case .success(let fault): read.append(fault)
      case .failure(let found): mistakes += found.diagnostics.map { report(on: $0, in: found.source, as: argument) }
      }
    }
    if !mistakes.isEmpty { return .mistakes(mistakes) }
    guard var plan = plan(graph, scenario: scenario, faults: read) else {
      return .unknownScenario(known: graph.scenarios.map(\.name))
    }
    if !choices.isEmpty {
      // Another run than the one whose outcome the file declares.
      plan.choices = choices
      plan.outcome = nil
    }
    return .plan(plan)
  }

  static func report(
    on diagnostic: Diagnostic, in source: SourceText, as argument: String
  ) -> DiagnosticReport {
    var report = DiagnosticReport(diagnostic, in: source)
    report.file = argument
    return report
  }
}
