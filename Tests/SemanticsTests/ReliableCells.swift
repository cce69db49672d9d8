/// The cells of table 2.3.
enum ReliableCells {
  static var all: [Cell] { byClient + byDurableNode + endings + boundaries }

  /// Nobody waits, so that no cell but F5 is about the caller.
  private static func oneWay(_ cell: inout Cell) { cell.waiting = .oneWay }

  private static var byClient: [Cell] {
    var cells = RpcCells.shared(.reliable, rows: [.f1, .f2, .f3, .f4, .f6, .f7], oneWay)
    cells += RpcCells.shared(.reliable, rows: [.f9], oneWay).filter { $0.control != .durable }
    cells += RpcCells.shared(.reliable, rows: [.f1, .f2, .f3, .f4, .f7]) { $0.waiting = .long }
    cells += RpcCells.inFlight(.reliable).map { $0.with(oneWay) }
    for lateness in [Lateness.delayedRequest, .slowWorker] {
      cells += RpcCells.shared(.reliable, rows: [.f5]) { $0.lateness = lateness }
    }
    cells += RpcCells.shared(.reliable, rows: [.f4]) { $0.hasFreshID = true }
    cells.append(
      Cell(.reliable, .f4, .transactional) {
        $0.hasFreshID = true
        $0.isCallKeyed = true
      })
    cells.append(
      Cell(.reliable, .f3, .transactional) {
        $0.hasInbox = false
        $0.waiting = .oneWay
      })
    cells.append(
      Cell(.reliable, .f1, .durable) {
        $0.isPersisted = true
        $0.waiting = .oneWay
      })
    return cells
  }

  /// The calls of a durable node are reliable anyway; what the engine stores is its journal.
  private static var byDurableNode: [Cell] {
    var cells = RpcCells.shared(.reliable, rows: [.f1, .f2, .f3, .f4, .f5, .f6, .f7]) { $0.caller = .durableNode }
    cells += RpcCells.shared(.reliable, rows: [.f5]) {
      $0.caller = .durableNode
      $0.lateness = .slowWorker
    }
    return cells
  }

  private static var endings: [Cell] {
    RpcCells.terminal(.reliable, [.f6, .f9]) { $0.waiting = .oneWay }
      + RpcCells.terminal(.reliable, [.f6]) { $0.waiting = .long }
  }

  private static var boundaries: [Cell] {
    RpcCells.shared(.reliable, rows: [.f2, .f6, .f7], oneWay).boundary(k: 0)
      + RpcCells.shared(.reliable, rows: [.f9], oneWay).filter { $0.control != .durable }.boundary(k: 0)
      + RpcCells.shared(.reliable, rows: [.f2], oneWay).boundary(k: 3)
      + RpcCells.shared(.reliable, rows: [.f2, .f7], oneWay).boundary(k: 1, n: 1)
      + RpcCells.shared(.reliable, rows: [.f6], oneWay).boundary(k: 0, n: 1)
  }
}
