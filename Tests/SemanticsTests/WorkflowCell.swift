import Testing

/// One cell of table 2.9: a design of a workflow over three participants, and what happens to one of them or to whoever
/// coordinates them.
///
/// A cell is only a question, as `Cell` is: `WorkflowTable` answers it from the table, `WorkflowGraph` makes a design
/// of it, and neither looks at the other.
struct WorkflowCell: Equatable, Sendable, CustomTestStringConvertible {
  var design: WorkflowDesign
  var mishap: Mishap
  /// Effects done when the coordinator dies, 0...3; otherwise the participant concerned, 1...3.
  var position: Int
  /// What the cell's text tells apart.
  var variant = WorkflowVariant.plain

  var testDescription: String {
    let place = mishap == .coordinatorDies ? "k=\(position)" : "j=\(position)"
    return "\(design.rawValue), \(mishap.rawValue), \(place)\(variant == .plain ? "" : ", \(variant.rawValue)")"
  }

  static let all = WorkflowDesign.allCases.flatMap { design in
    Mishap.allCases.flatMap { mishap in
      variants(design, mishap).flatMap { variant in
        positions(design, mishap, variant).map {
          WorkflowCell(design: design, mishap: mishap, position: $0, variant: variant)
        }
      }
    }
  }

  private static func positions(
    _ design: WorkflowDesign, _ mishap: Mishap, _ variant: WorkflowVariant
  ) -> ClosedRange<Int> {
    switch (design, mishap, variant) {
    // Inside of the transaction of each participant, or behind its commit.
    case (.outbox, .coordinatorDies, _): 1...3
    // The last participant publishes nothing: there is no gap in it.
    case (.dualWrite, .coordinatorDies, _), (.dualWrite, .refuses, _): 1...2
    // The third one refuses, so that one of the others has something to take back.
    case (_, _, .undoTargetIsDown): 1...2
    case (_, .coordinatorDies, _): 0...3
    case (_, .refuses, _), (_, .staysDown, _), (_, .succeedsLate, _): 1...3
    }
  }

  private static func variants(_ design: WorkflowDesign, _ mishap: Mishap) -> [WorkflowVariant] {
    switch (design, mishap) {
    case (.chain, _): [.plain, .callerAsksAgain]
    case (.tryAndUndo, .staysDown): [.plain, .undoTargetIsDown]
    case (.tryAndUndo, .succeedsLate): [.plain, .undoWaitsBehind]
    case (.tryAndUndo, .coordinatorDies), (.tryAndUndo, .refuses): [.plain]
    case (.durablePlan, .coordinatorDies): [.plain, .inFlight]
    case (.durablePlan, .refuses), (.durablePlan, .staysDown): [.plain, .givesUp]
    case (.durablePlan, .succeedsLate): [.plain, .undoWaitsBehind, .givesUp]
    case (.queueFedTree, .refuses), (.queueFedTree, .staysDown): [.plain, .takesBack]
    case (.queueFedTree, .coordinatorDies), (.queueFedTree, .succeedsLate): [.plain]
    case (.outbox, .coordinatorDies): [.plain, .inFlight]
    case (.outbox, .refuses): [.plain, .takesBack]
    case (.outbox, .staysDown), (.outbox, .succeedsLate): [.plain]
    case (.dualWrite, _): [.plain, .idempotent, .acknowledgedBefore]
    }
  }
}

enum WorkflowDesign: String, CaseIterable, Sendable {
  case chain = "sync chain"
  case tryAndUndo = "in-memory try/undo"
  case durablePlan = "durable plan"
  case queueFedTree = "queue-fed tree"
  case outbox = "choreography, outbox"
  case dualWrite = "choreography, dual write"
}

enum Mishap: String, CaseIterable, Sendable {
  case coordinatorDies = "coordinator dies"
  case refuses = "participant refuses"
  case staysDown = "participant stays down"
  case succeedsLate = "participant succeeds late"
}

enum WorkflowVariant: String, Sendable {
  case plain
  /// The client makes a second attempt, after which nothing is late any more.
  case callerAsksAgain = "caller asks again"
  /// Where an undo is due its target is down; the refusal is the third participant's.
  case undoTargetIsDown = "undo target down"
  /// The participant does one thing at a time, so that the undo comes after the late success.
  case undoWaitsBehind = "undo waits behind"
  /// The crash falls between doing and recording.
  case inFlight = "in flight"
  /// The plan's retries are used up; otherwise it asks for ever.
  case givesUp = "gives up"
  /// An undo at each step, or a subscription to the event that tells of the refusal.
  case takesBack = "takes back"
  /// Every node knows what it has done for a trigger.
  case idempotent
  /// Consumers commit before their work.
  case acknowledgedBefore = "ack before"
}
