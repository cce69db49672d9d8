/// Lines of which some are visible, with an optional cursor.
public struct ScrolledList {
  public var lines: [StyledLine]
  /// The line that must be visible and is shown in reverse; nil for none.
  public var cursor: Int?
  /// Shows the cursor's line in reverse; false only keeps it in view.
  public var highlightsCursor: Bool

  public init(_ lines: [StyledLine], cursor: Int? = nil, highlightsCursor: Bool = true) {
    self.lines = lines
    self.cursor = cursor
    self.highlightsCursor = highlightsCursor
  }

  /// The first visible line: the cursor is kept in the middle, and the ends of the list at the ends of the area.
  public static func offset(count: Int, cursor: Int?, height: Int) -> Int {
    guard let cursor, count > height else { return 0 }
    return min(max(0, cursor - height / 2), count - height)
  }

  public func draw(into grid: inout Grid, in area: Rect, glyphs: GlyphSet) {
    guard !area.isEmpty else { return }
    let first = Self.offset(count: lines.count, cursor: cursor, height: area.height)
    for row in 0..<min(area.height, lines.count - first) {
      let position = first + row
      let point = Point(x: area.x, y: area.y + row)
      if highlightsCursor, position == cursor {
        grid.fill(Rect(x: area.x, y: point.y, width: area.width, height: 1), with: Cell(" ", Style(reversed: true)))
        grid.write(lines[position].reversed(), at: point, limit: area.width, glyphs: glyphs)
      } else {
        grid.write(lines[position], at: point, limit: area.width, glyphs: glyphs)
      }
    }
    // More above or below: an arrow in the last column, so that nothing is hidden in silence.
    let arrow = Style(.accent, bold: true)
    if first > 0 { grid[area.maxX - 1, area.y] = Cell(glyphs.upArrow, arrow) }
    if first + area.height < lines.count { grid[area.maxX - 1, area.maxY - 1] = Cell(glyphs.downArrow, arrow) }
  }
}

extension GlyphSet {
  public var upArrow: Unicode.Scalar { self == .unicode ? "↑" : "^" }
  public var downArrow: Unicode.Scalar { self == .unicode ? "↓" : "v" }
}
