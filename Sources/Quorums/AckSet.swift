public import Primitives

/// Who said yes to one question, and how many have to.
///
/// A server that answers twice counts once, so duplicated messages are harmless.
public struct AckSet: Equatable, Sendable, Fingerprintable {
  public private(set) var servers = ServerSet()
  /// How many servers make the quorum.
  public let needed: Int

  public init(needed: Int) {
    precondition(needed > 0, "an empty quorum would be reached by nobody's answer")
    self.needed = needed
  }

  public var isReached: Bool { servers.count >= needed }

  /// Takes in an answer. Returns true when this answer completes the quorum, and only then.
  public mutating func add(_ position: Int) -> Bool {
    let before = isReached
    servers.insert(position)
    return isReached && !before
  }

  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(servers)
    fingerprinter.feed(needed)
  }
}
