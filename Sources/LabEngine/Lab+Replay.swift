import ClusterModel
import GraphFile
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Simulation

extension Lab {
  /// Runs a plan and keeps everything that `replay` needs to execute it again.
  ///
  /// - Parameters:
  ///   - loaded: a graph that could be read.
  ///   - hashEvery: how many actions lie between two state hashes; at least 1.
  ///   - pace: asked every few hundred actions whether to go on.
  /// - Returns: nil for a graph that could not be read, and for a run that `pace` stopped.
  public static func record(
    _ loaded: LoadedGraph, _ plan: RunPlan, _ options: RunOptions, hashEvery: Int = 64,
    pace: () -> Pace = { .goOn }
  ) -> RunFile? {
    guard let graph = loaded.graph else { return nil }
    precondition(hashEvery > 0, "hashes are taken every so many actions")
    let deployment = Deployment(graph, logs: options.logs.deployed)
    var execution = Execution(
      deployment, load: plan.load, faults: plan.faults, choices: plan.choices, seed: options.seed)
    var actions: [String] = []
    var hashes: [UInt64] = []
    var instants: [SimInstant] = []
    var before = execution.simulator.cluster
    while let action = execution.advance(pace: pace) {
      actions.append(ActionCode.text(of: action, in: before))
      before = execution.simulator.cluster
      if execution.judge.judgesByTime { instants.append(execution.simulator.now) }
      if actions.count % hashEvery == 0 { hashes.append(execution.stateHash) }
    }
    if execution.isStopped { return nil }
    let judgement = execution.judgement
    return RunFile(
      file: loaded.file, graphText: loaded.decoded.source.text, seed: options.seed, logs: options.logs,
      scenario: plan.name, faults: plan.faults.map(\.text), choices: plan.choices,
      load: NamedLoad(plan.load, in: graph), actions: actions,
      instants: instants,
      expected: RunFile.Expected(
        verdict: judgement.violations.isEmpty ? .pass : .fail, outcome: judgement.outcome, failed: judgement.failed,
        isComplete: execution.isComplete),
      hashes: RunFile.Hashes(every: hashEvery, values: hashes, final: execution.stateHash))
  }

  /// Executes a saved run again, from the file alone, and compares every state hash and the outcome.
  ///
  /// - Parameter pace: asked every few hundred actions; a replay that it stops has compared nothing beyond.
  public static func replay(_ file: RunFile, pace: () -> Pace = { .goOn }) -> GraphReport {
    let loaded = load(Array(file.graphText.utf8), file: file.file)
    var report = report(on: loaded)
    report.checks = [.load, .replay]
    guard let graph = loaded.graph else { return report }
    let deployment = Deployment(graph, logs: file.logs.deployed).sharing(file.load.load(in: graph).same)
    var faults: [Fault] = []
    for text in file.faults {
      switch GraphReader.decodeFault(text, in: deployment.graph) {
      case .success(let fault): faults.append(fault)
      case .failure(let found):
        report.diagnostics += found.diagnostics.map { Self.report(on: $0, in: found.source, as: "faults") }
      }
    }
    guard faults.count == file.faults.count else { return report }
    var replay = Replay(file: file, deployment: deployment)
    replay.run(pace: pace)
    report.substitutions = substitutions(in: deployment)
    let facts = RetryBudgets(graph: deployment.graph).facts(of: faults, missing: replay.missing)
    let judgement = replay.judge.verdict(settled: replay.isWhole, facts: facts)
    report.replay = replay.report(judgement, faults)
    report.scenarios = [replay.scenario(judgement)]
    return report
  }
}

/// A saved run while it is executed again.
private struct Replay {
  let file: RunFile
  let deployment: Deployment
  private var cluster: Cluster<LabMachine>
  private(set) var judge: WorkJudge
  private var promises = LogPromises()
  private var steps = 0
  private var hashes = 0
  private var divergedAt: Int?
  private var difference: String?
  private var story: StoryWriter
  private(set) var isStopped = false

  init(file: RunFile, deployment: Deployment) {
    self.file = file
    self.deployment = deployment
    cluster = Cluster(deployment)
    judge = WorkJudge(graph: deployment.graph, same: file.load.load(in: deployment.graph).same)
    story = StoryWriter(deployment)
  }

  mutating func run(pace: () -> Pace) {
    var scratch = Cluster<LabMachine>.Scratch()
    cluster.start(into: &scratch)
    for text in file.actions {
      if steps % 256 == 0, pace() == .stop {
        isStopped = true
        return
      }
      guard let action = ActionCode.action(text, in: cluster), cluster.apply(action, into: &scratch) else {
        return diverge("`\(text)` cannot be done here")
      }
      steps += 1
      let instant = file.instants.indices.contains(steps - 1) ? file.instants[steps - 1] : .start
      for event in scratch.events {
        if case .observed(_, .work(let observation)) = event {
          judge.observe(observation, step: steps, at: instant)
          promises.observe(observation)
        }
      }
      story.record(action, scratch.events, step: steps, at: .start)
      guard compareHash() else { return diverge("the state hash differs") }
    }
    hashes += 1
    if stateHash != file.hashes.final { diverge("the last state hash differs") }
  }

  private mutating func compareHash() -> Bool {
    let every = file.hashes.every
    guard every > 0, steps % every == 0, file.hashes.values.indices.contains(steps / every - 1) else { return true }
    hashes += 1
    return stateHash == file.hashes.values[steps / every - 1]
  }

  private var stateHash: UInt64 { LabEngine.stateHash(of: cluster, judge) }

  private mutating func diverge(_ what: String) {
    divergedAt = steps + (what.hasPrefix("`") ? 1 : 0)
    difference = what
  }

  /// The replay came as far as the saved run did, and that was to its end.
  var isWhole: Bool { divergedAt == nil && !isStopped && file.expected.isComplete }

  var missing: Set<UInt64> { promises.missing(in: cluster) }

  func report(_ judgement: Judgement, _ faults: [Fault]) -> ReplayReport {
    var difference = difference ?? file.unexplained(by: faults)
    let isAsSaved = judgement.outcome == file.expected.outcome && judgement.failed == file.expected.failed
    if difference == nil, !isStopped, !isAsSaved { difference = "the outcome differs" }
    return ReplayReport(
      steps: steps, hashes: hashes, divergedAt: divergedAt, difference: difference,
      engine: file.engine == RunFile.engineVersion ? nil : file.engine)
  }

  func scenario(_ judgement: Judgement) -> ScenarioReport {
    var report = ScenarioReport(name: file.scenario)
    report.faults = file.faults
    report.outcome = judgement.outcome
    report.expected = file.expected.outcome
    // Where it left the saved run's path, the rest is unknown.
    report.isComplete = !isStopped && divergedAt == nil
    report.passed = isStopped || divergedAt == nil && judgement.outcome == file.expected.outcome
    report.violatingCodes = judgement.violatingCodes
    report.anomalies = judgement.anomalies.map { $0.report(in: deployment.graph) }
    report.failed = judgement.failed
    report.steps = steps
    report.stateHash = stateHash
    return report
  }
}
