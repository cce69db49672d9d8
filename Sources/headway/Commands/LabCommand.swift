public import ArgumentParser
import Curses
import Glibc
import LabEngine
public import LabUI
import Primitives
import ProgressGraph
import Reporting
import Screen

/// `headway lab`: reads the design, runs it, and opens the screen on the run.
struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Open a design on the screen: watch it run, step back and forth, break it.",
    discussion: """
      EXAMPLES:
        headway lab checkout.yaml
        headway lab checkout.yaml --scenario payment-dies
        headway lab checkout.yaml --fault '{crash: pay, after: work}' --step 40 --focus pay
        headway lab --run runs/checkout-DUP.json

      Space plays, `.` and `,` step, `f` breaks the selected thing, `?` lists every key, `q` quits.
      """)

  @Argument(help: ArgumentHelp("A graph file, or a saved run (*.json).", valueName: "graph|run"))
  var path: String?

  @Option(name: .customLong("run"), help: ArgumentHelp("Open this saved run.", valueName: "file"))
  var savedRun: String?

  @Option(help: ArgumentHelp("Begin with this scenario of the file.", valueName: "name"))
  var scenario: String?

  @Option(help: ArgumentHelp("Add a fault, as it would stand in the file. Repeatable.", valueName: "fault"))
  var fault: [String] = []

  @Option(
    help: ArgumentHelp(
      "Decide as told instead of by chance: which choice of the run takes which option, both from 1.",
      valueName: "1=2,4=1"),
    transform: ForcedChoices.argument)
  var choose: ForcedChoices = .none

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Begin at this step. (default: 0)", valueName: "n"),
    transform: ShowCommand.parseStep)
  var step: Int = 0

  @Option(help: ArgumentHelp("Begin with this node or channel selected.", valueName: "name"))
  var focus: String?

  @Flag(help: "Leave the mouse to the terminal.")
  var noMouse = false

  @Flag(help: "Move messages from step to step only.")
  var noAnim = false

  @Option(help: ArgumentHelp("The characters to draw with.", valueName: "auto|unicode|ascii"))
  var glyphs: GlyphChoice = .auto

  @Option(help: ArgumentHelp("The colours to draw with.", valueName: "name"))
  var theme: Theme = .terminal

  @Option(help: ArgumentHelp("Colour: as the environment says, always or never.", valueName: "auto|always|never"))
  var color: ColourChoice = .auto

  @OptionGroup var engine: EngineOptions

  func run() throws {
    let path = try requiredPath()
    guard Console.isInteractive else {
      let told = savedRun == nil ? "run \(path)" : "replay \(path)"
      throw CommandFailure.cannot("the lab needs a terminal that can draw; `headway \(told)` tells the same as a story")
    }
    let request = try request(path)
    guard let graph = request.loaded.graph else { throw CommandFailure.cannot("this graph cannot be executed") }
    let selection = try selection(in: graph)
    let session = try computed(request, path)
    // The engine is quick, but a person may have lost patience with a large graph.
    if let signal = Interruption.signal { throw CommandFailure.verdict(128 + signal) }
    let terminal: Terminal
    do {
      terminal = try Terminal(palette: theme.palette, usesColour: usesColour)
    } catch {
      throw CommandFailure.cannot(
        "no terminal description fits this terminal; install the package ncurses-term, or try TERM=xterm-256color")
    }
    var loop = LabLoop(session: session, terminal: terminal, state: state(for: session, request, terminal))
    if let selection { loop.select(selection) }
    loop.go(to: step)
    terminal.setMouse(!noMouse)
    try conclude(loop.run(), terminal)
  }

  private func conclude(_ ending: LabLoop.Ending, _ terminal: Terminal) throws(CommandFailure) {
    terminal.close()
    switch ending {
    case .quit: return
    case .quitKeeping(let lines): Console.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: STDOUT_FILENO)
    case .interrupted: throw CommandFailure.verdict(128 + SIGINT)
    }
  }

  // MARK: What to show

  private func requiredPath() throws(CommandFailure) -> String {
    if path != nil, savedRun != nil {
      throw CommandFailure(message: "name a graph or a saved run, not both", status: 64)
    }
    if let path = savedRun ?? path { return path }
    let found = GraphPaths.resolve(["."]).compactMap { resolved in
      if case .file(let path) = resolved { "\n  headway lab \(GraphPaths.shown(path))" } else { nil }
    }
    let hint = found.isEmpty ? "" : "; there are:" + found.prefix(12).joined()
    throw CommandFailure(message: "name a graph file to open" + hint, status: 64)
  }

  private func request(_ path: String) throws(CommandFailure) -> RunRequest {
    guard savedRun != nil || path.hasSuffix(".json") else {
      return try RunRequest(graph: path, scenario: scenario, faults: fault, choices: choose, engine.run, colour: color)
    }
    guard scenario == nil, fault.isEmpty, choose.isEmpty else {
      throw CommandFailure(message: "a saved run has a scenario, faults and choices of its own", status: 64)
    }
    return try RunRequest(saved: path, colour: color)
  }

  /// The run is done before the screen opens; a line says so, for a long one takes seconds.
  private func computed(_ request: RunRequest, _ path: String) throws(CommandFailure) -> LabSession {
    Console.write(Array("running \(GraphPaths.shown(request.loaded.file)) ...".utf8), to: STDERR_FILENO)
    defer { Console.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) }
    return try request.session(of: path)
  }

  private func selection(in graph: Graph) throws(CommandFailure) -> Edge.End? {
    guard let focus else { return nil }
    if let node = graph.node(named: focus) { return .node(node) }
    if let channel = graph.channel(named: focus) { return .channel(channel) }
    throw unknown("node or channel", focus, among: graph.nodes.map(\.name) + graph.channels.map(\.name))
  }

  private func unknown(_ kind: String, _ wanted: String, among known: [String]) -> CommandFailure {
    let nearest = Suggestion.nearest(to: wanted, among: known).map { "; did you mean `\($0)`?" }
    return CommandFailure(message: "there is no \(kind) `\(wanted)`\(nearest ?? "")", status: 64)
  }

  // MARK: How to show it

  private var usesColour: Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto: Console.environment("NO_COLOR") == nil
    }
  }

  private func state(for session: LabSession, _ request: RunRequest, _ terminal: Terminal) -> AppState {
    // Characters that the locale cannot encode would come out as question marks, whatever was asked for.
    let drawn: GlyphSet = terminal.isUnicode && glyphs != .ascii ? .unicode : .ascii
    var state = AppState(
      graph: session.graph, file: request.loaded.file, seed: request.options.seed, history: session.history,
      moment: session.moment,
      glyphs: drawn, width: terminal.width, height: terminal.height)
    state.isMouseOn = !noMouse
    state.playback.isAnimated = !noAnim
    if let substitute = terminal.substitute {
      state.notice = "this system does not know TERM=\(Console.environment("TERM") ?? ""); drawing as \(substitute)"
    } else if glyphs == .unicode, drawn == .ascii {
      state.notice = "the locale is not UTF-8; drawing in ASCII"
    }
    return state
  }
}

