import LogContract
import MachineContract
import Primitives
import ProgressGraph

/// How long a channel keeps a record that nobody finishes.
///
/// One timer for each record and lane, disarmed when the lane is done with it: work, because while the record lies
/// there something still has to happen to it. A front that comes up again does not know how old its records are and
/// keeps them for the whole time once more.
extension FrontMachine {
  /// Nil where nothing is ever deleted. Where nobody consumes, nothing can be lost, and a timer would only keep the run
  /// from settling; the engine keeps what it was told.
  private var retention: SimDuration? {
    consumers.isEmpty || channel == deployment.engine ? nil : deployment.graph[channel].retention
  }

  mutating func keep(_ entry: LaneEntry, _ lane: Int, into out: inout Outbox<FrontMachine>) {
    guard let retention else { return }
    out.arm(.retention(lane: lane, offset: entry.offset), after: .exactly(retention))
  }

  /// Takes an entry that is done with out of its lane.
  mutating func remove(_ lane: Int, _ entry: Int, into out: inout Outbox<FrontMachine>) -> LaneEntry {
    let entry = lanes[lane].entries.remove(at: entry)
    if retention != nil { out.disarm(.retention(lane: lane, offset: entry.offset)) }
    return entry
  }

  /// Deletes a record whose time is over; one that a consumer has in hand only when that comes to nothing.
  mutating func expire(_ lane: Int, _ offset: UInt64, into out: inout Outbox<FrontMachine>) {
    guard let entry = lanes[lane].entries.firstIndex(where: { $0.offset == offset }) else { return }
    switch lanes[lane].entries[entry].state {
    case .ready, .delayed:
      guard let loser = lanes[lane].group ?? consumers.first else { return }
      retire(lane, entry, by: loser, as: .expired, into: &out)
    case .leased:
      lanes[lane].entries[entry].isOverdue = true
    case .processed, .acknowledging, .parking, .retiring, .exhausted:
      break
    }
  }
}
