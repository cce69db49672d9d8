public import Screen

/// A named choice of colours, out of the 16 that every terminal's own theme defines.
public enum Theme: String, CaseIterable, Sendable {
  /// Legible on black and on white: the terminal's own text colour, and no bright colours.
  case terminal
  case dark, light
  case highContrast = "high-contrast"
  case mono

  public var palette: Palette {
    switch self {
    case .terminal:
      Palette { role in
        switch role {
        case .plain, .title, .selection, .rpc: Palette.Ink()
        case .muted: Palette.Ink()
        case .accent: Palette.Ink(6)
        case .good: Palette.Ink(2)
        case .bad: Palette.Ink(1)
        case .warning, .queue: Palette.Ink(3)
        case .topic: Palette.Ink(5)
        }
      }
    case .dark: Palette { Self.bright(on: 0, text: 7, muted: 8, role: $0) }
    case .light: Palette { Self.plain(on: 15, text: 0, muted: 8, role: $0) }
    case .highContrast: Palette { Self.bright(on: 0, text: 15, muted: 7, role: $0) }
    case .mono: .colourless
    }
  }

  private static func bright(on ground: Int, text: Int, muted: Int, role: Style.Role) -> Palette.Ink {
    switch role {
    case .plain, .rpc, .selection: Palette.Ink(text, on: ground)
    case .title: Palette.Ink(15, on: ground)
    case .muted: Palette.Ink(muted, on: ground)
    case .accent: Palette.Ink(14, on: ground)
    case .good: Palette.Ink(10, on: ground)
    case .bad: Palette.Ink(9, on: ground)
    case .warning, .queue: Palette.Ink(11, on: ground)
    case .topic: Palette.Ink(13, on: ground)
    }
  }

  private static func plain(on ground: Int, text: Int, muted: Int, role: Style.Role) -> Palette.Ink {
    switch role {
    case .plain, .rpc, .selection, .title: Palette.Ink(text, on: ground)
    case .muted: Palette.Ink(muted, on: ground)
    case .accent: Palette.Ink(4, on: ground)
    case .good: Palette.Ink(2, on: ground)
    case .bad: Palette.Ink(1, on: ground)
    case .warning, .queue: Palette.Ink(3, on: ground)
    case .topic: Palette.Ink(5, on: ground)
    }
  }
}
