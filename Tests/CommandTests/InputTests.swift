import Foundation
import Testing

/// Method: the real program reads files and folders as bad as people and machines can make them; every one must end in
/// a located message and exit code 2.
@Suite struct InputTests {
  private func check(_ arguments: [String], in folder: Folder) throws -> (Program, JSONReport) {
    let run = try Program.run(["check", "--format", "json"] + arguments, in: folder.url)
    return (run, try JSONReport(run.output))
  }

  @Test func aMissingFileIsAnErrorWithASuggestion() throws {
    let folder = try Folder()
    try folder.write("checkout.yaml", Designs.sound)
    let (run, report) = try check(["chekout.yaml"], in: folder)
    #expect(run.status == 2)
    #expect(report.verdict == "error")
    #expect(report.list("diagnostics").first?["code"] as? String == "HW001")
    let text = try Program.run(["check", "chekout.yaml"], in: folder.url)
    #expect(text.status == 2)
    #expect(text.output.contains("did you mean `checkout.yaml`?"))
  }

  /// Method: a path that leads to something unusable is not answered with itself, nor one of a character with a guess.
  @Test func noSuggestionIsWorseThanItsQuestion() throws {
    let folder = try Folder()
    try folder.write("e", "")
    try FileManager.default.createSymbolicLink(atPath: folder.url.path + "/loop", withDestinationPath: "loop")
    #expect(mkfifo(folder.url.path + "/pipe", 0o600) == 0)
    for path in ["loop", "pipe", ".", "-", ""] {
      let run = try Program.run(["run", path], in: folder.url)
      #expect(run.status == 2, "\(path)")
      #expect(!run.output.contains("did you mean"), "\(path)")
      let replay = try Program.run(["replay", path], in: folder.url)
      #expect(replay.status == 2, "\(path)")
      #expect(!replay.messages.contains("did you mean"), "\(path)")
    }
  }

  @Test func aNoteStaysOnItsLine() throws {
    let folder = try Folder()
    try folder.write("a\nb.yaml", Designs.naive)
    let run = try Program.run(["run", "a\nb.yaml"], in: folder.url)
    #expect(run.messages.split(separator: "\n").count == 1)
  }

  @Test func anEmptyFaultIsNoGraphFile() throws {
    let folder = try Folder()
    try folder.write("a.yaml", Designs.sound)
    let run = try Program.run(["run", "a.yaml", "--fault", ""], in: folder.url)
    #expect(run.status == 2)
    #expect(run.output.contains("--fault"))
    #expect(!run.output.contains("nodes"))
  }

  @Test func oneBadFileDoesNotHideTheOthers() throws {
    let folder = try Folder()
    try folder.write("a.yaml", Designs.sound)
    try folder.write("b.yaml", Designs.wrong)
    let (run, report) = try check(["a.yaml", "missing.yaml", "b.yaml"], in: folder)
    #expect(run.status == 2)
    #expect(report.files == ["a.yaml", "missing.yaml", "b.yaml"])
    #expect(report.graphs.map { $0["verdict"] as? String } == ["pass", "error", "error"])
  }

  @Test func allMistakesOfAFileAreReportedAtTheirPlace() throws {
    let folder = try Folder()
    try folder.write("wrong.yaml", Designs.wrong)
    let (run, report) = try check(["wrong.yaml"], in: folder)
    #expect(run.status == 2)
    #expect(report.list("diagnostics").compactMap { $0["line"] as? Int } == [3, 4])
    let text = try Program.run(["check", "wrong.yaml"], in: folder.url)
    #expect(text.output.contains("  --> wrong.yaml:3:15\n"))
    #expect(text.output.contains("did you mean `client`?"))
    #expect(text.output.contains("^^^^^^"))
  }

  @Test func aFolderIsWalkedInPathOrder() throws {
    let folder = try Folder()
    for path in [
      "g/b.yaml", "g/a/z.yaml", "g/a.yaml", "g/.hidden/x.yaml", "g/headway-regressions/y.yaml", "g/notes.txt",
      "g/.dot.yaml",
    ] {
      try folder.write(path, Designs.sound)
    }
    let (run, report) = try check(["g"], in: folder)
    #expect(run.status == 0)
    #expect(report.files == ["g/a.yaml", "g/a/z.yaml", "g/b.yaml"])
    let (_, twice) = try check(["g/b.yaml", "g"], in: folder)
    #expect(twice.files == ["g/b.yaml", "g/a.yaml", "g/a/z.yaml"])
  }

