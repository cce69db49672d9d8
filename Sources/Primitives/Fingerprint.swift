/// A value that can be folded into a fingerprint.
///
/// Two values with the same future behaviour must feed the same words; two with different futures must not.
/// `Hasher` is no substitute: its results change with every process start.
public protocol Fingerprintable {
  func feed(into fingerprinter: inout Fingerprinter)
}

/// A 64-bit running fingerprint, equal on every machine and in every process.
///
/// Each word is mixed with a multiply and a rotation (the construction of wyhash's mixer), so that order matters.
public struct Fingerprinter: Sendable {
  @usableFromInline var state: UInt64

  @inlinable
  public init(seed: UInt64 = 0x9E37_79B9_7F4A_7C15) { state = seed }

  @inlinable
  public mutating func feed(_ word: UInt64) {
    let product = (state ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    state = (product.high ^ product.low) &+ 0xE703_7ED1_A0B4_28DB &+ (state << 7 | state >> 57)
  }

  @inlinable
  public mutating func feed(_ flag: Bool) { feed(flag ? 1 : 0 as UInt64) }

  @inlinable
  public mutating func feed(_ number: Int) { feed(UInt64(bitPattern: Int64(number))) }

  @inlinable
  public mutating func feed(_ value: some Fingerprintable) { value.feed(into: &self) }

  /// Feeds the count first, so that `[[a], [b]]` and `[[a, b], []]` differ.
  @inlinable
  public mutating func feed(_ values: [some Fingerprintable]) {
    feed(values.count)
    for value in values { value.feed(into: &self) }
  }

  /// Feeds a name by its UTF-8 bytes.
  public mutating func feed(name: some StringProtocol) {
    var word: UInt64 = 0
    var filled = 0
    for byte in name.utf8 {
      word = word << 8 | UInt64(byte)
      filled += 1
      if filled == 8 {
        feed(word)
        word = 0
        filled = 0
      }
    }
    feed(word)
    feed(name.utf8.count)
  }

  @inlinable
  public var value: UInt64 {
    var mixed = state
    mixed ^= mixed >> 30
    mixed &*= 0xBF58_476D_1CE4_E5B9
    mixed ^= mixed >> 27
    mixed &*= 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension Fingerprintable {
  /// The fingerprint of this value alone.
  @inlinable
  public var fingerprint: UInt64 {
    var fingerprinter = Fingerprinter()
    feed(into: &fingerprinter)
    return fingerprinter.value
  }
}

extension UInt64: Fingerprintable {
  @inlinable
  public func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(self) }
}

extension Optional: Fingerprintable where Wrapped: Fingerprintable {
  @inlinable
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case nil: fingerprinter.feed(0 as UInt64)
    case let wrapped?:
      fingerprinter.feed(1 as UInt64)
      wrapped.feed(into: &fingerprinter)
    }
  }
}
