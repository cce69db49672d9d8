import Primitives

/// A set of identifiers as a bit mask: the first 64 without an allocation, later ones in further words.
///
/// Sets of steps are kept for every unit of every run of a search, and most graphs have fewer than 64 steps.
struct IdentifierSet<Element: Identifier>: Equatable, Sendable {
  private var first: UInt64 = 0
  /// Word `i` holds the identifiers from `64 * (i + 1)` on.
  private var rest: [UInt64] = []

  init() {}

  mutating func insert(_ element: Element) {
    let (word, bit) = element.index.quotientAndRemainder(dividingBy: 64)
    if word == 0 {
      first |= 1 << UInt64(bit)
      return
    }
    while rest.count < word { rest.append(0) }
    rest[word - 1] |= 1 << UInt64(bit)
  }

  mutating func formUnion(_ other: IdentifierSet) {
    first |= other.first
    while rest.count < other.rest.count { rest.append(0) }
    for (word, bits) in other.rest.enumerated() { rest[word] |= bits }
  }

  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(first)
    fingerprinter.feed(rest)
  }

  func contains(_ element: Element) -> Bool {
    let (word, bit) = element.index.quotientAndRemainder(dividingBy: 64)
    if word == 0 { return first >> UInt64(bit) & 1 == 1 }
    return word <= rest.count && rest[word - 1] >> UInt64(bit) & 1 == 1
  }

  func intersects(_ other: IdentifierSet) -> Bool {
    if first & other.first != 0 { return true }
    for (mine, others) in zip(rest, other.rest) where mine & others != 0 { return true }
    return false
  }

  var count: Int { rest.reduce(first.nonzeroBitCount) { $0 + $1.nonzeroBitCount } }
  var isEmpty: Bool { count == 0 }
}
