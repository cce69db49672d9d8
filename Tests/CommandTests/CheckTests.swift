import Foundation
import Testing

/// Method: checks of small designs as the real program: verdicts, exit codes, bounds, signals, saved failures.
@Suite struct CheckTests {
  private func folder(_ name: String, _ text: String) throws -> Folder {
    let folder = try Folder()
    try folder.write(name, text)
    return folder
  }

  private func check(_ arguments: [String], in folder: Folder) throws -> (Program, JSONReport) {
    let run = try Program.run(["check", "--format", "json", "--logs", "ideal"] + arguments, in: folder.url)
    return (run, try JSONReport(run.output))
  }

  @Test func aSoundDesignPasses() throws {
    let (run, report) = try check(["sound.yaml"], in: folder("sound.yaml", Designs.sound))
    #expect(run.status == 0)
    #expect(report.verdict == "pass")
    #expect(report.root["schema"] as? String == "headway.report/1")
    #expect(report.graphs.first?["checks"] as? [String] == ["load", "scenarios", "search"])
    #expect(report.search()?["complete"] as? Bool == true)
    #expect((report.search()?["runs"] as? Int ?? 0) > 5)
  }

  @Test func theNaiveDesignFailsWithTheShortestRunPerViolation() throws {
    let (run, report) = try check(["naive.yaml"], in: folder("naive.yaml", Designs.naive))
    #expect(run.status == 1)
    let violations = report.search()?["violations"] as? [[String: Any]] ?? []
    #expect(violations.contains { $0["code"] as? String == "DUP" && $0["subject"] as? String == "charge" })
    #expect(violations.allSatisfy { ($0["faults"] as? [String])?.count == 1 && $0["declared"] as? Bool == false })
    for expectation in report.list("expectations") where expectation["holds"] as? Bool == false {
      let position = try #require(expectation["violatedBy"] as? Int)
      #expect(violations.indices.contains(position))
    }
  }

