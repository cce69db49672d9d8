public import Primitives

/// What a log can carry: an equatable value with an identity that its sender chose.
public protocol LogPayload: Fingerprintable, Equatable, Sendable {}

/// The client side of every replicated log, whatever protocol stands behind it.
///
/// Positions count from 1 and have no gaps as seen by a client; `index` of a protocol that numbers differently is
/// mapped by its replicas. A request id is chosen by the client; a repeated append with the same id may be stored twice
/// (at least once), and fronts drop the second.
public enum LogMessage<Payload: LogPayload>: Equatable, Sendable {
  // To a replica.
  case append(request: UInt64, Payload)
  /// A linearizable read of everything from this position to the committed tail.
  case read(request: UInt64, from: UInt64)

  // To the client.
  /// Committed: durable in the sense of the protocol.
  case appended(request: UInt64, index: UInt64)
  /// Everything committed from `from` on, in order, up to the tail at the time of the read.
  case entries(request: UInt64, from: UInt64, [Payload])
  /// Not here. `hint` is who leads, where known. Nothing was appended by this request at this replica.
  case redirected(request: UInt64, hint: MachineID?)
}

extension LogMessage: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .append(let request, let payload):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(request)
      fingerprinter.feed(payload)
    case .read(let request, let from):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(request)
      fingerprinter.feed(from)
    case .appended(let request, let index):
      fingerprinter.feed(3 as UInt64)
      fingerprinter.feed(request)
      fingerprinter.feed(index)
    case .entries(let request, let from, let payloads):
      fingerprinter.feed(4 as UInt64)
      fingerprinter.feed(request)
      fingerprinter.feed(from)
      fingerprinter.feed(payloads)
    case .redirected(let request, let hint):
      fingerprinter.feed(5 as UInt64)
      fingerprinter.feed(request)
      fingerprinter.feed(hint)
    }
  }
}
