/// A position in a list of things, distinct for each kind of thing.
///
/// Bare integers never cross a boundary: a node is not a channel, and neither is a machine.
public protocol Identifier: Hashable, Comparable, Sendable, Fingerprintable {
  var raw: UInt16 { get }
  init(raw: UInt16)
}

extension Identifier {
  @inlinable
  public init(_ position: Int) { self.init(raw: UInt16(position)) }

  /// The position as an array index.
  @inlinable
  public var index: Int { Int(raw) }

  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.raw < right.raw }

  @inlinable
  public func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(UInt64(raw)) }
}

/// A machine of a cluster, by slot.
public struct MachineID: Identifier {
  public let raw: UInt16
  @inlinable public init(raw: UInt16) { self.raw = raw }
}

/// A node of a graph, in the order of the file.
public struct NodeID: Identifier {
  public let raw: UInt16
  @inlinable public init(raw: UInt16) { self.raw = raw }
}

/// A queue, topic or table of a graph: declared ones in the order of the file, then implied ones by first use.
public struct ChannelID: Identifier {
  public let raw: UInt16
  @inlinable public init(raw: UInt16) { self.raw = raw }
}

/// A handler, counted over the whole graph in the order of the file.
public struct HandlerID: Identifier {
  public let raw: UInt16
  @inlinable public init(raw: UInt16) { self.raw = raw }
}

/// A step, counted over the whole graph in the order of the file; nested steps follow their parent.
public struct StepID: Identifier {
  public let raw: UInt16
  @inlinable public init(raw: UInt16) { self.raw = raw }
}

/// A name interned by its graph: an effect, an event, a field, a reason.
public struct NameID: Identifier {
  public let raw: UInt16
  @inlinable public init(raw: UInt16) { self.raw = raw }
}
