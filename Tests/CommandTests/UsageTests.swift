import Foundation
import Testing

/// Method: the real program is run with right and wrong command lines; streams and exit codes are compared with
/// interface.md, sections 1, 2 and 7.
@Suite struct UsageTests {
  @Test(arguments: [["--help"], ["-h"], ["help"]])
  func helpIsDataWithExamplesFirst(_ arguments: [String]) throws {
    let run = try Program.run(arguments)
    #expect(run.status == 0)
    #expect(run.messages.isEmpty)
    let examples = try #require(run.output.range(of: "EXAMPLES:"))
    let usage = try #require(run.output.range(of: "USAGE:"))
    #expect(examples.lowerBound < usage.lowerBound)
  }

  /// Method: every kind of wrong usage speaks with one voice, and a number that looks like an option is a number.
  @Test(arguments: [
    ["chek"], ["run", "a.yaml", "--seed", "-1"], ["show", "a.yaml", "--step", "-1"], ["lab", "a.yaml", "--step", "-1"],
    ["check", "--jobs", "0", "a.yaml"], ["lab", "a.yaml", "--run", "b.json"],
  ])
  func wrongUsageIsTold(_ arguments: [String]) throws {
    let run = try Program.run(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.messages.hasPrefix("error: "))
    #expect(!run.messages.contains("Missing value"))
  }

  @Test func helpIsTheSameInEveryProcess() throws {
    let first = try Program.run(["--help"])
    let second = try Program.run(["--help"], environment: ["COLUMNS": "40", "TERM": "xterm-256color"])
    #expect(first.output == second.output)
  }

  @Test func withoutATerminalTheBareProgramExplainsItself() throws {
    let run = try Program.run([])
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.messages.contains("USAGE: headway"))
  }

  @Test(arguments: [("chek", "check"), ("rnu", "run"), ("completion", "completions"), ("Replay", "replay")])
  func aMistypedCommandGetsASuggestion(_ typed: String, _ meant: String) throws {
    let run = try Program.run([typed, "x.yaml"])
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.messages.contains("did you mean `\(meant)`?"))
  }

  @Test func aFileInPlaceOfACommandGetsASuggestion() throws {
    let run = try Program.run(["checkout.yaml"])
    #expect(run.status == 64)
    #expect(run.messages.contains("did you mean `headway run checkout.yaml`?"))
  }

  @Test(arguments: [
    "lint", "log", "coupling", "diff", "learn", "explain", "export", "import", "merge", "keys",
  ])
  func whatIsNotThereYetSaysSoAndIsNotInTheHelp(_ command: String) throws {
    let run = try Program.run([command, "x.yaml"])
    #expect(run.status == 64)
    #expect(run.messages.contains("`headway \(command)` is not part of this version"))
    #expect(!(try Program.run(["--help"]).output.contains("\n  \(command) ")))
  }

  @Test(arguments: [
    ["--sed", "1"], ["check"], ["check", "--seed", "x", "a.yaml"], ["check", "--sede", "1", "a.yaml"],
    ["check", "--faults", "3", "a.yaml"], ["check", "--faults", "-1", "a.yaml"], ["check", "--faults", "two", "a.yaml"],
    ["check", "--seeds", "-1", "a.yaml"], ["check", "--seeds", "x", "a.yaml"],
    ["check", "--seeds", "1000001", "a.yaml"], ["check", "--exhaustive=yes", "a.yaml"],
    ["check", "--jobs", "0", "a.yaml"],
    ["check", "--budget", "5x", "a.yaml"], ["check", "--format", "xml", "a.yaml"],
    ["check", "--format", "sarif", "a.yaml"], ["check", "--fail-on", "never", "a.yaml"],
    ["check", "--color", "blue", "a.yaml"], ["check", "--logs", "paper", "a.yaml"], ["run"],
    ["run", "a.yaml", "b.yaml"], ["replay"], ["completions"], ["completions", "csh"], ["schema", "x"],
    ["show", "a.yaml", "--pane", "sky"], ["show", "a.yaml", "--step", "-1"],
  ])
  func wrongUsageEndsWith64AndSaysWhy(_ arguments: [String]) throws {
    let run = try Program.run(arguments)
    #expect(run.status == 64, "\(arguments): \(run.messages)")
    #expect(run.output.isEmpty)
    #expect(!run.messages.isEmpty)
  }

  @Test func aMistypedOptionGetsASuggestion() throws {
    let run = try Program.run(["check", "--seeed", "1", "a.yaml"])
    #expect(run.messages.contains("Did you mean '--seed'?"))
  }

  @Test(arguments: ["sarif", "junit", "github", "markdown"])
  func aFormatThatIsNotThereYetSaysSo(_ format: String) throws {
    let run = try Program.run(["check", "--format", format, "a.yaml"])
    #expect(run.messages.contains("`\(format)` is not part of this version; there are `text` and `json`."))
    #expect(!(try Program.run(["check", "--help"]).output.contains(format)))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsAreAScript(_ shell: String) throws {
    let run = try Program.run(["completions", shell])
    #expect(run.status == 0)
    #expect(run.output.contains("headway"))
    #expect(run.output.contains("replay"))
  }

  @Test func completionsOfBashAreAccepted() throws {
    let folder = try Folder()
    try folder.write("headway.bash", try Program.run(["completions", "bash"]).output)
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    shell.arguments = ["-n", folder.url.appendingPathComponent("headway.bash").path]
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
  }

  @Test func theVersionIsOneLine() throws {
    let run = try Program.run(["--version"])
    #expect(run.status == 0)
    #expect(run.output.wholeMatch(of: /headway \d+\.\d+\.\d+\n/) != nil)
  }
}
