/// A set of fingerprints: open addressing in one array, nothing but the fingerprints kept.
///
/// Two states that share a fingerprint count as one. Among ten million states that happens with a chance of three in a
/// million; a counterexample is never affected, since it is replayed.
public struct FingerprintTable: Sendable {
  /// A power of two long; 0 marks a free place.
  private var places: [UInt64]
  /// `places.count - 1`.
  private var mask: Int
  public private(set) var count = 0
  /// Zero is a fingerprint like any other, and cannot be told from a free place.
  private var holdsZero = false

  /// - Parameter capacity: how many it takes in before it grows for the first time.
  public init(capacity: Int = 1 << 10) {
    var size = 16
    while size * 3 < capacity * 4 { size *= 2 }
    places = Array(repeating: 0, count: size)
    mask = size - 1
  }

  /// Bytes that the table takes, the free places among them.
  public var bytes: Int { places.count * MemoryLayout<UInt64>.size }

  public func contains(_ fingerprint: UInt64) -> Bool {
    fingerprint == 0 ? holdsZero : places[place(of: fingerprint)] == fingerprint
  }

  /// - Returns: false where it was there already.
  public mutating func insert(_ fingerprint: UInt64) -> Bool {
    if fingerprint == 0 {
      defer { holdsZero = true }
      count += holdsZero ? 0 : 1
      return !holdsZero
    }
    let place = place(of: fingerprint)
    guard places[place] == 0 else { return false }
    places[place] = fingerprint
    count += 1
    // Three in four, beyond which probes become long.
    if count * 4 > places.count * 3 { grow() }
    return true
  }

  /// Where it is, or where it belongs. Fingerprints are mixed already: their low bits are as good as any.
  private func place(of fingerprint: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: fingerprint) & mask
    while places[place] != 0, places[place] != fingerprint { place = (place + 1) & mask }
    return place
  }

  private mutating func grow() {
    let former = places
    places = Array(repeating: 0, count: former.count * 2)
    mask = places.count - 1
    for fingerprint in former where fingerprint != 0 { places[place(of: fingerprint)] = fingerprint }
  }
}
