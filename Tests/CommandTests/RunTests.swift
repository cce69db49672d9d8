import Foundation
import Testing

/// Method: runs of the twelve-line design as the real program, compared with what semantics.md predicts, with each
/// other, and with their replays.
@Suite struct RunTests {
  private let crash = "{crash: pay, after: work}"

  private func naive() throws -> Folder {
    let folder = try Folder()
    try folder.write("naive.yaml", Designs.naive)
    return folder
  }

  @Test(arguments: [[], ["--logs", "ideal"]])
  func aRetryAfterACrashDoublesWhatWasDone(_ logs: [String]) throws {
    let folder = try naive()
    let run = try Program.run(
      ["run", "naive.yaml", "--fault", crash, "--format", "json"] + logs, in: folder.url)
    #expect(run.status == 1)
    let report = try JSONReport(run.output)
    #expect(report.root["command"] as? String == "run")
    #expect(report.verdict == "fail")
    let scenario = try #require(report.list("scenarios").first)
    #expect(report.list("scenarios").count == 1)
    #expect(scenario["outcome"] as? [String] == ["DUP"])
    #expect(scenario["faults"] as? [String] == [crash])
    let anomalies = scenario["anomalies"] as? [[String: Any]] ?? []
    #expect(anomalies.compactMap { $0["subject"] as? String }.sorted() == ["charge", "reserved"])
    #expect(anomalies.allSatisfy { $0["count"] as? Int == 2 })
  }

  @Test func withoutARetryTheCallerIsOrphaned() throws {
    let folder = try Folder()
    try folder.write("once.yaml", Designs.naive.replacing(", retry: 2", with: ""))
    let run = try Program.run(["run", "once.yaml", "--fault", crash, "--format", "json"], in: folder.url)
    let outcome = try JSONReport(run.output).list("scenarios").first?["outcome"] as? [String]
    #expect(outcome?.contains("ORPHAN") == true)
    #expect(outcome?.contains("DUP") == false)
  }

