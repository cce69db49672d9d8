/// Which strand something belongs to: the positions on the way from the root trigger, outermost fan-out first, where
/// each `parallel` or `each` adds one.
///
/// Up to four levels are exact and can be read back; a deeper path is a fingerprint of them.
public struct StrandPath: Hashable, Sendable {
  /// Fourteen bits for each level, the innermost lowest, each one more than the position; the highest bit marks a
  /// fingerprint. Zero is no strand.
  public let raw: UInt64

  /// Of what no fan-out has divided.
  public static let none = StrandPath(raw: 0)

  private static let bits: UInt64 = 14
  private static let fingerprintMark: UInt64 = 1 << 63

  private init(raw: UInt64) { self.raw = raw }

  /// - Parameter position: among the strands of one fan-out, from 0, at most 10,000 of them.
  public func appending(_ position: Int) -> StrandPath {
    let level = UInt64(position) + 1
    precondition(level < 1 << Self.bits, "a fan-out has at most 10,000 strands")
    if raw < 1 << (3 * Self.bits) { return StrandPath(raw: raw << Self.bits | level) }
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(raw)
    fingerprinter.feed(level)
    return StrandPath(raw: fingerprinter.value | Self.fingerprintMark)
  }

  /// The strand so many fan-outs further out; nil where the path is too deep to be read back.
  public func dropping(_ levels: Int) -> StrandPath? {
    if levels == 0 { return self }
    guard raw & Self.fingerprintMark == 0 else { return nil }
    return StrandPath(raw: levels > 4 ? 0 : raw >> (UInt64(levels) * Self.bits))
  }

  /// From 1, outermost first; empty for no strand, and nil where the path is too deep to be read back.
  public var numbers: [Int]? {
    guard raw & Self.fingerprintMark == 0 else { return nil }
    var numbers: [Int] = []
    var rest = raw
    while rest > 0 {
      numbers.insert(Int(rest & (1 << Self.bits - 1)), at: 0)
      rest >>= Self.bits
    }
    return numbers
  }
}

extension StrandPath: Fingerprintable {
  @inlinable
  public func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(raw) }
}
