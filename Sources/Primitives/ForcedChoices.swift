/// Choices that a run makes as told instead of drawing them: how a search reaches the branches that the seed does not.
///
/// A choice is known by its ordinal among all that a run leaves open, from 1: runs that are equal up to a choice give
/// it the same one. An option that the choice does not have is no order: the draw decides.
public struct ForcedChoices: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public var ordinal: Int
    /// From 0.
    public var option: Int
    public init(ordinal: Int, option: Int) {
      self.ordinal = ordinal
      self.option = option
    }
  }

  /// By ordinal, each once.
  public private(set) var entries: [Entry] = []

  public static let none = ForcedChoices()

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }

  public subscript(_ ordinal: Int) -> Int? {
    get { entries.first { $0.ordinal == ordinal }?.option }
    set {
      entries.removeAll { $0.ordinal == ordinal }
      guard let newValue else { return }
      let position = entries.firstIndex { $0.ordinal > ordinal } ?? entries.count
      entries.insert(Entry(ordinal: ordinal, option: newValue), at: position)
    }
  }

  // MARK: As text

  /// `1=2 4=1`: the ordinal of each choice and the number of its option, both from 1.
  public var text: String { entries.map { "\($0.ordinal)=\($0.option + 1)" }.joined(separator: " ") }

  /// Nil for a text that says no such thing, or says it twice.
  public init?(_ text: String) {
    for word in text.split(whereSeparator: { $0 == " " || $0 == "," }) {
      let parts = word.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, let ordinal = Int(parts[0]), let option = Int(parts[1]), ordinal > 0, option > 0,
        self[ordinal] == nil
      else { return nil }
      self[ordinal] = option - 1
    }
  }
}
