import Primitives
import ProgressGraph
import Testing

@testable import LabEngine

/// Saved failures are executed again on the same design, on a mended one and on one that changed beyond recognition.
@Suite struct RegressionTests {
  private static func design(work: String, more: String = "", expect: String = "expect: {once: [mail]}") -> String {
    let key = work == "none" ? "" : ", key: order_id"
    return """
    name: shop
    horizon: 5m
    channels: {jobs: {kind: queue, lease: 5s}}
    nodes:
      web: {kind: client, do: [{send: jobs}]}
      worker: {trigger: jobs, work: \(work), do: [{effect: mail\(key)}\(more)]}
    workflow: {start: web}
    \(expect)
    """
  }

  private static func failure(of text: String) throws -> SavedRun {
    let loaded = try graph(text).loaded
    let options = RunOptions(logs: .ideal)
    let report = Lab.check(loaded, CheckOptions(run: options))
    let violation = try #require(report.search?.violations.first { $0.code == .dup })
    let file = try #require(Lab.record(violation, of: loaded, options))
    return SavedRun(path: "headway-regressions/a.json", content: .run(file))
  }

  private static func check(_ text: String, _ saved: [SavedRun]) throws -> GraphReport {
    let options = CheckOptions(run: RunOptions(logs: .ideal), faults: 0)
    return Lab.check(try graph(text).loaded, options, regressions: saved)
  }

  @Test func `a failure that is still there fails the check, unless it is declared`() throws {
    let text = Self.design(work: "none")
    let saved = try Self.failure(of: text)
    let report = try Self.check(text, [saved])
    #expect(report.regressions == [RegressionReport(run: saved.path, state: .failing, codes: [.dup])])
    #expect(report.verdict(failOn: .error) == .fail && report.checks == [.load, .replay, .scenarios])
    // A comment changes the file, and not the run.
    #expect(try Self.check("# mended?\n" + text, [saved]).regressions == report.regressions)
    let tolerant = Self.design(
      work: "none", expect: "expect: {once: [mail], tolerate: [{anomaly: DUP, because: known}]}")
    let declared = try Self.check(tolerant, [saved])
    #expect(declared.regressions.first?.isDeclared == true && declared.verdict(failOn: .error) == .pass)
  }

  @Test func `a run that violates nothing is fixed`() throws {
    let text = Self.design(work: "none")
    let (loaded, graph) = try graph(text)
    let file = try #require(Lab.record(loaded, .calm(of: graph), RunOptions(logs: .ideal)))
    let saved = SavedRun(path: "headway-regressions/a.json", content: .run(file))
    let report = try Self.check(text, [saved])
    #expect(report.regressions.map(\.state) == [.fixed], "\(report.regressions)")
    #expect(report.verdict(failOn: .error) == .pass && report.findings.isEmpty)
  }

  @Test func `a run that no longer fits is a finding`() throws {
    let saved = try Self.failure(of: Self.design(work: "none"))
    let mended = try Self.check(Self.design(work: "idempotent"), [saved])
    #expect(mended.regressions.map(\.state) == [.stale])
    let finding = try #require(mended.findings.first)
    #expect(finding.rule == "HW903" && finding.severity == .warning && finding.message.contains("violate nothing now"))
    #expect(mended.verdict(failOn: .error) == .pass && mended.verdict(failOn: .warning) == .fail)
    let longer = try Self.check(Self.design(work: "none", more: ", {write: row}, {write: line}"), [saved])
    #expect(longer.findings.first?.message.contains("still lead to DUP") == true, "\(longer.findings)")
  }

  @Test func `what cannot be read is a finding`() throws {
    let saved = SavedRun(path: "headway-regressions/b.json", content: .unreadable("line 1, column 2: no"))
    let report = try Self.check(Self.design(work: "none"), [saved])
    #expect(report.regressions.map(\.state) == [.stale])
    #expect(report.findings.first?.message.contains("b.json cannot be read: line 1, column 2: no") == true)
  }

  @Test func `a check that is stopped among saved runs says so`() throws {
    let text = Self.design(work: "none")
    let saved = try Self.failure(of: text)
    let report = Lab.check(try graph(text).loaded, CheckOptions(), regressions: [saved, saved]) {
      $0.part == .replay && $0.runs == 1 ? .stop : .goOn
    }
    #expect(report.regressions.count == 1 && report.search?.isComplete == false && report.scenarios.isEmpty)
  }
}
