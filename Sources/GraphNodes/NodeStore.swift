public import MachineContract
public import Primitives

/// Keys that a receiver has seen: for look-up, never for iteration.
public struct KeySet: Equatable, Sendable {
  private var members: Set<UInt64> = []
  /// Fed instead of the keys, whose order changes with every process.
  private var sum: UInt64 = 0

  public init() {}

  public func contains(_ key: UInt64) -> Bool { members.contains(key) }

  /// Returns false when the key was there already.
  @discardableResult
  public mutating func insert(_ key: UInt64) -> Bool {
    guard members.insert(key).inserted else { return false }
    sum &+= key.fingerprint
    return true
  }
}

extension KeySet: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(members.count)
    fingerprinter.feed(sum)
  }
}

/// What a node's database holds, and what the outside remembers of it: all that survives a crash.
public struct NodeStore: Equatable, Sendable {
  /// Keys and trigger ids whose effect is in the database: dedup rows and inbox rows.
  public var applied = KeySet()
  /// Keys that receivers outside have seen. A lost disk does not make them forget.
  public var appliedOutside = KeySet()
  public var versions = RowVersions()
  /// Of work that is not done yet.
  public var progress = Progress()
  /// Committed and not yet relayed, oldest first.
  public var outbox: [ChannelMessage] = []
  public var poisons: [Poison] = []
  /// Durable timers that fired and whose work is not done, oldest first. The schedule's, not the disk's: a lost disk
  /// leaves them as they are.
  public var dueTicks: [TimerFiring] = []
  /// A stream job's: up to where its state has taken the input in, and how many checkpoints that took.
  public var offsets = CommittedOffsets()
  public var checkpoints: UInt64 = 0

  public init() {}
}

/// A step that one trigger can never get past.
public struct Poison: Equatable, Sendable {
  public var step: StepID
  /// How many triggers reach the step before the poisoned one, which is the one that makes this zero.
  public var triggersBefore: Int
  /// The triggers that passed, so that their further attempts are not counted again.
  public var passed = KeySet()
  /// The root of the poisoned trigger, once it has come.
  public var root: UInt64?

  public init(step: StepID, nth: Int) {
    self.step = step
    triggersBefore = nth - 1
  }
}

public enum NodeWrite: Equatable, Sendable {
  case applied(UInt64)
  case appliedOutside(UInt64)
  /// One atomic commit: keys of the rows it holds (with the inbox row), rows with a version, and the
  /// messages of the outbox.
  case transaction(keys: [UInt64], rows: [RowVersion], messages: [ChannelMessage])
  case versioned(RowVersion)
  /// One atomic commit of a stream job: keyed state, the transactional sink's messages, and the input offsets.
  case checkpoint(keys: [UInt64], rows: [RowVersion], messages: [ChannelMessage], offsets: CommittedOffsets)
  case relayed(message: UInt64)
  case poisons([Poison])
  case reached(work: UInt64, Checkpoint)
  case decided(work: UInt64, Decision)
  /// The work is done, and its progress of no use.
  case forgotten(work: UInt64)
  case tickDue(TimerFiring)
  case tickDone(root: UInt64)
}

extension NodeStore {
  mutating func absorb(_ write: NodeWrite) {
    switch write {
    case .applied(let key):
      applied.insert(key)
    case .appliedOutside(let key):
      appliedOutside.insert(key)
    case .transaction(let keys, let rows, let messages):
      for key in keys { applied.insert(key) }
      for row in rows { versions.set(row) }
      outbox.append(contentsOf: messages)
    case .checkpoint(let keys, let rows, let messages, let offsets):
      for key in keys { applied.insert(key) }
      for row in rows { versions.set(row) }
      outbox.append(contentsOf: messages)
      self.offsets.formUnion(offsets)
      checkpoints += 1
    case .versioned(let row):
      versions.set(row)
    case .relayed(let message):
      outbox.removeAll { $0.id == message }
    case .poisons(let poisons):
      self.poisons = poisons
    case .reached(let work, let checkpoint):
      progress.set(checkpoint, of: work)
    case .decided(let work, let decision):
      progress.add(decision, of: work)
    case .forgotten(let work):
      progress.forget(work)
    case .tickDue(let tick):
      if !dueTicks.contains(tick) { dueTicks.append(tick) }
    case .tickDone(let root):
      dueTicks.removeAll { $0.root == root }
    }
  }
}

extension NodeStore: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(applied)
    fingerprinter.feed(appliedOutside)
    fingerprinter.feed(versions)
    fingerprinter.feed(progress)
    fingerprinter.feed(outbox)
    fingerprinter.feed(poisons)
    fingerprinter.feed(dueTicks)
    fingerprinter.feed(offsets)
    fingerprinter.feed(checkpoints)
  }
}

extension Poison: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(step)
    fingerprinter.feed(triggersBefore)
    fingerprinter.feed(passed)
    fingerprinter.feed(root)
  }
}

extension NodeWrite: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    switch self {
    case .applied(let key):
      fingerprinter.feed(1 as UInt64)
      fingerprinter.feed(key)
    case .appliedOutside(let key):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(key)
    case .transaction(let keys, let rows, let messages):
      fingerprinter.feed(3 as UInt64)
      fingerprinter.feed(keys)
      fingerprinter.feed(rows)
      fingerprinter.feed(messages)
    case .relayed(let message):
      fingerprinter.feed(4 as UInt64)
      fingerprinter.feed(message)
    case .poisons(let poisons):
      fingerprinter.feed(5 as UInt64)
      fingerprinter.feed(poisons)
    case .checkpoint(let keys, let rows, let messages, let offsets):
      fingerprinter.feed(7 as UInt64)
      fingerprinter.feed(keys)
      fingerprinter.feed(rows)
      fingerprinter.feed(messages)
      fingerprinter.feed(offsets)
    case .versioned(let row):
      fingerprinter.feed(6 as UInt64)
      fingerprinter.feed(row)
    case .reached(let work, let checkpoint):
      fingerprinter.feed(12 as UInt64)
      fingerprinter.feed(work)
      fingerprinter.feed(checkpoint)
    case .decided(let work, let decision):
      fingerprinter.feed(8 as UInt64)
      fingerprinter.feed(work)
      fingerprinter.feed(decision)
    case .forgotten(let work):
      fingerprinter.feed(9 as UInt64)
      fingerprinter.feed(work)
    case .tickDue(let tick):
      fingerprinter.feed(10 as UInt64)
      fingerprinter.feed(tick)
    case .tickDone(let root):
      fingerprinter.feed(11 as UInt64)
      fingerprinter.feed(root)
    }
  }
}
