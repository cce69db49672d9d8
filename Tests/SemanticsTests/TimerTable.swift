import ProgressGraph

/// Table 2.7: timers, signals and callbacks.
enum TimerTable {
  static func lookup(_ cell: TimerCell) -> Expected {
    switch cell.waker {
    case .sleepAfterReply, .sleepAfterAck: forgotten(cell)
    case .memoryTimer: timerInMemory(cell)
    // Fires at least once, late after an outage.
    case .durableWait: .fine
    case .durableTimer: durableTimer(cell)
    case .signal: signal(cell)
    case .reply: reply(cell)
    }
  }

  /// Nobody does again what was acknowledged: LOST, and PARTIAL where something stands.
  private static func forgotten(_ cell: TimerCell) -> Expected {
    cell.k == 0 ? Expected(.lost) : cell.k < cell.n ? Expected(.partial) : .fine
  }

  private static func timerInMemory(_ cell: TimerCell) -> Expected {
    if cell.outage == .overDeadline { return Expected(.lost) }
    switch cell.control {
    case .none, .idempotent: return forgotten(cell)
    // The crash comes before the commit; after the last effect too.
    case .transactional: return Expected(.lost)
    case .durable: return cell.k == 0 && !cell.isPersisted ? Expected(.lost) : .fine
    }
  }

  /// At least once, as table 2.4's F2 to F4: what nothing recognises is done again.
  private static func durableTimer(_ cell: TimerCell) -> Expected {
    switch cell.column {
    case .late: return .fine
    case .duplicate: return cell.control == .none && !cell.isKeyed ? Expected(.dup) : .fine
    case .crash:
      switch cell.control {
      case .none: return cell.k > 0 && !cell.isKeyed ? Expected(.dup) : .fine
      case .idempotent, .transactional: return .fine
      case .durable: return cell.isInFlight && !cell.isKeyed ? Expected(.dup) : .fine
      }
    case .early: preconditionFailure("no timer is early")
    }
  }

  /// Stored, known by its id, kept for a wait to come; after the end of the run an ORPHAN reply.
  private static func signal(_ cell: TimerCell) -> Expected {
    switch cell.column {
    case .crash, .duplicate, .early: .fine
    case .late: Expected(.orphan)
    }
  }

  /// A durable run is the state row that the reply finds; any other waiter is a blocked thread.
  private static func reply(_ cell: TimerCell) -> Expected {
    switch cell.column {
    case .duplicate: return .fine
    // The compensation is done when the reply comes, and nothing takes back what it tells of.
    case .late: return Expected(.saga, .orphan)
    case .crash:
      guard cell.control != .durable else { return .fine }
      return cell.k == 0 ? Expected(.orphan) : Expected(.orphan, .partial)
    case .early: preconditionFailure("no reply is early")
    }
  }
}
