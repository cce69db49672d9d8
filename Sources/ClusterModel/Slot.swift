public import MachineContract
public import Primitives

/// A machine with what surrounds it: its disk, its timers, and what it wants to send.
public struct Slot<M: Machine>: Equatable, Sendable {
  public enum Status: UInt8, Sendable {
    case up, crashed
  }

  /// A message that waits for the writes made before it.
  struct HeldMessage: Equatable, Sendable {
    let message: M.Message
    let receiver: MachineID
    let purpose: TimerPurpose
    /// Leaves when this many writes of the incarnation are durable.
    let writesNeeded: UInt32
  }

  struct PendingWrite: Equatable, Sendable {
    let write: M.Write
    let purpose: TimerPurpose
  }

  public internal(set) var machine: M
  /// What is durable.
  public internal(set) var store: M.Store
  public internal(set) var status = Status.up
  public internal(set) var isPaused = false
  public internal(set) var isRefusing = false
  public internal(set) var incarnation: UInt32 = 0
  public internal(set) var timers: [ArmedTimer<M>] = []
  /// Durable timers that fired and were not disarmed: armed again they fire at once.
  var ripe: [M.Timer] = []
  /// In the order in which they were opened.
  public internal(set) var choices: [OpenChoice<M>] = []
  /// Oldest first; they become durable in this order.
  var pending: [PendingWrite] = []
  /// In the order in which they were sent.
  var held: [HeldMessage] = []
  var writesCompleted: UInt32 = 0
  var nextGeneration: UInt32 = 0

  init(machine: M, store: M.Store) {
    self.machine = machine
    self.store = store
  }

  public var pendingWrites: [M.Write] { pending.map(\.write) }

  /// Able to take an input now.
  public var isRunning: Bool { status == .up && !isPaused }

  // Mutating, because the cluster then works on the slot where it lies: read from outside, it would be copied whole.

  /// Removes the timer; nil where it is not armed.
  mutating func take(_ timer: M.Timer) -> ArmedTimer<M>? {
    guard let position = timers.firstIndex(where: { $0.timer == timer }) else { return nil }
    return timers.remove(at: position)
  }

  /// Removes the open choice; nil where there is none under this token.
  mutating func takeChoice(_ token: M.Timer) -> OpenChoice<M>? {
    guard let position = choices.firstIndex(where: { $0.token == token }) else { return nil }
    return choices.remove(at: position)
  }

  /// The same for a timer that fires: nil also where the machine takes no input.
  mutating func takeDue(_ timer: M.Timer) -> ArmedTimer<M>? { isRunning ? take(timer) : nil }

  /// Forgets that a durable timer has fired; false where it had not.
  @discardableResult
  mutating func removeRipe(_ timer: M.Timer) -> Bool {
    guard let position = ripe.firstIndex(of: timer) else { return false }
    ripe.remove(at: position)
    return true
  }
}

extension Slot: Fingerprintable {
  /// Left out: incarnation, timer generations and counts of writes, which tell the past and not the future.
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(UInt64(status.rawValue) | (isPaused ? 2 : 0) | (isRefusing ? 4 : 0))
    fingerprinter.feed(store)
    if status == .up {
      fingerprinter.feed(machine)
    }
    fingerprinter.feed(pending.count)
    for write in pending { fingerprinter.feed(write.write) }
    fingerprinter.feed(held.count)
    for message in held {
      fingerprinter.feed(message.message)
      fingerprinter.feed(message.receiver)
      fingerprinter.feed(UInt64(message.writesNeeded &- writesCompleted))
    }
    // A sum, because the order in which timers were armed and choices opened decides nothing.
    var armed: UInt64 = 0
    for timer in timers { armed &+= timer.timer.fingerprint }
    for choice in choices {
      var one = Fingerprinter(seed: 1)
      one.feed(choice.token)
      for weight in choice.weights { one.feed(UInt64(weight)) }
      armed &+= one.value
    }
    fingerprinter.feed(armed)
    var fired: UInt64 = 0
    for timer in ripe { fired &+= timer.fingerprint }
    fingerprinter.feed(fired)
  }
}
