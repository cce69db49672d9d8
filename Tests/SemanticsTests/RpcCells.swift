/// The cells of table 2.2.
enum RpcCells {
  static var all: [Cell] { once + endings + retried + callerDies + boundaries }

  private static let forms: [(Control, Bool)] = [
    (.none, false), (.none, true), (.idempotent, false), (.idempotent, true), (.transactional, false),
    (.durable, false), (.durable, true),
  ]

  /// Rows that every column shares, for one trigger form. Column I comes three ways: the word, the key, and both.
  static func shared(_ trigger: TriggerForm, rows: [FaultRow], _ change: (inout Cell) -> Void = { _ in }) -> [Cell] {
    var cells: [Cell] = []
    for row in rows {
      for (control, isKeyed) in forms {
        let cell = Cell(trigger, row, control) {
          $0.isKeyed = isKeyed
          change(&$0)
        }
        cells += row.dependsOnK ? [1, 2].map { k in cell.with { $0.k = k } } : [cell.with { $0.k = 0 }]
      }
    }
    return cells
  }

  /// F2 of a durable node at its half point: applied, not recorded.
  static func inFlight(_ trigger: TriggerForm) -> [Cell] {
    [false, true].flatMap { isKeyed in
      [1, 2, 3].map { k in
        Cell(trigger, .f2, .durable) {
          $0.k = k
          $0.isKeyed = isKeyed
          $0.isInFlight = true
        }
      }
    }
  }

  /// F6 and F9 of a durable node whose failing step has a retry budget.
  static func terminal(_ trigger: TriggerForm, _ rows: [FaultRow], _ change: (inout Cell) -> Void) -> [Cell] {
    rows.flatMap { row in
      [Ending.compensated, .abandoned].flatMap { ending in
        [0, 1, 2].map { k in
          Cell(trigger, row, .durable) {
            $0.k = k
            $0.ending = ending
            $0.isKeyed = true
            change(&$0)
          }
        }
      }
    }
  }

  private static var once: [Cell] {
    var cells = shared(.rpcOnce, rows: [.f1, .f2, .f3, .f4, .f5, .f6, .f7])
    cells += shared(.rpcOnce, rows: [.f9]).filter { $0.control != .durable }
    cells += shared(.rpcOnce, rows: [.f5]) { $0.lateness = .slowWorker }
    cells += inFlight(.rpcOnce)
    cells.append(Cell(.rpcOnce, .f1, .durable) { $0.isPersisted = true })
    cells.append(Cell(.rpcOnce, .f4, .transactional) { $0.hasInbox = false })
    cells += shared(.rpcOnce, rows: [.f4]) { $0.hasFreshID = true }
    cells.append(
      Cell(.rpcOnce, .f4, .transactional) {
        $0.hasFreshID = true
        $0.isCallKeyed = true
      })
    return cells
  }

  private static var endings: [Cell] {
    var cells = terminal(.rpcOnce, [.f6, .f9]) { $0.waiting = .long }
    for k in [0, 1, 2] {
      for waiting in [Waiting.long, .oneWay] {
        for row in [FaultRow.f6, .f7] {
          cells.append(
            Cell(.rpcOnce, row, .durable) {
              $0.k = k
              $0.waiting = waiting
            })
        }
      }
    }
    return cells
  }

  private static var retried: [Cell] {
    var cells = shared(.rpcRetried, rows: [.f1, .f2, .f3, .f4, .f5, .f6, .f7])
    cells += shared(.rpcRetried, rows: [.f9]).filter { $0.control != .durable }
    cells += shared(.rpcRetried, rows: [.f5]) { $0.lateness = .slowWorker }
    cells += inFlight(.rpcRetried)
    cells += terminal(.rpcRetried, [.f6, .f9]) { $0.waiting = .briefly }
    cells.append(Cell(.rpcRetried, .f1, .durable) { $0.isPersisted = true })
    for row in [FaultRow.f3, .f4, .f5] {
      cells.append(Cell(.rpcRetried, row, .transactional) { $0.hasInbox = false })
    }
    return cells
  }

  /// Back to one attempt. F4, F6, F7 and F9 are answered or retried before the caller can die, and tell nothing new.
  private static var callerDies: [Cell] {
    shared(.rpcCallerDies, rows: [.f1, .f2, .f3, .f5])
      + [Cell(.rpcCallerDies, .f1, .durable) { $0.isPersisted = true }]
  }

  /// k = 0, k = n, a single effect, and `must_complete`.
  private static var boundaries: [Cell] {
    var cells: [Cell] = []
    for trigger in [TriggerForm.rpcOnce, .rpcRetried] {
      cells += shared(trigger, rows: [.f2, .f7]) { $0.k = 0 }.boundary(k: 0)
      cells += shared(trigger, rows: [.f6]).boundary(k: 0)
      cells += shared(trigger, rows: [.f9]).filter { $0.control != .durable }.boundary(k: 0)
      cells += shared(trigger, rows: [.f2]).boundary(k: 3)
      cells += shared(trigger, rows: [.f2, .f7]).boundary(k: 1, n: 1)
      cells += shared(trigger, rows: [.f6]).boundary(k: 0, n: 1)
    }
    cells += shared(.rpcOnce, rows: [.f1, .f3, .f6, .f7]) { $0.mustComplete = true }.boundary(k: 0)
    return cells
  }
}

extension FaultRow {
  /// Rows that hit after k effects.
  var dependsOnK: Bool {
    switch self {
    case .f2, .f6, .f7, .f9: true
    case .f1, .f3, .f4, .f5: false
    }
  }
}

extension [Cell] {
  /// Each cell once at this k, whatever ks they came with.
  func boundary(k: Int, n: Int = 3) -> [Cell] {
    var cells: [Cell] = []
    for cell in self {
      let moved = cell.with {
        $0.k = k
        $0.n = n
      }
      if !cells.contains(moved) { cells.append(moved) }
    }
    return cells
  }
}
