import ClusterModel
import GraphFile
import GraphNodes
import LabWorld
import MachineContract
import Primitives
public import ProgressGraph
import Properties

/// A file among the saved runs beside a graph.
public struct SavedRun: Equatable, Sendable {
  public enum Content: Equatable, Sendable {
    case run(RunFile)
    /// Why it cannot be read.
    case unreadable(String)
  }
  /// As it is to be printed.
  public var path: String
  public var content: Content

  public init(path: String, content: Content) {
    self.path = path
    self.content = content
  }
}

/// What became of a saved run that was executed again before a check.
public struct RegressionReport: Equatable, Sendable {
  public enum State: String, Sendable {
    /// It shows what it was saved for, or something else that violates an expectation.
    case failing
    /// It violates nothing any more.
    case fixed
    /// It does not fit the graph any more, or cannot be read: a finding says so.
    case stale
    /// Somebody stopped it.
    case open
  }
  public var run: String
  public var state: State
  /// Of the anomalies that violate an expectation, sorted, each once.
  public var codes: [AnomalyCode]
  /// True when the file declares all of them.
  public var isDeclared: Bool

  public init(run: String, state: State, codes: [AnomalyCode] = [], isDeclared: Bool = false) {
    self.run = run
    self.state = state
    self.codes = codes
    self.isDeclared = isDeclared
  }
}

extension Lab {
  /// The code of the finding about a saved run that no longer fits. Never used for anything else.
  public static let staleRunCode = "HW903"

  /// Executes saved runs on the graph as it is now.
  ///
  /// - Returns: false where `progress` stopped it.
  static func execute(
    _ saved: [SavedRun], on loaded: LoadedGraph, into report: inout GraphReport, _ progress: (Progress) -> Pace
  ) -> Bool {
    guard !saved.isEmpty else { return true }
    report.checks.append(.replay)
    for (position, run) in saved.enumerated() {
      let status = Progress(part: .replay, runs: position, total: saved.count, states: 0)
      guard progress(status) == .goOn else { return false }
      switch run.content {
      case .unreadable(let reason):
        report.regressions.append(RegressionReport(run: run.path, state: .stale))
        report.findings.append(stale(run.path, loaded, "cannot be read: \(reason)"))
      case .run(let file):
        let result = execute(file, path: run.path, on: loaded) { progress(status) }
        report.regressions.append(result.report)
        if let finding = result.finding { report.findings.append(finding) }
        if result.report.state == .open { return false }
      }
    }
    return true
  }

  private static func execute(
    _ file: RunFile, path: String, on loaded: LoadedGraph, pace: () -> Pace
  ) -> (report: RegressionReport, finding: FindingReport?) {
    guard let graph = loaded.graph else { return (RegressionReport(run: path, state: .open), nil) }
    var present = file
    present.graphText = loaded.decoded.source.text
    let replayed = replay(present, pace: pace)
    guard let replay = replayed.replay, let scenario = replayed.scenarios.first else {
      return (RegressionReport(run: path, state: .open), nil)
    }
    guard replay.divergedAt != nil else {
      guard scenario.isComplete else { return (RegressionReport(run: path, state: .open), nil) }
      var report = RegressionReport(run: path, state: scenario.violatingCodes.isEmpty ? .fixed : .failing)
      report.codes = scenario.violatingCodes
      report.isDeclared = report.codes.allSatisfy(graph.declares)
      return (report, nil)
    }
    let what = replay.difference ?? "it differs"
    let words = "no longer fits the graph: \(what), at step \(replay.divergedAt ?? 0)"
    return (
      RegressionReport(run: path, state: .stale),
      stale(path, loaded, words + presentOutcome(of: file, on: loaded, pace: pace))
    )
  }

