import GraphFile
import GraphNodes
import Primitives
import ProgressGraph
import Properties

/// What a search found, as a report prints it.
struct SearchSummary {
  let result: WholeSearch.Result
  let deployment: Deployment
  let loaded: LoadedGraph
  let options: CheckOptions

  private var graph: Graph { deployment.graph }

  func write(into report: inout GraphReport) {
    var summary = SearchReport(
      faults: options.faults, runs: result.tally.runs, states: result.tally.states.count,
      isComplete: result.tally.isComplete)
    summary.seeds = options.seeds
    summary.interleavings = result.interleavings
    let names = Expectation.names(in: graph)
    for finding in result.tally.findings {
      var violation = violation(finding)
      let undeclared = violation.expectations.filter { !names.contains($0) }
      violation.expectations = names.filter { violation.expectations.contains($0) } + undeclared
      for expectation in violation.expectations {
        let index = report.position(ofExpectation: expectation)
        report.expectations[index].holds = false
        if report.expectations[index].violatedBy == nil {
          report.expectations[index].violatedBy = summary.violations.count
        }
      }
      summary.violations.append(violation)
    }
    let violating = Set(result.tally.found.compactMap { $0.anomaly?.code })
    summary.observed = AnomalyCode.allCases.sorted().compactMap { code in
      guard !violating.contains(code), let count = result.tally.observed[code] else { return nil }
      return ObservedAnomaly(code: code, count: count)
    }
    report.search = summary
    report.coverage = result.tally.coverage.report(graph, FaultText(graph: graph))
  }

  private func violation(_ finding: SearchTally.Finding) -> ViolationReport {
    // A caller told "failed" where the work must complete is lost work (semantics.md, section 1).
    let code = finding.anomaly?.code ?? .lost
    let subject = finding.anomaly?.subject.name(in: graph) ?? graph.workflow.start.map { graph[$0].name } ?? graph.name
    var report = ViolationReport(
      code: code, subject: subject, faults: finding.faults.map(\.text), steps: finding.steps,
      isDeclared: graph.declares(code))
    report.expectations = finding.expectations.map { $0.name(in: graph) }
    let root = KeyValue(field: nil, root: finding.anomaly?.root ?? finding.failure?.root ?? 0).packed
    report.key = graph.label(ofKey: finding.anomaly?.key ?? root)
    report.count = finding.anomaly?.count ?? 1
    report.isCleanFailure = finding.anomaly == nil
    report.loss = finding.anomaly.map { $0.lossCause(in: graph) } ?? .toldOfFailure
    report.span = span(of: finding)
    if let path = finding.path {
      report.path = path
      report.story = Lab.story(of: path, in: deployment)
      return report
    }
    if finding.seed != options.run.seed { report.seed = finding.seed }
    report.choices = finding.choices
    let plan = RunPlan(
      name: "search", load: graph.usualLoad, faults: finding.faults, choices: finding.choices, outcome: nil)
    let run = RunOptions(seed: finding.seed, logs: options.run.logs)
    report.story = Lab.execute(deployment, plan, run, recording: true).story
    return report
  }

  /// The step that names the effect, or the handler.
  private func span(of finding: SearchTally.Finding) -> SourceSpan? {
    let sources = loaded.decoded.sources
    guard let anomaly = finding.anomaly else { return nil }
    switch anomaly.subject {
    case .effect(let name):
      let step = graph.stepIDs.first { id in
        switch graph[id].verb {
        case .write(name, _, _), .effect(name, _): true
        case .send(let send): deployment.channelNames[send.channel.index] == name
        case .publish(let publish): deployment.channelNames[publish.channel.index] == name
        case .compute, .call, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel, .each,
          .signal, .reply, .fail:
          false
        }
      }
      return step.map { step in
        let node = graph[graph[step].handler].node
        if deployment.isTableJob(node) { return span(of: node) }
        return SourceSpan(sources.span(of: step), in: loaded.decoded.source)
      }
    case .node(let node):
      return span(of: node)
    case .channel(let channel) where channel != deployment.engine:
      return SourceSpan(sources.span(of: channel), in: loaded.decoded.source)
    case .channel, .group, .exclusion:
      return nil
    }
  }

  /// The node's name. The job behind a table is no node of the file: it goes by the table's.
  private func span(of node: NodeID) -> SourceSpan {
    let sources = loaded.decoded.sources
    let table = deployment.tableJobs.firstIndex(of: node).map { ChannelID($0) }
    return SourceSpan(table.map { sources.span(of: $0) } ?? sources.span(of: node), in: loaded.decoded.source)
  }
}

extension Graph {
  /// What a file declares is not a failure: the code stands in an outcome of one of its scenarios, or is tolerated.
  func declares(_ code: AnomalyCode) -> Bool {
    scenarios.contains { $0.outcome?.contains(code) ?? false } || expectations.tolerate.contains { $0.anomaly == code }
  }
}
