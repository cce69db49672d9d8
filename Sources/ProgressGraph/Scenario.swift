public import Primitives

/// A named run: how much load, which faults, and what they lead to.
public struct Scenario: Equatable, Sendable {
  public var name: String
  public var summary: String
  public var load: Load
  public var faults: [Fault]
  /// The codes that the run shows, sorted; nil where the file declares none.
  public var outcome: [AnomalyCode]?

  public init(
    name: String, summary: String = "", load: Load = .single, faults: [Fault] = [],
    outcome: [AnomalyCode]? = nil
  ) {
    self.name = name
    self.summary = summary
    self.load = load
    self.faults = faults
    self.outcome = outcome
  }
}

/// Root triggers: how many, how far apart. The first one starts at time zero.
public struct Load: Hashable, Sendable {
  public var count: Int
  public var every: SimDuration
  /// Fields that have one value for all triggers, such as the customer of many orders; of every other field each
  /// trigger has a value of its own. In the order of the file.
  public var same: [NameID]

  public init(count: Int, every: SimDuration, same: [NameID] = []) {
    self.count = count
    self.every = every
    self.same = same
  }
  public static let single = Load(count: 1, every: .zero)
}

/// Something that goes wrong once, at a point.
public struct Fault: Equatable, Sendable {
  public var kind: FaultKind
  /// When it strikes. A message fault has none: it strikes at the `nth` message.
  public var point: FaultPoint
  /// Which occurrence of the point or message, from 1.
  public var nth: Int
  /// The fault as it stands in the file or on the command line, in flow style.
  public var text: String

  public init(kind: FaultKind, point: FaultPoint, nth: Int = 1, text: String) {
    self.kind = kind
    self.point = point
    self.nth = nth
    self.text = text
  }
}

public enum FaultKind: Equatable, Sendable {
  /// `restart` nil: never.
  case crash(FaultTarget, restart: SimDuration?, disk: DiskFate)
  case pause(FaultTarget, for: SimDuration)
  case down(NodeID, for: SimDuration)
  /// Adds latency to everything the node does.
  case slow(NodeID, by: SimDuration, for: SimDuration)
  /// The first trigger to reach this step fails there on every attempt. Never heals.
  case poison(StepID)
  case partition(FaultEnd, FaultEnd, oneWay: Bool, for: SimDuration)
  case message(MessageFault, FaultLink)
  case skew(NodeID, by: SimDuration, for: SimDuration)
}

/// What becomes of the writes that a crash finds not yet synced, and of the disk.
public enum DiskFate: String, CaseIterable, Sendable {
  case keep
  case loseUnsynced = "lose_unsynced"
  case wipe
}

public enum MessageFault: Equatable, Sendable {
  case drop, duplicate, reorder
  case delay(by: SimDuration)
}

/// What can crash or pause.
public enum FaultTarget: Hashable, Sendable {
  case node(NodeID)
  /// A replica, from 1, of the log under a channel.
  case logReplica(ChannelID, Int)
  /// A replica, from 1, of a node's journal.
  case journalReplica(NodeID, Int)
  /// The broker in front of a channel's log: soft state only.
  case front(ChannelID)
}

/// An end of a link.
public enum FaultEnd: Hashable, Sendable {
  case node(NodeID)
  case channel(ChannelID)
}

/// Where a message fault strikes.
public enum FaultLink: Hashable, Sendable {
  case link(from: FaultEnd, to: FaultEnd)
  case channel(ChannelID)
}

/// When a fault strikes (semantics.md, section 1).
public enum FaultPoint: Hashable, Sendable {
  case at(SimInstant)
  case before(Site)
  /// Done, not yet recorded. Of a wait also, and first, the time while it lasts.
  case during(Site)
  case after(Site)

  public enum Site: Hashable, Sendable {
    /// The whole handler, whichever of the node's handlers runs.
    case work(NodeID)
    case step(StepID)
  }
}
