/// The titles of panes that share one place; the visible one is bold.
public struct TabStrip {
  public var titles: [String]
  public var current: Int

  public init(titles: [String], current: Int) {
    self.titles = titles
    self.current = current
  }

  public func line(glyphs: GlyphSet) -> StyledLine {
    var line = StyledLine()
    for (position, title) in titles.enumerated() {
      if position > 0 { line.append(" \(glyphs.vertical) ", Style(.muted)) }
      line.append(title, position == current ? Style(.title, bold: true) : Style(.muted))
    }
    return line
  }
}
