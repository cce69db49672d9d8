import LabEngine
import Synchronization

/// Decides whether long work may go on: until a signal comes, the time is over, or the states are used up. One limit
/// counts for everything that one command does.
///
/// Owner: the command; its threads share it. The work asks at each progress report.
final class WorkLimit: Sendable {
  private struct Account {
    /// States of the parts that are finished.
    var spent = 0
    var hasStopped = false
  }
  private let budget: SearchBudget?
  private let started = ProgressLine.milliseconds()
  private let account = Mutex(Account())

  init(_ budget: SearchBudget?) { self.budget = budget }

  func pace(at progress: Progress) -> Pace { allowsMore(with: progress.states) ? .goOn : .stop }

  /// False where not even the next part may begin.
  func allowsMore() -> Bool { allowsMore(with: 0) }

  /// A part is finished: its states count for the parts after it.
  func finish(states: Int) { account.withLock { $0.spent += states } }

  /// True once it has told somebody to stop: something that was asked for was not done.
  var hasStopped: Bool { account.withLock { $0.hasStopped } }

  private func allowsMore(with states: Int) -> Bool {
    account.withLock { account in
      if isExhausted(account.spent + states) { account.hasStopped = true }
      return !account.hasStopped
    }
  }

  private func isExhausted(_ states: Int) -> Bool {
    if Interruption.signal != nil { return true }
    switch budget {
    case nil: return false
    case .states(let limit): return states >= limit
    case .milliseconds(let limit): return ProgressLine.milliseconds() - started >= limit
    }
  }
}
