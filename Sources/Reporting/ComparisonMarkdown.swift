public import LabEngine
import ProgressGraph

/// A comparison as a Markdown table, for pull requests: faults against designs.
public enum ComparisonMarkdown {
  public static func bytes(of comparison: Comparison) -> [UInt8] {
    var lines: [String] = []
    for design in comparison.designs {
      for diagnostic in design.diagnostics {
        let place = "\(design.file):\(diagnostic.span.line):\(diagnostic.span.column)"
        let kind = "\(diagnostic.severity.rawValue) \(diagnostic.code)"
        lines.append("- \(kind) at \(escaped(place)): \(escaped(diagnostic.message))")
      }
    }
    if !lines.isEmpty { lines.append("") }
    if comparison.rows.contains(where: { !$0.cells.isEmpty }) { lines += table(comparison) }
    if !comparison.isComplete { lines += ["", "**Stopped before the end: this is a part of the result.**"] }
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  private static func table(_ comparison: Comparison) -> [String] {
    let names = comparison.designs.map { escaped($0.name) }
    var lines = [
      "| fault | \(names.joined(separator: " | ")) |", "|---|" + names.map { _ in "---|" }.joined(),
    ]
    for row in comparison.rows {
      var head = escaped(row.name)
      let faults = row.faults.filter { $0 != row.name }.map(code)
      if !faults.isEmpty { head += "<br>" + faults.joined(separator: "<br>") }
      if row.load != .single { head += "<br>\(row.load.words)" }
      lines.append("| \(head) | \(row.cells.map(cell).joined(separator: " | ")) |")
    }
    let totals = comparison.designs.indices.map { DesignTotal(of: $0, in: comparison) }
    let clean = totals.map { "\($0.clean) of \($0.runs)" }
    let complete = totals.map { "\($0.completed) of \($0.triggers)" }
    lines.append("| **clean runs** | \(clean.joined(separator: " | ")) |")
    lines.append("| **complete** | \(complete.joined(separator: " | ")) |")
    return lines + ["", "Seed \(comparison.seed), logs \(comparison.logs.rawValue)."]
  }

  private static func cell(_ cell: ComparisonCell) -> String {
    switch cell {
    case .notApplicable(let reason): return "– (\(escaped(reason)))"
    case .run(let run):
      let codes = run.outcome.isEmpty ? "none" : "**\(words(of: run.outcome))**"
      return "\(codes)<br>\(run.answerWords)<br>\(run.completionWords)"
    }
  }

  /// In a table cell a pipe ends the cell and an angle bracket begins HTML; a line break would end the table.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in printable(text, .unicode) {
      switch character {
      case "|", "<", ">", "*", "_", "`", "[", "]", "\\", "#": result += "\\\(character)"
      case "&": result += "&amp;"
      default: result.append(character)
      }
    }
    return result
  }

  /// Code in a table cell: only the pipe still counts, and the code must not end early.
  private static func code(_ text: String) -> String {
    "`\(printable(text, .unicode).replacing("|", with: "\\|").replacing("`", with: "'"))`"
  }
}
