/// One line of key hints. Hints that do not fit are left out from the right, whole ones only.
public struct KeyBar {
  public struct Hint: Hashable, Sendable {
    public var key: String
    public var name: String
    public init(key: String, name: String) {
      self.key = key
      self.name = name
    }
  }
  /// The most useful first.
  public var hints: [Hint]

  public init(_ hints: [Hint]) { self.hints = hints }

  /// The hints shown in a row of this width, with the columns each one covers: what a click needs.
  public func placed(in width: Int, glyphs: GlyphSet) -> [(hint: Hint, columns: Range<Int>)] {
    var placed: [(Hint, Range<Int>)] = []
    var x = width > 20 ? 1 : 0
    for hint in hints {
      let length = TextWidth.of(hint.key, glyphs: glyphs) + 1 + TextWidth.of(hint.name, glyphs: glyphs)
      guard x + length <= width else { break }
      placed.append((hint, x..<x + length))
      x += length + 2
    }
    return placed
  }

  public func draw(into grid: inout Grid, in area: Rect, glyphs: GlyphSet) {
    guard area.height > 0 else { return }
    for (hint, columns) in placed(in: area.width, glyphs: glyphs) {
      let start = Point(x: area.x + columns.lowerBound, y: area.y)
      let used = grid.write(hint.key, at: start, style: Style(.accent, bold: true), glyphs: glyphs)
      grid.write(hint.name, at: Point(x: start.x + used + 1, y: start.y), style: Style(.muted), glyphs: glyphs)
    }
  }
}
