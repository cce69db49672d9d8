public import LabEngine
import Primitives
import ProgressGraph

/// A report as one JSON object, `headway.report/1`: the contract of interface.md, section 3.
///
/// Keys beyond that page, all additions: `logs`, `complete` and, within a graph, `checks`, `substituted`,
/// `substitutions`, `replay`; within a diagnostic about an argument `file`; within a scenario `faults`, `violated`,
/// `complete`; within a violation `expectations` and, for a random schedule, its `seed`; within an expectation
/// `scenario`; within a search `seeds` and `interleavings`; within a graph `coverage` and, for saved runs beside it,
/// `regressions`. `search` is `null` where none was made.
public enum ReportJSON {
  public static func bytes(of report: Report) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("schema", "headway.report/1")
      writer.field("command", report.command.rawValue)
      writer.field("seed", report.seed)
      writer.field("logs", report.logs.rawValue)
      writer.field("complete", report.isComplete)
      writer.field("verdict", report.verdict.rawValue)
      writer.list("graphs", report.graphs) { writer, graph in
        write(graph, of: report, to: &writer)
      }
    }
    return writer.finish()
  }

  private static func write(_ graph: GraphReport, of report: Report, to writer: inout JSONWriter) {
    writer.field("file", graph.file)
    writer.field("name", graph.name)
    writer.field("verdict", graph.verdict(failOn: report.failOn).rawValue)
    writer.words("checks", graph.checks.map(\.rawValue))
    writer.field("substituted", !graph.substitutions.isEmpty)
    writer.list("substitutions", graph.substitutions) { writer, substitution in
      writer.field("subject", substitution.subject)
      writer.field("asked", substitution.asked)
      writer.field("ranOn", substitution.ranOn)
    }
    writer.list("diagnostics", graph.diagnostics) { write($1, to: &$0) }
    writer.list("findings", graph.findings) { write($1, to: &$0) }
    writer.list("scenarios", graph.scenarios) { write($1, to: &$0) }
    if let search = graph.search {
      writer.object("search") { write(search, to: &$0) }
    } else {
      writer.null("search")
    }
    writer.list("expectations", graph.expectations) { writer, expectation in
      writer.field("name", expectation.name)
      writer.field("holds", expectation.holds)
      writer.field("violatedBy", expectation.violatedBy)
      writer.field("scenario", expectation.scenario)
    }
    writer.list("sometimes", graph.sometimes) { writer, sometimes in
      writer.field("name", sometimes.name)
      writer.field("reached", sometimes.isReached)
    }
    writer.list("budgets", graph.budgets) { write($1, to: &$0) }
    if let coverage = graph.coverage {
      writer.object("coverage") { writer in
        for part in coverage.parts {
          writer.object(part.name) { writer in
            writer.field("reached", part.reached)
            writer.field("total", part.total)
            writer.words("missing", part.missing)
          }
        }
      }
    }
    if !graph.regressions.isEmpty {
      writer.list("regressions", graph.regressions) { write($1, to: &$0) }
    }
    if let replay = graph.replay {
      writer.object("replay") { write(replay, to: &$0) }
    }
  }

  static func write(_ diagnostic: DiagnosticReport, to writer: inout JSONWriter) {
    writer.field("code", diagnostic.code)
    writer.field("severity", diagnostic.severity.rawValue)
    writer.field("message", diagnostic.message)
    if let file = diagnostic.file { writer.field("file", file) }
    write(diagnostic.span, to: &writer)
  }

  private static func write(_ span: SourceSpan, to writer: inout JSONWriter) {
    writer.field("line", span.line)
    writer.field("column", span.column)
    writer.field("endLine", span.endLine)
    writer.field("endColumn", span.endColumn)
  }

  private static func write(_ finding: FindingReport, to writer: inout JSONWriter) {
    writer.field("rule", finding.rule)
    writer.field("severity", finding.severity.rawValue)
    writer.field("subject", finding.subject)
    writer.field("message", finding.message)
    writer.field("line", finding.span.line)
    writer.field("column", finding.span.column)
    writer.field("suppressed", finding.isSuppressed)
  }

  private static func write(_ scenario: ScenarioReport, to writer: inout JSONWriter) {
    writer.field("name", scenario.name)
    writer.words("faults", scenario.faults)
    writer.words("outcome", scenario.outcome.map(\.rawValue))
    if let expected = scenario.expected {
      writer.words("expected", expected.map(\.rawValue))
    } else {
      writer.null("expected")
    }
    writer.field("passed", scenario.passed)
    writer.words("violated", scenario.violated)
    writer.list("anomalies", scenario.anomalies) { writer, anomaly in
      writer.field("code", anomaly.code.rawValue)
      writer.field("subject", anomaly.subject)
      writer.field("key", anomaly.key)
      writer.field("count", anomaly.count)
      writer.field("step", anomaly.step)
    }
    writer.field("failed", scenario.failed)
    writer.field("steps", scenario.steps)
    writer.field("complete", scenario.isComplete)
    writer.field("endless", scenario.isEndless)
    writer.words("unstruck", scenario.unstruck)
    writer.field(hash: "stateHash", scenario.stateHash)
    writer.progress(scenario.progress)
  }

  private static func write(_ search: SearchReport, to writer: inout JSONWriter) {
    writer.field("faults", search.faults)
    writer.field("runs", search.runs)
    writer.field("states", search.states)
    writer.field("complete", search.isComplete)
    writer.list("violations", search.violations) { writer, violation in
      writer.field("code", violation.code.rawValue)
      writer.field("subject", violation.subject)
      writer.words("expectations", violation.expectations)
      writer.words("faults", violation.faults)
      if !violation.choices.isEmpty { writer.field("choices", violation.choices.text) }
      writer.field("steps", violation.steps)
      writer.field("declared", violation.isDeclared)
      writer.field("run", violation.run)
      if let seed = violation.seed { writer.field("seed", seed) }
    }
    writer.list("observed", search.observed) { writer, observed in
      writer.field("code", observed.code.rawValue)
      writer.field("count", observed.count)
    }
    if search.seeds > 0 { writer.field("seeds", search.seeds) }
    if let interleavings = search.interleavings {
      writer.object("interleavings") { write(interleavings, to: &$0) }
    }
  }

  private static func write(_ interleavings: InterleavingReport, to writer: inout JSONWriter) {
    writer.field("states", interleavings.states)
    writer.field("distinctStates", interleavings.distinctStates)
    writer.field("depth", interleavings.depth)
    writer.field("ends", interleavings.ends)
    writer.field("crashes", interleavings.crashes)
    writer.field("complete", interleavings.bound == nil)
    writer.field("bound", interleavings.bound?.words)
    writer.words("approximations", interleavings.approximations)
  }

  private static func write(_ regression: RegressionReport, to writer: inout JSONWriter) {
    writer.field("run", regression.run)
    writer.field("state", regression.state.rawValue)
    writer.words("codes", regression.codes.map(\.rawValue))
    writer.field("declared", regression.isDeclared)
  }

  private static func write(_ budget: BudgetReport, to writer: inout JSONWriter) {
    writer.field("name", budget.name)
    if let value = budget.value { writer.field("value", value) } else { writer.null("value") }
    writer.field("limit", budget.limit)
    if let holds = budget.holds { writer.field("holds", holds) } else { writer.null("holds") }
  }

  private static func write(_ replay: ReplayReport, to writer: inout JSONWriter) {
    writer.field("exact", replay.isExact)
    writer.field("steps", replay.steps)
    writer.field("hashes", replay.hashes)
    writer.field("divergedAt", replay.divergedAt)
    writer.field("difference", replay.difference)
    writer.field("engine", replay.engine)
  }
}
