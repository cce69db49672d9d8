public import ProgressGraph
public import Screen

/// Lines to choose from, over the screen.
public struct Menu: Sendable {
  /// What choosing a line does.
  public enum Effect: Sendable {
    case action(Action)
    case inject(Fault)
    /// A position in the graph's scenarios; nil is the calm run.
    case scenario(Int?)
    case branch(Int)
    case step(Int)
  }
  public struct Item: Sendable {
    /// Chooses the line at once.
    public var key: Key?
    public var keyName: String
    public var label: String
    /// Shown under the menu while the line is selected.
    public var detail: String
    /// Nil only for a line that can never be chosen.
    public var effect: Effect?
    /// Why it cannot be chosen now; nil if it can.
    public var refusal: String?

    public init(
      key: Key? = nil, keyName: String? = nil, label: String, detail: String = "", effect: Effect?,
      refusal: String? = nil
    ) {
      self.key = key
      self.keyName = keyName ?? key?.name ?? ""
      self.label = label
      self.detail = detail
      self.effect = effect
      self.refusal = refusal
    }
  }

  public var title: String
  public var items: [Item]
  /// A position in `visible`.
  public var cursor: Int
  /// What was typed to narrow the lines; nil for a menu that is not searched.
  public var filter: String?

  public init(title: String, items: [Item], cursor: Int = 0, filter: String? = nil) {
    self.title = title
    self.items = items
    self.cursor = cursor
    self.filter = filter
  }

  /// Items whose label or detail holds every typed letter in order; those that hold the text as such come first.
  public var visible: [Item] {
    guard let filter, !filter.isEmpty else { return items }
    let wanted = filter.lowercased()
    let exact = items.filter { $0.label.lowercased().contains(wanted) }
    let loose = items.filter { item in
      !item.label.lowercased().contains(wanted)
        && Menu.isSubsequence(wanted, of: (item.label + " " + item.detail + " " + item.keyName).lowercased())
    }
    return exact + loose
  }

  public var selected: Item? {
    visible.indices.contains(cursor) ? visible[cursor] : nil
  }

  mutating func move(by rows: Int) {
    cursor = min(max(0, cursor + rows), max(0, visible.count - 1))
  }

  private static func isSubsequence(_ wanted: String, of text: String) -> Bool {
    var rest = text[...]
    for character in wanted {
      guard let found = rest.firstIndex(of: character) else { return false }
      rest = rest[rest.index(after: found)...]
    }
    return true
  }
}

/// A line of text that is being typed.
public struct Prompt: Equatable, Sendable {
  public enum Purpose: Equatable, Sendable {
    case find, goToStep
  }
  public var purpose: Purpose
  public var text: String

  public init(_ purpose: Purpose, text: String = "") {
    self.purpose = purpose
    self.text = text
  }
}

/// What lies over the panes and takes the keys.
public enum Layer: Sendable {
  case menu(Menu)
  case prompt(Prompt)
}
