import LabEngine
import Primitives
import ProgressGraph

/// Hand-built reports that use every field: nothing here was computed by an engine.
enum Sample {
  static let span = SourceSpan(
    line: 11, column: 15, endLine: 11, endColumn: 29, text: "  pay: {do: [{effect: charge}]}")

  static func event(
    _ step: Int, _ milliseconds: Int64, _ actor: String, _ text: String, _ kind: StoryEvent.Kind = .message,
    cause: Int? = nil
  ) -> StoryEvent {
    StoryEvent(
      step: step, time: SimInstant(microseconds: milliseconds * 1_000), actor: actor, text: text, kind: kind,
      cause: cause)
  }

  static let story = [
    event(1, 0, "web", "starts order-1", .note),
    event(1, 0, "web", "calls shop", cause: 0),
    event(3, 12, "pay", "does charge", .effect, cause: 1),
    event(4, 12, "pay", "crashes", .fault, cause: 2),
    event(6, 1_002, "web", "hears nothing from shop in time", .failure, cause: 1),
    event(7, 1_012, "pay", "is up again", .recovery, cause: 3),
    event(9, 31_200, "pay", "does charge again for the same order", .anomaly, cause: 4),
  ]

  static func scenario() -> ScenarioReport {
    var run = ScenarioReport(name: "payment-dies")
    run.faults = ["{crash: pay, after: work}"]
    run.outcome = [.dup, .orphan]
    run.expected = [.dup, .orphan]
    run.anomalies = [
      AnomalyReport(code: .dup, subject: "charge", key: "order-1", count: 2, step: 9),
      AnomalyReport(code: .orphan, subject: "shop", key: "order-1", count: 1, step: 6),
    ]
    run.failed = 1
    run.steps = 57
    run.stateHash = 0x00AB_CDEF_0123_4567
    run.span = SourceSpan(line: 20, column: 3, endLine: 20, endColumn: 15, text: "  payment-dies:")
    return run
  }

  static func check() -> Report {
    var graph = GraphReport(file: "Graphs/naive.yaml", name: "naive")
    graph.checks = [.load, .scenarios, .search]
    graph.diagnostics = [
      DiagnosticReport(
        code: "HW030", severity: .warning, message: "nothing triggers 'crm'", hint: "give it a `trigger`",
        span: SourceSpan(line: 3, column: 5, endLine: 3, endColumn: 8, text: "    crm: {do: []}"))
    ]
    var calm = ScenarioReport(name: "calm")
    calm.steps = 31
    calm.stateHash = 7
    graph.scenarios = [scenario(), calm]
    var violation = ViolationReport(
      code: .dup, subject: "charge", faults: ["{crash: pay, after: work}"], steps: 9, isDeclared: false)
    violation.expectations = ["once charge"]
    violation.key = "order-1"
    violation.count = 2
    violation.story = story
    violation.span = span
    let declared = ViolationReport(
      code: .lost, subject: "email", faults: ["{crash: shop, before: orders}"], steps: 23, isDeclared: true)
    graph.search = SearchReport(
      faults: 1, runs: 212, states: 9_310, isComplete: true, violations: [violation, declared],
      observed: [ObservedAnomaly(code: .orphan, count: 3)])
    graph.expectations = [
      ExpectationReport(name: "once charge", holds: false, violatedBy: 0),
      ExpectationReport(name: "once email", holds: false, violatedBy: 1),
      ExpectationReport(name: "once reserved", holds: true),
    ]
    graph.budgets = [BudgetReport(name: "availability", value: 0.995, limit: 0.999, holds: false)]
    graph.substitutions = [Substitution(subject: "orders", asked: "kafka", ranOn: "raft")]
    return Report(command: .check, seed: 1, logs: .replicated, graphs: [graph])
  }

  static func run() -> Report {
    var graph = GraphReport(file: "Graphs/naive.yaml", name: "naive")
    graph.checks = [.load, .scenarios]
    var run = scenario()
    run.story = story
    graph.scenarios = [run]
    return Report(command: .run, seed: 1, logs: .replicated, graphs: [graph])
  }
}
