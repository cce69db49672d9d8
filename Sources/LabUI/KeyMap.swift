public import Screen

/// What a key does, in words and as an action.
public struct Binding: Sendable {
  public var action: Action
  /// The first is the one that hints show. Empty for an action reached through the palette alone.
  public var keys: [Key]
  /// One or two words, for the key bar.
  public var name: String
  /// At most 60 characters.
  public var help: String

  init(_ action: Action, _ keys: [Key], _ name: String, _ help: String) {
    self.action = action
    self.keys = keys
    self.name = name
    self.help = help
  }
}

/// The one table of keys: input, key bar, help and palette are all made from it.
///
/// Ctrl-S, Ctrl-Q, Ctrl-A, Ctrl-B and Ctrl-G stay free: terminals and multiplexers use them. Ctrl-C and Ctrl-Z reach
/// the program as signals as well, so that they work while it computes.
public struct KeyMap: Sendable {
  /// In the order of help.
  public let bindings: [Binding]
  private let byKey: [Key: Action]
  private let byAction: [Action: Binding]

  public init(_ bindings: [Binding] = KeyMap.standard) {
    self.bindings = bindings
    var byKey: [Key: Action] = [:]
    var byAction: [Action: Binding] = [:]
    for binding in bindings {
      byAction[binding.action] = binding
      for key in binding.keys {
        let older = byKey.updateValue(binding.action, forKey: key)
        precondition(older == nil, "the key \(key.name) stands for two actions")
      }
    }
    self.byKey = byKey
    self.byAction = byAction
  }

  public func action(for key: Key) -> Action? { byKey[key] }
  public func binding(of action: Action) -> Binding? { byAction[action] }

  /// How hints write the key of an action.
  func keyName(of action: Action) -> String { byAction[action]?.keys.first?.name ?? "none" }

  public static let standard: [Binding] = time + runs + looking + program

  private static let time: [Binding] = [
    Binding(.playPause, [.character(" ")], "play", "Play or pause the run"),
    Binding(.stepForward, [.character(".")], "step", "One step forward"),
    Binding(.stepBack, [.character(",")], "back", "One step back, exactly"),
    Binding(.nextNotable, [.character(">")], "next event", "Next effect, fault, violation or other sign"),
    Binding(.previousNotable, [.character("<")], "prev event", "Previous effect, fault, violation or other sign"),
    Binding(.nextChange, [.character("]")], "next change", "Next event of the selected thing"),
    Binding(.previousChange, [.character("[")], "prev change", "Previous event of the selected thing"),
    Binding(.firstStep, [.character("g"), .home], "start", "Go to the first step"),
    Binding(.tip, [.character("G"), .end], "tip", "Go to the last step of the branch"),
    Binding(.goToStep, [.character("t")], "go to", "Type a step or a time to go to"),
    Binding(.faster, [.character("}")], "faster", "Play faster"),
    Binding(.slower, [.character("{")], "slower", "Play slower"),
  ]

  private static let runs: [Binding] = [
    Binding(.faultMenu, [.character("f")], "fault", "Break the selected thing now, on a branch of its own"),
    Binding(.scenarioMenu, [.character("S")], "scenario", "Run a scenario of the file, or the calm run"),
    Binding(.branchMenu, [.character("B")], "branches", "List the branches and switch to one"),
    Binding(.undo, [.character("u")], "undo", "Leave the branch that my last action made"),
    Binding(.redo, [.control("r")], "redo", "Return to the branch that undo left"),
    Binding(.explain, [.character("e")], "explain", "Show the steps that led to what is wrong"),
  ]

  private static let looking: [Binding] = [
    Binding(.up, [.up, .character("k")], "up", "Select the thing above; the previous line"),
    Binding(.down, [.down, .character("j")], "down", "Select the thing below; the next line"),
    Binding(.left, [.left, .character("h")], "left", "Select the thing to the left; one step back in Time"),
    Binding(.right, [.right, .character("l")], "right", "Select the thing to the right; one step on in Time"),
    Binding(.pageUp, [.pageUp], "page up", "Ten lines up"),
    Binding(.pageDown, [.pageDown], "page down", "Ten lines down"),
    Binding(.nextPlace, [.character("s")], "select next", "Select the next node or channel in the order of the file"),
    Binding(.open, [.enter], "open", "Inspect the selection; go to the step of a line"),
    Binding(.find, [.character("/")], "find", "Find text in the events"),
    Binding(.findNext, [.character("n")], "next match", "Go to the next event that matches"),
    Binding(.findPrevious, [.character("N")], "prev match", "Go to the previous event that matches"),
    Binding(.listView, [.character("a")], "as list", "Show the graph as a list, or as a drawing"),
    Binding(.dimOthers, [.character("o"), .function(2)], "dim others", "Dim everything but the selection's neighbours"),
    Binding(.zoomIn, [.character("+"), .character("=")], "zoom in", "Show more about each node"),
    Binding(.zoomOut, [.character("-")], "zoom out", "Show less about each node"),
    Binding(.zoomFit, [.character("0")], "fit", "The highest zoom at which every node is visible"),
    Binding(.panLeft, [.character("H")], "pan left", "Move the view of the graph to the left"),
    Binding(.panDown, [.character("J")], "pan down", "Move the view of the graph down"),
    Binding(.panUp, [.character("K")], "pan up", "Move the view of the graph up"),
    Binding(.panRight, [.character("L")], "pan right", "Move the view of the graph to the right"),
    Binding(.enlargePane, [.character("z")], "enlarge", "Give the focused pane the whole screen, or back"),
    Binding(.nextPane, [.tab], "next pane", "Focus the next pane"),
    Binding(.previousPane, [.backTab], "prev pane", "Focus the previous pane"),
    Binding(.focusGraph, [.character("1")], "graph", "Focus the graph"),
    Binding(.focusInspector, [.character("2")], "inspector", "Focus the inspector"),
    Binding(.focusTime, [.character("3")], "time", "Focus the timeline"),
    Binding(.focusEvents, [.character("5")], "events", "Focus the events"),
    Binding(.focusProperties, [.character("7")], "props", "Focus the properties"),
    Binding(.focusProgress, [.character("8")], "progress", "Focus the progress of every workflow"),
  ]

  private static let program: [Binding] = [
    Binding(.palette, [.character(":"), .control("p")], "cmds", "Find a command by its name"),
    Binding(.help, [.character("?"), .function(1)], "help", "List the keys that work now; Enter runs one"),
    Binding(.mouse, [.character("M")], "mouse", "Turn the mouse on or off"),
    Binding(.redraw, [.control("l")], "redraw", "Draw the whole screen again"),
    Binding(.suspend, [.control("z")], "suspend", "Stop the program; the shell's fg goes on"),
    Binding(.close, [.character("q"), .escape], "quit", "Close what is open, then quit (Esc only closes)"),
    Binding(.quitNow, [.control("c")], "quit now", "Quit at once"),
    Binding(.quitKeepingScreen, [.character("Q")], "quit, keep", "Quit and leave the last screen as text"),
  ]
}
