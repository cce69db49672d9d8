/// Which characters the screen may use: box drawing and arrows, or bytes below 0x80 alone.
public enum GlyphSet: String, CaseIterable, Sendable {
  case unicode, ascii

  /// Ends a text that was cut.
  public var ellipsis: Unicode.Scalar {
    switch self {
    case .unicode: "…"
    case .ascii: "~"
    }
  }

  /// Stands for a character that must not reach a terminal, or that this set does not have.
  public var replacement: Unicode.Scalar {
    switch self {
    case .unicode: "\u{FFFD}"
    case .ascii: "?"
    }
  }
}
