/// Which of the terminal's first 16 colours each role of a style has.
///
/// The program never redefines a colour: the person's own terminal theme decides what "red" looks like.
public struct Palette: Hashable, Sendable {
  /// A colour by its number in the terminal, 0...15; nil is the terminal's default.
  public struct Ink: Hashable, Sendable {
    public var foreground: Int?
    public var background: Int?
    public init(_ foreground: Int? = nil, on background: Int? = nil) {
      self.foreground = foreground
      self.background = background
    }
  }
  /// Indexed by `Style.Role.rawValue`, one for each role.
  public let inks: [Ink]

  public init(_ ink: (Style.Role) -> Ink) {
    inks = Style.Role.allCases.map(ink)
  }

  public subscript(_ role: Style.Role) -> Ink { inks[Int(role.rawValue)] }

  public static let colourless = Palette { _ in Ink() }
}
