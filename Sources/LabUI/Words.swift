import LabEngine
import ProgressGraph
import Screen

/// How the states of things are written: always with a word or a glyph, never by colour alone.
extension PlaceStatus.Health {
  /// In front of a name.
  func glyph(_ glyphs: GlyphSet) -> String {
    switch (self, glyphs) {
    case (.up, .unicode): "·"
    case (.crashed, .unicode): "✗"
    case (.paused, .unicode): "‖"
    case (.down, .unicode): "▼"
    case (.slow, .unicode): "≈"
    case (.up, .ascii): "."
    case (.crashed, .ascii): "x"
    case (.paused, .ascii): "="
    case (.down, .ascii): "v"
    case (.slow, .ascii): "~"
    }
  }

  var word: String { self == .up ? "ok" : rawValue }

  var style: Style {
    switch self {
    case .up: Style(.plain)
    case .crashed, .down: Style(.bad, bold: true)
    case .paused, .slow: Style(.warning, bold: true)
    }
  }
}

extension PropertyStatus.Verdict {
  func glyph(_ glyphs: GlyphSet) -> String {
    switch (self, glyphs) {
    case (.holds, .unicode): "✓"
    case (.violated, .unicode): "✗"
    case (.open, _): "?"
    case (.observed, _): "!"
    case (.holds, .ascii): "+"
    case (.violated, .ascii): "x"
    }
  }

  var style: Style {
    switch self {
    case .holds: Style(.good)
    case .violated: Style(.bad, bold: true)
    case .open: Style(.muted)
    case .observed: Style(.warning)
    }
  }
}

extension StoryEvent.Kind {
  /// One glyph before the line, and the mark on the timeline.
  func glyph(_ glyphs: GlyphSet) -> String {
    switch (self, glyphs) {
    case (.fault, _): "f"
    case (.recovery, _): "h"
    case (.effect, .unicode): "•"
    case (.effect, .ascii): "*"
    case (.anomaly, .unicode): "✗"
    case (.anomaly, .ascii): "x"
    case (.failure, _): "!"
    case (.message, _), (.timer, _), (.log, _), (.note, _): " "
    }
  }

  var style: Style {
    switch self {
    case .fault, .anomaly: Style(.bad, bold: true)
    case .recovery: Style(.good)
    case .effect: Style(.accent, bold: true)
    case .failure: Style(.warning)
    case .message, .timer, .log, .note: Style(.plain)
    }
  }
}

extension Style.Role {
  init(_ kind: Edge.Kind) {
    switch kind {
    case .rpc: self = .rpc
    case .queue: self = .queue
    case .topic: self = .topic
    case .schedule: self = .muted
    }
  }
}
