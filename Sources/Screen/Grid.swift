/// How a cell looks. Colour is never the only signal: every meaning also has a glyph or a word.
public struct Style: Hashable, Sendable {
  /// What the colour stands for; the theme decides which colour that is.
  public enum Role: UInt8, CaseIterable, Sendable {
    case plain, muted, accent, good, bad, warning, rpc, queue, topic, selection, title
  }
  public var role: Role
  public var isBold: Bool
  public var isDim: Bool
  public var isReversed: Bool
  public var isUnderlined: Bool

  public init(
    _ role: Role = .plain, bold: Bool = false, dim: Bool = false, reversed: Bool = false, underlined: Bool = false
  ) {
    self.role = role
    isBold = bold
    isDim = dim
    isReversed = reversed
    isUnderlined = underlined
  }

  public static let plain = Style()
}

/// One character cell. A wide character occupies a cell and leaves a `continuation` in the next.
public struct Cell: Hashable, Sendable {
  public var glyph: Unicode.Scalar
  public var style: Style

  public init(_ glyph: Unicode.Scalar, _ style: Style = .plain) {
    self.glyph = glyph
    self.style = style
  }

  public static let blank = Cell(" ")
  /// The right half of a wide character: nothing is printed for it.
  public static let continuation = Cell("\0")
}

public struct Point: Hashable, Sendable {
  public var x: Int
  public var y: Int
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// A rectangle of cells; `width` and `height` are never negative.
public struct Rect: Hashable, Sendable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  public var maxX: Int { x + width }
  public var maxY: Int { y + height }
  public var isEmpty: Bool { width == 0 || height == 0 }

  public func contains(_ point: Point) -> Bool {
    point.x >= x && point.x < maxX && point.y >= y && point.y < maxY
  }

  public func inset(by margin: Int) -> Rect {
    Rect(x: x + margin, y: y + margin, width: width - 2 * margin, height: height - 2 * margin)
  }
}

/// A screen's worth of cells, row-major, `width * height`. Writing outside is ignored, so nothing needs to clip twice.
public struct Grid: Hashable, Sendable {
  public let width: Int
  public let height: Int
  public private(set) var cells: [Cell]

  public init(width: Int, height: Int) {
    self.width = max(0, width)
    self.height = max(0, height)
    cells = Array(repeating: .blank, count: self.width * self.height)
  }

  public var bounds: Rect { Rect(x: 0, y: 0, width: width, height: height) }

  /// Reading outside gives a blank.
  public subscript(x: Int, y: Int) -> Cell {
    get { x >= 0 && x < width && y >= 0 && y < height ? cells[y * width + x] : .blank }
    set { if x >= 0 && x < width && y >= 0 && y < height { cells[y * width + x] = newValue } }
  }

  /// The rows as text, trailing blanks removed: what a person would copy off the screen.
  public func lines() -> [String] {
    (0..<height).map { y in
      var line = String.UnicodeScalarView()
      for x in 0..<width where self[x, y] != .continuation { line.append(self[x, y].glyph) }
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }
}
