/// The cells of table 2.5.
enum TopicCells {
  static var all: [Cell] { commitAfter + exhaustion + commitBefore }

  private static let latenesses = [Lateness.slowWorker, .pausedWorker]

  private static var commitAfter: [Cell] {
    var cells = RpcCells.shared(.topicCommitAfter, rows: [.f1, .f2, .f3, .f4, .f7])
    for lateness in latenesses {
      cells += RpcCells.shared(.topicCommitAfter, rows: [.f5]) { $0.lateness = lateness }
    }
    cells += RpcCells.inFlight(.topicCommitAfter)
    cells.append(Cell(.topicCommitAfter, .f1, .durable) { $0.isPersisted = true })
    for row in [FaultRow.f3, .f4] {
      cells.append(Cell(.topicCommitAfter, row, .transactional) { $0.hasInbox = false })
    }
    cells += RpcCells.shared(.topicCommitAfter, rows: [.f2, .f7]).boundary(k: 0)
    cells += RpcCells.shared(.topicCommitAfter, rows: [.f2]).boundary(k: 3)
    cells += RpcCells.shared(.topicCommitAfter, rows: [.f2, .f7]).boundary(k: 1, n: 1)
    return cells
  }

  /// F6, F9, and F7 beyond every delivery or beyond the retention.
  private static var exhaustion: [Cell] {
    var cells = RpcCells.shared(.topicCommitAfter, rows: [.f6])
    cells += RpcCells.shared(.topicCommitAfter, rows: [.f6]) { $0.deadLetters = .after(3) }
    cells += RpcCells.shared(.topicCommitAfter, rows: [.f7]) {
      $0.isOutageLong = true
      $0.deadLetters = .after(2)
    }
    cells += RpcCells.shared(.topicCommitAfter, rows: [.f9]) { $0.deadLetters = .after(2) }.waiting
    let deleted =
      RpcCells.shared(.topicCommitAfter, rows: [.f6]) { $0.isRetentionShort = true }.waiting
      + RpcCells.shared(.topicCommitAfter, rows: [.f7]) {
        $0.isRetentionShort = true
        $0.isOutageLong = true
      }
    cells += deleted + deleted.boundary(k: 0)
    // An outage within the retention costs nothing but lag.
    cells += RpcCells.shared(.topicCommitAfter, rows: [.f7]) { $0.isRetentionShort = true }
    cells += RpcCells.shared(.topicCommitAfter, rows: [.f6]) { $0.deadLetters = .after(3) }.boundary(k: 0)
    cells += RpcCells.shared(.topicCommitAfter, rows: [.f6]).boundary(k: 0, n: 1)
    cells += RpcCells.terminal(.topicCommitAfter, [.f6, .f9]) { $0.deadLetters = .after(3) }
    return cells
  }

  private static var commitBefore: [Cell] {
    var cells = RpcCells.shared(.topicCommitBefore, rows: [.f1, .f2, .f3, .f4, .f6, .f7])
    for lateness in latenesses {
      cells += RpcCells.shared(.topicCommitBefore, rows: [.f5]) { $0.lateness = lateness }
    }
    cells += RpcCells.inFlight(.topicCommitBefore)
    cells += RpcCells.terminal(.topicCommitBefore, [.f6]) { _ in }
    cells += RpcCells.shared(.topicCommitBefore, rows: [.f2, .f6, .f7]).boundary(k: 0)
    cells.append(Cell(.topicCommitBefore, .f1, .durable) { $0.isPersisted = true })
    return cells
  }
}

extension [Cell] {
  /// Without the column that commits at its start and waits by itself.
  fileprivate var waiting: [Cell] { filter { $0.control != .durable } }
}
