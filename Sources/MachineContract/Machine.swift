public import Primitives

/// A deterministic state machine: the seam between what is simulated and who simulates it.
///
/// A machine is a value. It knows no clock, draws no number, and reads and writes nothing but its own state; everything
/// it wants goes to the outbox, in the order in which it must happen, and the driver interprets it. That is why one
/// transition function serves the simulator, the search, replay and a person stepping by hand.
public protocol Machine: Fingerprintable, Equatable, Sendable {
  associatedtype Message: Fingerprintable, Equatable, Sendable
  associatedtype Timer: Fingerprintable, Equatable, Sendable
  /// One write to the machine's disk.
  associatedtype Write: Fingerprintable, Equatable, Sendable
  /// What survives a crash.
  associatedtype Store: Fingerprintable, Equatable, Sendable
  /// What the outside may ask of the machine directly: a client's request, an operator's command.
  associatedtype Operation: Fingerprintable, Equatable, Sendable
  /// Room that nested machines reuse between steps, so that a step allocates nothing. Never part of the state.
  associatedtype Workspace: Sendable = Void

  /// Reacts to one input. Never throws: what is impossible traps with context, what is possible is an output.
  mutating func step(_ input: Input<Self>, into out: inout Outbox<Self>)

  /// Applies one write, now durable, to the store.
  static func absorb(_ write: Write, into store: inout Store)

  /// The machine as it comes up again from its disk. Its next input is `.start`.
  ///
  /// - Parameter previous: what it was when it crashed, for configuration only (its name, its peers); using any
  ///   volatile part of it would be a bug that the mutant tests look for.
  static func restart(from store: Store, previous: Self) -> Self

  /// The store of a machine whose disk was replaced by an empty one.
  static func wiped(_ store: Store) -> Store

  /// What a machine that refuses all work answers to a message; nil for a message that it takes in as usual, because
  /// it asks for no work.
  static func refusal(of message: Message) -> Message?

  /// What becomes of an operation that finds its machine down; nil where that is no news to anybody.
  static func miss(_ operation: Operation) -> MissedOperation<Self>?

  static func makeWorkspace() -> Workspace
}

extension Machine {
  public static func refusal(of message: Message) -> Message? { nil }
  public static func miss(_ operation: Operation) -> MissedOperation<Self>? { nil }
}

extension Machine where Workspace == Void {
  public static func makeWorkspace() {}
}

/// An operation that came while its machine was down.
public struct MissedOperation<M: Machine>: Sendable {
  /// What whoever asked for it keeps until the machine is up, if anything.
  public let write: M.Write?
  public let observation: WorkObservation

  public init(write: M.Write?, observation: WorkObservation) {
    self.write = write
    self.observation = observation
  }
}

/// What can happen to a machine.
public enum Input<M: Machine>: Equatable, Sendable {
  /// The first input after creation and after each restart. `incarnation` counts from 0.
  case start(incarnation: UInt32)
  case message(M.Message, from: MachineID)
  case timer(M.Timer)
  /// A write of `Outbox.persist` reached the disk. Writes complete in the order in which they were made.
  case persisted(M.Write)
  /// What an `Output.choose` left open is decided.
  case chosen(M.Timer, option: Int)
  case invoke(M.Operation)
}

/// What a machine asks of its driver.
public enum Output<M: Machine>: Equatable, Sendable {
  /// Leaves once every earlier write of this machine, from any step, is durable.
  case send(M.Message, to: MachineID)
  /// Leaves at once, whatever is still being written. Every use says why that is safe.
  case sendAhead(M.Message, to: MachineID)
  /// Arms a timer in place of an equal one that is still armed.
  case arm(M.Timer, after: DurationRange, purpose: TimerPurpose)
  /// Arms a timer whose deadline is stored outside the machine, so that a crash does not forget it. One that is armed
  /// keeps its first deadline; due while the machine is down, it fires when the machine is up. Once fired it stays
  /// known until it is disarmed, and armed again it fires again at once: at least once, whatever crashes.
  case armDurably(M.Timer, after: DurationRange)
  /// Also takes back a choice that is still open under this token.
  case disarm(M.Timer)
  /// Leaves a choice to the driver, which answers with `Input.chosen`. The timer's type serves as the token that names
  /// what is chosen; it takes the place of an equal token that is still open. Weights are relative, one for each
  /// option; an option of weight zero is never chosen, and one weight at least is positive.
  case choose(M.Timer, weights: [UInt32])
  /// Starts a write that a crash may find unfinished.
  case persist(M.Write)
  /// A write that is durable within the step: the atomic commit of a database of the machine's own.
  case commit(M.Write)
  case observe(Observation)
}

/// Whether a timer is part of the work or only keeps an idle system alive.
public enum TimerPurpose: UInt8, Equatable, Sendable {
  /// Something waits for it: a run has not settled while it is armed.
  case work
  /// Heartbeats and election time-outs: a settled system arms them for ever.
  case upkeep
}

/// Where a machine puts its outputs, in order, and its driver takes them out.
///
/// Outputs are moved in and out, never copied, and an emptied place is filled again: destroying and copying values as
/// large as these was a third of what an action cost.
public struct Outbox<M: Machine>: Sendable {
  /// Those from `count` on are empty.
  private var places: [Output<M>?] = []
  public private(set) var count = 0
  public var workspace: M.Workspace

  public init() { workspace = M.makeWorkspace() }

  /// What was put in and not taken out, in order.
  public var outputs: [Output<M>] { places[..<count].compactMap { $0 } }

  @inlinable
  public mutating func send(_ message: consuming M.Message, to peer: MachineID) { append(.send(message, to: peer)) }
  @inlinable
  public mutating func sendAhead(_ message: consuming M.Message, to peer: MachineID) {
    append(.sendAhead(message, to: peer))
  }
  @inlinable
  public mutating func arm(_ timer: M.Timer, after range: DurationRange, purpose: TimerPurpose = .work) {
    append(.arm(timer, after: range, purpose: purpose))
  }
  @inlinable
  public mutating func armDurably(_ timer: M.Timer, after range: DurationRange) {
    append(.armDurably(timer, after: range))
  }
  @inlinable
  public mutating func disarm(_ timer: M.Timer) { append(.disarm(timer)) }
  @inlinable
  public mutating func choose(_ token: M.Timer, weights: [UInt32]) {
    append(.choose(token, weights: weights))
  }
  @inlinable
  public mutating func persist(_ write: consuming M.Write) { append(.persist(write)) }
  @inlinable
  public mutating func commit(_ write: consuming M.Write) { append(.commit(write)) }
  @inlinable
  public mutating func observe(_ observation: Observation) { append(.observe(observation)) }
  @inlinable
  public mutating func observe(_ observation: WorkObservation) { append(.observe(.work(observation))) }
  @inlinable
  public mutating func observe(_ observation: LogObservation) { append(.observe(.log(observation))) }

  public mutating func append(_ output: consuming Output<M>) {
    if count < places.count { places[count] = output } else { places.append(output) }
    count += 1
  }

  /// Takes out what stands at a position; nil where that was taken before.
  public mutating func take(at position: Int) -> Output<M>? { places[position].take() }

  /// Empties the outbox, once everything was taken, and keeps its room.
  public mutating func clear() { count = 0 }
}
