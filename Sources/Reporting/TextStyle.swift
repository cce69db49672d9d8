/// How text may look where it goes: the caller knows the terminal, this layer does not.
public struct TextStyle: Equatable, Sendable {
  public enum Glyphs: Sendable {
    case unicode
    /// For a locale without UTF-8: nothing but ASCII is printed.
    case ascii
  }
  public var isColoured: Bool
  public var glyphs: Glyphs
  /// Columns to wrap at, at least 40.
  public var width: Int

  public init(isColoured: Bool, glyphs: Glyphs, width: Int) {
    self.isColoured = isColoured
    self.glyphs = glyphs
    self.width = max(40, width)
  }

  /// For files and pipes. The width is fixed, so that equal commands give equal bytes.
  public static let plain = TextStyle(isColoured: false, glyphs: .unicode, width: 100)
}

/// What a stretch of text stands for; colour is never its only signal.
enum Ink {
  case plain, strong, muted, good, bad, warning, accent

  /// The parameters of the terminal's SGR sequence; nil prints as is.
  var code: String? {
    switch self {
    case .plain: nil
    case .strong: "1"
    case .muted: "2"
    case .good: "32"
    case .bad: "1;31"
    case .warning: "33"
    case .accent: "36"
    }
  }
}

/// Signs that have an ASCII form.
enum Sign {
  case because, struck, healed, happened, wrong, failed, ticked, gap, dash, separator

  func text(_ glyphs: TextStyle.Glyphs) -> String {
    let isASCII = glyphs == .ascii
    switch self {
    case .because: return isASCII ? "<-" : "←"
    case .struck: return isASCII ? "X" : "✗"
    case .healed: return isASCII ? "^" : "↑"
    case .happened: return isASCII ? "*" : "●"
    case .wrong: return "!"
    case .failed: return isASCII ? "-" : "–"
    case .ticked: return isASCII ? "." : "·"
    case .gap: return isASCII ? ":" : "⋮"
    case .dash: return isASCII ? "--" : "—"
    case .separator: return isASCII ? "-" : "·"
    }
  }
}

/// Text that grows stretch by stretch, in one style. Whatever could act on a terminal is made harmless on the way in.
struct StyledText {
  let style: TextStyle
  private(set) var text = ""

  init(style: TextStyle) { self.style = style }

  var bytes: [UInt8] { Array(text.utf8) }

  mutating func add(_ stretch: String, _ ink: Ink = .plain) {
    let safe = printable(stretch, style.glyphs)
    if style.isColoured, let code = ink.code, !safe.isEmpty {
      text += "\u{1B}[\(code)m\(safe)\u{1B}[0m"
    } else {
      text += safe
    }
  }

  mutating func add(_ sign: Sign, _ ink: Ink = .plain) { add(sign.text(style.glyphs), ink) }

  /// Adds the stretch and blanks up to this many columns.
  mutating func add(_ stretch: String, padded width: Int, _ ink: Ink = .plain) {
    add(stretch, ink)
    blanks(width - displayWidth(printable(stretch, style.glyphs)))
  }

  mutating func add(_ stretch: String, rightAligned width: Int, _ ink: Ink = .plain) {
    blanks(width - displayWidth(printable(stretch, style.glyphs)))
    add(stretch, ink)
  }

  mutating func blanks(_ count: Int) { text += String(repeating: " ", count: max(0, count)) }

  /// Ends the line; blanks at its end, which columns leave behind, go.
  mutating func line(_ stretch: String = "", _ ink: Ink = .plain) {
    add(stretch, ink)
    while text.utf8.last == UInt8(ascii: " ") { text.removeLast() }
    text += "\n"
  }

  /// A paragraph, wrapped; its later lines start at `indent` too.
  mutating func paragraph(_ words: String, indent: Int = 0, _ ink: Ink = .plain) {
    for row in wrapped(printable(words, style.glyphs), to: style.width - indent) {
      blanks(indent)
      line(row, ink)
    }
  }
}
