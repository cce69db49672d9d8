/// One line of text in pieces that look different.
public struct StyledLine: Hashable, Sendable {
  public struct Piece: Hashable, Sendable {
    public var text: String
    public var style: Style
    public init(_ text: String, _ style: Style) {
      self.text = text
      self.style = style
    }
  }
  public var pieces: [Piece]

  public init(_ text: String = "", _ style: Style = .plain) { pieces = [Piece(text, style)] }
  public init(pieces: [Piece]) { self.pieces = pieces }

  /// The text without its styles.
  public var text: String { pieces.map(\.text).joined() }

  public mutating func append(_ text: String, _ style: Style = .plain) { pieces.append(Piece(text, style)) }

  /// The same text in reverse video, for a cursor.
  public func reversed() -> StyledLine {
    StyledLine(
      pieces: pieces.map { piece in
        var style = piece.style
        style.isReversed = true
        style.isDim = false
        return Piece(piece.text, style)
      })
  }
}

extension Grid {
  /// Writes a line into at most `limit` cells; what does not fit ends in an ellipsis.
  public mutating func write(_ line: StyledLine, at point: Point, limit: Int, glyphs: GlyphSet) {
    var x = point.x
    let end = point.x + limit
    for (position, piece) in line.pieces.enumerated() where x < end && !piece.text.isEmpty {
      // A piece that ends at the edge is cut too where more text follows, so that the loss is seen.
      let hasMore = line.pieces[(position + 1)...].contains { !$0.text.isEmpty }
      let isFull = x + TextWidth.of(piece.text, glyphs: glyphs) >= end && hasMore
      x += write(isFull ? piece.text + " " : piece.text, at: Point(x: x, y: point.y), style: piece.style,
        limit: end - x, glyphs: glyphs)
    }
  }
}
