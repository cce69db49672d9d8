import ProgressGraph

extension RunFile {
  /// What is wrong with the label `faults`, which the story and the verdict blame: an action that none of the faults
  /// explains is a contradiction within the file. Nil where every such action is explained.
  ///
  /// Only the kinds are compared: which machine and when is in the actions, and a shrunk run may have lost a part.
  func unexplained(by faults: [Fault]) -> String? {
    let kinds = faults.map(Self.kind)
    let action = actions.first { action in
      let verb = action.prefix { $0 != " " }
      return Self.culprits.first { $0.verb == verb }.map { !kinds.contains($0.fault) } ?? false
    }
    return action.map { "`\($0)` is what a fault does, and the file names none of that kind" }
  }

  /// Which fault an action belongs to, by its verb; the others happen by themselves.
  private static let culprits: [(verb: String, fault: String)] = [
    ("crash", "crash"), ("restart", "crash"), ("pause", "pause"), ("resume", "pause"), ("refuse", "down"),
    ("accept", "down"), ("sever", "partition"), ("heal", "partition"), ("poison", "poison"), ("drop", "drop"),
    ("duplicate", "duplicate"), ("twice", "duplicate"),
  ]

  private static func kind(of fault: Fault) -> String {
    switch fault.kind {
    case .crash: "crash"
    case .pause: "pause"
    case .down: "down"
    case .slow: "slow"
    case .skew: "skew"
    case .poison: "poison"
    case .partition: "partition"
    case .message(.drop, _): "drop"
    case .message(.duplicate, _): "duplicate"
    case .message(.delay, _): "delay"
    case .message(.reorder, _): "reorder"
    }
  }
}
