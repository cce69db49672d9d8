import ProgressGraph

/// Table 2.4: the trigger is a queue.
enum QueueTable {
  /// Acknowledged after the work; lease L, deliveries m.
  static func ackAfter(_ cell: Cell) -> Expected {
    if cell.deadLetters == .after(1) { return singleDelivery(cell) }
    let column = cell.column
    switch (cell.row, column) {
    case (.f1, .none), (.f1, .idempotent), (.f1, .transactional), (.f1, .durable): return .fine

    case (.f2, .none): return cell.dupOfDone
    case (.f2, .idempotent), (.f2, .transactional): return .fine
    case (.f2, .durable): return cell.dupInFlight

    case (.f3, .none), (.f4, .none), (.f5, .none): return Expected(.dup)
    case (.f3, .idempotent), (.f4, .idempotent), (.f5, .idempotent): return .fine
    case (.f3, .transactional), (.f4, .transactional), (.f5, .transactional):
      return cell.hasInbox ? .fine : Expected(.dup)
    case (.f3, .durable), (.f4, .durable), (.f5, .durable): return .fine

    case (.f6, .none), (.f6, .idempotent), (.f6, .transactional): return exhausted(cell)
    case (.f6, .durable): return cell.poisonedRun

    case (.f7, .none), (.f7, .idempotent), (.f7, .transactional):
      if cell.isOutageLong && cell.deadLetters != .none { return exhausted(cell) }
      return column == .none ? cell.dupOfDone : .fine
    case (.f7, .durable): return .fine

    case (.f9, .none), (.f9, .idempotent), (.f9, .transactional): return exhausted(cell)
    case (.f9, .durable): return cell.terminal
    }
  }

  /// Acknowledged before the work.
  static func ackBefore(_ cell: Cell) -> Expected {
    let column = cell.column
    switch (cell.row, column) {
    case (.f1, .none), (.f1, .idempotent), (.f1, .transactional): return Expected(.lost)
    case (.f1, .durable): return cell.isPersisted ? .fine : Expected(.lost)

    case (.f2, .none), (.f2, .idempotent): return abandoned(cell)
    case (.f2, .transactional): return Expected(.lost)
    case (.f2, .durable): return cell.dupInFlight

    case (.f3, .none), (.f3, .idempotent), (.f3, .transactional), (.f3, .durable): return .fine

    case (.f4, .none): return Expected(.dup)
    case (.f4, .idempotent), (.f4, .durable): return .fine
    case (.f4, .transactional): return cell.hasInbox ? .fine : Expected(.dup)

    case (.f5, .none), (.f5, .idempotent), (.f5, .transactional), (.f5, .durable): return .fine

    case (.f6, .none), (.f6, .idempotent): return abandoned(cell)
    case (.f6, .transactional): return Expected(.lost)
    case (.f6, .durable): return cell.poisonedRun

    case (.f7, .none), (.f7, .idempotent): return abandoned(cell)
    case (.f7, .transactional): return Expected(.lost)
    case (.f7, .durable): return .fine

    // The table has no F9 here: a spent step is F7 whose outage does not end.
    case (.f9, .none), (.f9, .idempotent): return abandoned(cell)
    case (.f9, .transactional): return Expected(.lost)
    case (.f9, .durable): return cell.terminal
    }
  }

  /// F6, F9, and F7 beyond every delivery: what k effects look like after m attempts, and where the trigger is.
  private static func exhausted(_ cell: Cell) -> Expected {
    // Deleted, it is stored no more; lost it is only where nothing of it was done.
    if cell.isRetentionShort { return cell.gone }
    let place = cell.deadLetters == .none ? Expected(.stuck) : Expected(.parked)
    switch cell.column {
    case .none: return place + cell.partial + cell.dupOfDone
    case .idempotent: return place + cell.partial
    case .transactional: return place
    case .durable: preconditionFailure("a durable node acknowledges at its start and is never parked")
    }
  }

  /// m = 1: a crash counts as a delivery, so the first failure parks, and nothing is ever repeated.
  private static func singleDelivery(_ cell: Cell) -> Expected {
    let column = cell.column
    switch (cell.row, column) {
    case (.f1, .none), (.f1, .idempotent), (.f1, .transactional): return Expected(.parked)
    case (.f1, .durable): return cell.isPersisted ? .fine : Expected(.parked)

    case (.f2, .none), (.f2, .idempotent): return Expected(.parked) + cell.partial
    case (.f2, .transactional): return Expected(.parked)
    case (.f2, .durable): return cell.dupInFlight

    case (.f3, .none), (.f3, .idempotent), (.f3, .transactional): return Expected(.parked)
    case (.f3, .durable): return .fine

    case (.f4, .none), (.f4, .idempotent), (.f4, .transactional), (.f4, .durable):
      return ackAfter(cell.with { $0.deadLetters = .after(2) })

    // The lease ends before the zombie is done: parked, though the work completes.
    case (.f5, .none), (.f5, .idempotent), (.f5, .transactional): return Expected(.parked)
    case (.f5, .durable): return .fine

    case (.f6, .none), (.f6, .idempotent), (.f7, .none), (.f7, .idempotent), (.f9, .none), (.f9, .idempotent):
      return Expected(.parked) + cell.partial
    case (.f6, .transactional), (.f7, .transactional), (.f9, .transactional): return Expected(.parked)
    case (.f6, .durable): return cell.poisonedRun
    case (.f7, .durable): return .fine
    case (.f9, .durable): return cell.terminal
    }
  }

  /// Acknowledged and never done again: what stands is PARTIAL, and nothing at all is LOST.
  private static func abandoned(_ cell: Cell) -> Expected {
    cell.k == 0 ? Expected(.lost) : cell.partial
  }
}
