public import Primitives

/// Which servers of a group, by their position in it: 64 at most.
///
/// A bit per server rather than a `Set`: order of iteration is fixed, and a copy costs nothing.
public struct ServerSet: Equatable, Sendable, Fingerprintable {
  @usableFromInline var bits: UInt64

  @inlinable public init() { bits = 0 }

  /// The first `count` servers.
  @inlinable
  public init(first count: Int) {
    precondition((0...64).contains(count), "a group has at most 64 servers")
    bits = count == 64 ? .max : (1 << UInt64(count)) - 1
  }

  @inlinable public var count: Int { bits.nonzeroBitCount }
  @inlinable public var isEmpty: Bool { bits == 0 }

  @inlinable
  public func contains(_ position: Int) -> Bool { bits & Self.bit(position) != 0 }

  @inlinable
  public mutating func insert(_ position: Int) { bits |= Self.bit(position) }

  @inlinable
  public mutating func remove(_ position: Int) { bits &= ~Self.bit(position) }

  @inlinable
  public mutating func removeAll() { bits = 0 }

  @inlinable
  public func union(_ other: ServerSet) -> ServerSet { ServerSet(bits: bits | other.bits) }

  @inlinable
  public func intersection(_ other: ServerSet) -> ServerSet { ServerSet(bits: bits & other.bits) }

  @inlinable
  public func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(bits) }

  @usableFromInline
  init(bits: UInt64) { self.bits = bits }

  @usableFromInline
  static func bit(_ position: Int) -> UInt64 {
    precondition((0..<64).contains(position), "a group has at most 64 servers")
    return 1 << UInt64(position)
  }
}
