/// What one command found: the value that every output format is printed from.
///
/// Owner: the command that made it. It holds no wall-clock time and no absolute path, so that equal commands give equal
/// bytes. The verdict is never stored: it follows from the contents by one rule (`GraphReport.verdict(failOn:)`).
public struct Report: Equatable, Sendable {
  public enum Command: String, Sendable {
    case check, run, replay
  }
  public var command: Command
  public var seed: UInt64
  public var logs: LogChoice
  /// The severity from which a diagnostic or finding fails the command.
  public var failOn: Severity
  /// False when the command was stopped from outside before it had done all that was asked.
  public var isComplete: Bool
  /// In the order of the command line; the files of a folder in path order.
  public var graphs: [GraphReport]

  public init(
    command: Command, seed: UInt64, logs: LogChoice, failOn: Severity = .error, isComplete: Bool = true,
    graphs: [GraphReport] = []
  ) {
    self.command = command
    self.seed = seed
    self.logs = logs
    self.failOn = failOn
    self.isComplete = isComplete
    self.graphs = graphs
  }

  /// The worst verdict of the graphs. A report that was cut short is never better than inconclusive.
  public var verdict: Verdict {
    let worst = graphs.map { $0.verdict(failOn: failOn) }.max() ?? .pass
    return isComplete ? worst : max(worst, .inconclusive)
  }
}

/// What a command, or one graph of it, comes to. Ordered by what must not be hidden: a failure outweighs an open
/// question, and an input that could not be judged outweighs both.
public enum Verdict: String, Comparable, Sendable, CaseIterable {
  case pass, inconclusive, fail, error

  public static func < (left: Verdict, right: Verdict) -> Bool { left.weight < right.weight }

  private var weight: Int {
    switch self {
    case .pass: 0
    case .inconclusive: 1
    case .fail: 2
    case .error: 3
    }
  }

  /// The exit code of interface.md, section 2.
  public var exitCode: Int32 {
    switch self {
    case .pass: 0
    case .fail: 1
    case .error: 2
    case .inconclusive: 3
    }
  }
}

public enum Severity: String, Comparable, Sendable, CaseIterable {
  case warning, error

  public static func < (left: Severity, right: Severity) -> Bool { left == .warning && right == .error }
}

/// What the logs of a graph run on.
public enum LogChoice: String, Sendable, CaseIterable {
  /// Every log is one atomic log that does not fail.
  case ideal
  /// The protocols that the file asks for.
  case replicated
}

/// A part of a check. A report lists those that ran, so that silence is never taken for a pass.
public enum CheckPart: String, Sendable, CaseIterable {
  case load, rules, budgets, scenarios, search, seeds, interleavings, replay
}

/// What was found about one graph.
public struct GraphReport: Equatable, Sendable {
  /// As it is to be printed: relative to the current folder where it lies below it, else the file's name alone.
  public var file: String
  /// The graph's name; the file's name without its ending where it could not be read.
  public var name: String
  /// In the order of `CheckPart`.
  public var checks: [CheckPart]
  /// Of the reader, in the order of the file.
  public var diagnostics: [DiagnosticReport]
  /// Of design rules, in the order of the file.
  public var findings: [FindingReport]
  /// In the order of the file. A run has exactly one.
  public var scenarios: [ScenarioReport]
  /// Nil where no search was made.
  public var search: SearchReport?
  /// Every expectation of the graph, in the order of the file.
  public var expectations: [ExpectationReport]
  /// What some run of a check has to come to; empty for every other command.
  public var sometimes: [SometimesReport]
  public var budgets: [BudgetReport]
  /// Channels and journals whose protocol another one stood in for.
  public var substitutions: [Substitution]
  /// What became of a saved run; nil for every other command.
  public var replay: ReplayReport?
  /// What became of the saved runs beside the graph, in the order of their names.
  public var regressions: [RegressionReport]
  /// How much of the graph the search has been through; nil where no search was made.
  public var coverage: CoverageReport?

  public init(file: String, name: String) {
    self.file = file
    self.name = name
    checks = []
    diagnostics = []
    findings = []
    scenarios = []
    search = nil
    expectations = []
    sometimes = []
    budgets = []
    substitutions = []
    replay = nil
    regressions = []
    coverage = nil
  }

  /// The rule from findings to verdict (interface.md, section 2).
  ///
  /// An error of the reader outweighs everything. A violation that the file declares does not fail; everything else
  /// that was found does. What remains open — a bound that was reached, a budget nobody evaluated — is inconclusive.
  public func verdict(failOn: Severity) -> Verdict {
    if diagnostics.contains(where: { $0.severity == .error }) { return .error }
    let hasFailed =
      diagnostics.contains { $0.severity >= failOn }
      || findings.contains { !$0.isSuppressed && $0.severity >= failOn }
      || scenarios.contains { !$0.passed }
      || search?.violations.contains { !$0.isDeclared } ?? false
      || budgets.contains { $0.holds == false }
      || replay?.isExact == false
      || regressions.contains { $0.state == .failing && !$0.isDeclared }
    if hasFailed { return .fail }
    let isOpen =
      scenarios.contains { !$0.isComplete } || regressions.contains { $0.state == .open }
      || search?.isComplete == false || budgets.contains { $0.holds == nil }
    return isOpen ? .inconclusive : .pass
  }
}

/// A channel or journal that asked for a protocol which this version cannot run, and ran on another.
public struct Substitution: Equatable, Sendable {
  /// `orders`, or `order/journal`.
  public var subject: String
  public var asked: String
  public var ranOn: String

  public init(subject: String, asked: String, ranOn: String) {
    self.subject = subject
    self.asked = asked
    self.ranOn = ranOn
  }
}

/// A coupling budget of the file.
public struct BudgetReport: Equatable, Sendable {
  public var name: String
  /// Nil where nothing evaluated it: that is never a pass.
  public var value: Double?
  public var limit: Double
  public var holds: Bool?

  public init(name: String, value: Double?, limit: Double, holds: Bool?) {
    self.name = name
    self.value = value
    self.limit = limit
    self.holds = holds
  }
}
