import Screen

/// What a zoom level shows of a box: 0 dots, 1 names on one line, 2 name and state, 3 name, state and two more lines.
/// The level never changes which boxes and links there are.
struct Detail: Sendable {
  let zoom: Int
  let glyphs: GlyphSet

  /// Levels outside 0...3 count as the nearest one.
  init(zoom: Int, glyphs: GlyphSet) {
    self.zoom = min(3, max(0, zoom))
    self.glyphs = glyphs
  }

  /// Rows of a box for its name and lines.
  var contentRows: Int { zoom < 3 ? max(1, zoom) : 4 }
  /// Rows and columns of the border; names on one line have brackets at the sides alone.
  var borderRows: Int { zoom >= 2 ? 1 : 0 }
  /// Links leave and enter at all four sides of a bordered box, else at the left and right.
  var usesTopAndBottom: Bool { zoom >= 2 }
  /// Blank rows between two boxes. Dots need none: each box starts with its dot.
  var rowsBetweenBoxes: Int { zoom >= 1 ? 1 : 0 }
  var columnsBetweenParts: Int { 3 }
  /// The most cells of a link's label; 0 shows none.
  var labelLimit: Int { [0, 8, 12, 16][zoom] }

  private var titleLimit: Int { zoom == 1 ? 20 : 28 }
  /// Room for a state whatever the name, so that a box does not change size when its state does.
  private var leastWidth: Int { [1, 3, 13, 18][zoom] }

  func title(_ text: String) -> String { TextWidth.cut(text, to: titleLimit, glyphs: glyphs) }

  /// The width of a box with this name, borders included.
  func width(ofBoxTitled text: String) -> Int {
    switch zoom {
    case 0: 1
    case 1: max(leastWidth, TextWidth.of(title(text), glyphs: glyphs) + 2)
    default: max(leastWidth, TextWidth.of(title(text), glyphs: glyphs) + 4)
    }
  }
}
