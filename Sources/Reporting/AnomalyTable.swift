import LabEngine
import ProgressGraph

/// Designs against anomalies: which design shows what, and whether its file says so.
struct AnomalyTable {
  private let report: Report

  private enum Cell {
    case none
    /// Seen, and violates nothing.
    case seen
    /// Declared by the file.
    case declared
    case failed

    var words: String {
      switch self {
      case .none: ""
      case .seen: "seen"
      case .declared: "decl"
      case .failed: "FAIL"
      }
    }

    var ink: Ink {
      switch self {
      case .none: .plain
      case .seen: .muted
      case .declared: .good
      case .failed: .bad
      }
    }
  }

  init(_ report: Report) { self.report = report }

  /// Nothing where no design shows anything.
  func write(to text: inout StyledText) {
    let codes = AnomalyCode.allCases.sorted().filter { code in
      report.graphs.contains { cell(code, of: $0) != .none }
    }
    guard !codes.isEmpty else { return }
    let widths = codes.map { max(4, $0.rawValue.utf8.count) + 1 }
    let room = text.style.width - widths.reduce(0, +) - 2
    let names = min(max(12, room), report.graphs.map { displayWidth($0.name) }.max() ?? 0)
    text.line()
    text.add("design", padded: names + 2, .muted)
    for (code, width) in zip(codes, widths) { text.add(code.rawValue, padded: width, .muted) }
    text.line()
    for graph in report.graphs {
      text.add(fitting(graph.name, names), padded: names + 2)
      for (code, width) in zip(codes, widths) {
        let cell = cell(code, of: graph)
        text.add(cell.words, padded: width, cell.ink)
      }
      text.line()
    }
    text.paragraph(
      "FAIL: violates an expectation, and the file does not say so; decl: the file declares it; "
        + "seen: violates nothing.",
      .muted)
  }

  private func fitting(_ name: String, _ width: Int) -> String {
    guard displayWidth(name) > width else { return name }
    var short = ""
    for character in name {
      guard displayWidth(short) + displayWidth(String(character)) < width else { break }
      short.append(character)
    }
    return short + "~"
  }

  private func cell(_ code: AnomalyCode, of graph: GraphReport) -> Cell {
    let violations = graph.search?.violations.filter { $0.code == code } ?? []
    let scenarios = graph.scenarios.filter { $0.outcome.contains(code) }
    if violations.contains(where: { !$0.isDeclared }) { return .failed }
    if scenarios.contains(where: { !$0.passed && !($0.expected ?? []).contains(code) }) { return .failed }
    if !violations.isEmpty || scenarios.contains(where: { $0.expected?.contains(code) ?? false }) { return .declared }
    let isSeen = !scenarios.isEmpty || graph.search?.observed.contains { $0.code == code } ?? false
    return isSeen ? .seen : .none
  }
}
