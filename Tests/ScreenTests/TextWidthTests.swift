import Screen
import Testing

@Suite struct TextWidthTests {
  /// Method: a table of characters whose width follows from Unicode's East Asian Width and general category.
  @Test(arguments: [
    ("a", 1), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｱ", 1), ("Ａ", 2), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2),
    ("─", 1), ("▶", 1), ("●", 1), ("α", 1), ("😀", 2), ("⚠\u{FE0F}", 1), ("👩\u{200D}💻", 4),
    ("\u{AD}", 0), ("\u{200B}", 0),
    ("\u{1B}[31m", 5), ("\u{202E}abc", 4), ("\u{3000}", 2), ("\u{1F6DC}", 2), ("\u{20000}", 2), ("", 0),
  ])
  func widthOfText(text: String, cells: Int) {
    #expect(TextWidth.of(text) == cells)
  }

  /// Method: the whole table of wide characters must be sorted, or the binary search misses some.
  @Test func wideRangesAreFoundAtBothEnds() {
    let wide: [UInt32] = [0x1100, 0x115F, 0x231A, 0x3041, 0x3096, 0xAC00, 0xD7A3, 0x1FAF8, 0x20000, 0x3FFFD]
    let narrow: [UInt32] = [0x10FF, 0x2319, 0x231C, 0x303F, 0x4DC0, 0xD7A4, 0xFF61, 0x1FAF9, 0x40000]
    for value in wide { #expect(Unicode.Scalar(value).map(TextWidth.of) == 2, "U+\(String(value, radix: 16))") }
    for value in narrow { #expect(Unicode.Scalar(value).map(TextWidth.of) == 1, "U+\(String(value, radix: 16))") }
  }

  /// Method: texts that would steer a terminal are compared with what may be shown of them.
  @Test func unsafeCharactersAreReplaced() {
    let text = "a\u{1B}[2J\n\u{9B}\u{7F}\u{202E}b\u{2066}\u{200F}\u{2028}"
    #expect(shown(text, .unicode) == "a\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}b\u{FFFD}\u{FFFD}\u{FFFD}")
    #expect(shown(text, .ascii) == "a?[2J????b???")
    #expect(shown("naïve 日", .ascii) == "na?ve ?")
  }

  /// Method: cuts at every limit; the result is never wider than the limit and keeps as much as fits.
  @Test func cuttingKeepsTheLimit() {
    #expect(TextWidth.cut("payments", to: 8) == "payments")
    #expect(TextWidth.cut("payments", to: 7) == "paymen…")
    #expect(TextWidth.cut("payments", to: 7, glyphs: .ascii) == "paymen~")
    #expect(TextWidth.cut("payments", to: 1) == "…")
    #expect(TextWidth.cut("payments", to: 0) == "")
    #expect(TextWidth.cut("日本語", to: 5) == "日本…")
    #expect(TextWidth.cut("日本語", to: 4) == "日…")
    for limit in -1...12 {
      for text in ["日a本b語", "e\u{301}e\u{301}e\u{301}", "", "plain text"] {
        #expect(TextWidth.of(TextWidth.cut(text, to: limit)) <= max(0, limit))
      }
    }
  }

  private func shown(_ text: String, _ glyphs: GlyphSet) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: TextWidth.shown(text, glyphs: glyphs))
    return String(view)
  }
}
