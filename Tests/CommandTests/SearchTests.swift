import Foundation
import Testing

/// Method: pairs, random schedules, interleavings and saved runs by the real program, on small designs.
@Suite struct SearchTests {
  private func check(_ arguments: [String], in folder: Folder) throws -> (Program, JSONReport) {
    let run = try Program.run(["check", "--format", "json", "--logs", "ideal"] + arguments, in: folder.url)
    return (run, try JSONReport(run.output))
  }

  private func folder(_ text: String, _ name: String = "a.yaml") throws -> Folder {
    let folder = try Folder()
    try folder.write(name, text)
    return folder
  }

  @Test func pairsAreMoreRunsAndTheSameBytesWithAnyJobs() throws {
    let folder = try folder(Designs.sound)
    let (one, report) = try check(["a.yaml", "--faults", "2", "--jobs", "1"], in: folder)
    let (three, _) = try check(["a.yaml", "--faults", "2", "--jobs", "3"], in: folder)
    let (_, single) = try check(["a.yaml"], in: folder)
    #expect(one.output == three.output && one.status == three.status)
    #expect(report.search()?["faults"] as? Int == 2 && report.search()?["complete"] as? Bool == true)
    let runs = (report.search()?["runs"] as? Int ?? 0, single.search()?["runs"] as? Int ?? 0)
    #expect(runs.0 > 3 * runs.1 && runs.1 > 5)
    let text = try Program.run(["check", "a.yaml", "--faults", "2", "--logs", "ideal"], in: folder.url)
    #expect(text.output.contains(" runs with at most 2 faults each, "))
  }

  @Test func randomSchedulesAreCountedAndEachFailureNamesItsSeed() throws {
    let folder = try folder(Designs.naive)
    let (run, report) = try check(["a.yaml", "--faults", "0", "--seeds", "60"], in: folder)
    #expect(run.status == 1)
    #expect(report.search()?["seeds"] as? Int == 60 && report.search()?["runs"] as? Int == 61)
    #expect(report.graphs.first?["checks"] as? [String] == ["load", "scenarios", "seeds"])
    let violations = report.search()?["violations"] as? [[String: Any]] ?? []
    #expect(violations.count > 1 && violations.allSatisfy { $0["seed"] as? Int != nil })
    for violation in violations {
      let faults = violation["faults"] as? [String] ?? []
      let seed = String(violation["seed"] as? Int ?? 0)
      let again = try Program.run(
        ["run", "a.yaml", "--seed", seed, "--logs", "ideal", "--format", "json"] + faults.flatMap { ["--fault", $0] },
        in: folder.url)
      let outcome = try JSONReport(again.output).list("scenarios").first?["outcome"] as? [String] ?? []
      #expect(outcome.contains(violation["code"] as? String ?? "?") || violation["code"] as? String == "LOST")
    }
  }

  @Test func interleavingsAreToldWithTheirApproximations() throws {
    let folder = try folder(Designs.sound)
    let (run, report) = try check(["a.yaml", "--exhaustive"], in: folder)
    #expect(run.status == 0)
    let explored = try #require(report.search()?["interleavings"] as? [String: Any])
    #expect(explored["complete"] as? Bool == true && explored["crashes"] as? Int == 1)
    #expect((explored["distinctStates"] as? Int ?? 0) > 20)
    #expect((explored["approximations"] as? [String])?.count == 1)
    let (bounded, open) = try check(["a.yaml", "--exhaustive", "--faults", "0", "--budget", "9"], in: folder)
    #expect(bounded.status == 3 && open.verdict == "inconclusive")
    let text = try Program.run(["check", "a.yaml", "--exhaustive", "--logs", "ideal"], in: folder.url)
    #expect(text.output.contains("  explored   ") && text.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func coverageIsCountedAndNamesWhatIsMissing() throws {
    let text = Designs.sound.replacing("\nexpect:", with: "\n  idle: {do: [{write: nothing}]}\nexpect:")
    let (_, report) = try check(["a.yaml"], in: folder(text))
    let coverage = try #require(report.graphs.first?["coverage"] as? [String: [String: Any]])
    #expect(coverage["nodes"]?["reached"] as? Int == 2 && coverage["nodes"]?["missing"] as? [String] == ["idle"])
    #expect(coverage["steps"]?["missing"] as? [String] == ["idle/nothing"])
    #expect(coverage["edges"]?["reached"] as? Int == 1 && coverage["edges"]?["total"] as? Int == 1)
    #expect(coverage["halfPoints"]?["total"] as? Int == 0)
    #expect(coverage["faultKinds"]?["total"] as? Int == 10)
  }

