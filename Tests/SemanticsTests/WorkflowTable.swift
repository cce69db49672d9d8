import ProgressGraph

/// Table 2.9: designs of a whole workflow.
enum WorkflowTable {
  static func lookup(_ cell: WorkflowCell) -> Expected {
    switch cell.design {
    case .chain: chain(cell)
    case .tryAndUndo: tryAndUndo(cell)
    case .durablePlan: durablePlan(cell)
    case .queueFedTree: queueFedTree(cell)
    case .outbox: outbox(cell)
    case .dualWrite: dualWrite(cell)
    }
  }

  /// Some effects stand and some never come, and the caller was told "failed".
  private static let halfDone = Expected(.orphan, .saga)

  /// PARTIAL across nodes is SAGA.
  private static func chain(_ cell: WorkflowCell) -> Expected {
    let isAskedAgain = cell.variant == .callerAsksAgain
    switch cell.mishap {
    case .coordinatorDies:
      // The second attempt does all of it, and doubles what the first one has done.
      if isAskedAgain { return cell.position > 0 ? Expected(.dup) : .fine }
      return cell.position == 0 ? .failure : cell.position == 3 ? Expected(.orphan) : halfDone
    case .refuses, .staysDown:
      guard cell.position > 1 else { return .failure }
      return halfDone.and(Expected(.dup), if: isAskedAgain)
    case .succeedsLate: return isAskedAgain ? Expected(.dup) : Expected(.orphan)
    }
  }

  private static func tryAndUndo(_ cell: WorkflowCell) -> Expected {
    switch cell.mishap {
    case .coordinatorDies: return cell.position == 0 ? .failure : cell.position == 3 ? Expected(.orphan) : halfDone
    case .refuses: return .failure
    case .staysDown: return cell.variant == .undoTargetIsDown ? halfDone : .failure
    // A race: the late success stands where it comes after its undo. The plan waits for neither answer any more.
    case .succeedsLate: return cell.variant == .undoWaitsBehind ? .failure + Expected(.orphan) : halfDone
    }
  }

  private static func durablePlan(_ cell: WorkflowCell) -> Expected {
    switch cell.mishap {
    case .coordinatorDies: return .fine
    // Retried for ever it is F6 of table 2.3, its effects in several nodes; with an end it is compensated.
    case .refuses:
      guard cell.variant == .plain else { return .fine }
      return Expected(.stuck).and(Expected(.saga), if: cell.position > 1)
    case .staysDown: return .fine
    // Asked again with its key, or undone after it; an undo that overtakes its own request undoes nothing.
    case .succeedsLate: return cell.variant == .givesUp ? Expected(.saga) : .fine
    }
  }

  private static func queueFedTree(_ cell: WorkflowCell) -> Expected {
    switch cell.mishap {
    case .coordinatorDies, .succeedsLate: .fine
    case .refuses, .staysDown:
      Expected(.parked).and(Expected(.saga), if: cell.position > 1 && cell.variant != .takesBack)
    }
  }

  private static func outbox(_ cell: WorkflowCell) -> Expected {
    switch cell.mishap {
    case .coordinatorDies, .staysDown, .succeedsLate: .fine
    case .refuses: cell.position > 1 && cell.variant != .takesBack ? Expected(.saga) : .fine
    }
  }

  /// The first participant is called, and asked once; the others have a topic.
  private static func dualWrite(_ cell: WorkflowCell) -> Expected {
    switch (cell.mishap, cell.position) {
    // The event is missing, and nothing stored will ever send it.
    case (.coordinatorDies, 1), (.refuses, 1): return Expected(.orphan, .partial, .saga)
    case (.coordinatorDies, _):
      switch cell.variant {
      case .acknowledgedBefore: return Expected(.partial, .saga)
      case .idempotent: return .fine
      case .plain, .callerAsksAgain, .undoTargetIsDown, .undoWaitsBehind, .inFlight, .givesUp, .takesBack:
        return Expected(.dup)
      }
    case (.refuses, _):
      switch cell.variant {
      case .acknowledgedBefore: return Expected(.partial, .saga)
      case .idempotent: return Expected(.partial, .saga, .stuck)
      case .plain, .callerAsksAgain, .undoTargetIsDown, .undoWaitsBehind, .inFlight, .givesUp, .takesBack:
        return Expected(.dup, .partial, .saga, .stuck)
      }
    // An outage alone comes between no two writes.
    case (.staysDown, 1): return .failure
    case (.staysDown, _): return .fine
    case (.succeedsLate, 1): return Expected(.orphan)
    case (.succeedsLate, _): return cell.variant == .plain ? Expected(.dup) : .fine
    }
  }
}

/// The last column of table 2.9: where the workflow can be found once whoever is in the middle of it is gone for good.
enum StatusHolder: Equatable, Sendable {
  /// Nothing stored tells of it.
  case nobody
  /// The journal of a node.
  case engine(String)
  /// A record that nobody takes, in a channel.
  case channel(String)

  init(of design: WorkflowDesign) {
    switch design {
    case .chain, .tryAndUndo, .dualWrite: self = .nobody
    case .durablePlan: self = .engine("plan")
    case .queueFedTree: self = .channel("jobs")
    // The lag of one reader: it tells of an event, not of a workflow.
    case .outbox: self = .channel("t1")
    }
  }
}
