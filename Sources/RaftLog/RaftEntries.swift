public import LogContract
public import Primitives
import Quorums

/// A log: entries from index 1 on, without gaps.
///
/// Each slot also carries the fingerprint of everything up to it, so that feeding a log costs the same however long it
/// is, and the number of values up to it, because clients count values while Raft counts no-ops too.
public struct RaftEntries<Payload: LogPayload>: Equatable, Sendable {
  private struct Slot: Equatable, Sendable {
    var entry: RaftEntry<Payload>
    /// Of this entry and all before it.
    var prefix: UInt64
    /// How many of the entries up to here are values.
    var values: UInt64
  }

  /// Slot of index `i` at `i - 1`.
  private var slots: [Slot] = []

  public init() {}

  public init(_ entries: [RaftEntry<Payload>]) {
    for entry in entries { append(entry) }
  }

  /// The index of the last entry; zero when empty.
  public var lastIndex: UInt64 { UInt64(slots.count) }

  /// How many values the log holds.
  public var valueCount: UInt64 { slots.last?.values ?? 0 }

  var tip: LogTip { LogTip(epoch: slots.last?.entry.term ?? 0, index: lastIndex) }

  /// The entry at an index in `1...lastIndex`.
  public subscript(index: UInt64) -> RaftEntry<Payload> {
    precondition(index >= 1 && index <= lastIndex, "index \(index) of a log that ends at \(lastIndex)")
    return slots[Int(index) - 1].entry
  }

  /// The term at an index; nil beyond the end. Index zero, before the first entry, has term zero.
  public func term(at index: UInt64) -> UInt64? {
    if index == 0 { return 0 }
    return index <= lastIndex ? slots[Int(index) - 1].entry.term : nil
  }

  /// At most `limit` entries from an index on.
  public func entries(from index: UInt64, limit: Int) -> [RaftEntry<Payload>] {
    guard index >= 1, index <= lastIndex else { return [] }
    let start = Int(index) - 1
    return slots[start..<min(start + limit, slots.count)].map(\.entry)
  }

  public mutating func append(_ entry: RaftEntry<Payload>) {
    var fingerprinter = Fingerprinter(seed: slots.last?.prefix ?? 0)
    fingerprinter.feed(entry)
    let isValue: UInt64
    switch entry.content {
    case .value: isValue = 1
    case .noOp: isValue = 0
    }
    slots.append(Slot(entry: entry, prefix: fingerprinter.value, values: valueCount + isValue))
  }

  /// Deletes everything from an index on.
  public mutating func truncate(from index: UInt64) {
    precondition(index >= 1, "indexes count from 1")
    guard index <= lastIndex else { return }
    slots.removeLast(slots.count - (Int(index) - 1))
  }
}

// MARK: Terms

extension RaftEntries {
  /// The first index whose term is at least this one; one past the end where none is. Terms never decrease along a
  /// log, so this halves instead of walking back (§5.3, end).
  func firstIndex(ofTermAtLeast term: UInt64) -> UInt64 {
    UInt64(partitionPoint { $0.entry.term < term }) + 1
  }

  private func partitionPoint(_ isBefore: (Slot) -> Bool) -> Int {
    var low = 0
    var high = slots.count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(slots[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

// MARK: Values, as clients count them

extension RaftEntries {
  /// The number of values at and before an index: the client's position of the value there.
  func position(ofIndex index: UInt64) -> UInt64 {
    index == 0 ? 0 : slots[Int(index) - 1].values
  }

  /// The values from a client's position up to an index.
  func values(from position: UInt64, throughIndex last: UInt64) -> [Payload] {
    var values: [Payload] = []
    let first = partitionPoint { $0.values < max(position, 1) }
    guard first < Int(last) else { return values }
    for slot in slots[first..<Int(last)] {
      switch slot.entry.content {
      case .value(let payload): values.append(payload)
      case .noOp: break
      }
    }
    return values
  }
}

extension RaftEntries: Fingerprintable {
  /// The last prefix stands for every entry; `values` follows from them.
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(slots.count)
    fingerprinter.feed(slots.last?.prefix ?? 0)
  }
}