  @Test func severalDesignsAreATable() throws {
    let folder = try folder(Designs.naive, "naive.yaml")
    try folder.write("sound.yaml", Designs.sound)
    try folder.write("wrong.yaml", Designs.wrong)
    let run = try Program.run(["check", ".", "--logs", "ideal"], in: folder.url)
    let header = try #require(run.output.firstMatch(of: /\ndesign +(.*)\n/))
    #expect(header.1.contains("DUP"))
    #expect(run.output.contains(/\nnaive-checkout +.*FAIL/))
    #expect(run.output.contains("\nsound\n"), "nothing goes wrong there")
  }

  // MARK: Saved runs

  private func saved(in folder: Folder) throws -> String {
    let (_, report) = try check(["a.yaml", "--save", "headway-regressions"], in: folder)
    let violations = report.search()?["violations"] as? [[String: Any]] ?? []
    let charge = violations.first { $0["code"] as? String == "DUP" && $0["subject"] as? String == "charge" }
    return try #require(charge?["run"] as? String)
  }

  private func states(_ report: JSONReport) -> [String: String] {
    var states: [String: String] = [:]
    for regression in report.list("regressions") {
      states[regression["run"] as? String ?? "?"] = regression["state"] as? String
    }
    return states
  }

  @Test func savedFailuresAreReplayedFirst() throws {
    let folder = try folder(Designs.naive)
    let path = try saved(in: folder)
    let before = try folder.text(path)
    let (failing, report) = try check([".", "--faults", "0"], in: folder)
    #expect(failing.status == 1, "without any search")
    #expect(report.graphs.count == 1, "the folder of saved runs is no folder of graphs")
    #expect(report.graphs.first?["checks"] as? [String] == ["load", "replay", "scenarios"])
    #expect(states(report)[path] == "failing")
    // Mended: the old run no longer fits.
    let cure = "pay: {work: idempotent, do: [{effect: charge, key: order_id}]}"
    try folder.write("a.yaml", Designs.naive.replacing("pay: {do: [{effect: charge}]}", with: cure))
    try folder.write("headway-regressions/broken.json", "{")
    try folder.write("headway-regressions/notes.txt", "not mine")
    let (mended, later) = try check(["a.yaml", "--faults", "0"], in: folder)
    #expect(states(later)[path] == "stale" && states(later)["headway-regressions/broken.json"] == "stale")
    let findings = later.list("findings")
    #expect(findings.count >= 2 && findings.allSatisfy { $0["rule"] as? String == "HW903" })
    #expect(mended.status == 0 || states(later).values.contains("failing"))
    let (strict, _) = try check(["a.yaml", "--faults", "0", "--fail-on", "warning"], in: folder)
    #expect(strict.status == 1)
    // Nobody's file is touched.
    #expect(try folder.text(path) == before && folder.text("headway-regressions/notes.txt") == "not mine")
    let text = try Program.run(["check", "a.yaml", "--faults", "0"], in: folder.url)
    #expect(text.output.contains("warning[HW903]: the saved run"))
  }

  @Test func runsOfAnotherFileAreNotItsOwn() throws {
    let folder = try folder(Designs.naive)
    _ = try saved(in: folder)
    try folder.write("b.yaml", Designs.sound)
    let (run, report) = try check(["b.yaml", "--faults", "0"], in: folder)
    #expect(run.status == 0 && report.list("regressions").isEmpty)
  }
}
