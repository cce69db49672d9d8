import ProgressGraph
import Screen

/// What the lines of a cell look like, by the directions in which they leave it.
///
/// ASCII has no half crossings: there `/` and `\` turn a line as a mirror turns light, `*` joins the lines of one
/// trunk, and `+` is always a crossing.
struct Arms: Hashable {
  /// Three bits for each direction: 0 for none, else 1 + the kind's position.
  private var bits: UInt16 = 0

  mutating func add(_ direction: Direction, _ kind: Edge.Kind) {
    let shift = Self.shift(direction)
    bits = bits & ~(7 << shift) | Self.code(kind) << shift
  }

  var isEmpty: Bool { bits == 0 }

  func glyph(_ set: GlyphSet) -> Unicode.Scalar {
    let shape = (has(.up) ? 8 : 0) + (has(.right) ? 4 : 0) + (has(.down) ? 2 : 0) + (has(.left) ? 1 : 0)
    switch set {
    case .unicode: return unicode(shape)
    case .ascii: return ascii(shape)
    }
  }

  private func unicode(_ shape: Int) -> Unicode.Scalar {
    let isVerticalDouble = isDouble(.up) || isDouble(.down)
    let isHorizontalDouble = isDouble(.left) || isDouble(.right)
    switch shape {
    case 0b1010: return Self.vertical(kind(.up), .unicode)
    case 0b0101: return Self.horizontal(kind(.left), .unicode)
    case 0b1111:
      if isVerticalDouble { return isHorizontalDouble ? "╬" : "╫" }
      return isHorizontalDouble ? "╪" : "┼"
    default:
      let set = isVerticalDouble || isHorizontalDouble ? Self.doubles : Self.singles
      return set[shape]
    }
  }

  private func ascii(_ shape: Int) -> Unicode.Scalar {
    switch shape {
    case 0b1010: Self.vertical(kind(.up), .ascii)
    case 0b0101: Self.horizontal(kind(.left), .ascii)
    case 0b1111: "+"
    case 0b0110, 0b1001: "/"
    case 0b0011, 0b1100: "\\"
    default: "*"
    }
  }

  static func horizontal(_ kind: Edge.Kind, _ set: GlyphSet) -> Unicode.Scalar {
    switch kind {
    case .rpc: set == .unicode ? "─" : "-"
    case .queue: set == .unicode ? "═" : "="
    case .topic: set == .unicode ? "┄" : "~"
    case .schedule: set == .unicode ? "·" : "."
    }
  }

  static func vertical(_ kind: Edge.Kind, _ set: GlyphSet) -> Unicode.Scalar {
    switch kind {
    case .rpc: set == .unicode ? "│" : "|"
    case .queue: set == .unicode ? "║" : "#"
    case .topic: set == .unicode ? "┆" : ":"
    case .schedule: set == .unicode ? "┊" : ";"
    }
  }

  /// The head of a line, hollow for a call that nobody waits for.
  static func head(_ direction: Direction, isOneWay: Bool, _ set: GlyphSet) -> Unicode.Scalar {
    switch direction {
    case .up: set == .unicode ? (isOneWay ? "△" : "▲") : (isOneWay ? "A" : "^")
    case .right: set == .unicode ? (isOneWay ? "▷" : "▶") : (isOneWay ? ")" : ">")
    case .down: set == .unicode ? (isOneWay ? "▽" : "▼") : (isOneWay ? "V" : "v")
    case .left: set == .unicode ? (isOneWay ? "◁" : "◀") : (isOneWay ? "(" : "<")
    }
  }

  /// The cell of a border where a line leaves.
  static func port(_ side: Direction, _ kind: Edge.Kind, _ set: GlyphSet) -> Unicode.Scalar {
    let isDouble = kind == .queue
    switch side {
    case .up: return set == .unicode ? (isDouble ? "╨" : "┴") : "+"
    case .right: return set == .unicode ? (isDouble ? "╞" : "├") : "+"
    case .down: return set == .unicode ? (isDouble ? "╥" : "┬") : "+"
    case .left: return set == .unicode ? (isDouble ? "╡" : "┤") : "+"
    }
  }

  /// By shape: up 8, right 4, down 2, left 1. Shapes with fewer than two arms cannot occur.
  private static let singles: [Unicode.Scalar] = [
    " ", " ", " ", "┐", " ", "─", "┌", "┬", " ", "┘", "│", "┤", "└", "┴", "├", "┼",
  ]
  private static let doubles: [Unicode.Scalar] = [
    " ", " ", " ", "╗", " ", "═", "╔", "╦", " ", "╝", "║", "╣", "╚", "╩", "╠", "╬",
  ]

  private func has(_ direction: Direction) -> Bool { bits >> Self.shift(direction) & 7 != 0 }

  private func isDouble(_ direction: Direction) -> Bool {
    bits >> Self.shift(direction) & 7 == Self.code(.queue)
  }

  private func kind(_ direction: Direction) -> Edge.Kind {
    switch bits >> Self.shift(direction) & 7 {
    case 2: .queue
    case 3: .topic
    case 4: .schedule
    default: .rpc
    }
  }

  private static func code(_ kind: Edge.Kind) -> UInt16 {
    switch kind {
    case .rpc: 1
    case .queue: 2
    case .topic: 3
    case .schedule: 4
    }
  }

  private static func shift(_ direction: Direction) -> UInt16 {
    switch direction {
    case .up: 0
    case .right: 3
    case .down: 6
    case .left: 9
    }
  }
}
