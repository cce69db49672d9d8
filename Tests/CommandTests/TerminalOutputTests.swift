import Foundation
import Testing

/// Method: commands that print, as the real program on a pseudo terminal: what is added there and nowhere else.
@Suite(.serialized) struct TerminalOutputTests {
  /// A design being checked on a terminal, and the folder it lies in.
  private struct Bench {
    let folder: Folder
    let terminal: PseudoTerminal

    init(_ text: String, environment: [String: String] = [:]) throws {
      folder = try Folder()
      let path = try folder.write("design.yaml", text)
      terminal = try PseudoTerminal(["check", path, "--logs", "ideal"], environment: environment)
    }
  }

  @Test func progressIsOneLineRedrawnAtMostTenTimesASecond() throws {
    let bench = try Bench(Designs.naive)
    let terminal = bench.terminal
    #expect(try terminal.waitForExit() == 1)
    let last = try #require(terminal.text.firstMatch(of: /checked 1 of 1: \d+ runs, \d+ states, (\d+)\.(\d) s/))
    let tenths = (Int(last.1) ?? 0) * 10 + (Int(last.2) ?? 0)
    let redrawn = terminal.text.split(separator: "\r\u{1B}[K", omittingEmptySubsequences: false).count - 1
    // One redrawing for each tenth of a second, one that erases, one for the rounding.
    #expect(redrawn <= tenths + 2)
    // Each is drawn over the one before: nothing of them is left on the screen.
    #expect(!terminal.screen.text.contains("fault 1 of"))
    withExtendedLifetime(bench) {}
  }

  @Test func colourIsUsedUnlessTheEnvironmentForbidsIt() throws {
    let coloured = try Bench(Designs.sound)
    #expect(try coloured.terminal.waitForExit() == 0)
    #expect(coloured.terminal.text.contains("\u{1B}[32mPASS\u{1B}[0m"))
    withExtendedLifetime(coloured) {}
    for environment in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
      let plain = try Bench(Designs.sound, environment: environment)
      #expect(try plain.terminal.waitForExit() == 0)
      #expect(!plain.terminal.text.contains("\u{1B}[32m"))
      #expect(plain.terminal.text.contains("PASS  1 graph"))
      withExtendedLifetime(plain) {}
    }
  }

  @Test func controlCLeavesAPartOfTheResult() throws {
    let bench = try Bench(Designs.endless)
    let terminal = bench.terminal
    try terminal.wait(until: "begins to check") { terminal.text.contains("scenario 1 of 1") }
    terminal.type("\u{3}")
    #expect(try terminal.waitForExit() == 130)
    #expect(terminal.text.contains("Stopped before the end: this is a part of the result."))
    withExtendedLifetime(bench) {}
  }
}
