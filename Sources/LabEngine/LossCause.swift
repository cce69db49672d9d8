import ProgressGraph
import Properties

/// How work came to be LOST, as far as a cure depends on it.
public enum LossCause: CaseIterable, Sendable {
  /// The consumer acknowledges before its work.
  case acknowledgedEarly
  /// The channel has the record no more: dropped, older than its retention, or forgotten by the log below.
  case deleted
  /// A receiver took the key for another trigger's.
  case coarseKey
  /// A timer in memory.
  case timerInMemory
  /// A request whose sender counts on it and waits for no answer, or has one already.
  case unattended
  /// A caller who was told FAIL, truthfully, of work that must complete.
  case toldOfFailure
}

extension Anomaly {
  /// Nil for every other code than LOST.
  func lossCause(in graph: Graph) -> LossCause? {
    guard code == .lost else { return nil }
    switch subject {
    case .effect: return .coarseKey
    case .channel:
      let isEarly = handler.map { graph[graph[$0].node].acknowledgement == .before } ?? false
      return isEarly ? .acknowledgedEarly : .deleted
    case .node, .group, .exclusion:
      guard let handler else { return .unattended }
      return graph[handler].triggers.compactMap(\.lossCause).first ?? .unattended
    }
  }
}

extension Trigger {
  /// What loses work that this trigger alone started; nil where it says nothing about that.
  fileprivate var lossCause: LossCause? {
    switch self {
    case .start: .toldOfFailure
    case .cron: .timerInMemory
    case .rpc, .channel, .every: nil
    }
  }
}
