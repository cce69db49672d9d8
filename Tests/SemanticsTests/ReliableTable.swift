import ProgressGraph

/// Table 2.3: the trigger is a reliable RPC. An engine stores the invocation and re-invokes until it is done.
enum ReliableTable {
  static func lookup(_ cell: Cell) -> Expected {
    let column = cell.column
    switch (cell.row, column) {
    case (.f1, .none), (.f1, .idempotent), (.f1, .transactional), (.f1, .durable): return .fine

    case (.f2, .none): return cell.dupOfDone
    case (.f2, .idempotent), (.f2, .transactional): return .fine
    case (.f2, .durable): return cell.dupInFlight

    case (.f3, .none): return Expected(.dup)
    case (.f3, .idempotent), (.f3, .durable): return .fine
    case (.f3, .transactional): return cell.hasInbox ? .fine : Expected(.dup)

    case (.f4, .none), (.f4, .idempotent), (.f4, .transactional), (.f4, .durable):
      return cell.hasFreshID ? freshID(cell) : .fine

    case (.f5, .none), (.f5, .idempotent), (.f5, .transactional), (.f5, .durable): return late(cell)

    case (.f6, .none): return Expected(.stuck) + cell.partial + cell.dupOfDone
    case (.f6, .idempotent): return Expected(.stuck) + cell.partial
    case (.f6, .transactional): return Expected(.stuck)
    case (.f6, .durable): return cell.poisonedRun

    case (.f7, .none): return cell.dupOfDone
    case (.f7, .idempotent), (.f7, .transactional), (.f7, .durable): return .fine

    // The engine still shows the invocation: stored, unfinished, moved by nothing. More than one attempt was made,
    // so unprotected effects stand there twice.
    case (.f9, .none): return Expected(.stuck) + cell.partial + cell.dupOfDone
    case (.f9, .idempotent): return Expected(.stuck) + cell.partial
    case (.f9, .transactional): return Expected(.stuck)
    case (.f9, .durable): return cell.terminal
    }
  }

  /// F4 with a fresh id per retry: the engine sees two invocations, and only a business key joins them.
  private static func freshID(_ cell: Cell) -> Expected {
    switch cell.column {
    case .none: return Expected(.dup)
    case .idempotent, .durable: return cell.isKeyed ? .fine : Expected(.dup)
    case .transactional: return cell.isCallKeyed ? .fine : Expected(.dup)
    }
  }

  /// F5: the work completes either way; only a caller that does not survive its own time-out is left behind.
  private static func late(_ cell: Cell) -> Expected {
    switch cell.caller {
    case .durableNode: return .fine
    case .client: return cell.waiting == .briefly ? Expected(.orphan) : .fine
    }
  }
}
