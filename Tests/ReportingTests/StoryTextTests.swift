import LabEngine
import Primitives
import Testing

@testable import Reporting

/// Method: a hand-built story is rendered in both glyph sets and compared with the page a reader should see.
@Suite struct StoryTextTests {
  private func render(_ story: [StoryEvent], _ style: TextStyle, indent: Int = 0) -> String {
    var text = StyledText(style: style)
    StoryText(story, indent: indent).write(to: &text)
    return text.text
  }

  @Test func causesAreIndentedOrArrowed() {
    #expect(
      render(Sample.story, .plain) == """
        step     time    who  what
           1   0.000s    web  starts order-1
                         web    calls shop
           3   0.012s  ● pay  does charge  ← 1
           4           ✗ pay  crashes  ← 3
           6   1.002s  – web  hears nothing from shop in time  ← 1
           7   1.012s  ↑ pay  is up again  ← 4
                       ⋮ 30.188s later
           9  31.200s  ! pay  does charge again for the same order  ← 6

        """)
  }

  @Test func withoutUnicodeEverythingIsASCIIAndWraps() {
    let text = render(Sample.story, TextStyle(isColoured: false, glyphs: .ascii, width: 60), indent: 2)
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
    #expect(
      text.hasSuffix(
        """
             7   1.012s  ^ pay  is up again  <- 4
                         : 30.188s later
             9  31.200s  ! pay  does charge again for the
                                same order  <- 6

        """))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
  }

  @Test func colourIsOnlyAdded() {
    let coloured = render(Sample.story, TextStyle(isColoured: true, glyphs: .unicode, width: 100))
    #expect(coloured.contains("\u{1B}["))
    #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == render(Sample.story, .plain))
  }

  @Test func aStoryCannotActOnTheTerminal() {
    let story = [Sample.event(1, 0, "we\u{1B}[2Jb", "says \u{202E}gnp.exe\u{7}\u{9B}31m")]
    let text = render(story, TextStyle(isColoured: false, glyphs: .unicode, width: 100))
    for scalar in text.unicodeScalars where scalar != "\n" {
      #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar != "\u{202E}")
    }
  }

  @Test func theMiddleOfALongStoryIsLeftOut() {
    let words = (0..<1_000).map { number in String(repeating: "a", count: number % 31) + String(number % 7 == 0) }
    let story = (1...1_000).map { Sample.event($0, 0, "web", words[$0 - 1], .timer, cause: $0 > 1 ? $0 - 2 : nil) }
    var text = StyledText(style: .plain)
    StoryText(story, limit: 80).write(to: &text)
    let lines = text.text.split(separator: "\n")
    #expect(lines.count == 1 + 60 + 1 + 20)
    #expect(lines[61].hasSuffix("⋮ 920 lines left out"))
    #expect(lines[62].contains("981") && lines[62].hasSuffix("← 980"))
    #expect(lines[81].contains("1000"))
  }

  /// Method: rounds of three lines that differ in their numbers alone, between lines of other kinds.
  @Test func whatRepeatsIsToldThreeTimes() {
    var story = [Sample.event(1, 0, "web", "calls shop")]
    for round in 1...40 {
      story.append(Sample.event(3 * round, 0, "jobs", "delivers web-1 to shop, delivery \(round)"))
      story.append(Sample.event(3 * round + 1, 0, "shop", "does charge for web-1: \(round)th time", .anomaly))
      story.append(Sample.event(3 * round + 2, 0, "shop", "fails at ship", .failure))
    }
    story.append(Sample.event(200, 0, "jobs", "parks web-1", .anomaly))
    var text = StyledText(style: .plain)
    StoryText(story, limit: 80).write(to: &text)
    let lines = text.text.split(separator: "\n")
    #expect(lines.count == 1 + 1 + 3 * 3 + 1 + 1)
    #expect(lines[11].hasSuffix("⋮ the same 37 more times"))
    #expect(lines[12].hasSuffix("parks web-1"))
    // The whole story is told where no limit is asked for, and three rounds are no repetition.
    #expect(render(story, .plain).split(separator: "\n").count == 1 + story.count)
    var short = StyledText(style: .plain)
    StoryText(Array(story.prefix(10)), limit: 80).write(to: &short)
    #expect(!short.text.contains("more time"))
  }

  @Test func aNameOfMegabytesIsCut() {
    let name = String(repeating: "日", count: 1_000_000)
    let text = render([Sample.event(1, 0, name, "calls \(name)")], .plain)
    #expect(text.utf8.count < 4_000)
    #expect(clipped(name).hasSuffix("...") && clipped(name).count == 100)
    #expect(clipped("short") == "short")
  }

  @Test func anEmptyStoryPrintsNothing() {
    #expect(render([], .plain) == "")
  }

  @Test(arguments: [
    (0, "0.000s"), (1_999, "0.001s"), (59_999_000, "59.999s"), (3_599_999_999, "3599.999s"),
    (3_600_000_000, "1h00m00.000s"), (86_461_234_000, "24h01m01.234s"),
  ] as [(Int64, String)])
  func instantsAreReadable(_ microseconds: Int64, _ expected: String) {
    #expect(clock(SimInstant(microseconds: microseconds)) == expected)
  }

  @Test(arguments: [
    (850_000, "850ms"), (29_989_000, "29.989s"), (125_000_000, "2m 5s"), (10_800_000_000, "3h 0m"),
    (93_600_000_000, "1d 2h"),
  ] as [(Int64, String)])
  func lengthsAreReadable(_ microseconds: Int64, _ expected: String) {
    #expect(length(SimDuration(microseconds: microseconds)) == expected)
  }
}

/// Method: widths and breaks of texts whose right answer is known.
@Suite struct TextMetricsTests {
  @Test(arguments: [("abc", 3), ("größe", 5), ("e\u{301}", 1), ("注文", 4), ("🚚", 2), ("←", 1), ("", 0)])
  func columns(_ text: String, _ width: Int) { #expect(displayWidth(text) == width) }

  @Test func wrappingKeepsEveryWord() {
    #expect(wrapped("one two three four", to: 9) == ["one two", "three", "four"])
    #expect(wrapped("abcdefghijklmnop q", to: 8) == ["abcdefgh", "ijklmnop", "q"])
    #expect(wrapped("注文注文注文", to: 8) == ["注文注文", "注文"])
    #expect(wrapped("", to: 8) == [""])
  }

  @Test(arguments: [("a.yaml", "a.yaml"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"), ("$x", "'$x'")])
  func shellWords(_ word: String, _ expected: String) { #expect(quoted(word) == expected) }
}
