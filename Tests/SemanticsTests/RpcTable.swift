import ProgressGraph

/// Table 2.2: the trigger is a plain RPC.
enum RpcTable {
  /// The caller makes one attempt.
  static func oneAttempt(_ cell: Cell) -> Expected {
    let column = cell.column
    switch (cell.row, column) {
    case (.f1, .none), (.f1, .idempotent), (.f1, .transactional): return .failure
    case (.f1, .durable): return cell.isPersisted ? Expected(.orphan) : .failure

    case (.f2, .none), (.f2, .idempotent): return leftBehind(cell)
    case (.f2, .transactional): return .failure
    case (.f2, .durable): return Expected(.orphan) + cell.dupInFlight

    case (.f3, .none), (.f3, .idempotent), (.f3, .transactional), (.f3, .durable): return Expected(.orphan)

    case (.f4, .none), (.f4, .idempotent), (.f4, .transactional), (.f4, .durable): return duplicate(cell)

    case (.f5, .none), (.f5, .idempotent), (.f5, .transactional), (.f5, .durable): return Expected(.orphan)

    case (.f6, .none), (.f6, .idempotent): return leftBehind(cell)
    case (.f6, .transactional): return .failure
    case (.f6, .durable):
      // A caller that gives up on a run that never ends is orphaned as soon as an effect exists.
      let givesUp = cell.ending == .retriedForEver && cell.waiting == .briefly
      return cell.poisonedRun.and(Expected(.orphan), if: givesUp && cell.k > 0)

    case (.f7, .none), (.f7, .idempotent): return leftBehind(cell)
    case (.f7, .transactional): return .failure
    case (.f7, .durable): return Expected.fine.and(Expected(.orphan), if: cell.waiting == .briefly)

    case (.f9, .none), (.f9, .idempotent): return leftBehind(cell)
    case (.f9, .transactional): return .failure
    case (.f9, .durable): return cell.terminal
    }
  }

  /// The caller makes further attempts and stays alive.
  static func callerRetries(_ cell: Cell) -> Expected {
    let column = cell.column
    switch (cell.row, column) {
    case (.f1, .none), (.f1, .idempotent), (.f1, .transactional), (.f1, .durable): return .fine

    case (.f2, .none): return cell.dupOfDone
    case (.f2, .idempotent), (.f2, .transactional): return .fine
    case (.f2, .durable): return cell.dupInFlight

    case (.f3, .none), (.f5, .none): return Expected(.dup)
    case (.f3, .idempotent), (.f5, .idempotent), (.f3, .durable), (.f5, .durable): return .fine
    case (.f3, .transactional), (.f5, .transactional): return cell.hasInbox ? .fine : Expected(.dup)

    case (.f4, .none), (.f4, .idempotent), (.f4, .transactional), (.f4, .durable): return duplicate(cell)

    case (.f6, .none), (.f9, .none): return leftBehind(cell) + cell.dupOfDone
    case (.f6, .idempotent), (.f9, .idempotent): return leftBehind(cell)
    case (.f6, .transactional), (.f9, .transactional): return .failure
    case (.f6, .durable):
      return cell.poisonedRun.and(Expected(.orphan), if: cell.ending == .retriedForEver && cell.k > 0)
    case (.f9, .durable): return cell.terminal

    case (.f7, .none): return cell.dupOfDone
    case (.f7, .idempotent), (.f7, .transactional), (.f7, .durable): return .fine
    }
  }

  /// `PARTIAL(k)+ORPHAN`, and FAIL where nothing was done. With everything done only the caller is left behind.
  private static func leftBehind(_ cell: Cell) -> Expected {
    cell.k == 0 ? .failure : cell.partial + Expected(.orphan)
  }

  /// F4: the same request twice, or the same work asked for under another id.
  private static func duplicate(_ cell: Cell) -> Expected {
    switch cell.column {
    case .none: return Expected(.dup)
    case .idempotent: return cell.hasFreshID && !cell.isKeyed ? Expected(.dup) : .fine
    case .transactional:
      let isRecognised = cell.hasInbox && (!cell.hasFreshID || cell.isCallKeyed)
      return isRecognised ? .fine : Expected(.dup)
    case .durable: return cell.hasFreshID && !cell.isKeyed ? Expected(.dup) : .fine
    }
  }
}
