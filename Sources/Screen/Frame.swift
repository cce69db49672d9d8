/// A border with a title, drawn by ourselves: curses' own borders fail with many colour pairs.
public struct Frame {
  public var title: StyledLine
  /// A focused frame is bold and in the accent colour; an unfocused one is plain.
  public var isFocused: Bool

  public init(title: StyledLine, isFocused: Bool = false) {
    self.title = title
    self.isFocused = isFocused
  }

  /// Draws the border and returns the space inside.
  public func draw(into grid: inout Grid, in area: Rect, glyphs: GlyphSet) -> Rect {
    guard area.width >= 2, area.height >= 2 else { return area }
    let style = isFocused ? Style(.accent, bold: true) : Style(.muted)
    for x in area.x..<area.maxX {
      grid[x, area.y] = Cell(glyphs.horizontal, style)
      grid[x, area.maxY - 1] = Cell(glyphs.horizontal, style)
    }
    for y in area.y..<area.maxY {
      grid[area.x, y] = Cell(glyphs.vertical, style)
      grid[area.maxX - 1, y] = Cell(glyphs.vertical, style)
    }
    let corners = glyphs.corners
    grid[area.x, area.y] = Cell(corners.topLeft, style)
    grid[area.maxX - 1, area.y] = Cell(corners.topRight, style)
    grid[area.x, area.maxY - 1] = Cell(corners.bottomLeft, style)
    grid[area.maxX - 1, area.maxY - 1] = Cell(corners.bottomRight, style)
    grid.write(title, at: Point(x: area.x + 1, y: area.y), limit: area.width - 2, glyphs: glyphs)
    return area.inset(by: 1)
  }
}

extension GlyphSet {
  public struct Corners: Sendable {
    public var topLeft, topRight, bottomLeft, bottomRight: Unicode.Scalar
  }
  public var horizontal: Unicode.Scalar { self == .unicode ? "─" : "-" }
  public var vertical: Unicode.Scalar { self == .unicode ? "│" : "|" }
  public var corners: Corners {
    self == .unicode
      ? Corners(topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘")
      : Corners(topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+")
  }
}
