public import LogContract
public import Primitives

/// The log itself: in memory and on the disk alike.
public struct IdealStore<Payload: LogPayload>: Equatable, Sendable {
  /// Position `i` at `i - 1`.
  public private(set) var payloads: [Payload] = []
  /// The fingerprint of all of them, kept so that feeding costs the same however many there are.
  private var prefix: UInt64 = 0

  public init() {}

  mutating func append(_ payload: Payload) {
    var fingerprinter = Fingerprinter(seed: prefix)
    fingerprinter.feed(payload)
    prefix = fingerprinter.value
    payloads.append(payload)
  }
}

extension IdealStore: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(payloads.count)
    fingerprinter.feed(prefix)
  }
}

/// One append on its way to the disk.
public struct IdealWrite<Payload: LogPayload>: Equatable, Sendable, Fingerprintable {
  public var payload: Payload

  public func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(payload) }
}

/// An ideal log is asked by messages alone: no value of this type exists.
public enum IdealOperation: Equatable, Sendable, Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {}
}
