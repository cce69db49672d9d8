import GraphFile
import GraphNodes
import Primitives
import ProgressGraph
import Properties

/// What a check that proves nothing says: a fault that never struck, an effect that no run came to.
extension Lab {
  /// A scenario declares a fault whose moment never comes.
  public static let unstruckFaultCode = "HW901"
  /// No run of a check came to what the expectations are about.
  public static let neverReachedCode = "HW902"

  static func warnings(onUnstruckFaultsOf scenario: ScenarioReport) -> [DiagnosticReport] {
    guard let span = scenario.span else { return [] }
    return scenario.unstruck.map { fault in
      DiagnosticReport(
        code: unstruckFaultCode, severity: .warning,
        message: "\(fault) never struck in scenario `\(scenario.name)`: the run shows nothing about it",
        hint: "name a point that the run comes to, or a lower `nth`", span: span)
    }
  }

  /// - Parameter reached: what the runs of the check came to.
  static func judgeSometimes(
    _ reached: Set<Sometimes>, _ deployment: Deployment, of loaded: LoadedGraph, into report: inout GraphReport
  ) {
    let graph = deployment.graph
    for sometimes in Sometimes.all(in: graph) {
      let name = sometimes.name(in: graph)
      report.sometimes.append(SometimesReport(name: name, isReached: reached.contains(sometimes)))
      guard !reached.contains(sometimes), let span = span(of: sometimes, deployment, in: loaded) else { continue }
      report.diagnostics.append(
        DiagnosticReport(
          code: neverReachedCode, severity: .warning,
          message: "in no run of this check was it seen that \(name): what is expected of it was never put to the test",
          hint: "add a scenario that gets there, or take it out of `expect`", span: span))
    }
  }

  private static func span(
    of sometimes: Sometimes, _ deployment: Deployment, in loaded: LoadedGraph
  ) -> SourceSpan? {
    let sources = loaded.decoded.sources
    let graph = deployment.graph
    switch sometimes {
    case .completes(let node):
      return SourceSpan(sources.span(of: node), in: loaded.decoded.source)
    case .happens(let name):
      let step = graph.stepIDs.first { graph[$0].isNamed(name, deployment.channelNames) }
      return step.map { SourceSpan(sources.span(of: $0), in: loaded.decoded.source) }
    }
  }
}

extension Step {
  /// True for a step whose effect an expectation can call by this name.
  fileprivate func isNamed(_ name: NameID, _ channelNames: [NameID]) -> Bool {
    switch verb {
    case .write(let effect, _, _), .effect(let effect, _): effect == name
    case .send(let send): channelNames[send.channel.index] == name
    case .publish(let publish): publish.event == name || channelNames[publish.channel.index] == name
    case .compute, .call, .read, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .signal, .reply, .fail:
      false
    }
  }
}
