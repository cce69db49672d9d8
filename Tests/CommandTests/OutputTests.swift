import Foundation
import Testing

/// Method: where results go. The real program writes to files, devices, closed pipes and folders it must not write to.
@Suite struct OutputTests {
  @Test func anOutputFileAppearsWholeAndAlone() throws {
    let folder = try Folder()
    try folder.write("a.yaml", Designs.sound)
    let direct = try Program.run(["check", "a.yaml", "--format", "json"], in: folder.url)
    let filed = try Program.run(
      ["check", "a.yaml", "--format", "json", "--output", "report.json"], in: folder.url)
    #expect(filed.status == 0)
    #expect(filed.output.isEmpty)
    #expect(try folder.text("report.json") == direct.output)
    #expect(try folder.names() == ["a.yaml", "report.json"])
  }

  @Test func anOutputFileKeepsItsModeAndLink() throws {
    let folder = try Folder()
    try folder.write("a.yaml", Designs.sound)
    let target = try folder.write("kept/target.json", "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: target)
    try FileManager.default.createSymbolicLink(
      at: folder.url.appendingPathComponent("link.json"), withDestinationURL: URL(fileURLWithPath: target))
    _ = try Program.run(["check", "a.yaml", "--format", "json", "--output", "link.json"], in: folder.url)
    #expect(try JSONReport(folder.text("kept/target.json")).verdict == "pass")
    let mode = try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? Int
    #expect(mode == 0o640)
  }

  @Test(arguments: ["missing/report.json", ".", ""])
  func aPlaceThatCannotBeWrittenEndsWith2BeforeTheWork(_ path: String) throws {
    let folder = try Folder()
    try folder.write("a.yaml", Designs.sound)
    let run = try Program.run(["check", "a.yaml", "--output", path], in: folder.url)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.messages.contains("cannot write"))
    #expect(try folder.names() == ["a.yaml"])
  }

  @Test func aDeviceIsWrittenToAndNotReplaced() throws {
    let folder = try Folder()
    try folder.write("a.yaml", Designs.sound)
    let run = try Program.run(["check", "a.yaml", "--output", "/dev/null"], in: folder.url)
    #expect(run.status == 0)
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func aFullDiskIsNotIgnored() throws {
    let folder = try Folder()
    try folder.write("a.yaml", Designs.sound)
    let run = try Program.run(["check", "a.yaml", "--output", "/dev/full"], in: folder.url)
    #expect(run.status == 2)
    #expect(run.messages.contains("cannot write '/dev/full'"))
  }

  /// Method: a device without room, and a stream that is closed from the start; what was asked for did not come out.
  @Test(arguments: [
    ["--help"], ["--version"], ["schema"], ["completions", "zsh"], ["run", "a.yaml"], ["check", "a.yaml"],
  ])
  func aStreamThatTakesNothingIsNotIgnored(_ arguments: [String]) throws {
    let folder = try Folder()
    try folder.write("a.yaml", Designs.sound)
    for redirection in [">/dev/full", ">&-"] {
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      shell.arguments = ["-c", "exec \"$0\" \"$@\" \(redirection)", Program.executable.path] + arguments
      shell.currentDirectoryURL = folder.url
      shell.standardOutput = FileHandle.nullDevice
      shell.standardError = try folder.handle("stderr")
      try shell.run()
      shell.waitUntilExit()
      #expect(shell.terminationStatus == 2, "\(arguments) \(redirection)")
      #expect(try folder.text("stderr").contains("error: cannot write to the standard output"), "\(arguments)")
    }
  }

  @Test(arguments: [["--help"], ["schema"], ["completions", "zsh"], ["run", "a.yaml"], ["check", "a.yaml"]])
  func aClosedPipeEndsQuietly(_ arguments: [String]) throws {
    let folder = try Folder()
    try folder.write("a.yaml", Designs.sound)
    let pipe = Pipe()
    let messages = try folder.handle("stderr")
    try pipe.fileHandleForReading.close()
    let process = try Program.start(
      arguments, in: folder.url, output: pipe.fileHandleForWriting, messages: messages)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(Program.status(of: process) == 0)
    #expect(!(try folder.text("stderr").contains("error")))
  }

  @Test func colourFollowsTheChoiceAndNothingElseWithoutATerminal() throws {
    let folder = try Folder()
    try folder.write("a.yaml", Designs.sound)
    func output(_ arguments: [String], _ environment: [String: String] = [:]) throws -> String {
      try Program.run(["check", "a.yaml"] + arguments, in: folder.url, environment: environment).output
    }
    let plain = try output([], ["TERM": "xterm-256color"])
    #expect(!plain.contains("\u{1B}"))
    let coloured = try output(["--color", "always"], ["NO_COLOR": "1"])
    #expect(coloured.contains("\u{1B}[32m"))
    #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
    #expect(try output(["--color", "never"]) == plain)
  }

  @Test func withoutUTF8EverythingIsASCII() throws {
    let folder = try Folder()
    try folder.write("naive.yaml", Designs.naive)
    let arguments = ["run", "naive.yaml", "--fault", "{crash: pay, after: work}"]
    let run = try Program.run(arguments, in: folder.url, environment: ["LC_ALL": "C"])
    #expect(run.output.utf8.allSatisfy { $0 < 0x80 })
    #expect(run.output.contains("<-"))
    #expect(try Program.run(arguments, in: folder.url).output.contains("←"))
  }
}
