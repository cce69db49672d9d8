import Testing

/// One cell of the tables 2.2 to 2.5 of the semantics: a trigger, a control, a fault row, and what the cell's
/// text tells apart besides.
///
/// A cell is only a question. `Expected(of:)` answers it from the tables, `CellGraph` turns it into a design and
/// faults; neither looks at the other.
struct Cell: Equatable, Sendable, CustomTestStringConvertible {
  var trigger: TriggerForm
  var control: Control
  var row: FaultRow
  /// Effects done when the fault hits, 0...n.
  var k = 1
  /// Effects of the work unit, named `e1`, `e2` and so on.
  var n = 3
  /// Every effect carries the business key.
  var isKeyed = false
  /// F2: the k-th effect is applied and not yet recorded (`during`), instead of recorded (`after`).
  var isInFlight = false
  /// F1 of a durable node: the crash comes after the start is persisted.
  var isPersisted = false
  /// Transactions keep an inbox row.
  var hasInbox = true
  /// Requests carry the business key, so that an inbox or a workflow id is made of it.
  var isCallKeyed = false
  /// F4: the same work arrives under a new id, instead of the same message twice.
  var hasFreshID = false
  /// What a durable run does about a step that keeps failing.
  var ending = Ending.retriedForEver
  var waiting = Waiting.briefly
  var caller = Caller.client
  var lateness = Lateness.delayedRequest
  var deadLetters = DeadLetters.none
  /// F7 on a queue: the outage outlasts every delivery (`outage > m*L`).
  var isOutageLong = false
  /// The channel keeps a record for less time than the fault lasts.
  var isRetentionShort = false
  /// The workflow is declared `must_complete`.
  var mustComplete = false

  init(_ trigger: TriggerForm, _ row: FaultRow, _ control: Control, _ change: (inout Cell) -> Void = { _ in }) {
    self.trigger = trigger
    self.row = row
    self.control = control
    change(&self)
  }

  /// The same cell with something else about it changed.
  func with(_ change: (inout Cell) -> Void) -> Cell {
    var copy = self
    change(&copy)
    return copy
  }

  /// The column that applies: an effect whose receiver knows its key is idempotent, whatever the node says.
  var column: Control {
    control == .none && isKeyed ? .idempotent : control
  }

  var testDescription: String {
    var words = ["\(trigger.rawValue)", row.rawValue.uppercased(), control.rawValue, "k=\(k)/\(n)"]
    if isKeyed { words.append("keyed") }
    if isInFlight { words.append("in-flight") }
    if isPersisted { words.append("persisted") }
    if !hasInbox { words.append("no-inbox") }
    if isCallKeyed { words.append("call-keyed") }
    if hasFreshID { words.append("fresh-id") }
    if control == .durable { words.append(ending.rawValue) }
    if trigger.isCall { words += [waiting.rawValue, caller.rawValue] }
    if row == .f5 { words.append(lateness.rawValue) }
    if case .after(let deliveries) = deadLetters { words.append("dlq m=\(deliveries)") }
    if isOutageLong { words.append("long-outage") }
    if isRetentionShort { words.append("short-retention") }
    if mustComplete { words.append("must-complete") }
    return words.joined(separator: " ")
  }
}

enum TriggerForm: String, Sendable {
  /// Plain RPC, one attempt.
  case rpcOnce = "2.2"
  /// Plain RPC, a caller that stays alive and retries.
  case rpcRetried = "2.2-retried"
  /// Plain RPC whose caller would retry and dies first.
  case rpcCallerDies = "2.2-caller-dies"
  /// Plain RPC from a caller that a queue re-drives: the tree is one unit.
  case rpcBelowQueue = "2.2-below-queue"
  case reliable = "2.3"
  case queueAckAfter = "2.4"
  case queueAckBefore = "2.4-ack-before"
  case topicCommitAfter = "2.5"
  case topicCommitBefore = "2.5-commit-before"

  var isCall: Bool {
    switch self {
    case .rpcOnce, .rpcRetried, .rpcCallerDies, .reliable: true
    case .rpcBelowQueue, .queueAckAfter, .queueAckBefore, .topicCommitAfter, .topicCommitBefore: false
    }
  }

  /// The worker takes it from a topic.
  var isTopic: Bool {
    switch self {
    case .topicCommitAfter, .topicCommitBefore: true
    case .rpcOnce, .rpcRetried, .rpcCallerDies, .rpcBelowQueue, .reliable, .queueAckAfter, .queueAckBefore: false
    }
  }
}

enum Control: String, CaseIterable, Sendable {
  case none = "N"
  case idempotent = "I"
  case transactional = "T"
  case durable = "D"
}

/// The fault rows about one trigger. F8 is about two: `OrderCell`.
enum FaultRow: String, CaseIterable, Sendable {
  case f1, f2, f3, f4, f5, f6, f7, f9
}

/// What becomes of a durable run whose step fails on every attempt.
enum Ending: String, Sendable {
  case retriedForEver = "for-ever"
  /// The step's retries are used up; every effect has an undo.
  case compensated = "undo"
  /// The step's retries are used up; nothing has an undo.
  case abandoned = "no-undo"
}

/// How long the caller of a call waits.
enum Waiting: String, Sendable {
  /// One second, the default: less than a restart or an outage takes.
  case briefly
  /// Longer than anything the fault causes.
  case long
  /// Not at all: `await: false`.
  case oneWay = "one-way"
}

/// Who makes the call.
enum Caller: String, Sendable {
  case client
  /// A durable node between the client and the worker.
  case durableNode = "durable-caller"
}

/// How an F5 comes about.
enum Lateness: String, Sendable {
  /// The request is late, so the work begins after the caller gave up.
  case delayedRequest = "late-request"
  /// The worker takes longer than its caller or its lease waits.
  case slowWorker = "slow"
  /// The worker stops after k effects and goes on later.
  case pausedWorker = "paused"
}

/// Where a queue puts what keeps failing.
enum DeadLetters: Equatable, Sendable {
  case none
  /// After this many deliveries.
  case after(Int)
}
