import Foundation
import Testing

/// The screen that the README shows is the one that the program draws.
@Suite struct ReadmeScreenTests {
  private static let opening = "```text screen\n"

  /// Method: opens the lab on a pseudo-terminal of the size shown, at the step shown, and compares the cells with the
  /// README's block, blanks at line ends aside. `HEADWAY_ACCEPT=1` writes what is drawn.
  @Test func theReadmeShowsARealScreen() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let graph = root.appendingPathComponent("Graphs/naive-checkout.yaml").path
    let terminal = try PseudoTerminal(
      ["lab", graph, "--fault", "{crash: pay, after: work}", "--step", "93", "--focus", "pay"], columns: 100, rows: 30)
    try terminal.wait(for: "step 93/")
    try terminal.wait(for: "e explains it")
    let drawn = trimmed(terminal.screen.lines)
    terminal.type("q")
    #expect(try terminal.waitForExit() == 0)

    let readme = root.appendingPathComponent("README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let start = try #require(text.range(of: Self.opening)).upperBound
    let end = try #require(text.range(of: "\n```", range: start..<text.endIndex)).lowerBound
    if ProcessInfo.processInfo.environment["HEADWAY_ACCEPT"] == "1" {
      try text.replacingCharacters(in: start..<end, with: drawn.joined(separator: "\n"))
        .write(to: readme, atomically: true, encoding: .utf8)
    } else {
      #expect(trimmed(text[start..<end].components(separatedBy: "\n")) == drawn)
    }
  }

  private func trimmed(_ lines: [String]) -> [String] {
    lines.map { line in
      var line = Substring(line)
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }
}
