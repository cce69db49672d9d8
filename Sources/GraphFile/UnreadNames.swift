/// What steps that could not be read may have introduced: whoever refers to it makes no mistake of their own. Every
/// other unknown name is one, and is reported together with the unreadable step.
struct UnreadNames: Sendable {
  /// Every text in such a step: its object, its branches, the names in the steps inside it.
  private var texts: Set<String> = []

  mutating func add(_ item: Item) {
    switch item.content {
    case .empty, .faulty: break
    case .scalar(let text, _): texts.insert(text)
    case .list(let elements): for element in elements { add(element) }
    case .map(let pairs):
      for pair in pairs {
        texts.insert(pair.name)
        add(pair.value)
      }
    }
  }

  /// A channel, an effect, an event or a branch.
  func mayInclude(_ name: String) -> Bool {
    if texts.isEmpty { return false }
    return texts.contains(name) || name.hasSuffix(".dlq") && texts.contains(String(name.dropLast(4)))
  }

  /// A step as faults name it: by its object, perhaps behind a path, or by a verb that has no object; with a number
  /// where the handler has several.
  func mayIncludeStep(_ path: String) -> Bool {
    guard !texts.isEmpty, let label = path.split(separator: "/").last.map(String.init) else { return false }
    return mayInclude(step: label) || Self.withoutNumber(label).map { mayInclude(step: $0) } ?? false
  }

  private func mayInclude(step name: String) -> Bool {
    texts.contains(name) || StepTables.verbsWithoutObject.contains(name)
  }

  /// `charge` of `charge-2`.
  private static func withoutNumber(_ label: String) -> String? {
    guard let dash = label.lastIndex(of: "-"), Int(label[label.index(after: dash)...]) != nil else { return nil }
    return String(label[..<dash])
  }
}
