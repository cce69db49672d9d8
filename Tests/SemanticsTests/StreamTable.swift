import ProgressGraph
import Testing

/// One cell of table 2.6: where a stream job's effects go, and what goes wrong.
struct StreamCell: Equatable, Sendable, CustomTestStringConvertible {
  /// The rows.
  enum Location: String, CaseIterable, Sendable {
    case keyedState = "keyed state"
    /// The same, and the state remembers which records it has taken in.
    case keyedStateWithIDs = "keyed state, ids"
    case transactionalSink = "transactional sink"
    case idempotentSink = "idempotent sink"
    case plainSink = "plain sink"
    /// No checkpoint: the offset is committed by itself, after the work.
    case offsetsAfter = "separate offsets, after"
    case offsetsBefore = "separate offsets, before"
  }

  /// The columns but F8, whose two records are the matter of `TopicTests`.
  enum Column: String, CaseIterable, Sendable {
    case crash = "F1-F3"
    case duplicate = "F4"
    case zombie = "F5"
    case poison = "F6"
    case sinkDown = "F7"
    case exhaustion = "F9"
  }

  var location: Location
  var column: Column
  /// Effects of the record done when the fault hits, of two.
  var k: Int
  /// What always fails goes to a side output.
  var hasSideOutput = false

  static let n = 2

  var testDescription: String {
    "2.6 \(location.rawValue) \(column.rawValue) k=\(k)/\(Self.n)\(hasSideOutput ? " side output" : "")"
  }

  /// `PARTIAL(k)`, where effects happen at once.
  private var partial: Expected { k > 0 && k < Self.n ? Expected(.partial) : .fine }
  private var dupOfDone: Expected { k > 0 ? Expected(.dup) : .fine }

  var expected: Expected {
    switch location {
    case .keyedState, .keyedStateWithIDs, .transactionalSink: atTheCheckpoint
    case .idempotentSink: idempotent
    case .plainSink, .offsetsAfter: plain
    case .offsetsBefore: committedBefore
    }
  }

  /// Keyed state and the transactional sink: nothing is visible that a checkpoint does not hold.
  private var atTheCheckpoint: Expected {
    switch column {
    case .crash, .zombie, .sinkDown: .fine
    case .duplicate: location == .keyedStateWithIDs ? .fine : Expected(.dup)
    case .poison, .exhaustion: hasSideOutput ? Expected(.parked) : Expected(.stuck)
    }
  }

  private var idempotent: Expected {
    switch column {
    case .crash, .duplicate, .zombie, .sinkDown: .fine
    case .poison, .exhaustion: (hasSideOutput ? Expected(.parked) : Expected(.stuck)) + partial
    }
  }

  private var plain: Expected {
    switch column {
    case .crash, .sinkDown: dupOfDone
    case .duplicate, .zombie: Expected(.dup)
    case .poison, .exhaustion: (hasSideOutput ? Expected(.parked) : Expected(.stuck)) + dupOfDone + partial
    }
  }

  /// Commit first, and the state in memory alone: LOST.
  private var committedBefore: Expected {
    switch column {
    case .crash, .poison, .sinkDown, .exhaustion: Expected(.lost)
    case .duplicate: Expected(.dup)
    // Nothing comes again, so that no zombie has a rival.
    case .zombie: .fine
    }
  }
}
