import Testing

/// One cell of table 2.7: what wakes the work, which column, and what the cell's text tells apart besides.
struct TimerCell: Equatable, Sendable, CustomTestStringConvertible {
  var waker: Waker
  var column: Column
  var control: Control
  /// Effects done when the fault hits.
  var k = 0
  var n = 3
  var isKeyed = false
  /// The crash comes between doing and recording; of a wait, when it is over.
  var isInFlight = false
  /// The start of a durable run is in its journal.
  var isPersisted = false
  var outage = Outage.brief

  init(_ waker: Waker, _ column: Column, _ control: Control, _ change: (inout TimerCell) -> Void = { _ in }) {
    self.waker = waker
    self.column = column
    self.control = control
    change(&self)
  }

  var testDescription: String {
    var words = [waker.rawValue, column.rawValue, control.rawValue, "k=\(k)/\(n)"]
    if isKeyed { words.append("keyed") }
    if isInFlight { words.append("in-flight") }
    if isPersisted { words.append("persisted") }
    if outage != .brief { words.append(outage.rawValue) }
    return words.joined(separator: " ")
  }
}

enum Waker: String, CaseIterable, Sendable {
  /// `wait: 10s` in a node without a journal, its request answered before.
  case sleepAfterReply = "memory-sleep"
  /// The same below a queue that is acknowledged before the work.
  case sleepAfterAck = "memory-sleep-queue"
  case memoryTimer = "cron"
  /// `wait: 10s` in a durable node.
  case durableWait = "durable-wait"
  case durableTimer = "every"
  case signal
  /// The reply to a message, with the message's id for a correlation.
  case reply
}

enum Column: String, CaseIterable, Sendable {
  /// Of the waiter.
  case crash
  case duplicate
  case early, late
}

/// How long the waiter is down.
enum Outage: String, Sendable {
  case brief
  /// Down when the timer is due, or the signal or reply comes.
  case overDeadline = "over-deadline"
}

/// Every cell, each once, in the order of the table.
enum TimerCells {
  static let all: [TimerCell] = sleeps + timersInMemory + durableWaits + durableTimers + signals + replies

  private static let inMemory: [Control] = [.none, .idempotent, .transactional]

  private static var sleeps: [TimerCell] {
    [Waker.sleepAfterReply, .sleepAfterAck].flatMap { waker in
      inMemory.flatMap { control in
        [0, 1, 2].map { k in TimerCell(waker, .crash, control) { $0.k = k } }
      }
    }
  }

  private static var timersInMemory: [TimerCell] {
    var cells = Control.allCases.map { control in
      TimerCell(.memoryTimer, .crash, control) { $0.outage = .overDeadline }
    }
    cells += Control.allCases.flatMap { control in
      [0, 1, 2, 3].map { k in TimerCell(.memoryTimer, .crash, control) { $0.k = k } }
    }
    cells.append(TimerCell(.memoryTimer, .crash, .durable) { $0.isPersisted = true })
    return cells
  }

  private static var durableWaits: [TimerCell] {
    var cells: [TimerCell] = []
    for k in [0, 1, 3] {
      for isInFlight in [false, true] {
        cells.append(
          TimerCell(.durableWait, .crash, .durable) {
            $0.k = k
            $0.isInFlight = isInFlight
          })
      }
      cells.append(
        TimerCell(.durableWait, .late, .durable) {
          $0.k = k
          $0.outage = .overDeadline
        })
    }
    return cells
  }

  private static var durableTimers: [TimerCell] {
    var cells: [TimerCell] = []
    for control in Control.allCases {
      for isKeyed in control == .transactional ? [false] : [false, true] {
        for k in [0, 1, 3] {
          cells.append(
            TimerCell(.durableTimer, .crash, control) {
              $0.k = k
              $0.isKeyed = isKeyed
            })
        }
        cells.append(TimerCell(.durableTimer, .duplicate, control) { $0.isKeyed = isKeyed })
        cells.append(
          TimerCell(.durableTimer, .late, control) {
            $0.isKeyed = isKeyed
            $0.outage = .overDeadline
          })
      }
    }
    for isKeyed in [false, true] {
      cells.append(
        TimerCell(.durableTimer, .crash, .durable) {
          $0.k = 1
          $0.isInFlight = true
          $0.isKeyed = isKeyed
        })
    }
    return cells
  }

  private static var signals: [TimerCell] {
    var cells = [Column.duplicate, .early, .late].map { TimerCell(.signal, $0, .durable) }
    cells += [false, true].map { isInFlight in
      TimerCell(.signal, .crash, .durable) { $0.isInFlight = isInFlight }
    }
    cells.append(TimerCell(.signal, .crash, .durable) { $0.outage = .overDeadline })
    // The journal holds the early signal through a crash.
    cells.append(
      TimerCell(.signal, .early, .durable) { $0.isPersisted = true })
    return cells
  }

  private static var replies: [TimerCell] {
    var cells = Control.allCases.flatMap { control in
      [TimerCell(.reply, .crash, control), TimerCell(.reply, .crash, control) { $0.outage = .overDeadline }]
        + [Column.duplicate, .late].map { TimerCell(.reply, $0, control) }
    }
    // With an effect of the waiter's own still to come.
    cells += Control.allCases.map { control in TimerCell(.reply, .crash, control) { $0.k = 1 } }
    return cells
  }
}
