import Foundation
import Glibc
import Primitives
import Testing

/// The lab as the real program on a real (pseudo) terminal.
@Suite(.serialized) struct LabTerminalTests {
  /// A folder with the naive design; it must outlive the program.
  private struct Bench {
    let folder: Folder
    let graph: String

    init() throws {
      folder = try Folder()
      graph = try folder.write("naive.yaml", Designs.naive)
    }

    func open(
      _ options: [String] = [], columns: Int = 80, rows: Int = 24, environment: [String: String] = [:]
    ) throws -> PseudoTerminal {
      try PseudoTerminal(["lab", graph] + options, columns: columns, rows: rows, environment: environment)
    }
  }

  private func expectRestored(_ terminal: PseudoTerminal, _ comment: Comment? = nil) {
    #expect(terminal.hasModesOfBefore, comment)
    #expect(!terminal.screen.isAlternate, comment)
    #expect(terminal.screen.isCursorVisible, comment)
    #expect(!terminal.screen.isMouseOn, comment)
    for sequence in ["\u{1B}[?1049l", "\u{1B}[?1000l"] { #expect(terminal.text.contains(sequence), comment) }
    #expect(terminal.text.contains("?25h") || terminal.text.contains("?12l\u{1B}[?25h"), comment)
  }

  // MARK: Use

  /// Method: the shortest session a person would have, with each screen waited for by a text that only it has.
  @Test func stepsForwardAndBackResizesAndQuits() throws {
    let bench = try Bench()
    let terminal = try bench.open()
    try terminal.wait(for: "step 0/")
    #expect(terminal.isInKeyMode)
    #expect(terminal.screen.isAlternate)
    terminal.type("...")
    try terminal.wait(for: "step 3/")
    let third = terminal.screen.text
    terminal.type(">")
    try terminal.wait(until: "leaves step 3") { !terminal.screen.text.contains("step 3/") }
    terminal.type("g...")
    try terminal.wait(for: "step 3/")
    #expect(terminal.screen.text == third)
    terminal.resize(columns: 40, rows: 10)
    try terminal.wait(for: "mailer")
    try terminal.wait(for: "step 3/")
    #expect(terminal.screen.lines.allSatisfy { $0.count <= 40 })
    terminal.resize(columns: 160, rows: 48)
    try terminal.wait(for: "7 Props")
    terminal.type("q")
    #expect(try terminal.waitForExit() == 0)
    expectRestored(terminal)
  }

  /// Method: two keys from the graph break a node; the branch has another tip; undo shows the old run to its end.
  @Test func aFaultMakesABranchAndUndoLeavesIt() throws {
    let bench = try Bench()
    let terminal = try bench.open(["--focus", "pay", "--step", "12"])
    try terminal.wait(for: "step 12/")
    let before = tip(terminal)
    terminal.type("fc")
    try terminal.wait(for: "crash-pay")
    #expect(tip(terminal) != before)
    terminal.type(".")
    try terminal.wait(for: "CRASHED")
    terminal.type("u")
    try terminal.wait(for: "calm 1/2")
    try terminal.wait(for: "step 12/")
    #expect(tip(terminal) == before)
    terminal.type("B")
    try terminal.wait(for: "from calm at step 12")
    terminal.type("qq")
    #expect(try terminal.waitForExit() == 0)
  }

  /// The number behind the stroke of `step 12/178`.
  private func tip(_ terminal: PseudoTerminal) -> Substring? {
    terminal.screen.text.components(separatedBy: "step 12/").last?.prefix { $0.isNumber }
  }

  /// Method: `Q` must leave the frame as text on the main screen, and play must reach the tip by itself.
  @Test func playsToTheTipAndLeavesTheLastScreen() throws {
    let bench = try Bench()
    let terminal = try bench.open(["--no-anim"])
    try terminal.wait(for: "step 0/")
    terminal.type("}}}}} ")
    try terminal.wait(for: "AT TIP")
    terminal.type("Q")
    #expect(try terminal.waitForExit() == 0)
    expectRestored(terminal)
    let left = try #require(terminal.text.components(separatedBy: "\u{1B}[?1049l").last)
    #expect(left.contains("AT TIP"))
  }

  /// Method: a saved run is opened by its option and by its name; both show the run that was saved, at its start.
  @Test(arguments: [true, false])
  func aSavedRunIsOpened(byOption: Bool) throws {
    let bench = try Bench()
    let run = bench.folder.url.path + "/crash.json"
    let saving = ["run", bench.graph, "--seed", "7", "--fault", "{crash: pay, after: work}", "--save", run]
    _ = try Program.run(saving)
    let terminal = try PseudoTerminal(["lab"] + (byOption ? ["--run", run] : [run]), columns: 100)
    try terminal.wait(for: "step 0/")
    #expect(terminal.screen.text.contains("seed 7"))
    #expect(terminal.screen.text.contains("branch faults"))
    terminal.type("G")
    try terminal.wait(for: "✗1")
    terminal.type("q")
    #expect(try terminal.waitForExit() == 0)
    // A line said what went on before there was a screen.
    #expect(terminal.text.contains("running naive.yaml ..."))
  }

  // MARK: Restoring

  /// Method: the program is ended in every way a signal can end it; the terminal's modes are compared with those before
  /// it began, and the bytes with what turns everything off.
  @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT])
  func everySignalLeavesTheTerminalAsItWas(signal: Int32) throws {
    // Two are exits with a code by contract; the others stay deaths by their signal, for whoever waits.
    let status = signal == SIGTERM || signal == SIGINT ? 128 + signal : -signal
    let bench = try Bench()
    let terminal = try bench.open()
    try terminal.wait(for: "step 0/")
    #expect(terminal.screen.isMouseOn)
    terminal.send(signal)
    #expect(try terminal.waitForExit() == status)
    expectRestored(terminal, "signal \(signal)")
  }

  /// Method: Ctrl-C as a key, also while a menu is open, ends at once with the code of an interrupt.
  @Test func controlCQuitsAtOnce() throws {
    let bench = try Bench()
    let terminal = try bench.open()
    try terminal.wait(for: "step 0/")
    terminal.type("?")
    try terminal.wait(for: "Keys that work now")
    terminal.type([3])
    #expect(try terminal.waitForExit() == 130)
    expectRestored(terminal)
  }

  /// Method: Ctrl-Z gives the terminal back, and what continues draws everything again. The program leads its session
  /// here, so the system does not stop it: it goes on at once.
  @Test func suspendRestoresAndComesBack() throws {
    let bench = try Bench()
    let terminal = try bench.open()
    try terminal.wait(for: "step 0/")
    let drawn = terminal.output.count
    terminal.type([26])
    try terminal.wait(until: "left the second screen and came back") {
      let since = String(decoding: terminal.output[drawn...], as: UTF8.self)
      return since.contains("?1049l") && since.contains("?1049h") && terminal.screen.text.contains("step 0/")
    }
    terminal.type(".")
    try terminal.wait(for: "step 1/")
    terminal.type("q")
    #expect(try terminal.waitForExit() == 0)
    expectRestored(terminal)
  }

  // MARK: Terminals and environments

  /// Method: every byte of a session with menus in it is below 0x80, under several terminal types.
  @Test(arguments: ["xterm-256color", "screen-256color", "tmux-256color", "linux", "vt100"])
  func anAsciiLocaleGetsAsciiBytes(type: String) throws {
    let bench = try Bench()
    let terminal = try bench.open(environment: ["TERM": type, "LC_ALL": "C"])
    try terminal.wait(for: "step 0/")
    terminal.type(">>>")
    try terminal.wait(until: "moved") { !terminal.screen.text.contains("step 0/") }
    terminal.type("?")
    try terminal.wait(for: "Keys that work now")
    terminal.type("qaq")
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.output.allSatisfy { $0 < 0x80 })
    #expect(terminal.hasModesOfBefore)
  }

  /// Method: the parameters of every SGR sequence; without NO_COLOR there is colour, so the search can find some.
  @Test func noColorMeansNoColour() throws {
    let bench = try Bench()
    for (environment, isColoured) in [([:], true), (["NO_COLOR": "1"], false)] {
      let terminal = try bench.open(environment: environment)
      try terminal.wait(for: "step 0/")
      terminal.type("f")
      try terminal.wait(for: "Break web")
      terminal.type("qq")
      #expect(try terminal.waitForExit() == 0)
      let colours = terminal.screen.renditions.joined().filter {
        (30...38).contains($0) || (40...48).contains($0) || (90...107).contains($0)
      }
      #expect(colours.isEmpty != isColoured)
      #expect(terminal.screen.renditions.contains { $0.contains(1) }, "bold stays")
    }
  }

  /// Method: the smallest screen there is still steps, grows and quits.
  @Test func oneCellIsEnough() throws {
    let bench = try Bench()
    let terminal = try bench.open(columns: 1, rows: 1)
    try terminal.wait(for: "0")
    terminal.type(".")
    try terminal.wait(for: "1")
    terminal.resize(columns: 80, rows: 24)
    try terminal.wait(for: "step 1/")
    terminal.type("q")
    #expect(try terminal.waitForExit() == 0)
    expectRestored(terminal)
  }

  /// Method: names that terminfo does not have; the status line says what was used instead.
  @Test(arguments: [("ghostty", "xterm-256color"), ("tmux-unheard-of", "screen-256color"), ("xyzzy", "vt100")])
  func anUnknownTerminalFallsBack(type: String, substitute: String) throws {
    let bench = try Bench()
    let terminal = try bench.open(environment: ["TERM": type, "TERMINFO": "/nonexistent"])
    try terminal.wait(for: "drawing as \(substitute)")
    terminal.type("q")
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.hasModesOfBefore)
  }

  /// Method: TERM=dumb on a terminal, and no terminal at all: exit 2, the way out named, no escape sequence.
  @Test func withoutAScreenItNamesTheWayOut() throws {
    let bench = try Bench()
    let dumb = try bench.open(environment: ["TERM": "dumb"])
    #expect(try dumb.waitForExit() == 2)
    #expect(dumb.text.contains("headway run"))
    #expect(!dumb.output.contains(27))
    let piped = try Program.run(["lab", bench.graph], environment: ["TERM": "xterm"])
    #expect(piped.status == 2)
    #expect(piped.messages.contains("headway run"))
    #expect(piped.output.isEmpty)
  }

  /// Method: broken input never opens a screen.
  @Test func mistakesAreToldBeforeTheScreenOpens() throws {
    let bench = try Bench()
    let cases: [([String], Int32, String)] = [
      ([bench.folder.url.path + "/absent.yaml"], 2, "absent.yaml"),
      ([try bench.folder.write("broken.yaml", "nodes: [")], 2, "error"),
      ([bench.graph, "--focus", "pya"], 64, "did you mean `pay`"),
      ([bench.graph, "--scenario", "none"], 64, "none"),
      ([bench.graph, "--fault", "{crash: nobody}"], 2, "nobody"),
    ]
    for (arguments, status, message) in cases {
      let terminal = try PseudoTerminal(["lab"] + arguments)
      #expect(try terminal.waitForExit() == status, "\(arguments)")
      #expect(terminal.text.contains(message), "\(terminal.text)")
      #expect(!terminal.text.contains("?1049h"))
    }
  }

  /// Method: seeded random keys, broken escape sequences, mouse bytes and sizes; after all of it the program is alive,
  /// can be quit, and the terminal is as before.
  @Test(arguments: [1, 2] as [UInt64])
  func randomInputDoesNoHarm(seed: UInt64) throws {
    let bench = try Bench()
    let terminal = try bench.open()
    try terminal.wait(for: "step 0/")
    var chance = SeededGenerator(seed: seed)
    let sequences: [[UInt8]] = [
      [27], Array("\u{1B}OA".utf8), Array("\u{1B}OB".utf8), Array("\u{1B}[".utf8), Array("\u{1B}[<0;10;5M".utf8),
      Array("\u{1B}[200~x".utf8), Array("\u{1B}[<64;3;3M".utf8), [0xC3], Array("é".utf8), [9], [13],
    ]
    for _ in 0..<60 {
      for _ in 0..<10 {
        if UInt8.random(in: 0..<4, using: &chance) == 0, let sequence = sequences.randomElement(using: &chance) {
          terminal.type(sequence)
        } else {
          // All that can be typed, but what quits.
          let key = UInt8.random(in: 0x20..<0x7F, using: &chance)
          if key != UInt8(ascii: "q"), key != UInt8(ascii: "Q") { terminal.type([key]) }
        }
      }
      if UInt8.random(in: 0..<6, using: &chance) == 0 {
        let (columns, rows) = (Int.random(in: 1...200, using: &chance), Int.random(in: 1...60, using: &chance))
        terminal.resize(columns: columns, rows: rows)
      }
    }
    terminal.resize(columns: 80, rows: 24)
    // Escape leaves at most a menu and a prompt; the two of them may need a little patience of the key decoder.
    for _ in 0..<3 { terminal.type([27]) }
    try terminal.wait(for: "step ")
    terminal.type([3])
    #expect(try terminal.waitForExit() == 130)
    expectRestored(terminal)
  }
}
