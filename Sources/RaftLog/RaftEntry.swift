public import LogContract
public import Primitives

/// What one position of the log says.
public enum RaftContent<Payload: LogPayload>: Equatable, Sendable {
  case value(Payload)
  /// The empty entry with which a leader starts its term (§8).
  case noOp

  /// What observers know the content by.
  public var entryFingerprint: UInt64 {
    switch self {
    case .value(let payload): payload.fingerprint
    case .noOp: 0
    }
  }
}

/// One position of the log, with the term of the leader that created it.
public struct RaftEntry<Payload: LogPayload>: Equatable, Sendable {
  public var term: UInt64
  public var content: RaftContent<Payload>

  public init(term: UInt64, content: RaftContent<Payload>) {
    self.term = term
    self.content = content
  }
}

extension RaftEntry: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(term)
    switch content {
    case .value(let payload):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(payload)
    case .noOp:
      fingerprinter.feed(0 as UInt64)
    }
  }
}
