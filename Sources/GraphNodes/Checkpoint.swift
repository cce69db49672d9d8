public import MachineContract
public import Primitives

/// Where a record lies: a partition of a topic, and how many came before it there.
public struct RecordPosition: Equatable, Sendable {
  public var channel: ChannelID
  public var partition: Int
  public var offset: UInt64

  public init(channel: ChannelID, partition: Int, offset: UInt64) {
    self.channel = channel
    self.partition = partition
    self.offset = offset
  }
}

/// How far a stream job has come, durably: for each partition the offset that comes next.
public struct CommittedOffsets: Equatable, Sendable {
  /// In the order in which the partitions were first seen; few.
  private var next: [RecordPosition] = []

  public init() {}

  public func contains(_ position: RecordPosition) -> Bool {
    next.contains {
      $0.channel == position.channel && $0.partition == position.partition && position.offset < $0.offset
    }
  }

  public mutating func insert(_ position: RecordPosition) {
    guard !contains(position) else { return }
    next.removeAll { $0.channel == position.channel && $0.partition == position.partition }
    next.append(
      RecordPosition(channel: position.channel, partition: position.partition, offset: position.offset + 1))
  }

  mutating func formUnion(_ other: CommittedOffsets) {
    for position in other.next where position.offset > 0 {
      insert(RecordPosition(channel: position.channel, partition: position.partition, offset: position.offset - 1))
    }
  }
}

/// One commit of a table: the rows that it adds to the one before, the records they come from, and how far that is.
public struct Snapshot: Equatable, Sendable {
  public var number: UInt64
  public var offsets: CommittedOffsets
  public var rows: [AppliedEffect]
  public var works: [WorkUnit]

  public init(number: UInt64, offsets: CommittedOffsets, rows: [AppliedEffect], works: [WorkUnit]) {
    self.number = number
    self.offsets = offsets
    self.rows = rows
    self.works = works
  }
}

/// What a stream job did since its last checkpoint, in memory alone: it becomes true as a whole or not at all.
struct Epoch: Equatable, Sendable {
  struct Processed: Equatable, Sendable {
    let work: WorkUnit
    let position: RecordPosition
    /// Nil where the offset was committed before the work.
    var lease: UInt64?
  }
  /// In the order in which they were processed.
  var records: [Processed] = []
  /// Writes of keyed state.
  var effects: [AppliedEffect] = []
  /// Ids that the state remembers.
  var keys: [UInt64] = []
  var rows: [RowVersion] = []
  /// The transactional sink: visible once this is committed.
  var messages: [ChannelMessage] = []

  var isEmpty: Bool { records.isEmpty }

  var offsets: CommittedOffsets {
    var offsets = CommittedOffsets()
    for record in records { offsets.insert(record.position) }
    return offsets
  }

  mutating func take(_ buffer: Unit.Buffer, of record: Processed) {
    records.append(record)
    take(buffer)
  }

  mutating func take(_ buffer: Unit.Buffer) {
    effects += buffer.effects
    keys += buffer.keys
    rows += buffer.rows
    messages += buffer.messages
  }
}

extension RecordPosition: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(channel)
    fingerprinter.feed(partition)
    fingerprinter.feed(offset)
  }
}

extension CommittedOffsets: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    // A sum, because the order in which partitions were seen decides nothing.
    fingerprinter.feed(next.count)
    fingerprinter.feed(next.reduce(0) { $0 &+ $1.fingerprint } as UInt64)
  }
}

extension Snapshot: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(number)
    fingerprinter.feed(offsets)
    fingerprinter.feed(rows)
    fingerprinter.feed(works)
  }
}

extension Epoch: Fingerprintable {
  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(records.count)
    for record in records {
      fingerprinter.feed(record.work)
      fingerprinter.feed(record.position)
      fingerprinter.feed(record.lease)
    }
    fingerprinter.feed(effects)
    fingerprinter.feed(keys)
    fingerprinter.feed(rows)
    fingerprinter.feed(messages)
  }
}
