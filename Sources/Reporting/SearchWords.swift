import LabEngine

/// What reports say about how a search went, beside what it found.
extension InterleavingReport {
  /// How what was explored differs from all that could happen.
  var approximations: [String] {
    var words = [
      "no time passes while a message or a write is on its way; timers then fire in the order of their lengths"
    ]
    if heldBack { words.append("replicas elect nobody: the leader of the start stays") }
    return words
  }
}

extension InterleavingReport.Bound {
  var words: String {
    switch self {
    case .states(let count): "\(count) states"
    case .depth(let count): "\(count) actions on a path"
    case .stopped: "stopped from outside"
    }
  }
}

extension CoverageReport {
  /// `6 of 6 nodes, 9 of 11 steps`; parts that a graph has none of are left out.
  var words: String {
    enumerated(
      parts.filter { $0.total > 0 }.map { part in
        "\(part.reached) of \(part.total) \(part.noun)"
      })
  }
}

extension CoverageReport.Part {
  var noun: String {
    switch name {
    case "halfPoints": "half points"
    case "faultKinds": "kinds of fault"
    default: name
    }
  }
}
