/// Text in a grid.
extension Grid {
  /// Writes one line of text to the right of `point` and returns the cells it took, those outside the grid included.
  ///
  /// - Parameter limit: the most cells to take; a longer text is cut and ends in an ellipsis. Nil is no limit.
  ///
  /// A wide character of which only half lies inside the grid leaves a blank. Half of an older wide character that is
  /// written over becomes a blank too, so that no half is ever left.
  @discardableResult
  public mutating func write(
    _ text: String, at point: Point, style: Style = .plain, limit: Int? = nil, glyphs: GlyphSet = .unicode
  ) -> Int {
    let line = limit.map { TextWidth.cut(text, to: $0, glyphs: glyphs) } ?? text
    var x = point.x
    for scalar in TextWidth.shown(line, glyphs: glyphs) {
      let cells = TextWidth.of(scalar)
      put(scalar, width: cells, at: Point(x: x, y: point.y), style: style)
      x += cells
    }
    return x - point.x
  }

  /// Fills a rectangle with one cell.
  public mutating func fill(_ rectangle: Rect, with cell: Cell) {
    for y in max(0, rectangle.y)..<max(0, rectangle.y, min(height, rectangle.maxY)) {
      for x in max(0, rectangle.x)..<max(0, rectangle.x, min(width, rectangle.maxX)) {
        replace(at: Point(x: x, y: y), with: cell)
      }
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar, width cells: Int, at point: Point, style: Style) {
    guard cells == 2 else { return replace(at: point, with: Cell(scalar, style)) }
    let right = Point(x: point.x + 1, y: point.y)
    let isWhole = point.x >= 0 && right.x < width
    replace(at: point, with: Cell(isWhole ? scalar : " ", style))
    replace(at: right, with: isWhole ? .continuation : Cell(" ", style))
  }

  /// Sets one cell and blanks the other half of a wide character that loses this one. A continuation follows its own
  /// left half, which is in place already.
  private mutating func replace(at point: Point, with cell: Cell) {
    let (x, y) = (point.x, point.y)
    if cell != .continuation, self[x, y] == .continuation {
      self[x - 1, y].glyph = " "
    }
    if self[x + 1, y] == .continuation {
      self[x + 1, y] = Cell(" ", self[x, y].style)
    }
    self[x, y] = cell
  }
}
