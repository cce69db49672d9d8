import MachineContract
import Primitives

/// The logs of a group as their observations tell them, and what was committed so far.
///
/// Owner: `RaftInvariants`, which lets it take in every observation before an invariant judges it. It grows with
/// entries and epochs, and with nothing else.
struct ObservedLogs: Equatable, Sendable {
  /// One position of one log.
  struct Record: Equatable, Sendable {
    var epoch: UInt64
    var entry: UInt64
    /// Of this position and all before it: two logs with equal prefixes here are equal up to here.
    var prefix: UInt64
  }

  struct Place: Hashable, Sendable {
    var index: UInt64
    var epoch: UInt64
  }

  /// Who ever held an entry at a place.
  struct Holders: Equatable, Sendable {
    /// The first, and the prefix it had.
    var first: Int
    var prefix: UInt64
    /// A bit for each replica.
    var all: UInt64
  }

  /// Indexed by replica; index `i` of a log at `i - 1`.
  private(set) var logs: [[Record]]
  /// What any replica was first to call committed, by index.
  private(set) var committed: [Record] = []
  private(set) var holders: [Place: Holders] = [:]

  init(replicas: Int) { logs = Array(repeating: [], count: replicas) }

  var committedIndex: UInt64 { UInt64(committed.count) }

  func lastIndex(of replica: Int) -> UInt64 { UInt64(logs[replica].count) }

  /// Nil beyond the end.
  func record(_ index: UInt64, of replica: Int) -> Record? {
    index >= 1 && index <= lastIndex(of: replica) ? logs[replica][Int(index) - 1] : nil
  }

  /// Nil where nothing is committed yet.
  func committedRecord(_ index: UInt64) -> Record? {
    index >= 1 && index <= committedIndex ? committed[Int(index) - 1] : nil
  }

  /// Whether a replica has everything that is committed.
  func holdsCommitted(_ replica: Int) -> Bool {
    guard let last = committed.last else { return true }
    return record(committedIndex, of: replica)?.prefix == last.prefix
  }

  mutating func observe(_ observation: LogObservation, at replica: Int) {
    if case .truncated(let index) = observation { truncate(from: index, at: replica) }
    if case .appended(let index, let epoch, let entry) = observation {
      append(index, epoch, entry, at: replica)
    }
    if case .committed(let index, _, _) = observation, index == committedIndex + 1,
      let record = record(index, of: replica)
    {
      committed.append(record)
    }
  }

  private mutating func truncate(from index: UInt64, at replica: Int) {
    guard index >= 1, index <= lastIndex(of: replica) else { return }
    logs[replica].removeLast(logs[replica].count - (Int(index) - 1))
  }

  /// An append in the middle replaces the rest; one beyond the end leaves the log as it was, for `LogMatching` to see.
  private mutating func append(_ index: UInt64, _ epoch: UInt64, _ entry: UInt64, at replica: Int) {
    truncate(from: index, at: replica)
    guard index == lastIndex(of: replica) + 1 else { return }
    var fingerprinter = Fingerprinter(seed: logs[replica].last?.prefix ?? 0)
    fingerprinter.feed(epoch)
    fingerprinter.feed(entry)
    let prefix = fingerprinter.value
    logs[replica].append(Record(epoch: epoch, entry: entry, prefix: prefix))
    let place = Place(index: index, epoch: epoch)
    holders[place, default: Holders(first: replica, prefix: prefix, all: 0)].all |= 1 << UInt64(replica)
  }
}
