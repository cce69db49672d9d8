import LabEngine

/// One graph file as the command line named it: its bytes, or the report that says why there are none.
enum GraphInput {
  case text(bytes: [UInt8], file: String)
  case unreadable(GraphReport)

  /// The limit of graph-format.md, rule 7.
  static let sizeLimit = 4 << 20

  /// Reads one after the other, as the caller comes to it.
  static func read(_ resolved: GraphPaths.Resolved) -> GraphInput {
    switch resolved {
    case .failure(let path, let message):
      return .unreadable(report(path, "cannot read this folder: \(message)", hint: nil))
    case .file(let path):
      do {
        return .text(bytes: try InputFile.read(path, limit: sizeLimit), file: GraphPaths.shown(path))
      } catch {
        let nearest = GraphPaths.meant(by: path)
        return .unreadable(
          report(path, "cannot read this file: \(error.message)", hint: nearest.map { "did you mean `\($0)`?" }))
      }
    }
  }

  private static func report(_ path: String, _ message: String, hint: String?) -> GraphReport {
    var report = GraphReport(file: GraphPaths.shown(path), name: GraphPaths.stem(of: path))
    let span = SourceSpan(line: 1, column: 1, endLine: 1, endColumn: 1, text: "")
    report.checks = [.load]
    report.diagnostics = [
      DiagnosticReport(code: "HW001", severity: .error, message: message, hint: hint, span: span)
    ]
    return report
  }
}
