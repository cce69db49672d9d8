/// Two sides measured in turn, and what the one has to reach against the other.
struct Comparison {
  /// What a side measured in one round.
  enum Measurement {
    /// Larger is better.
    case perSecond(Double)
    /// Smaller is better.
    case seconds(Double)

    var value: Double {
      switch self {
      case .perSecond(let value), .seconds(let value): value
      }
    }
  }

  enum Goal {
    /// Ours at least this many times the peer's rate.
    case atLeast(Double)
    /// Ours at most this many times the peer's time.
    case atMost(Double)

    func isMet(by ratio: Double) -> Bool {
      switch self {
      case .atLeast(let limit): ratio >= limit
      case .atMost(let limit): ratio <= limit
      }
    }

    var text: String {
      switch self {
      case .atLeast(let limit): "≥ \(shortened(limit))×"
      case .atMost(let limit): "≤ \(shortened(limit))×"
      }
    }
  }

  let title: String
  let ours: () throws -> Measurement
  let peerName: String
  /// Nil where the peer is missing here; `reason` then says why.
  let peer: (() throws -> Measurement)?
  let reason: String
  /// Nil for a side that is shown and has nothing to reach.
  let goal: Goal?

  init(
    _ title: String, against peerName: String, goal: Goal?, ours: @escaping () throws -> Measurement,
    peer: Peer
  ) {
    self.title = title
    self.peerName = peerName
    self.goal = goal
    self.ours = ours
    switch peer {
    case .found(let run):
      self.peer = run
      reason = ""
    case .missing(let why):
      self.peer = nil
      reason = why
    }
  }

  enum Peer {
    case found(() throws -> Measurement)
    case missing(String)
  }

  /// Measures A B A B and prints one line. Returns whether the goal was missed.
  func run(rounds: Int) throws -> Bool {
    var left: [Measurement] = []
    var right: [Measurement] = []
    for _ in 0..<rounds {
      left.append(try ours())
      if let peer { right.append(try peer()) }
    }
    let mine = median(left)
    guard let theirs = right.isEmpty ? nil : median(right) else {
      print("  \(title): \(text(of: mine)); \(peerName) is missing: \(reason)")
      return false
    }
    let ratio = mine.value / theirs.value
    let verdict = goal.map { "goal \($0.text) \($0.isMet(by: ratio) ? "met" : "MISSED")" } ?? "no goal"
    print("  \(title): \(text(of: mine)); \(peerName): \(text(of: theirs)); ratio \(shortened(ratio))×, \(verdict)")
    return goal.map { !$0.isMet(by: ratio) } ?? false
  }

  private func text(of measurement: Measurement) -> String {
    switch measurement {
    case .perSecond(let rate): "\(grouped(rate))/s"
    case .seconds(let seconds): "\(shortened(seconds * 1_000)) ms"
    }
  }
}

/// The middle one by value; of an even number the lower of the two.
func median(_ measurements: [Comparison.Measurement]) -> Comparison.Measurement {
  precondition(!measurements.isEmpty, "nothing was measured")
  return measurements.sorted { $0.value < $1.value }[(measurements.count - 1) / 2]
}

/// Three significant digits or so.
func shortened(_ number: Double) -> String {
  let digits = number < 0.1 ? 1_000.0 : number < 10 ? 100 : number < 100 ? 10 : 1
  let rounded = (number * digits).rounded() / digits
  return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
}

/// Thousands set apart.
func grouped(_ number: Double) -> String {
  var digits = String(Int(number.rounded()))
  var position = digits.index(digits.endIndex, offsetBy: -3, limitedBy: digits.startIndex)
  while let place = position, place > digits.startIndex {
    digits.insert(" ", at: place)
    position = digits.index(place, offsetBy: -3, limitedBy: digits.startIndex)
  }
  return digits
}
