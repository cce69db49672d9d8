public import MachineContract
public import Primitives

/// A machine that talks to a log through a `LogClient`.
public protocol LogUser: Machine {
  associatedtype Payload: LogPayload
  /// How the machine's messages carry the log's.
  static func wrap(_ message: LogMessage<Payload>) -> Message
  /// The timer after which the client asks again.
  static var logRetryTimer: Timer { get }
}

/// A log as its user holds it: what was asked and not yet answered, and whom to ask.
///
/// Owner: the machine it is a field of, which passes on the log's messages and the retry timer. Appends are sent one
/// at a time, in order, and repeated with the same request id until a replica confirms them, so that the log holds them
/// in the order in which they were asked for; a repeat can leave a second copy behind the first, which the reader drops
/// by `request`-independent identity of the payload.
public struct LogClient<Payload: LogPayload>: Equatable, Fingerprintable, Sendable {
  /// What became of a request.
  public enum Outcome: Equatable, Sendable {
    case appended(Payload, index: UInt64)
    case entries([Payload])
  }

  private enum Request: Equatable, Sendable {
    case append(Payload)
    case read
  }

  private let replicas: [MachineID]
  /// The replica asked last, as a position in `replicas`.
  private var target: Int
  /// Head first; only the head is in flight.
  private var waiting: [Request] = []
  private var nextRequest: UInt64
  /// Attempts at the head since it became the head: sets the wait before the next.
  private var attempts = 0

  /// Attempts after which the wait grows no more.
  private static var longestWait: Int { 8 }

  /// - Parameter incarnation: the owner's; requests of an earlier life are told apart by it.
  public init(replicas: [MachineID], incarnation: UInt32) {
    precondition(!replicas.isEmpty, "a log has at least one replica")
    self.replicas = replicas
    target = 0
    nextRequest = UInt64(incarnation) << 32
  }

  public var isIdle: Bool { waiting.isEmpty }

  public mutating func append<User: LogUser>(_ payload: Payload, into out: inout Outbox<User>)
  where User.Payload == Payload {
    waiting.append(.append(payload))
    if waiting.count == 1 { ask(into: &out) }
  }

  /// Asks for everything from the first position to the committed tail.
  public mutating func readAll<User: LogUser>(into out: inout Outbox<User>) where User.Payload == Payload {
    waiting.append(.read)
    if waiting.count == 1 { ask(into: &out) }
  }

  /// Takes in a message of the log; answers to older requests are ignored.
  public mutating func receive<User: LogUser>(
    _ message: LogMessage<Payload>, from replica: MachineID, into out: inout Outbox<User>
  ) -> Outcome? where User.Payload == Payload {
    guard let head = waiting.first else { return nil }
    switch message {
    case .appended(let request, let index):
      guard request == nextRequest, case .append(let payload) = head else { return nil }
      advance(into: &out)
      return .appended(payload, index: index)
    case .entries(let request, _, let payloads):
      guard request == nextRequest, case .read = head else { return nil }
      advance(into: &out)
      return .entries(payloads)
    case .redirected(let request, let hint):
      guard request == nextRequest else { return nil }
      redirect(to: hint, awayFrom: replica, into: &out)
      return nil
    case .append, .read:
      return nil
    }
  }

  /// The retry timer fired: ask the next replica.
  public mutating func retry<User: LogUser>(into out: inout Outbox<User>) where User.Payload == Payload {
    guard !waiting.isEmpty else { return }
    target = (target + 1) % replicas.count
    ask(into: &out)
  }

  private mutating func advance<User: LogUser>(into out: inout Outbox<User>) where User.Payload == Payload {
    waiting.removeFirst()
    nextRequest += 1
    attempts = 0
    if waiting.isEmpty {
      out.disarm(User.logRetryTimer)
    } else {
      ask(into: &out)
    }
  }

  /// Follows a hint at once; without one, waits for the timer, because an election is probably going on.
  private mutating func redirect<User: LogUser>(
    to hint: MachineID?, awayFrom replica: MachineID, into out: inout Outbox<User>
  ) where User.Payload == Payload {
    guard replicas[target] == replica, let hint, hint != replica, let position = replicas.firstIndex(of: hint)
    else { return }
    target = position
    ask(into: &out)
  }

  private mutating func ask<User: LogUser>(into out: inout Outbox<User>) where User.Payload == Payload {
    guard let head = waiting.first else { return }
    let message: LogMessage<Payload> =
      switch head {
      case .append(let payload): .append(request: nextRequest, payload)
      case .read: .read(request: nextRequest, from: 1)
      }
    out.send(User.wrap(message), to: replicas[target])
    // 200 ms at first, because an election takes about as long; doubled up to a minute while nobody answers.
    let wait = SimDuration.milliseconds(200 << Int64(min(attempts, Self.longestWait)))
    attempts += 1
    out.arm(User.logRetryTimer, after: .exactly(wait))
  }

  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(target)
    fingerprinter.feed(nextRequest)
    // What waits no longer for being asked once more is the same.
    fingerprinter.feed(min(attempts, Self.longestWait))
    fingerprinter.feed(waiting.count)
    for request in waiting {
      switch request {
      case .append(let payload): fingerprinter.feed(payload)
      case .read: fingerprinter.feed(0 as UInt64)
      }
    }
  }
}
