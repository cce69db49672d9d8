import LabEngine
import ProgressGraph
import Testing

/// Method: the rules of interface.md, section 2, one row each, on hand-built reports.
@Suite struct VerdictTests {
  private func verdict(failOn: Severity = .error, _ build: (inout GraphReport) -> Void) -> Verdict {
    var graph = GraphReport(file: "a.yaml", name: "a")
    build(&graph)
    return graph.verdict(failOn: failOn)
  }

  private func diagnostic(_ severity: Severity) -> DiagnosticReport {
    DiagnosticReport(code: "HW012", severity: severity, message: "", span: Sample.span)
  }

  private func finding(_ severity: Severity, suppressed: Bool) -> FindingReport {
    FindingReport(
      rule: "HW201", severity: severity, subject: "", message: "", span: Sample.span, isSuppressed: suppressed)
  }

  private func search(complete: Bool, declared: [Bool]) -> SearchReport {
    SearchReport(
      faults: 1, runs: 1, states: 1, isComplete: complete,
      violations: declared.map {
        ViolationReport(code: .dup, subject: "charge", faults: [], steps: 1, isDeclared: $0)
      })
  }

  @Test func nothingFoundPasses() {
    #expect(verdict { _ in } == .pass)
  }

  @Test func diagnosticsOfTheReader() {
    #expect(verdict { $0.diagnostics = [diagnostic(.error)] } == .error)
    #expect(verdict { $0.diagnostics = [diagnostic(.warning)] } == .pass)
    #expect(verdict(failOn: .warning) { $0.diagnostics = [diagnostic(.warning)] } == .fail)
  }

  @Test func findingsFailUnlessWaived() {
    #expect(verdict { $0.findings = [finding(.error, suppressed: false)] } == .fail)
    #expect(verdict { $0.findings = [finding(.error, suppressed: true)] } == .pass)
    #expect(verdict { $0.findings = [finding(.warning, suppressed: false)] } == .pass)
    #expect(verdict(failOn: .warning) { $0.findings = [finding(.warning, suppressed: false)] } == .fail)
  }

  @Test func aDeclaredViolationIsNoFailure() {
    #expect(verdict { $0.search = search(complete: true, declared: [true]) } == .pass)
    #expect(verdict { $0.search = search(complete: true, declared: [true, false]) } == .fail)
  }

  @Test func aBoundThatWasReachedIsInconclusiveUnlessSomethingFailed() {
    #expect(verdict { $0.search = search(complete: false, declared: []) } == .inconclusive)
    #expect(verdict { $0.search = search(complete: false, declared: [false]) } == .fail)
    var cut = ScenarioReport(name: "long")
    cut.isComplete = false
    #expect(verdict { $0.scenarios = [cut] } == .inconclusive)
    cut.passed = false
    #expect(verdict { $0.scenarios = [cut] } == .fail)
  }

  @Test func anUnevaluatedBudgetNeverPasses() {
    func budget(_ value: Double?, _ holds: Bool?) -> [BudgetReport] {
      [BudgetReport(name: "sync_depth", value: value, limit: 3, holds: holds)]
    }
    #expect(verdict { $0.budgets = budget(nil, nil) } == .inconclusive)
    #expect(verdict { $0.budgets = budget(4, false) } == .fail)
    #expect(verdict { $0.budgets = budget(2, true) } == .pass)
  }

  @Test func aReplayThatDiffersFails() {
    #expect(verdict { $0.replay = ReplayReport(steps: 9, hashes: 2) } == .pass)
    #expect(verdict { $0.replay = ReplayReport(steps: 9, hashes: 2, divergedAt: 3) } == .fail)
    #expect(verdict { $0.replay = ReplayReport(steps: 9, hashes: 2, difference: "another outcome") } == .fail)
  }

  @Test func theWorstGraphDecidesAndErrorsOutweighFailures() {
    func report(_ graphs: [GraphReport], complete: Bool = true) -> Verdict {
      Report(command: .check, seed: 1, logs: .ideal, isComplete: complete, graphs: graphs).verdict
    }
    let pass = GraphReport(file: "a.yaml", name: "a")
    var open = pass
    open.search = search(complete: false, declared: [])
    var fail = pass
    fail.search = search(complete: true, declared: [false])
    var error = pass
    error.diagnostics = [diagnostic(.error)]
    #expect(report([pass, open]) == .inconclusive)
    #expect(report([fail, open, pass]) == .fail)
    #expect(report([fail, error]) == .error)
    #expect(report([]) == .pass)
    #expect(report([pass], complete: false) == .inconclusive)
    #expect(report([fail], complete: false) == .fail)
  }

  @Test func exitCodesAreTheContract() {
    #expect(Verdict.allCases.map(\.exitCode) == [0, 3, 1, 2])
  }
}
