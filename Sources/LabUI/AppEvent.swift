public import LabEngine
public import ProgressGraph
public import Screen

/// What reaches the lab from outside.
public enum AppEvent: Sendable {
  case input(TerminalInput)
  /// The time of one frame has passed; sent only while something moves.
  case tick
  /// The session moved: another step, another branch.
  case session(LabHistory, LabMoment)
  /// A command could not be done.
  case failed(String)
}

/// What the lab asks its surroundings to do. Nothing but the terminal loop carries them out.
public enum Command: Equatable, Sendable {
  case go(to: Int)
  case inject(Fault)
  /// A position in the graph's scenarios; nil is the calm run.
  case startScenario(Int?)
  case switchBranch(Int)
  case undo, redo
  case setMouse(Bool)
  case redraw, suspend
  case quit(keepsScreen: Bool)
  /// At once, as after Ctrl-C.
  case interrupt
}
