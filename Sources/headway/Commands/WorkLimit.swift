import LabEngine

/// Decides whether long work may go on: until a signal comes, the time is over, or the states are used up. One limit
/// counts for everything that one command does.
///
/// Owner: the command. The work asks at each progress report.
final class WorkLimit {
  private let budget: SearchBudget?
  private let started = ProgressLine.milliseconds()
  /// States of the parts that are finished.
  private var spent = 0
  /// True once it has told somebody to stop: something that was asked for was not done.
  private(set) var hasStopped = false

  init(_ budget: SearchBudget?) { self.budget = budget }

  func pace(at progress: Progress) -> Pace {
    if !isExhausted(with: progress.states) { return .goOn }
    hasStopped = true
    return .stop
  }

  /// A part is finished: its states count for the parts after it.
  func finish(states: Int) { spent += states }

  /// True where not even the next part may begin.
  var isExhausted: Bool { isExhausted(with: 0) }

  private func isExhausted(with states: Int) -> Bool {
    if Interruption.signal != nil { return true }
    switch budget {
    case nil: return false
    case .states(let limit): return spent + states >= limit
    case .milliseconds(let limit): return ProgressLine.milliseconds() - started >= limit
    }
  }
}