  @Test func theTextPointsAtTheTrueStepAndSaysHowToSeeItAgain() throws {
    let folder = try folder("naive.yaml", Designs.naive)
    let run = try Program.run(["check", "naive.yaml", "--logs", "ideal"], in: folder.url)
    #expect(run.output.contains("  --> naive.yaml:11:15\n"))
    let again = try #require(
      run.output.firstMatch(of: /= again: headway run naive\.yaml --fault '([^']+)' --logs ideal\n/))
    let repeated = try Program.run(
      ["run", "naive.yaml", "--fault", String(again.1), "--logs", "ideal"], in: folder.url)
    #expect(repeated.status == 1)
  }

  @Test func anOutcomeOtherThanTheDeclaredOneFails() throws {
    let folder = try folder("mistaken.yaml", Designs.mistaken)
    let (run, report) = try check(["mistaken.yaml", "--faults", "0"], in: folder)
    #expect(run.status == 1)
    let scenario = try #require(report.list("scenarios").first)
    #expect(scenario["expected"] as? [String] == ["DUP"])
    #expect(scenario["passed"] as? Bool == false)
    #expect(report.search() == nil)
    #expect(report.graphs.first?["checks"] as? [String] == ["load", "scenarios"])
    let (forgiven, _) = try check(["mistaken.yaml", "--faults", "0", "--exit-zero"], in: folder)
    #expect(forgiven.status == 0)
  }

  @Test func errorsAreNotForgiven() throws {
    let (run, _) = try check(["wrong.yaml", "--exit-zero"], in: folder("wrong.yaml", Designs.wrong))
    #expect(run.status == 2)
  }

  @Test func warningsFailWhereTheyAreAskedTo() throws {
    // Neither expectations nor scenarios, and nothing that can go wrong without a fault: a warning, no failure.
    let folder = try folder(
      "bare.yaml",
      "name: bare\nnodes:\n  web: {kind: client, do: [{call: shop}]}\n  shop: {do: [{write: order}]}\n")
    let (calm, report) = try check(["bare.yaml", "--faults", "0"], in: folder)
    #expect(calm.status == 0)
    #expect(report.list("diagnostics").first?["severity"] as? String == "warning")
    let (strict, failed) = try check(["bare.yaml", "--faults", "0", "--fail-on", "warning"], in: folder)
    #expect(strict.status == 1)
    #expect(failed.verdict == "fail")
  }

  @Test(arguments: ["1", "1ms"])
  func aBoundThatIsReachedIsInconclusive(_ budget: String) throws {
    let (run, report) = try check(["sound.yaml", "--budget", budget], in: folder("sound.yaml", Designs.sound))
    #expect(run.status == 3)
    #expect(report.verdict == "inconclusive")
    #expect(report.isComplete == false)
  }

  @Test func aBudgetOfTheFileThatNobodyEvaluatesIsNeverAPass() throws {
    let text = Designs.sound + "budgets: {availability: 99.9%}\n"
    let (run, report) = try check(["sound.yaml"], in: folder("sound.yaml", text))
    #expect(run.status != 0)
    #expect(report.verdict != "pass")
  }

  @Test func severalGraphsAreJudgedTogether() throws {
    let folder = try folder("a.yaml", Designs.sound)
    try folder.write("b.yaml", Designs.mistaken)
    let (run, report) = try check(["a.yaml", "b.yaml", "--faults", "0"], in: folder)
    #expect(run.status == 1)
    #expect(report.graphs.map { $0["verdict"] as? String } == ["pass", "fail"])
    let text = try Program.run(["check", "a.yaml", "b.yaml", "--faults", "0"], in: folder.url)
    let last = "FAIL  2 graphs: 1 pass and 1 fail; 2 scenarios, 0 runs of the search; seed 1, logs replicated\n"
    #expect(text.output.hasSuffix(last))
  }

  @Test func manyJobsGiveTheSameBytes() throws {
    let folder = try Folder()
    for name in ["a", "b", "c", "d", "e"] { try folder.write("\(name).yaml", Designs.sound) }
    try folder.write("f.yaml", Designs.wrong)
    let one = try Program.run(["check", ".", "--format", "json"], in: folder.url)
    let four = try Program.run(["check", ".", "--format", "json", "--jobs", "4"], in: folder.url)
    #expect(one.output == four.output)
    #expect(one.status == four.status)
  }

  @Test func failuresAreSavedAndReplayTheSame() throws {
    let folder = try folder("naive.yaml", Designs.naive)
    let (_, report) = try check(["naive.yaml", "--save", "runs/failed"], in: folder)
    let violations = report.search()?["violations"] as? [[String: Any]] ?? []
    let saved = violations.compactMap { $0["run"] as? String }
    #expect(saved.count == violations.count)
    #expect(Set(saved).count == saved.count)
    for (path, violation) in zip(saved, violations) {
      let replay = try Program.run(["replay", path, "--format", "json"], in: folder.url)
      #expect(replay.status == 0, "\(path)")
      let outcome = try JSONReport(replay.output).list("scenarios").first?["outcome"] as? [String]
      #expect(outcome?.contains(violation["code"] as? String ?? "?") == true)
    }
  }

  @Test func progressGoesToTheMessagesAndEndsWithALine() throws {
    let folder = try folder("sound.yaml", Designs.sound)
    let run = try Program.run(["check", "sound.yaml"], in: folder.url)
    #expect(run.messages.contains(/checked 1 of 1: \d+ runs, \d+ states, \d+\.\d s\n/))
    let quiet = try Program.run(["check", "sound.yaml", "--quiet"], in: folder.url)
    #expect(quiet.messages.isEmpty)
    #expect(quiet.output == run.output)
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func aSignalLeavesAPartOfTheResult(_ signal: Int32, _ status: Int32) throws {
    let folder = try folder("a.yaml", Designs.sound)
    try folder.write("b.yaml", Designs.endless)
    try folder.write("partial.json", "old")
    let messages = try folder.handle("stderr")
    let process = try Program.start(
      ["check", "a.yaml", "b.yaml", "--format", "json", "--output", "partial.json", "--save", "begun"],
      in: folder.url, output: FileHandle.nullDevice, messages: messages)
    // The folder is made when the handlers stand and the work is about to begin.
    while process.isRunning, !FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("begun").path) {
      sched_yield()
    }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(Program.status(of: process) == status)
    let report = try JSONReport(folder.text("partial.json"))
    #expect(report.isComplete == false)
    #expect(report.verdict == "inconclusive")
  }

  /// Method: where a single run is what takes long, a signal ends it as soon as one between two runs.
  @Test(arguments: [["check", "loop.yaml", "--faults", "1"], ["run", "loop.yaml", "--save", "run.json"]])
  func aSignalEndsASingleLongRun(_ arguments: [String]) throws {
    let folder = try folder("loop.yaml", Designs.loop)
    try folder.write("partial.json", "old")
    let process = try Program.start(
      arguments + ["--logs", "ideal", "--format", "json", "--output", "partial.json"], in: folder.url,
      output: FileHandle.nullDevice, messages: FileHandle.nullDevice)
    // A loop of this kind goes on for many seconds: half of one is enough to have begun.
    usleep(500_000)
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
    let report = try JSONReport(folder.text("partial.json"))
    #expect(report.isComplete == false)
    #expect(report.verdict == "inconclusive")
    #expect(try !folder.names().contains("run.json"), "half a run cannot be replayed")
  }

  /// Method: a file so large that reading and laying it out take longer than anybody waits after Ctrl-C. Only a bound
  /// that is far too long ends the wait, and then the test fails.
  @Test func aSignalEndsTheWorkBeforeTheFirstRun() throws {
    let nodes = (0..<60_000).map { "  n\($0): {do: [{write: x\($0)}]}\n" }.joined()
    let folder = try folder("large.yaml", "nodes:\n" + nodes)
    let process = try Program.start(
      ["check", "large.yaml"], in: folder.url, output: FileHandle.nullDevice, messages: FileHandle.nullDevice)
    usleep(500_000)
    kill(process.processIdentifier, SIGINT)
    for _ in 0..<400 where process.isRunning { usleep(50_000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(Program.status(of: process) == 130)
  }

  @Test func whatTheFileDeclaresIsNotSaved() throws {
    let folder = try folder("mistaken.yaml", Designs.naive + "scenarios: {twice: {outcome: [DUP]}}\n")
    let run = try Program.run(["check", "mistaken.yaml", "--logs", "ideal", "--save", "runs"], in: folder.url)
    #expect(run.status == 1, "the scenario does not show it")
    let saved = try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/runs")
    #expect(!saved.contains { $0.contains("DUP") })
    #expect(!saved.isEmpty || !run.output.contains("error[ORPHAN]"))
  }
}