  @Test func everyProcessWritesTheSameBytes() throws {
    let folder = try naive()
    for format in ["json", "text"] {
      let arguments = ["run", "naive.yaml", "--fault", crash, "--format", format]
      let first = try Program.run(arguments, in: folder.url)
      for _ in 0..<3 { #expect(try Program.run(arguments, in: folder.url).output == first.output) }
    }
  }

  @Test func theStorySaysWhoWhatWhenWhyAndEndsInWords() throws {
    let folder = try naive()
    let page = try Program.run(["run", "naive.yaml", "--fault", crash], in: folder.url).output
    #expect(page.contains(/✗ pay +crashes/))
    #expect(page.contains(/shop +calls pay +← \d+/))
    #expect(page.contains("`charge` happened twice"))
    #expect(page.replacing("\n", with: " ").contains("One fault did it: \(crash) (pay at step"))
    #expect(page.contains("\nFAIL  DUP, "))
  }

  @Test func theCalmRunIsCalledCalm() throws {
    let folder = try naive()
    let run = try Program.run(["run", "naive.yaml", "--format", "json"], in: folder.url)
    #expect(run.status == 0)
    let scenario = try #require(JSONReport(run.output).list("scenarios").first)
    #expect(scenario["name"] as? String == "calm")
    #expect(scenario["expected"] is NSNull)
    #expect(scenario["outcome"] as? [String] == [])
  }

  @Test func aSubstitutedProtocolIsNotedOnceOnEachStream() throws {
    let folder = try naive()
    let run = try Program.run(["run", "naive.yaml", "--format", "json"], in: folder.url)
    #expect(run.messages.split(separator: "\n").count == 1)
    #expect(run.messages.contains("orders asks for kafka"))
    #expect(try JSONReport(run.output).graphs.first?["substituted"] as? Bool == true)
    let quiet = try Program.run(["run", "naive.yaml", "--format", "json", "--quiet"], in: folder.url)
    #expect(quiet.messages.isEmpty)
    #expect(quiet.output == run.output)
    let ideal = try Program.run(["run", "naive.yaml", "--format", "json", "--logs", "ideal"], in: folder.url)
    #expect(try JSONReport(ideal.output).graphs.first?["substituted"] as? Bool == false)
  }

  @Test(arguments: ["{crash: pya, after: work}", "{crash: pay}", "{", "nonsense", "{crash: pay, after: work, x: 1}"])
  func aWrongFaultIsALocatedMistake(_ fault: String) throws {
    let folder = try naive()
    let run = try Program.run(["run", "naive.yaml", "--fault", fault, "--format", "json"], in: folder.url)
    #expect(run.status == 2)
    let diagnostics = try JSONReport(run.output).list("diagnostics")
    #expect(diagnostics.contains { $0["file"] as? String == "--fault" && $0["severity"] as? String == "error" })
  }

  @Test(arguments: [
    "{poison: shop/order}", "{crash: orders/log/1, at: 20ms}", "{crash: orders/front, at: 20ms}",
    "{pause: pay, before: charge, for: 2s}", "{drop: shop -> pay}", "{partition: [shop, pay], at: 0s, for: 5s}",
  ])
  func everyKindOfPlaceCanBeNamed(_ fault: String) throws {
    let folder = try naive()
    let run = try Program.run(["run", "naive.yaml", "--fault", fault, "--format", "json"], in: folder.url)
    #expect([0, 1].contains(run.status))
    #expect(try JSONReport(run.output).list("scenarios").first?["faults"] as? [String] == [fault])
  }

  @Test func anUnknownScenarioGetsASuggestion() throws {
    let folder = try Folder()
    try folder.write("mistaken.yaml", Designs.mistaken)
    let run = try Program.run(["run", "mistaken.yaml", "--scenario", "clam"], in: folder.url)
    #expect(run.status == 64)
    #expect(run.messages.contains("did you mean `calm`?"))
  }

  // MARK: Saved runs

  @Test func aSavedRunIsReplayedExactlyFromItselfAlone() throws {
    let folder = try naive()
    _ = try Program.run(["run", "naive.yaml", "--fault", crash, "--save", "crash.json"], in: folder.url)
    let elsewhere = try Folder()
    try elsewhere.write("crash.json", folder.text("crash.json"))
    let replay = try Program.run(["replay", "crash.json", "--format", "json"], in: elsewhere.url)
    #expect(replay.status == 0)
    let report = try JSONReport(replay.output)
    #expect(report.root["command"] as? String == "replay")
    #expect((report.graphs.first?["replay"] as? [String: Any])?["exact"] as? Bool == true)
    #expect(report.list("scenarios").first?["outcome"] as? [String] == ["DUP"])
    let text = try Program.run(["replay", "crash.json"], in: elsewhere.url)
    #expect(text.output.contains("The same run: "))
  }

  @Test func aReplayThatDiffersSaysAtWhichStep() throws {
    let folder = try naive()
    _ = try Program.run(["run", "naive.yaml", "--fault", crash, "--save", "crash.json"], in: folder.url)
    let text = try folder.text("crash.json")
    let hash = try #require(text.firstMatch(of: /"values": \[\n +"([0-9a-f]{16})"/)?.1)
    try folder.write("changed.json", text.replacing(String(hash), with: "0123456789abcdef"))
    let replay = try Program.run(["replay", "changed.json", "--format", "json"], in: folder.url)
    #expect(replay.status == 1)
    let found = try JSONReport(replay.output).graphs.first?["replay"] as? [String: Any]
    #expect(found?["exact"] as? Bool == false)
    #expect((found?["divergedAt"] as? Int ?? 0) > 0)
  }

  @Test(arguments: ["{}", "", "[]", "{\"schema\": \"headway.run/99\"}", "not json", "\0"])
  func whatIsNoSavedRunEndsWith2(_ text: String) throws {
    let folder = try Folder()
    try folder.write("bad.json", text)
    let run = try Program.run(["replay", "bad.json"], in: folder.url)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.messages.contains("bad.json:1:"))
  }

  @Test func aSavedRunWhoseTextWasChangedIsRefused() throws {
    let folder = try naive()
    _ = try Program.run(["run", "naive.yaml", "--save", "calm.json"], in: folder.url)
    let text = try folder.text("calm.json").replacing("effect: charge", with: "effect: chargf")
    try folder.write("forged.json", text)
    let run = try Program.run(["replay", "forged.json"], in: folder.url)
    #expect(run.status == 2)
    #expect(run.messages.contains("digest"))
  }
}
