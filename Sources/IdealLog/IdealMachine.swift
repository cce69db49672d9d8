public import LogContract
public import MachineContract
public import Primitives

/// The contract of a log without a protocol: one atomic log in one machine that loses nothing.
///
/// An append takes effect, durably, when it arrives; its answer is held for the configured latency. Nothing is
/// deduplicated: an append that arrives twice is there twice, as it can be with a replicated log.
public struct IdealMachine<Payload: LogPayload>: Machine {
  public typealias Message = LogMessage<Payload>
  public typealias Write = IdealWrite<Payload>
  public typealias Store = IdealStore<Payload>
  public typealias Operation = IdealOperation

  /// The answer with this number is due.
  public struct Timer: Equatable, Sendable, Fingerprintable {
    public var answer: UInt64
    public func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(answer) }
  }

  /// An answer that waits for its time. A read keeps no copy of the log: it is answered as of then.
  private struct PendingAnswer: Equatable, Sendable, Fingerprintable {
    enum Kind: Equatable, Sendable {
      case appended(index: UInt64)
      case entries(from: UInt64)
    }

    var number: UInt64
    var client: MachineID
    var request: UInt64
    var kind: Kind

    func feed(into fingerprinter: inout Fingerprinter) {
      fingerprinter.feed(number)
      fingerprinter.feed(client)
      fingerprinter.feed(request)
      switch kind {
      case .appended(let index):
        fingerprinter.feed(1 as UInt64)
        fingerprinter.feed(index)
      case .entries(let from):
        fingerprinter.feed(2 as UInt64)
        fingerprinter.feed(from)
      }
    }
  }

  /// How long an answer is held. Zero: it leaves within the step.
  public let latency: SimDuration
  private var log: IdealStore<Payload>
  /// In the order of their numbers.
  private var pending: [PendingAnswer] = []
  private var nextNumber: UInt64 = 0

  public init(latency: SimDuration = .milliseconds(2)) {
    self.latency = latency
    log = IdealStore()
  }

  /// Everything appended, first to last.
  public var payloads: [Payload] { log.payloads }

  public mutating func step(_ input: Input<Self>, into out: inout Outbox<Self>) {
    switch input {
    case .start(let incarnation): if incarnation > 0 { announce(into: &out) }
    case .persisted: break
    case .chosen: preconditionFailure("a log leaves nothing open")
    case .message(.append(let request, let payload), let client):
      append(payload, request: request, client: client, into: &out)
    case .message(.read(let request, let position), let client):
      hold(.entries(from: position), request: request, client: client, into: &out)
    // Only clients are told these.
    case .message(.appended, _), .message(.entries, _), .message(.redirected, _): break
    case .timer(let timer):
      guard let position = pending.firstIndex(where: { $0.number == timer.answer }) else { return }
      answer(pending.remove(at: position), into: &out)
    }
  }

  public static func absorb(_ write: Write, into store: inout Store) { store.append(write.payload) }

  /// The one disk is the log, so replacing it loses everything.
  public static func wiped(_ store: Store) -> Store { Store() }

  /// What was appended is there; whoever waited for an answer has to ask again.
  public static func restart(from store: Store, previous: Self) -> Self {
    var machine = Self(latency: previous.latency)
    machine.log = store
    return machine
  }

  /// The latency is left out: it is constant over a run.
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(log)
    fingerprinter.feed(pending)
    fingerprinter.feed(nextNumber)
  }

  private mutating func append(
    _ payload: Payload, request: UInt64, client: MachineID, into out: inout Outbox<Self>
  ) {
    log.append(payload)
    out.commit(IdealWrite(payload: payload))
    let index = UInt64(log.payloads.count)
    announce(index, into: &out)
    hold(.appended(index: index), request: request, client: client, into: &out)
  }

  /// One log that never elects anybody: it is always epoch 1.
  private func announce(_ index: UInt64, into out: inout Outbox<Self>) {
    let entry = log.payloads[Int(index) - 1].fingerprint
    out.observe(.appended(index: index, epoch: 1, entry: entry))
    out.observe(.committed(index: index, epoch: 1, entry: entry))
  }

  /// Says what the disk holds, because observers cannot know what a crash left of it.
  private func announce(into out: inout Outbox<Self>) {
    out.observe(.truncated(from: 1))
    for position in log.payloads.indices { announce(UInt64(position) + 1, into: &out) }
  }

  private mutating func hold(
    _ kind: PendingAnswer.Kind, request: UInt64, client: MachineID, into out: inout Outbox<Self>
  ) {
    let answer = PendingAnswer(number: nextNumber, client: client, request: request, kind: kind)
    guard latency > .zero else {
      self.answer(answer, into: &out)
      return
    }
    nextNumber += 1
    pending.append(answer)
    out.arm(Timer(answer: answer.number), after: .exactly(latency))
  }

  private func answer(_ answer: PendingAnswer, into out: inout Outbox<Self>) {
    switch answer.kind {
    case .appended(let index):
      let entry = log.payloads[Int(index) - 1].fingerprint
      out.observe(.acknowledged(request: answer.request, index: index, entry: entry))
      out.send(.appended(request: answer.request, index: index), to: answer.client)
    case .entries(let position):
      out.observe(.readAnswered(request: answer.request, tail: UInt64(log.payloads.count)))
      let payloads = Array(log.payloads.dropFirst(Int(max(position, 1)) - 1))
      out.send(.entries(request: answer.request, from: position, payloads), to: answer.client)
    }
  }
}
