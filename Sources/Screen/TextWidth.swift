/// How much of a text the screen shows, and in how many cells.
///
/// Names come from files that people write, so nothing in them may steer a terminal: control characters, line
/// separators and bidirectional marks become the replacement glyph. Combining marks and joiners take no cell and are
/// left out, because a cell holds one scalar; thus an emoji that is joined from several is shown as its parts.
public enum TextWidth {
  /// 0, 1 or 2 cells. Ambiguous width counts as 1, what is replaced as 1.
  public static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return scalar.value == 0xAD ? 0 : 1 }
    if mustBeReplaced(scalar) { return 1 }
    if takesNoCell(scalar) { return 0 }
    return WideCharacters.contain(scalar) ? 2 : 1
  }

  /// The cells of the whole text.
  public static func of(_ text: String, glyphs: GlyphSet = .unicode) -> Int {
    var width = 0
    for scalar in shown(text, glyphs: glyphs) { width += of(scalar) }
    return width
  }

  /// The scalars that reach cells: unsafe ones replaced, those without a cell left out. In ASCII every other
  /// character is replaced, by one glyph whatever its width.
  public static func shown(_ text: String, glyphs: GlyphSet = .unicode) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      if mustBeReplaced(scalar) {
        scalars.append(glyphs.replacement)
      } else if of(scalar) > 0 {
        scalars.append(glyphs == .ascii && !scalar.isASCII ? glyphs.replacement : scalar)
      }
    }
    return scalars
  }

  /// The text in at most `limit` cells, its end replaced by an ellipsis where it is longer.
  public static func cut(_ text: String, to limit: Int, glyphs: GlyphSet = .unicode) -> String {
    guard limit > 0 else { return "" }
    let scalars = shown(text, glyphs: glyphs)
    var total = 0
    var keptCount = 0
    for scalar in scalars {
      total += of(scalar)
      if total < limit { keptCount += 1 }
    }
    var result = String.UnicodeScalarView()
    if total <= limit {
      result.append(contentsOf: scalars)
    } else {
      result.append(contentsOf: scalars.prefix(keptCount))
      result.append(glyphs.ellipsis)
    }
    return String(result)
  }

  private static func mustBeReplaced(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0: true
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  private static func takesNoCell(_ scalar: Unicode.Scalar) -> Bool {
    // Vowels and final consonants of a Hangul syllable are drawn over the initial consonant.
    if (0x1160...0x11FF).contains(scalar.value) { return true }
    let category = scalar.properties.generalCategory
    return category == .nonspacingMark || category == .enclosingMark || category == .format
  }
}
