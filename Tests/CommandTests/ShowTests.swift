import Foundation
import Testing

/// Method: panes of the twelve-line design as text, at steps whose content the story of the same run tells.
@Suite struct ShowTests {
  private let crash = "{crash: pay, after: work}"

  private func show(_ arguments: [String], in folder: Folder) throws -> Program {
    try Program.run(["show"] + arguments, in: folder.url)
  }

  private func naive() throws -> Folder {
    let folder = try Folder()
    try folder.write("naive.yaml", Designs.naive)
    return folder
  }

  @Test func theGraphPaneListsPlacesAndLinks() throws {
    let run = try show(["naive.yaml"], in: naive())
    #expect(run.status == 0)
    for line in ["\n    -rpc-> shop\n", "\n    -topic-> orders\n", "\n    -topic-> mailer\n"] {
      #expect(run.output.contains(line))
    }
    #expect(run.output.contains(/\npay +service +up\b/))
    #expect(!run.output.split(separator: "\n").contains { $0.hasSuffix(" ") })
  }

  @Test func aStepShowsWhatTheStorySaysOfIt() throws {
    let folder = try naive()
    let story = try Program.run(["run", "naive.yaml", "--fault", crash], in: folder.url).output
    let step = try #require(story.firstMatch(of: /\n +(\d+) [^\n]*✗ pay +crashes/)?.1)
    let arguments = ["naive.yaml", "--fault", crash, "--step"]
    let broken = try show(arguments + [String(step)], in: folder)
    #expect(broken.output.contains(/\npay +service +crashed/))
    #expect(broken.output.contains("\nevent  pay crashes\n"))
    let before = try show(arguments + [String((Int(step) ?? 1) - 1)], in: folder)
    #expect(before.output.contains(/\npay +service +up/))
  }

  @Test func everyPaneHasItsContent() throws {
    let folder = try naive()
    let arguments = ["naive.yaml", "--fault", crash, "--pane"]
    #expect(try show(arguments + ["inspector"], in: folder).output.contains(/\n +effects +charge 2\n/))
    #expect(try show(arguments + ["log"], in: folder).output.contains("raft, standing in for kafka"))
    #expect(try show(arguments + ["progress"], in: folder).output.contains("\n          pay  done, attempt 2\n"))
    #expect(try show(arguments + ["properties"], in: folder).output.contains(/\nVIOLATED +once charge\b/))
    #expect(try show(["naive.yaml", "--pane", "properties"], in: folder).output.contains(/\nholds +once charge\n/))
  }

  @Test func aSavedRunIsShownFromItselfAlone() throws {
    let folder = try naive()
    _ = try Program.run(["run", "naive.yaml", "--fault", crash, "--save", "crash.json"], in: folder.url)
    let direct = try show(["naive.yaml", "--fault", crash, "--pane", "inspector"], in: folder)
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("naive.yaml"))
    #expect(try show(["crash.json", "--pane", "inspector"], in: folder).output == direct.output)
  }

  @Test func aSavedRunThatWouldBeAnotherIsNotShown() throws {
    let folder = try naive()
    _ = try Program.run(["run", "naive.yaml", "--fault", crash, "--save", "crash.json"], in: folder.url)
    let text = try folder.text("crash.json")
    let final = try #require(text.firstMatch(of: /"final": "([0-9a-f]{16})"/)?.1)
    try folder.write("other.json", text.replacing(String(final), with: "0123456789abcdef"))
    let run = try show(["other.json"], in: folder)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.messages.contains("headway replay other.json"))
  }

  @Test func aStepAfterTheEndIsWrongUsage() throws {
    let run = try show(["naive.yaml", "--step", "999999"], in: naive())
    #expect(run.status == 64)
    #expect(run.messages.contains("the run ends at step"))
  }

  @Test func whatCannotBeReadEndsWith2() throws {
    let folder = try naive()
    try folder.write("wrong.yaml", Designs.wrong)
    for path in ["wrong.yaml", "missing.yaml", "missing.json"] {
      let run = try show([path], in: folder)
      #expect(run.status == 2, "\(path)")
      #expect(run.output.isEmpty)
      #expect(!run.messages.isEmpty)
    }
  }
}
