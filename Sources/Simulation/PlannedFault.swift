public import ClusterModel
public import MachineContract
public import Primitives
public import ProgressGraph

/// A fault as a simulator carries it out: when it strikes, and what it then does, step by step.
public struct PlannedFault<M: Machine>: Sendable {
  public enum Trigger: Sendable {
    case at(SimInstant)
    /// At the `nth` observation that fits, before anything else happens.
    case observed(ObservationPattern, nth: Int)
    /// At the `nth` message that fits, as it leaves.
    case message(MessagePattern<M>, nth: Int, MessageFault)
  }

  /// What a strike does: an action on the cluster, or a change of how the simulator treats a machine.
  public enum Deed: Sendable {
    case act(Action<M>)
    /// Everything that reaches the machine takes this much longer; zero ends it.
    case slow(MachineID, by: SimDuration)
    /// The machine's clock jumps ahead (or back, when negative) by this.
    case jump(MachineID, by: SimDuration)
  }

  public struct Strike: Sendable {
    public var delay: SimDuration
    public var deed: Deed
    public init(after delay: SimDuration = .zero, _ deed: Deed) {
      self.delay = delay
      self.deed = deed
    }
  }

  public var trigger: Trigger
  /// In order. Empty for a message fault.
  public var strikes: [Strike]

  public init(_ trigger: Trigger, _ strikes: [Strike] = []) {
    self.trigger = trigger
    self.strikes = strikes
  }
}

/// A point of a work unit's life (semantics.md, section 1).
public struct ObservationPattern: Hashable, Sendable {
  public var point: FaultPoint
  public init(_ point: FaultPoint) { self.point = point }

  public func fits(_ observation: WorkObservation) -> Bool {
    switch (point, observation) {
    case (.before(.work(let node)), .arrived(let unit, _)): unit.node == node
    case (.before(.step(let step)), .began(_, let begun)): begun == step
    case (.during(.step(let step)), .performed(_, let performed)): performed == step
    // A wait has two half points: its middle, and when it is over.
    case (.during(.step(let step)), .waiting(_, let waiting)): waiting == step
    case (.after(.step(let step)), .ended(_, let ended)): ended == step
    case (.after(.work(let node)), .finished(let unit)), (.during(.work(let node)), .finished(let unit)):
      unit.node == node
    case (.at, _), (.before, _), (.during, _), (.after, _): false
    }
  }
}

/// Which messages a message fault counts.
public struct MessagePattern<M: Machine>: Sendable {
  public var from: [MachineID]
  public var to: [MachineID]
  /// Of a message and the machine that sends it.
  public var fits: @Sendable (M.Message, MachineID) -> Bool

  public init(from: [MachineID], to: [MachineID], fits: @escaping @Sendable (M.Message, MachineID) -> Bool) {
    self.from = from
    self.to = to
    self.fits = fits
  }

  func matches(_ envelope: Envelope<M>) -> Bool {
    from.contains(envelope.from) && to.contains(envelope.to) && fits(envelope.message, envelope.from)
  }
}
