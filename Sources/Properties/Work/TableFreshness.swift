import MachineContract
import Primitives
import ProgressGraph

/// What each table lacks: the records of its source in the order in which they were stored, and which snapshot took
/// each of them in.
///
/// Owner: the ledger. Kept only where something reads a table with a bound on its age.
struct TableFreshness: Sendable {
  private struct Source: Sendable {
    var message: UInt64
    var storedAt: SimInstant
    /// The first snapshot that holds it; 0 while none does.
    var snapshot: UInt64 = 0

    func isIn(_ number: UInt64) -> Bool { snapshot != 0 && snapshot <= number }
  }
  private struct Table: Sendable {
    var channel: ChannelID
    var source: ChannelID
    var job: NodeID
    var records: [Source] = []
    var index: [UInt64: Int] = [:]
    /// All records before this one are in this snapshot: where a search may begin.
    var searched: (snapshot: UInt64, position: Int) = (0, 0)
  }
  private var tables: [Table] = []

  init(catalogue: EffectCatalogue) {
    for (channel, job) in catalogue.boundedTables {
      guard let source = catalogue.graph[channel].source else { continue }
      tables.append(Table(channel: channel, source: source, job: job))
    }
  }

  var isEmpty: Bool { tables.isEmpty }

  mutating func noteStored(_ trigger: StoredTrigger, at instant: SimInstant) {
    for table in tables.indices
    where tables[table].source == trigger.channel && tables[table].index[trigger.message] == nil {
      tables[table].index[trigger.message] = tables[table].records.count
      tables[table].records.append(Source(message: trigger.message, storedAt: instant))
    }
  }

  mutating func noteSnapshot(_ number: UInt64, holds unit: WorkUnit) {
    for table in tables.indices where tables[table].job == unit.node {
      guard let record = tables[table].index[unit.trigger] else { continue }
      if tables[table].records[record].snapshot == 0 { tables[table].records[record].snapshot = number }
    }
  }

  /// The position of the oldest record that a snapshot lacks; beyond the last where it lacks none.
  mutating func oldestMissing(from snapshot: UInt64, of channel: ChannelID) -> Int? {
    guard let table = tables.firstIndex(where: { $0.channel == channel }) else { return nil }
    let known = tables[table].searched
    var position = snapshot >= known.snapshot ? known.position : 0
    while position < tables[table].records.count, tables[table].records[position].isIn(snapshot) { position += 1 }
    if snapshot >= known.snapshot { tables[table].searched = (snapshot, position) }
    return position
  }

  /// How long ago the record was stored: the age of a snapshot of which it is the oldest that is missing. Nil while
  /// nothing is missing.
  func age(of channel: ChannelID, missing position: Int, at instant: SimInstant) -> SimDuration? {
    guard let table = tables.first(where: { $0.channel == channel }), position < table.records.count else { return nil }
    return instant - table.records[position].storedAt
  }
}