  @Test func aLinkThatLeadsBackUpEndsTheWalk() throws {
    let folder = try Folder()
    try folder.write("g/a.yaml", Designs.sound)
    try FileManager.default.createSymbolicLink(
      at: folder.url.appendingPathComponent("g/loop"), withDestinationURL: folder.url.appendingPathComponent("g"))
    let (run, report) = try check(["g"], in: folder)
    #expect(run.status == 0)
    #expect(report.files == ["g/a.yaml"])
  }

  @Test func anEmptyFolderIsAnError() throws {
    let folder = try Folder()
    try folder.write("empty/readme.txt", "")
    let (run, report) = try check(["empty"], in: folder)
    #expect(run.status == 2)
    #expect(report.verdict == "error")
  }

  @Test func reportsHoldNoAbsolutePaths() throws {
    let folder = try Folder()
    let path = try folder.write("g/a.yaml", Designs.sound)
    let (below, report) = try check([path], in: folder)
    #expect(report.files == ["g/a.yaml"])
    #expect(!below.output.contains(folder.url.path))
    let elsewhere = try Folder()
    let (outside, other) = try check([path], in: elsewhere)
    #expect(other.files == ["a.yaml"])
    #expect(!outside.output.contains(folder.url.path))
    let (_, upwards) = try check(["g/../g/./a.yaml"], in: folder)
    #expect(upwards.files == ["g/a.yaml"])
  }

  @Test func whatCannotBeReadIsNotWaitedFor() throws {
    let folder = try Folder()
    let fifo = folder.url.appendingPathComponent("pipe.yaml").path
    #expect(mkfifo(fifo, 0o600) == 0)
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("folder.yaml"), withIntermediateDirectories: true)
    for path in ["pipe.yaml", "/dev/zero", "folder.yaml"] {
      let (run, report) = try check([path], in: folder)
      #expect(run.status == 2, "\(path)")
      #expect(report.verdict == "error", "\(path)")
    }
  }

  @Test(arguments: [
    "", "\u{FEFF}", "\0\0\0", "# only a comment\n", "a: &a [*a, *a]\n", "name: x\n---\nname: y\n",
    "name: \u{1B}[2J\nnodes: {}\n", "nodes: {}\n", "just text", "[1, 2]", "<<: {a: 1}\n", "name: !!python/object x\n",
  ])
  func malformedTextEndsInADiagnostic(_ text: String) throws {
    let folder = try Folder()
    try folder.write("bad.yaml", text)
    let (run, report) = try check(["bad.yaml"], in: folder)
    #expect(run.status == 2)
    let diagnostics = report.list("diagnostics")
    #expect(!diagnostics.isEmpty)
    #expect(diagnostics.allSatisfy { ($0["code"] as? String)?.hasPrefix("HW0") ?? false })
    let page = try Program.run(["check", "bad.yaml"], in: folder.url)
    #expect(!page.output.contains("\u{1B}"))
  }

  @Test func hostileTextEndsInADiagnostic() throws {
    let folder = try Folder()
    let deep = String(repeating: "[", count: 10_000)
    let bomb = (1...9).map { "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ", "))]" }
    try folder.write("deep.yaml", deep)
    try folder.write("bomb.yaml", "a0: &a0 [x]\n" + bomb.joined(separator: "\n"))
    try folder.write("large.yaml", String(repeating: "#", count: (4 << 20) + 1))
    try Data([0x6E, 0xFF, 0xFE, 0x0A]).write(to: folder.url.appendingPathComponent("latin.yaml"))
    for name in ["deep.yaml", "bomb.yaml", "large.yaml", "latin.yaml"] {
      let (run, report) = try check([name], in: folder)
      #expect(run.status == 2, "\(name)")
      #expect(!report.list("diagnostics").isEmpty, "\(name)")
    }
  }
}
