/// A box over the screen with lines to choose from.
public struct PopupMenu {
  public var title: String
  public var lines: [StyledLine]
  public var cursor: Int?
  /// Shown under the lines: what the chosen line does, or why it cannot be chosen.
  public var footer: String

  public init(title: String, lines: [StyledLine], cursor: Int?, footer: String = "") {
    self.title = title
    self.lines = lines
    self.cursor = cursor
    self.footer = footer
  }

  /// The box within a screen: as large as the lines need, in the middle, never larger than the screen.
  public func area(in screen: Rect, glyphs: GlyphSet) -> Rect {
    let longest = lines.map { TextWidth.of($0.text, glyphs: glyphs) }.max() ?? 0
    let text = max(longest, TextWidth.of(title, glyphs: glyphs) + 2, TextWidth.of(footer, glyphs: glyphs))
    let width = min(screen.width, text + 4)
    let height = min(screen.height, max(1, lines.count) + 2 + (footer.isEmpty ? 0 : 2))
    return Rect(
      x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width: width,
      height: height)
  }

  public func draw(into grid: inout Grid, in screen: Rect, glyphs: GlyphSet) {
    let box = area(in: screen, glyphs: glyphs)
    grid.fill(box, with: .blank)
    // A border would take the whole of a very small screen.
    guard box.width >= 8, box.height >= 4 else {
      return ScrolledList(lines, cursor: cursor).draw(into: &grid, in: box, glyphs: glyphs)
    }
    let frame = Frame(title: StyledLine(" \(title) ", Style(.title, bold: true)), isFocused: true)
    var inner = frame.draw(into: &grid, in: box, glyphs: glyphs)
    inner = Rect(x: inner.x + 1, y: inner.y, width: inner.width - 2, height: inner.height)
    if !footer.isEmpty, inner.height >= 4 {
      grid.write(
        footer, at: Point(x: inner.x, y: inner.maxY - 1), style: Style(.muted), limit: inner.width, glyphs: glyphs)
      inner = Rect(x: inner.x, y: inner.y, width: inner.width, height: inner.height - 2)
    }
    ScrolledList(lines, cursor: cursor).draw(into: &grid, in: inner, glyphs: glyphs)
  }
}
