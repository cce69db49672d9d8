public import MachineContract
public import Primitives

/// A message on its way. A slot of the cluster's slab is used again, so the serial tells two envelopes apart.
public struct EnvelopeID: Hashable, Sendable {
  public var slot: UInt32
  public var serial: UInt32
  public init(slot: UInt32, serial: UInt32) {
    self.slot = slot
    self.serial = serial
  }
}

/// What a crash does to the disk.
public enum CrashFate: UInt8, CaseIterable, Sendable {
  /// The process dies; what it wrote and did not sync survives in the page cache.
  case keepPending
  /// Writes that were not yet durable are lost.
  case losePending
  /// The disk is replaced by an empty one.
  case wipeDisk
}

/// Everything that can happen to a cluster. Simulation, search, replay and a person differ only in which comes next.
public enum Action<M: Machine>: Equatable, Sendable {
  case deliver(EnvelopeID)
  case drop(EnvelopeID)
  /// Puts a second copy in flight, behind the first.
  case duplicate(EnvelopeID)
  case fire(MachineID, M.Timer)
  /// Decides what the machine left open.
  case choose(MachineID, M.Timer, option: Int)
  /// The oldest pending write of the machine becomes durable.
  case completeWrite(MachineID)
  case crash(MachineID, CrashFate)
  case restart(MachineID)
  /// Stops without dying; nothing reaches it until it resumes.
  case pause(MachineID)
  case resume(MachineID)
  /// Refuses all work.
  case refuse(MachineID)
  case accept(MachineID)
  /// Loses everything sent from one machine to another.
  case sever(from: MachineID, to: MachineID)
  case heal(from: MachineID, to: MachineID)
  case invoke(MachineID, M.Operation)
}

/// What just happened, in order, for schedulers and observers.
public enum Event<M: Machine>: Equatable, Sendable {
  /// The envelope left its sender.
  case sent(EnvelopeID)
  case delivered(Envelope<M>)
  /// The envelope will never arrive.
  case lost(Envelope<M>, LossReason)
  /// The receiver answered that it refuses all work.
  case refused(Envelope<M>)
  case armed(MachineID, ArmedTimer<M>)
  case disarmed(MachineID, ArmedTimer<M>)
  case fired(MachineID, ArmedTimer<M>)
  /// The machine left a choice open.
  case choiceOpened(MachineID, OpenChoice<M>)
  case chosen(MachineID, OpenChoice<M>, option: Int)
  /// A crash or the machine itself took the choice back.
  case choiceAbandoned(MachineID, OpenChoice<M>)
  case writeStarted(MachineID, TimerPurpose)
  case writeCompleted(MachineID, TimerPurpose)
  /// A crash ended the write; its fate says whether it survived.
  case writeAbandoned(MachineID, TimerPurpose)
  case crashed(MachineID, CrashFate, lostWrites: Int)
  case restarted(MachineID)
  case paused(MachineID)
  case resumed(MachineID)
  case refusing(MachineID)
  case accepting(MachineID)
  case severed(from: MachineID, to: MachineID)
  case healed(from: MachineID, to: MachineID)
  case observed(MachineID, Observation)
}

public enum LossReason: UInt8, Sendable {
  /// Somebody dropped it.
  case dropped
  case linkSevered
  case receiverCrashed
}

/// A message between two machines.
public struct Envelope<M: Machine>: Equatable, Sendable {
  public let id: EnvelopeID
  public let from: MachineID
  public let to: MachineID
  public let message: M.Message
  /// What its cause was for: an answer to a heartbeat is upkeep too.
  public let purpose: TimerPurpose

  public init(id: EnvelopeID, from: MachineID, to: MachineID, message: M.Message, purpose: TimerPurpose) {
    self.id = id
    self.from = from
    self.to = to
    self.message = message
    self.purpose = purpose
  }
}

/// A timer that is running.
public struct ArmedTimer<M: Machine>: Equatable, Sendable {
  public let timer: M.Timer
  public let range: DurationRange
  public let purpose: TimerPurpose
  /// True where the deadline is stored outside the machine.
  public let isDurable: Bool
  /// Tells two armings of one timer apart; never part of a fingerprint.
  public let generation: UInt32
}

/// A choice that a machine left to its driver.
public struct OpenChoice<M: Machine>: Equatable, Sendable {
  /// Names what is chosen.
  public let token: M.Timer
  /// Relative, one for each option.
  public let weights: [UInt32]
  /// What its cause was for.
  public let purpose: TimerPurpose
  /// Tells two choices under one token apart; never part of a fingerprint.
  public let generation: UInt32

  /// Those that can be chosen, in order.
  public var options: [Int] { weights.indices.filter { weights[$0] > 0 } }
}
