import Foundation
import Testing

/// Method: two designs of one system are compared by the real program in every format; odd command lines get their
/// exit codes.
@Suite struct CompareTests {
  private let crash = "{crash: shop, after: work}"

  private func designs() throws -> Folder {
    let folder = try Folder()
    try folder.write("designs/naive.yaml", Designs.naive)
    try folder.write("designs/sound.yaml", Designs.sound)
    return folder
  }

  @Test func theTextHasABlockForEachFaultAndALineForEachDesign() throws {
    let folder = try designs()
    let run = try Program.run(["compare", "designs", "--fault", crash], in: folder.url)
    #expect(run.status == 0)
    #expect(run.output.contains("calm\n  naive-checkout  none  accepted in"))
    #expect(run.output.contains(/naive-checkout +DUP +accepted in [0-9.]+s +complete in/))
    #expect(run.output.contains(/\n  sound +2 of 2 +2 of 2 +2 of 2 +none\n/))
    #expect(run.messages.contains("compared 2 designs: 4 runs"))
  }

  @Test func theJSONIsOneObjectAndTheSameEveryTime() throws {
    let folder = try designs()
    let arguments = ["compare", "designs", "--fault", crash, "--format", "json", "--quiet"]
    let first = try Program.run(arguments, in: folder.url)
    #expect(try Program.run(arguments, in: folder.url).output == first.output)
    let root = try #require(try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: Any])
    #expect(root["schema"] as? String == "headway.comparison/1")
    #expect(root["verdict"] as? String == "pass")
    let rows = try #require(root["faults"] as? [[String: Any]])
    #expect(rows.map { $0["name"] as? String } == ["calm", crash])
    let results = try #require(rows.last?["results"] as? [[String: Any]])
    #expect(results.map { $0["design"] as? String } == ["naive-checkout", "sound"])
    #expect(results.first?["outcome"] as? [String] == ["DUP"])
    #expect((results.last?["callers"] as? [String: Int])?["accepted"] == 1)
  }

  @Test func theMarkdownIsATable() throws {
    let folder = try designs()
    let run = try Program.run(["compare", "designs", "--fault", crash, "--format", "markdown"], in: folder.url)
    let lines = run.output.split(separator: "\n")
    #expect(lines.contains("| fault | naive-checkout | sound |"))
    let columns = lines.filter { $0.hasPrefix("|") }.map { $0.count { $0 == "|" } }
    #expect(Set(columns) == [4])
    #expect(run.output.contains("**DUP**"))
  }

  @Test(arguments: [
    (["--fault", "{crash: nobody, after: work}"], 2 as Int32, "no node is named `nobody`"),
    (["--scenario", "calms"], 64, "did you mean `calm`?"),
    (["--scenario", "calm", "--fault", "{crash: shop, after: work}"], 64, "give one"),
    (["--format", "sarif"], 64, "`markdown`"),
    (["absent.yaml"], 2, "cannot read this file"),
  ])
  func whatCannotBeComparedIsSaid(_ arguments: [String], _ status: Int32, _ words: String) throws {
    let folder = try designs()
    let run = try Program.run(["compare", "designs"] + arguments, in: folder.url)
    #expect(run.status == status)
    #expect((run.messages + run.output).contains(words), "\(run.messages)\(run.output)")
  }
}