enum GlyphChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, unicode, ascii
}

extension Theme: ExpressibleByArgument {}

/// Carries events in and commands out, one frame after the other. The only place where the lab meets the clock.
struct LabLoop {
  enum Ending {
    case quit
    case quitKeeping([String])
    case interrupted
  }

  private var session: LabSession
  private let terminal: Terminal
  private var state: AppState
  private var ending: Ending?

  init(session: LabSession, terminal: Terminal, state: AppState) {
    self.session = session
    self.terminal = terminal
    self.state = state
  }

  mutating func select(_ place: Edge.End) { state.selection = place }

  mutating func go(to step: Int) {
    if step != 0 { perform(.go(to: step)) }
  }

  /// Runs until somebody ends it. A frame is drawn after each burst of input, and none while nothing happens.
  mutating func run() -> Ending {
    var lastTick = Self.milliseconds()
    while true {
      if let ending { return ending }
      terminal.present(frame())
      let wait = state.frameMilliseconds.map { max(0, $0 - Int(Self.milliseconds() - lastTick)) }
      var input = terminal.next(within: wait)
      // A burst, of pasted text or a wheel, is one frame; it is cut so that a held key still shows movement.
      for _ in 0..<64 {
        guard let arrived = input, ending == nil else { break }
        handle(.input(arrived))
        input = terminal.next(within: 0)
      }
      if let arrived = input, ending == nil { handle(.input(arrived)) }
      guard let frame = state.frameMilliseconds else {
        lastTick = Self.milliseconds()
        continue
      }
      if Self.milliseconds() - lastTick >= Int64(frame) {
        lastTick = Self.milliseconds()
        handle(.tick)
      }
    }
  }

  private func frame() -> Grid {
    var grid = Grid(width: state.width, height: state.height)
    view(state, into: &grid)
    return grid
  }

  private mutating func handle(_ event: AppEvent) {
    for command in update(&state, event) { perform(command) }
  }

  private mutating func perform(_ command: Command) {
    switch command {
    case .go(let step): session.go(to: step)
    case .inject(let fault):
      announce("running on with \(fault.text) ...")
      guard session.inject(fault) else {
        return handle(.failed("nothing runs there: \(fault.text)"))
      }
    case .startScenario(let position):
      let plan = plan(at: position)
      announce("running \(plan.name) ...")
      session.start(plan)
    case .switchBranch(let position): session.switchBranch(to: position)
    case .undo: session.undo()
    case .redo: session.redo()
    case .setMouse(let isOn): return terminal.setMouse(isOn)
    case .redraw: return terminal.redraw()
    case .suspend: return terminal.suspend()
    case .quit(let keepsScreen):
      ending = keepsScreen ? .quitKeeping(frame().lines()) : .quit
      return
    case .interrupt:
      ending = .interrupted
      return
    }
    handle(.session(session.history, session.moment))
  }

  /// Says what is being computed, for a long run takes seconds.
  private mutating func announce(_ text: String) {
    state.notice = text
    terminal.present(frame())
    state.notice = ""
  }

  private func plan(at position: Int?) -> RunPlan {
    let name = position.map { session.graph.scenarios[$0].name }
    return Lab.plan(session.graph, scenario: name, faults: []) ?? .calm(of: session.graph)
  }

  private static func milliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
  }
}
