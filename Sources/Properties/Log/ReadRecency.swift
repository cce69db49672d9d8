import MachineContract

/// C6: a linearizable read shows everything that was acknowledged before it was asked.
struct ReadRecency: Equatable, Sendable {
  static let id = "C6"
  static let name = "ReadRecency"

  private struct Question: Equatable, Sendable {
    var request: UInt64
    var position: Int
    /// The highest index acknowledged when it was asked.
    var floor: UInt64
  }

  private var acknowledged: UInt64 = 0
  /// Asked and not yet answered.
  private var questions: [Question] = []

  mutating func restarted(_ position: Int) { questions.removeAll { $0.position == position } }

  mutating func readAsked(_ request: UInt64, at position: Int) {
    // A repeat of a question must not raise what the first answer is held to.
    guard !questions.contains(where: { $0.request == request && $0.position == position }) else { return }
    questions.append(Question(request: request, position: position, floor: acknowledged))
  }

  mutating func observe(_ observation: LogObservation, at position: Int) -> String? {
    if case .acknowledged(_, let index, _) = observation { acknowledged = max(acknowledged, index) }
    guard case .readAnswered(let request, let tail) = observation,
      let asked = questions.firstIndex(where: { $0.request == request && $0.position == position })
    else { return nil }
    let floor = questions.remove(at: asked).floor
    guard tail < floor else { return nil }
    return "\(replica(position)) answered a read up to \(tail) although \(floor) was acknowledged before it was asked"
  }
}
