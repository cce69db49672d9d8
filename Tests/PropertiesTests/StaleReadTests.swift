// Method: synthetic streams of observations with their instants: a table, what its topic stores, and a reader.
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Testing

/// `reader` reads the table `view` of the topic `facts`, not older than five minutes, and then applies `decision`.
private struct TableDesign {
  var builder = DesignBuilder()
  let facts, view: ChannelID
  let job, reader: NodeID
  let rows, handler: HandlerID
  let read, decision: StepID

  init() {
    facts = builder.channel("facts", .topic)
    view = builder.channel("view", .table)
    builder.graph.channels[view.index].source = facts
    job = builder.node("view", kind: .stream)
    rows = builder.handler(job, .channel(facts))
    _ = builder.write(rows, "view")
    reader = builder.node("reader")
    handler = builder.handler(reader)
    read = builder.step(handler, .read(name: builder.name("view"), table: view, maxAge: .seconds(300)))
    decision = builder.write(handler, "decision")
  }

  func unit(_ request: UInt64 = 9) -> WorkUnit {
    WorkUnit(node: reader, handler: handler, root: request, path: 30, trigger: request)
  }

  func record(_ message: UInt64) -> StoredTrigger {
    StoredTrigger(channel: facts, message: message, root: message, path: 40, consumer: nil)
  }

  func row(_ message: UInt64) -> WorkUnit {
    WorkUnit(node: job, handler: rows, root: message, path: 40, trigger: message)
  }
}

@Suite struct StaleReadTests {
  private typealias Moment = (second: Int64, observations: [WorkObservation])

  /// Each event with its instant in seconds; the reader's work ends well, and so does the table's.
  private func judged(_ events: (TableDesign) -> [Moment]) -> Judgement {
    let design = TableDesign()
    var story = Story(design.builder.graph)
    for (second, observations) in events(design) {
      story.now = .start + .seconds(second)
      for observation in observations { story.tell(observation) }
    }
    return story.verdict(settled: false)
  }

  private func decides(_ design: TableDesign, _ request: UInt64 = 9) -> WorkObservation {
    .effect(
      AppliedEffect(
        unit: design.unit(request), step: design.decision, name: NameID(2), key: request, isCompensation: false))
  }

  private func reads(_ design: TableDesign, _ snapshot: UInt64, _ request: UInt64 = 9) -> [WorkObservation] {
    [
      .arrived(design.unit(request), attempt: 1),
      .read(design.unit(request), design.read, table: design.view, snapshot: snapshot),
    ]
  }

  @Test func aDecisionOnASnapshotThatLacksAnOldRecordIsStale() throws {
    let judgement = judged { design -> [Moment] in
      [(0, [.stored(design.record(1))]), (301, reads(design, 0)), (302, [decides(design)])]
    }
    #expect(judgement.outcome == [.stale])
    let anomaly = try #require(judgement.anomalies.first)
    #expect(anomaly.subject == .channel(ChannelID(1)) && anomaly.unit?.trigger == 9)
    let broken = judgement.expectations.filter { !$0.holds }.map { $0.expectation }
    #expect(broken == [Expectation.maxAge(ChannelID(1))])
  }

  @Test func aSnapshotThatLacksNothingIsNeverOld() {
    #expect(
      judged { design -> [Moment] in
        [
          (0, [.stored(design.record(1))]), (60, [.checkpointed(design.row(1), number: 1)]),
          (90_000, reads(design, 1) + [decides(design)]),
        ]
      }.outcome == [])
  }

  /// Five minutes to the second are within the bound; what came after the read counts from when it was stored.
  @Test(arguments: [(400, false), (401, true)] as [(Int64, Bool)])
  func theAgeIsThatOfTheOldestRecordWhichTheSnapshotLacks(second: Int64, isStale: Bool) {
    let judgement = judged { design -> [Moment] in
      [
        (0, [.stored(design.record(1))]), (60, [.checkpointed(design.row(1), number: 1)]), (61, reads(design, 1)),
        (100, [.stored(design.record(2))]), (160, [.checkpointed(design.row(2), number: 2)]),
        (second, [decides(design)]),
      ]
    }
    #expect(judgement.outcome == (isStale ? [.stale] : []))
  }

  @Test func aLaterSnapshotIsNotWhatWasRead() {
    for (snapshot, isStale) in [(1, true), (2, false)] as [(UInt64, Bool)] {
      let judgement = judged { design -> [Moment] in
        [
          (0, [.stored(design.record(1))]), (1, [.stored(design.record(2))]),
          (60, [.checkpointed(design.row(1), number: 1)]), (120, [.checkpointed(design.row(2), number: 2)]),
          (500, reads(design, snapshot) + [decides(design)]),
        ]
      }
      #expect(judgement.outcome == (isStale ? [.stale] : []))
    }
  }

  /// Another unit's read, and one of an earlier attempt, are no base of what is decided now; nor is a read that nothing
  /// follows a decision.
  @Test func onlyTheReadsOfThisAttemptCount() {
    let anothers = judged { design -> [Moment] in
      [(0, [.stored(design.record(1))]), (400, reads(design, 0)), (401, [decides(design, 8)])]
    }
    #expect(anothers.outcome == [])
    let idle = judged { design -> [Moment] in [(0, [.stored(design.record(1))]), (400, reads(design, 0))] }
    #expect(idle.outcome == [])
    #expect(
      judged { design -> [Moment] in
        [
          (0, [.stored(design.record(1))]), (400, reads(design, 0)), (401, [.arrived(design.unit(), attempt: 2)]),
          (402, [decides(design)]),
        ]
      }.outcome == [])
  }

  @Test func aFrontThatReadsItsLogAgainMakesNoRecordYounger() {
    #expect(
      judged { design -> [Moment] in
        [
          (0, [.stored(design.record(1))]), (300, [.stored(design.record(1))]),
          (301, reads(design, 0) + [decides(design)]),
        ]
      }.outcome == [.stale])
  }
}
