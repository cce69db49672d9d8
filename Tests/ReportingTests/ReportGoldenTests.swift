import LabEngine
import ProgressGraph
import Testing

@testable import Reporting

/// Method: the hand-built reports of `Sample`, printed in every format and compared with the expected pages; the JSON
/// is also walked by key, in the order of interface.md, section 3.
@Suite struct ReportGoldenTests {
  private func text(_ report: Report, _ style: TextStyle = .plain) -> String {
    String(decoding: ReportText.bytes(of: report, style: style), as: UTF8.self)
  }

  @Test func checkAsText() {
    #expect(
      text(Sample.check()) == """
        naive  Graphs/naive.yaml  FAIL
          checked    load, scenarios, search; not rules, budgets
          replaced   orders asks for kafka and ran on raft
          ok         payment-dies  DUP ORPHAN  as declared       57 steps
          ok         calm          none        violates nothing  31 steps
          search     212 runs with 1 fault each, 9310 states, complete
          declared   LOST of email in 23 steps: {crash: shop, before: orders}
          seen too   ORPHAN in 3 runs, violating nothing
          expected   1 of 3 hold; broken: once charge, once email
          budget     availability: 0.995, limit 0.999, exceeded

        warning[HW030]: nothing triggers 'crm'
          --> Graphs/naive.yaml:3:5
           |
         3 |     crm: {do: []}
           |     ^^^
           = help: give it a `trigger`

        error[DUP]: `charge` happened twice for order-1; `once charge` does not hold
           --> Graphs/naive.yaml:11:15
            |
         11 |   pay: {do: [{effect: charge}]}
            |               ^^^^^^^^^^^^^^
            = did:   reached in 9 steps (seed 1): {crash: pay, after: work}
            = again: headway run Graphs/naive.yaml --fault '{crash: pay, after: work}'
            = help:  give the step a `key` and its node `work: idempotent`, or do it inside a `tx`

          step     time    who  what
             1   0.000s    web  starts order-1
                           web    calls shop
             3   0.012s  ● pay  does charge  ← 1
             4           ✗ pay  crashes  ← 3
             6   1.002s  – web  hears nothing from shop in time  ← 1
             7   1.012s  ↑ pay  is up again  ← 4
                         ⋮ 30.188s later
             9  31.200s  ! pay  does charge again for the same order  ← 6


        FAIL  1 graph: 1 fail; 2 scenarios, 212 runs of the search; seed 1, logs replicated

        """)
  }

  @Test func runAsText() {
    let page = text(Sample.run(), TextStyle(isColoured: false, glyphs: .ascii, width: 60))
    let head = "naive - scenario payment-dies - seed 1 - logs replicated\nfault  {crash: pay, after: work}\n"
    #expect(page.hasPrefix(head))
    #expect(
      page.hasSuffix(
        """

        One caller was told that the request failed, and rightly:
        nothing of it remains (FAIL). `charge` happened twice for
        order-1 (DUP, step 9). The caller of `shop` saw an error or
        no answer for order-1, although its effects exist (ORPHAN,
        step 6). One fault did it: {crash: pay, after: work} (pay at
        step 4, 0.012s). The file declares exactly this outcome.
        What would help: give the step a `key` and its node `work:
        idempotent`, or do it inside a `tx`.

        PASS  DUP ORPHAN, 57 steps, state 00abcdef01234567

        """))
  }

  @Test func replayAsText() {
    var report = Sample.run()
    report.command = .replay
    report.graphs[0].replay = ReplayReport(steps: 57, hashes: 4)
    #expect(text(report).hasSuffix("The same run: 57 steps, 4 state hashes equal.\n"))
    report.graphs[0].replay = ReplayReport(steps: 57, hashes: 2, divergedAt: 31, difference: "The state differs.")
    #expect(text(report).hasSuffix("Not the same run: it differs at step 31. The state differs.\n"))
    #expect(text(report).contains("\nFAIL  "))
  }

  @Test func aReportThatWasCutShortSaysSo() {
    var report = Sample.check()
    report.isComplete = false
    #expect(text(report).contains("\nStopped before the end: this is a part of the result.\n"))
    let json = String(decoding: ReportJSON.bytes(of: report), as: UTF8.self)
    #expect(json.contains("\n  \"complete\": false,\n"))
  }

  @Test func failedScenariosAreToldWithTheirStory() {
    var report = Sample.check()
    report.graphs[0].search = nil
    report.graphs[0].scenarios[0].passed = false
    report.graphs[0].scenarios[0].expected = []
    report.graphs[0].scenarios[0].story = Sample.story
    report.seed = 7
    report.logs = .ideal
    let page = text(report)
    #expect(page.contains("  FAIL       payment-dies  DUP ORPHAN  declared: none    57 steps\n"))
    #expect(page.contains("error[DUP]: scenario payment-dies shows DUP ORPHAN, declared is none\n"))
    #expect(
      page.contains("headway run Graphs/naive.yaml --scenario payment-dies --seed 7 --logs ideal\n"))
    #expect(page.contains("pay  does charge again for the same order"))
  }

  @Test func keysStandInTheOrderOfTheContract() throws {
    let root = try JSONReader.read(ReportJSON.bytes(of: Sample.check()))
    #expect(try keys(root) == ["schema", "command", "seed", "logs", "complete", "verdict", "graphs"])
    let graph = try first("graphs", of: root)
    #expect(
      try keys(graph) == [
        "file", "name", "verdict", "checks", "substituted", "substitutions", "diagnostics", "findings", "scenarios",
        "search", "expectations", "sometimes", "budgets",
      ])
    #expect(
      try keys(first("diagnostics", of: graph)) == [
        "code", "severity", "message", "line", "column", "endLine", "endColumn",
      ])
    let scenario = try first("scenarios", of: graph)
    #expect(
      try keys(scenario) == [
        "name", "faults", "outcome", "expected", "passed", "violated", "anomalies", "failed", "steps", "complete",
        "endless", "unstruck", "stateHash", "progress",
      ])
    #expect(try keys(first("anomalies", of: scenario)) == ["code", "subject", "key", "count", "step"])
    var fields = try JSONFields(graph)
    let search = try fields.value("search")
    #expect(try keys(search) == ["faults", "runs", "states", "complete", "violations", "observed"])
    #expect(
      try keys(first("violations", of: search)) == [
        "code", "subject", "expectations", "faults", "steps", "declared", "run",
      ])
    #expect(try keys(first("expectations", of: graph)) == ["name", "holds", "violatedBy", "scenario"])
    #expect(try keys(first("budgets", of: graph)) == ["name", "value", "limit", "holds"])
  }

  @Test func findingsAndAbsentThingsInJSON() throws {
    var report = Sample.run()
    report.graphs[0].findings = [
      FindingReport(
        rule: "HW201", severity: .error, subject: "shop", message: "m", span: Sample.span, isSuppressed: true)
    ]
    report.graphs[0].scenarios[0].expected = nil
    let json = String(decoding: ReportJSON.bytes(of: report), as: UTF8.self)
    let graph = try first("graphs", of: JSONReader.read(Array(json.utf8)))
    #expect(
      try keys(first("findings", of: graph)) == [
        "rule", "severity", "subject", "message", "line", "column", "suppressed",
      ])
    #expect(json.contains("\"search\": null"))
    #expect(json.contains("\"expected\": null"))
    #expect(json.contains("\"substituted\": false"))
  }

  private func keys(_ value: JSONValue) throws -> [String] {
    guard case .object(let members) = value.content else { throw JSONError(place: value.place, message: "no object") }
    return members.map(\.key)
  }

  private func first(_ key: String, of value: JSONValue) throws -> JSONValue {
    var fields = try JSONFields(value)
    guard case .list(let elements) = try fields.value(key).content, let first = elements.first else {
      throw JSONError(place: value.place, message: "no list with elements under '\(key)'")
    }
    return first
  }
}

