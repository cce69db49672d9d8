import LabEngine
import ProgressGraph
import Testing

/// Checks that prove nothing say so: faults that never strike, expectations that no run came to.
@Suite struct VainCheckTests {
  private static func check(_ text: String, faults: Int = 0, logs: LogChoice = .ideal) throws -> GraphReport {
    Lab.check(try graph(text).loaded, CheckOptions(run: RunOptions(logs: logs), faults: faults))
  }

  private static func shop(_ fault: String) -> String {
    """
    name: shop
    channels: {jobs: queue}
    nodes:
      web: {kind: client, do: [{send: jobs, key: order_id}]}
      worker: {trigger: jobs, work: idempotent, do: [{write: done}]}
    scenarios:
      struck: {faults: [\(fault)], outcome: []}
    """
  }

  @Test(arguments: [
    "{crash: worker, before: done, nth: 2}", "{poison: worker/done, nth: 2}", "{drop: web -> jobs, nth: 3}",
    "{duplicate: jobs, nth: 2}",
  ])
  func `a fault that never strikes fails its scenario, and the finding points at it`(fault: String) throws {
    let report = try Self.check(Self.shop(fault))
    let scenario = try #require(report.scenarios.first)
    #expect(scenario.outcome == [] && scenario.expected == [] && !scenario.passed && scenario.unstruck == [fault])
    let finding = try #require(report.diagnostics.first { $0.code == Lab.unstruckFaultCode })
    #expect(finding.severity == .warning && finding.span.line == 7 && finding.message.contains("never struck"))
    #expect(report.verdict(failOn: .error) == .fail)
  }

  @Test(arguments: [
    "{crash: worker, before: done}", "{crash: worker, at: 10m}", "{drop: web -> jobs}", "{duplicate: jobs}",
    "{pause: worker, at: 0s, for: 1s}", "{slow: worker, at: 0s, by: 1s, for: 1s}", "{skew: worker, at: 0s, by: 1s}",
  ])
  func `a fault that strikes is not complained of`(fault: String) throws {
    for logs in LogChoice.allCases {
      let report = try Self.check(Self.shop(fault), logs: logs)
      #expect(report.scenarios.first?.unstruck == [] && !report.diagnostics.contains { $0.code == "HW901" })
    }
  }

  /// A log that never fails has no replica that could: the fault is none under it, and nobody's mistake.
  @Test func `a fault of a replica is none over an ideal log`() throws {
    let text = Self.shop("{crash: jobs/log/1, at: 0s}")
    for logs in LogChoice.allCases {
      #expect(try Self.check(text, logs: logs).scenarios.first?.unstruck == [])
    }
  }

  private static let unheard = """
    name: unheard
    nodes:
      web: {kind: client, do: [{publish: orders, event: Placed}]}
      worker: {trigger: orders, do: [{when: Placed, write: seen}, {when: Paid, write: shipped}]}
    expect: {eventually: [seen], once: [shipped]}
    """

  @Test func `what no run came to was never put to the test`() throws {
    let report = try Self.check(Self.unheard, faults: 1)
    #expect(
      report.sometimes == [
        SometimesReport(name: "shipped happens", isReached: false),
        SometimesReport(name: "seen happens", isReached: true),
        SometimesReport(name: "web completes", isReached: true),
      ])
    let findings = report.diagnostics.filter { $0.code == Lab.neverReachedCode }
    #expect(findings.count == 1 && findings[0].span.line == 4 && findings[0].message.contains("shipped happens"))
    let both = "event: Placed}, {publish: orders, event: Paid}]"
    let heard = try Self.check(Self.unheard.replacing("event: Placed}]", with: both), faults: 1)
    #expect(heard.sometimes.filter { !$0.isReached }.isEmpty && !heard.diagnostics.contains { $0.code == "HW902" })
  }
}
