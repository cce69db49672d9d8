import GraphFile
public import ProgressGraph

/// A fault that somebody typed, or what is wrong with it.
public enum TypedFault: Sendable {
  case fault(Fault)
  /// At least one; their spans point into the typed text.
  case mistakes([DiagnosticReport])
}

extension Lab {
  /// Reads a fault such as `{crash: pay, after: work}` against a graph.
  ///
  /// - Parameter argument: what the text was given as, for messages: `--fault`.
  public static func fault(_ text: String, as argument: String, in graph: Graph) -> TypedFault {
    switch GraphReader.decodeFault(text, in: graph) {
    case .success(let fault):
      return .fault(fault)
    case .failure(let mistakes):
      return .mistakes(
        mistakes.diagnostics.map { diagnostic in
          var report = DiagnosticReport(diagnostic, in: mistakes.source)
          report.file = argument
          return report
        })
    }
  }
}
