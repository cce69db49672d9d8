public import LabEngine
import Primitives
import ProgressGraph

/// A comparison for people: a block for each set of faults with a line for each design, then the designs against all of
/// it.
public enum ComparisonText {
  public static func bytes(of comparison: Comparison, style: TextStyle) -> [UInt8] {
    var text = StyledText(style: style)
    for design in comparison.designs { ReportText.write(problemsOf: design, to: &text) }
    let names = comparison.designs.map(\.name)
    let width = (names.map(displayWidth).max() ?? 0) + 2
    for row in comparison.rows where !row.cells.isEmpty {
      write(row, of: names, padded: width, to: &text)
      text.line()
    }
    write(totalsOf: comparison, padded: width, to: &text)
    if !comparison.isComplete {
      text.line()
      text.line("Stopped before the end: this is a part of the result.", .warning)
    }
    return text.bytes
  }

  private static func write(
    _ row: ComparisonRow, of names: [String], padded width: Int, to text: inout StyledText
  ) {
    text.line(row.name, .strong)
    if row.faults != [row.name] {
      for fault in row.faults { text.line("  \(fault)", .muted) }
    }
    if row.load != .single { text.line("  load: \(row.load.words)", .muted) }
    let cells = zip(names, row.cells)
    let outcomes = row.cells.compactMap { $0.run.map { words(of: $0.outcome).utf8.count } }.max() ?? 0
    let answers = row.cells.compactMap { $0.run.map { $0.answerWords.utf8.count } }.max() ?? 0
    for (name, cell) in cells {
      text.blanks(2)
      text.add(name, padded: width)
      switch cell {
      case .notApplicable(let reason): text.line("does not apply: \(reason)", .muted)
      case .run(let run):
        text.add(words(of: run.outcome), padded: outcomes + 2, run.outcome.isEmpty ? .good : .bad)
        text.add(run.answerWords, padded: answers + 2)
        text.line(run.completionWords, run.completed == run.triggers ? .plain : .warning)
      }
    }
  }

  /// What each design came to under everything that applies to it.
  private static func write(totalsOf comparison: Comparison, padded width: Int, to text: inout StyledText) {
    let totals = comparison.designs.indices.map { DesignTotal(of: $0, in: comparison) }
    guard totals.contains(where: { $0.runs > 0 }) else { return }
    text.blanks(2)
    text.add("", padded: width)
    text.add("clean", padded: 10, .muted)
    text.add("accepted", padded: 10, .muted)
    text.add("complete", padded: 10, .muted)
    text.line("anomalies", .muted)
    for (design, total) in zip(comparison.designs, totals) {
      text.blanks(2)
      text.add(design.name, padded: width, .strong)
      text.add("\(total.clean) of \(total.runs)", padded: 10)
      text.add("\(total.accepted) of \(total.triggers)", padded: 10)
      text.add("\(total.completed) of \(total.triggers)", padded: 10)
      text.line(words(of: total.codes), total.codes.isEmpty ? .good : .bad)
    }
    text.line()
    text.paragraph(
      "Seed \(comparison.seed), logs \(comparison.logs.rawValue). Clean: runs without an anomaly. Accepted: triggers "
        + "whose caller was answered or whose message was stored. Complete: triggers of which everything expected was "
        + "done.",
      .muted)
  }
}

/// The sums over the runs of one design.
struct DesignTotal {
  private(set) var runs = 0
  private(set) var clean = 0
  private(set) var triggers = 0
  private(set) var accepted = 0
  private(set) var completed = 0
  /// Sorted, each once.
  private(set) var codes: [AnomalyCode] = []

  init(of design: Int, in comparison: Comparison) {
    for row in comparison.rows where design < row.cells.count {
      guard let run = row.cells[design].run else { continue }
      runs += 1
      clean += run.outcome.isEmpty ? 1 : 0
      triggers += run.triggers
      accepted += run.accepted
      completed += run.completed
      codes += run.outcome.filter { !codes.contains($0) }
    }
    codes.sort()
  }
}

func words(of outcome: [AnomalyCode]) -> String {
  outcome.isEmpty ? "none" : outcome.map(\.rawValue).joined(separator: " ")
}

extension ComparedRun {
  var accepted: Int { answers.first { $0.answer == "accepted" }?.count ?? 0 }

  /// `accepted in 0.032s`, `timed out`, `18 accepted, 2 failed`.
  var answerWords: String {
    let seen = answers.filter { $0.count > 0 }
    let parts = seen.map { answer in
      let word = answer.answer.replacing("_", with: " ")
      return triggers == 1 ? word : "\(answer.count) \(word)"
    }
    let words = parts.isEmpty ? "nothing started" : parts.joined(separator: ", ")
    return acceptance.map { "\(words) in \($0.seconds)" } ?? words
  }

  var completionWords: String {
    let words =
      switch (completed, triggers) {
      case (0, _): "never complete"
      case (triggers, 1): "complete"
      default: "\(completed) of \(triggers) complete"
      }
    let time = completion.map { "\(words) in \($0.seconds)" } ?? words
    return isComplete ? time : "\(time) (cut: a bound was reached)"
  }
}

extension NamedLoad {
  var words: String {
    if count == 1 { return "one trigger" }
    let words = "\(count) triggers, one every \(every.seconds)"
    return same.isEmpty ? words : "\(words), with one \(same.joined(separator: " and one "))"
  }
}

extension SimDuration {
  /// Seconds with three places: `0.032s`.
  var seconds: String {
    let milliseconds = (microseconds + 500) / 1_000
    let fraction = String(milliseconds % 1_000)
    return "\(milliseconds / 1_000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)s"
  }
}
