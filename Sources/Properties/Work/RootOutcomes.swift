import MachineContract
import Primitives
import ProgressGraph

/// What became of one root trigger: what the outside saw of it, and whether what it stands for got done.
public struct RootOutcome: Equatable, Sendable {
  /// What whoever started it knows at the end.
  public enum Answer: String, CaseIterable, Sendable {
    /// The trigger was taken: its call was answered, or its message is stored.
    case accepted
    /// The last attempt ended with an error.
    case failed
    /// The last attempt ended without an answer.
    case timedOut = "timed_out"
    /// Nothing yet: it still waits, or died waiting.
    case unanswered
  }

  public var root: UInt64
  public var answer: Answer
  /// The event by which the outside knew; nil while unanswered.
  public var answeredAt: Int?
  /// The event with which the last effect that the graph expects of it was there; nil while one is missing or was taken
  /// back.
  public var completedAt: Int?
}

extension WorkJudge {
  /// The outcome of every root that the outside started, in the order in which they started.
  public func rootOutcomes(facts: RunFacts = RunFacts()) -> [RootOutcome] {
    let evidence = Evidence(ledger: ledger, catalogue: catalogue, facts: facts)
    return evidence.ledger.roots.filter { $0.startedAt >= 0 }.map { root in
      let (answer, event) = evidence.answer(to: root)
      return RootOutcome(
        root: root.root, answer: answer, answeredAt: event, completedAt: evidence.completion(of: root))
    }
  }
}

extension Evidence {
  fileprivate func answer(to root: RootRecord) -> (RootOutcome.Answer, EventStep?) {
    guard let work = root.work.map({ ledger.works[$0] }) else { return (.unanswered, nil) }
    if let told = toldFailed(root) {
      let hasTimedOut = work.calls.contains { ledger.calls[$0].outcome == .failed(.timedOut) }
      return (hasTimedOut ? .timedOut : .failed, told)
    }
    return work.isFinished ? (.accepted, work.finishedAt) : (.unanswered, nil)
  }

  /// Everything that must happen once or eventually; where a graph names nothing, the end of all its work.
  fileprivate func completion(of root: RootRecord) -> EventStep? {
    let names = graph.expectations.once + graph.expectations.eventually
    guard !names.isEmpty else {
      let works = ledger.works.filter { $0.unit.root == root.root }
      return works.allSatisfy(\.isFinished) ? works.map(\.finishedAt).max() : nil
    }
    var last: EventStep = never
    for name in names {
      let standing = effects(named: name, under: root.root).filter { !isUndone[$0] }
      guard let first = standing.map({ ledger.effects[$0].firstAt }).min() else { return nil }
      last = max(last, first)
    }
    return last
  }
}
