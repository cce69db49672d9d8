/// The cells of table 2.4.
enum QueueCells {
  static var all: [Cell] { ackAfter + exhaustion + ackBefore + belowQueue + boundaries + singleDelivery }

  private static let latenesses = [Lateness.slowWorker, .pausedWorker]

  private static var ackAfter: [Cell] {
    var cells = RpcCells.shared(.queueAckAfter, rows: [.f1, .f2, .f3, .f4, .f7])
    cells += RpcCells.shared(.queueAckAfter, rows: [.f7]) { $0.deadLetters = .after(5) }
    for lateness in latenesses {
      cells += RpcCells.shared(.queueAckAfter, rows: [.f5]) { $0.lateness = lateness }
    }
    cells += RpcCells.shared(.queueAckAfter, rows: [.f5]) { $0.lateness = .pausedWorker }.boundary(k: 1)
    cells += RpcCells.inFlight(.queueAckAfter)
    cells.append(Cell(.queueAckAfter, .f1, .durable) { $0.isPersisted = true })
    for row in [FaultRow.f3, .f4] {
      cells.append(Cell(.queueAckAfter, row, .transactional) { $0.hasInbox = false })
    }
    return cells
  }

  /// F6, F9, and F7 beyond m*L: with a dead-letter queue and without.
  private static var exhaustion: [Cell] {
    var cells = RpcCells.shared(.queueAckAfter, rows: [.f6])
    cells += RpcCells.shared(.queueAckAfter, rows: [.f6]) { $0.deadLetters = .after(3) }
    cells += RpcCells.shared(.queueAckAfter, rows: [.f7]) { $0.isOutageLong = true }
    cells += RpcCells.shared(.queueAckAfter, rows: [.f7]) {
      $0.isOutageLong = true
      $0.deadLetters = .after(2)
    }
    cells += RpcCells.shared(.queueAckAfter, rows: [.f9]) { $0.deadLetters = .after(2) }.filter {
      $0.control != .durable
    }
    cells += RpcCells.shared(.queueAckAfter, rows: [.f6]) { $0.isRetentionShort = true }
      .filter { $0.control != .durable }
    cells += RpcCells.shared(.queueAckAfter, rows: [.f6]) { $0.isRetentionShort = true }.boundary(k: 0)
      .filter { $0.control != .durable }
    cells += RpcCells.terminal(.queueAckAfter, [.f6, .f9]) { $0.deadLetters = .after(3) }
    cells += RpcCells.terminal(.queueAckAfter, [.f6]) { _ in }
    return cells
  }

  private static var ackBefore: [Cell] {
    var cells = RpcCells.shared(.queueAckBefore, rows: [.f1, .f2, .f3, .f4, .f6, .f7])
    for lateness in latenesses {
      cells += RpcCells.shared(.queueAckBefore, rows: [.f5]) { $0.lateness = lateness }
    }
    cells += RpcCells.inFlight(.queueAckBefore)
    cells += RpcCells.terminal(.queueAckBefore, [.f6]) { _ in }
    cells += RpcCells.shared(.queueAckBefore, rows: [.f2, .f6, .f7]).boundary(k: 0)
    cells += RpcCells.shared(.queueAckBefore, rows: [.f2]).boundary(k: 3)
    cells += RpcCells.shared(.queueAckBefore, rows: [.f6]).boundary(k: 0, n: 1)
    cells.append(Cell(.queueAckBefore, .f1, .durable) { $0.isPersisted = true })
    return cells
  }

  /// A plain call below a queue. The caller passes the business key on: nothing else is the same in two deliveries.
  private static var belowQueue: [Cell] {
    RpcCells.shared(.rpcBelowQueue, rows: [.f1, .f2, .f3, .f4, .f5, .f7]) { $0.isCallKeyed = true }
      .filter { $0.control != .idempotent || $0.isKeyed }
      + RpcCells.shared(.rpcBelowQueue, rows: [.f6]) {
        $0.isCallKeyed = true
        $0.deadLetters = .after(2)
      }.filter { $0.control != .durable && ($0.control != .idempotent || $0.isKeyed) }
  }

  private static var boundaries: [Cell] {
    var cells = RpcCells.shared(.queueAckAfter, rows: [.f2, .f6, .f7]).boundary(k: 0)
    cells += RpcCells.shared(.queueAckAfter, rows: [.f6]) { $0.deadLetters = .after(3) }.boundary(k: 0)
    cells += RpcCells.shared(.queueAckAfter, rows: [.f2]).boundary(k: 3)
    cells += RpcCells.shared(.queueAckAfter, rows: [.f2, .f7]).boundary(k: 1, n: 1)
    cells += RpcCells.shared(.queueAckAfter, rows: [.f6]) { $0.deadLetters = .after(3) }.boundary(k: 0, n: 1)
    return cells
  }

  /// m = 1.
  private static var singleDelivery: [Cell] {
    let once: (inout Cell) -> Void = { $0.deadLetters = .after(1) }
    var cells = RpcCells.shared(.queueAckAfter, rows: [.f1, .f2, .f3, .f6], once)
    cells += RpcCells.shared(.queueAckAfter, rows: [.f7]) {
      once(&$0)
      $0.isOutageLong = true
    }
    cells += RpcCells.shared(.queueAckAfter, rows: [.f6], once).boundary(k: 0)
    return cells
  }
}
