import ProgressGraph

/// What a cell predicts: the anomaly codes, and whether the caller was told of a clean failure (FAIL).
struct Expected: Equatable, Sendable, CustomStringConvertible {
  var codes: Set<AnomalyCode> = []
  var isFailure = false

  /// `OK` and `OK*`.
  static let fine = Expected()
  static let failure = Expected(codes: [], isFailure: true)

  init(_ codes: AnomalyCode...) { self.codes = Set(codes) }

  init(codes: Set<AnomalyCode>, isFailure: Bool) {
    self.codes = codes
    self.isFailure = isFailure
  }

  static func + (left: Expected, right: Expected) -> Expected {
    Expected(codes: left.codes.union(right.codes), isFailure: left.isFailure || right.isFailure)
  }

  /// The right side only when the condition holds.
  func and(_ other: Expected, if condition: Bool) -> Expected { condition ? self + other : self }

  var description: String {
    let words = codes.sorted().map(\.rawValue) + (isFailure ? ["FAIL"] : [])
    return words.isEmpty ? "OK" : words.joined(separator: " ")
  }

  /// The one entry of the lookup: the table that the cell's trigger belongs to.
  init(of cell: Cell) {
    switch cell.trigger {
    case .rpcOnce, .rpcCallerDies: self = RpcTable.oneAttempt(cell)
    case .rpcRetried: self = RpcTable.callerRetries(cell)
    case .reliable: self = ReliableTable.lookup(cell)
    case .queueAckAfter, .rpcBelowQueue: self = QueueTable.ackAfter(cell)
    case .queueAckBefore: self = QueueTable.ackBefore(cell)
    case .topicCommitAfter: self = TopicTable.commitAfter(cell)
    case .topicCommitBefore: self = TopicTable.commitBefore(cell)
    }
    if cell.mustComplete { self = countedAsLost(cell) }
  }

  /// Section 1: under `must_complete` a clean failure counts as LOST, except under poison and under an outage longer
  /// than the whole retry budget, which no design heals.
  private func countedAsLost(_ cell: Cell) -> Expected {
    switch cell.row {
    case .f6, .f7, .f9: self
    case .f1, .f2, .f3, .f4, .f5: isFailure ? Expected(codes: codes.union([.lost]), isFailure: true) : self
    }
  }
}

extension Cell {
  /// `PARTIAL(k)`: some effects, not all. Impossible for a single effect.
  var partial: Expected { k > 0 && k < n ? Expected(.partial) : .fine }

  /// A record that was deleted before its work came to an end, tried more than once.
  var gone: Expected {
    switch column {
    case .none: (k == 0 ? Expected(.lost) : partial) + dupOfDone
    case .idempotent: k == 0 ? Expected(.lost) : partial
    case .transactional: Expected(.lost)
    case .durable: preconditionFailure("a durable node commits at its start: nothing of it can be deleted")
    }
  }

  /// `DUP(k)`: the first k effects are repeated; none when there are none.
  var dupOfDone: Expected { k > 0 ? Expected(.dup) : .fine }

  /// `DUP<=1`: only the step in flight repeats, and only when its receiver knows no key.
  var dupInFlight: Expected { isInFlight && k > 0 && !isKeyed ? Expected(.dup) : .fine }

  /// A durable run whose step's retries are used up: compensated, or the saga is left half done. The caller that
  /// waits is told of the error, which is a clean failure only when nothing remains.
  var terminal: Expected {
    let told = trigger.isCall && waiting != .oneWay ? Expected.failure : .fine
    switch ending {
    case .compensated: return told
    case .abandoned: return k == 0 ? told : Expected(.saga)
    case .retriedForEver: preconditionFailure("retries for ever have no end")
    }
  }

  /// A durable run that retries its poisoned step for ever: the journal keeps it, the effects stay half done.
  var retriedForEver: Expected { Expected(.stuck) + partial }

  /// F6 in column D.
  var poisonedRun: Expected { ending == .retriedForEver ? retriedForEver : terminal }
}