/// Method: findings at awkward places; the carets must stand below the true token in every one.
@Suite struct ExcerptTests {
  private func lines(
    _ line: String, _ column: Int, _ endColumn: Int, endLine: Int = 1, width: Int = 100,
    glyphs: TextStyle.Glyphs = .unicode
  ) -> [String] {
    var text = StyledText(style: TextStyle(isColoured: false, glyphs: glyphs, width: width))
    let span = SourceSpan(line: 1, column: column, endLine: endLine, endColumn: endColumn, text: line)
    Excerpt(headline: .error, code: "HW016", message: "m", file: "a.yaml", span: span, notes: []).write(to: &text)
    return text.text.split(separator: "\n").map(String.init)
  }

  @Test func caretsCountColumnsOfTheScreenNotBytes() {
    #expect(Array(lines("größe: 注文 x", 8, 10).suffix(2)) == [" 1 | größe: 注文 x", "   |        ^^^^"])
    #expect(Array(lines("größe: 注文 x", 11, 12).suffix(2)) == [" 1 | größe: 注文 x", "   |             ^"])
  }

  @Test func tabsAndControlCharactersKeepTheirColumn() {
    #expect(Array(lines("\ta\u{1}b", 4, 5).suffix(2)) == [" 1 |  a\u{FFFD}b", "   |    ^"])
    #expect(Array(lines("é: b", 4, 5, glyphs: .ascii).suffix(2)) == [" 1 | ?: b", "   |    ^"])
  }

  @Test func placesOutsideTheLineStillGetACaret() {
    #expect(lines("", 1, 1).last == "  --> a.yaml:1:1")
    #expect(lines("ab", 3, 3).last == "   |   ^")
    #expect(lines("ab", 99, 120).last == "   |   ^")
    #expect(lines("ab: [c,", 5, 2, endLine: 3).last == "   |     ^^^")
  }

  @Test func aLongLineShowsTheTokenInItsMiddle() {
    let long = String(repeating: "x", count: 500_000) + "TOKEN" + String(repeating: "y", count: 500_000)
    let shown = lines(long, 500_001, 500_006, width: 60).suffix(2).map(Array.init)
    let carets = shown[1].indices.filter { shown[1][$0] == "^" }
    #expect(String(carets.map { shown[0][$0] }) == "TOKEN")
    #expect(shown[0].count <= 60)
  }
}