  /// What the faults of the run lead to now; nothing for a run that has none.
  private static func presentOutcome(of file: RunFile, on loaded: LoadedGraph, pace: () -> Pace) -> String {
    guard !file.faults.isEmpty,
      case .plan(var plan) = plan(
        loaded, scenario: nil, faults: file.faults, choices: file.choices, as: "the saved run"),
      let graph = loaded.graph
    else { return "" }
    plan.load = file.load.load(in: graph)
    let deployment = Deployment(graph, logs: file.logs.deployed)
    let run = execute(
      deployment, plan, RunOptions(seed: file.seed, logs: file.logs), recording: false, pace: pace)
    guard let judgement = run.judgement else { return "" }
    let codes = judgement.violatingCodes.map(\.rawValue)
    return codes.isEmpty
      ? "; its faults violate nothing now" : "; its faults still lead to \(codes.joined(separator: ", "))"
  }

  private static func stale(_ path: String, _ loaded: LoadedGraph, _ what: String) -> FindingReport {
    FindingReport(
      rule: staleRunCode, severity: .warning, subject: path, message: "the saved run \(path) \(what)",
      hint: "delete it, or save the failure anew with `headway check --save`",
      span: SourceSpan(line: 1, column: 1, endLine: 1, endColumn: 1, text: loaded.decoded.source.line(1)))
  }

  // MARK: Saving

  /// The saved run of a violation that a check found, as short as it can be made.
  ///
  /// - Returns: nil where its faults do not read back, or `pace` stopped it.
  public static func record(
    _ violation: ViolationReport, of loaded: LoadedGraph, _ options: RunOptions, pace: () -> Pace = { .goOn }
  ) -> RunFile? {
    guard let graph = loaded.graph else { return nil }
    let deployment = Deployment(graph, logs: options.logs.deployed)
    if let path = violation.path { return record(path, violation, of: loaded, deployment, options) }
    guard
      case .plan(let plan) = plan(
        loaded, scenario: nil, faults: violation.faults, choices: violation.choices, as: "the search")
    else { return nil }
    let run = RunOptions(seed: violation.seed ?? options.seed, logs: options.logs)
    guard let file = record(loaded, plan, run, pace: pace) else { return nil }
    let shrinker = RunShrinker(
      deployment, load: graph.usualLoad, faults: violation.faults, code: violation.code, subject: violation.subject)
    let shrunk = shrinker.shrink(file, pace: pace)
    return pace() == .stop ? nil : shrunk
  }

  /// One interleaving as a saved run.
  private static func record(
    _ path: [String], _ violation: ViolationReport, of loaded: LoadedGraph, _ deployment: Deployment,
    _ options: RunOptions
  ) -> RunFile? {
    let load = deployment.graph.usualLoad
    let shrinker = RunShrinker(
      deployment, load: load, faults: violation.faults, code: violation.code, subject: violation.subject)
    return shrinker.file(
      RunFile(
        file: loaded.file, graphText: loaded.decoded.source.text, seed: options.seed, logs: options.logs,
        scenario: "interleaving", faults: violation.faults, load: NamedLoad(load, in: deployment.graph), actions: path,
        expected: RunFile.Expected(verdict: .fail, outcome: [], failed: 0, isComplete: true),
        hashes: RunFile.Hashes(every: 64, values: [], final: 0)))
  }

  /// What happens in one interleaving; it has no times.
  static func story(of path: [String], in deployment: Deployment) -> [StoryEvent] {
    let deployment = deployment.sharing(deployment.graph.usualLoad.same)
    var cluster = Cluster<LabMachine>(deployment)
    var scratch = Cluster<LabMachine>.Scratch()
    var story = StoryWriter(deployment)
    cluster.start(into: &scratch)
    for (position, text) in path.enumerated() {
      guard let action = ActionCode.action(text, in: cluster), cluster.apply(action, into: &scratch) else { break }
      story.record(action, scratch.events, step: position + 1, at: .start)
    }
    return story.lines
  }
}

extension Judgement {
  /// Of the anomalies that violate an expectation, sorted, each once. A caller told "failed" where the work must
  /// complete is lost work.
  var violatingCodes: [AnomalyCode] {
    var codes: [AnomalyCode] = []
    for violation in violations {
      let code: AnomalyCode =
        switch violation.cause {
        case .anomaly(let anomaly): anomaly.code
        case .failure: .lost
        }
      if !codes.contains(code) { codes.append(code) }
    }
    return codes.sorted()
  }
}
