import ProgressGraph

/// Table 2.5: the trigger is a topic. One record, so that b = 1; what happens to the records behind it is the matter of
/// `TopicTests`.
enum TopicTable {
  /// The offset is committed after the work.
  static func commitAfter(_ cell: Cell) -> Expected {
    switch (cell.row, cell.column) {
    case (.f1, .none), (.f1, .idempotent), (.f1, .transactional), (.f1, .durable): return .fine

    case (.f2, .none): return cell.dupOfDone
    case (.f2, .idempotent), (.f2, .transactional): return .fine
    case (.f2, .durable): return cell.dupInFlight

    case (.f3, .none), (.f4, .none), (.f5, .none): return Expected(.dup)
    case (.f3, .idempotent), (.f4, .idempotent), (.f5, .idempotent): return .fine
    // The inbox row, or the offset in the same database.
    case (.f3, .transactional), (.f4, .transactional), (.f5, .transactional):
      return cell.hasInbox ? .fine : Expected(.dup)
    case (.f3, .durable), (.f4, .durable), (.f5, .durable): return .fine

    case (.f6, .none), (.f6, .idempotent), (.f6, .transactional): return poisoned(cell)
    case (.f6, .durable): return cell.poisonedRun

    case (.f7, .none), (.f7, .idempotent), (.f7, .transactional): return lagging(cell)
    // The run waits, and the partition goes on.
    case (.f7, .durable): return .fine

    // "= F6".
    case (.f9, .none), (.f9, .idempotent), (.f9, .transactional): return poisoned(cell)
    case (.f9, .durable): return cell.terminal
    }
  }

  /// Without a policy to skip it the record blocks its partition; with a dead-letter topic it is parked.
  private static func poisoned(_ cell: Cell) -> Expected {
    if cell.isRetentionShort { return cell.gone }
    let place = cell.deadLetters == .none ? Expected(.stuck) : Expected(.parked)
    switch cell.column {
    case .none: return place + cell.dupOfDone + cell.partial
    case .idempotent: return place + cell.partial
    case .transactional: return place
    case .durable: preconditionFailure("a durable node commits at its start")
    }
  }

  /// The consumer tries again until the outage ends, the dead letters take the record, or its time is over.
  private static func lagging(_ cell: Cell) -> Expected {
    if cell.isRetentionShort && cell.isOutageLong { return cell.gone }
    if cell.isOutageLong && cell.deadLetters != .none { return poisoned(cell) }
    switch cell.column {
    case .none: return cell.dupOfDone
    case .idempotent, .transactional: return .fine
    case .durable: preconditionFailure("a durable run waits by itself")
    }
  }

  /// The offset is committed before the work: F1, F2 "LOST or PARTIAL", and the rest as by table 2.4.
  static func commitBefore(_ cell: Cell) -> Expected {
    switch (cell.row, cell.column) {
    case (.f1, .none), (.f1, .idempotent), (.f1, .transactional): return Expected(.lost)
    case (.f1, .durable): return cell.isPersisted ? .fine : Expected(.lost)

    case (.f2, .none), (.f2, .idempotent), (.f6, .none), (.f6, .idempotent), (.f7, .none), (.f7, .idempotent),
      (.f9, .none), (.f9, .idempotent):
      return cell.k == 0 ? Expected(.lost) : cell.partial
    case (.f2, .transactional), (.f6, .transactional), (.f7, .transactional), (.f9, .transactional):
      return Expected(.lost)
    case (.f2, .durable): return cell.dupInFlight

    case (.f3, .none), (.f3, .idempotent), (.f3, .transactional), (.f3, .durable): return .fine

    case (.f4, .none): return Expected(.dup)
    case (.f4, .idempotent), (.f4, .durable): return .fine
    case (.f4, .transactional): return cell.hasInbox ? .fine : Expected(.dup)

    case (.f5, .none), (.f5, .idempotent), (.f5, .transactional), (.f5, .durable): return .fine

    case (.f6, .durable): return cell.poisonedRun
    case (.f7, .durable): return .fine
    case (.f9, .durable): return cell.terminal
    }
  }
}
