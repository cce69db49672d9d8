/// A key as a person names it. Characters and special keys never share a number space.
public enum Key: Hashable, Sendable {
  case character(Unicode.Scalar)
  /// Held with Ctrl; the letter is lower case.
  case control(Unicode.Scalar)
  case up, down, left, right
  case home, end, pageUp, pageDown
  case enter, escape, tab, backTab, backspace, delete
  /// F1 is 1.
  case function(Int)

  /// How help and key bar write it, in ASCII so that every glyph set shows it.
  public var name: String {
    switch self {
    case .character(" "): "Space"
    case .character(let scalar): String(scalar)
    case .control(let letter): "^" + String(letter).uppercased()
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .enter: "Enter"
    case .escape: "Esc"
    case .tab: "Tab"
    case .backTab: "S-Tab"
    case .backspace: "BkSp"
    case .delete: "Del"
    case .function(let number): "F\(number)"
    }
  }
}

/// A press of a mouse button over a cell. Nothing is reachable by mouse alone.
public struct MousePress: Hashable, Sendable {
  public enum Button: Sendable {
    case left, right, wheelUp, wheelDown
  }
  public var button: Button
  public var point: Point

  public init(_ button: Button, at point: Point) {
    self.button = button
    self.point = point
  }
}

/// What a terminal tells a program.
public enum TerminalInput: Hashable, Sendable {
  case key(Key)
  case mouse(MousePress)
  case resized(width: Int, height: Int)
  /// Nobody will ever type again: the terminal is gone.
  case closed
}
