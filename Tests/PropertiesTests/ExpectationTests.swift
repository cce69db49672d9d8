// Method: one short synthetic stream per line of the table "which code violates which expectation".
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Testing

@Suite struct ExpectationTests {
  /// The names of the violated expectations, in the order of the list.
  private func violated(_ story: Story, _ facts: RunFacts = RunFacts()) -> [String] {
    story.verdict(facts: facts).expectations.filter { !$0.holds }.map { $0.expectation.name(in: story.graph) }
  }

  private func duplicated(_ design: CallDesign) -> Story {
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.a, design.b])
    story.finish(design)
    story.answer(design)
    return story
  }

  @Test func everyExpectationIsListedByItsName() {
    var design = CallDesign()
    design.builder.graph.expectations.once = [design.builder.name("a")]
    design.builder.graph.expectations.atMostOnce = [design.builder.name("b")]
    design.builder.graph.expectations.allOrNone = [[design.builder.name("a"), design.builder.name("b")]]
    design.builder.graph.expectations.eventually = [design.builder.name("b")]
    design.builder.graph.expectations.never = [.orphan]
    design.builder.graph.workflow.mustComplete = true
    let story = Story(design.builder.graph)
    #expect(
      story.verdict().expectations.map { $0.expectation.name(in: story.graph) } == [
        "once a", "at_most_once b", "all_or_none a, b", "all_or_none shop", "eventually b", "must_complete",
        "never ORPHAN",
      ])
    #expect(story.verdict().violations.isEmpty)
  }

  @Test func aDuplicateViolatesOnceForItsOwnEffectOnly() {
    var design = CallDesign()
    design.builder.graph.expectations.once = [design.builder.name("a"), design.builder.name("b")]
    #expect(violated(duplicated(design)) == ["once a"])
    design.builder.graph.expectations.once = []
    design.builder.graph.expectations.atMostOnce = [design.builder.name("a")]
    #expect(violated(duplicated(design)) == ["at_most_once a"])
  }

  @Test func whatIsToleratedViolatesNothing() {
    var design = CallDesign()
    design.builder.graph.expectations.once = [design.builder.name("a")]
    design.builder.graph.expectations.tolerate = [
      .init(anomaly: .dup, subject: design.builder.name("b"), because: "another effect")
    ]
    #expect(violated(duplicated(design)) == ["once a"])
    design.builder.graph.expectations.tolerate = [
      .init(anomaly: .dup, subject: design.builder.name("a"), because: "the receiver counts")
    ]
    #expect(violated(duplicated(design)) == [])
    design.builder.graph.expectations.tolerate = [.init(anomaly: .dup, subject: nil, because: "all")]
    #expect(violated(duplicated(design)) == [])
    #expect(duplicated(design).outcome == [.dup])
  }

  @Test func lostWorkViolatesOnceAndEventually() {
    var design = QueueDesign()
    design.builder.graph.expectations.once = [design.builder.name("a")]
    design.builder.graph.expectations.eventually = [design.builder.name("b")]
    design.builder.graph.workflow.mustComplete = true
    var story = Story(design.builder.graph)
    story.tell(.stored(design.record()), .acknowledged(design.record(to: design.worker)))
    #expect(violated(story) == ["once a", "eventually b", "must_complete"])
    story.tell(.arrived(design.unit(), attempt: 1))
    story.apply(design.unit(), design.a)
    // PARTIAL now: the missing member is no longer LOST, and `a` is there.
    #expect(violated(story) == ["all_or_none worker"])
  }

  @Test func aStuckReactionOutsideTheCoreIsNoBrokenPromise() {
    var design = QueueDesign()
    design.builder.graph.workflow.mustComplete = true
    let other = design.builder.node("core")
    design.builder.graph.workflow.core = [other]
    var story = Story(design.builder.graph)
    story.tell(.stored(design.record()))
    #expect(story.outcome == [.stuck])
    #expect(violated(story) == [])
    design.builder.graph.workflow.core = [design.worker]
    story = Story(design.builder.graph)
    story.tell(.stored(design.record()))
    #expect(violated(story) == ["must_complete"])
  }

  @Test func aCleanFailureViolatesEventuallyAndNotOnce() {
    var design = CallDesign()
    design.builder.graph.expectations.once = [design.builder.name("a")]
    design.builder.graph.expectations.eventually = [design.builder.name("b")]
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [])
    story.giveUp(design)
    #expect(violated(story) == ["eventually b"])
    #expect(violated(story, RunFacts(neverHeals: true)) == [])
    design.builder.graph.workflow.mustComplete = true
    var promised = Story(design.builder.graph)
    promised.ask(design)
    promised.giveUp(design)
    #expect(violated(promised) == ["eventually b", "must_complete"])
    #expect(violated(promised, RunFacts(neverHeals: true)) == [])
  }

  @Test func neverNamesFurtherCodes() {
    var design = CallDesign()
    design.builder.graph.expectations.never = [.orphan]
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b])
    #expect(violated(story) == [])
    story.giveUp(design)
    #expect(violated(story) == ["never ORPHAN"])
    design.builder.graph.expectations.never = []
    var shown = Story(design.builder.graph)
    shown.ask(design)
    shown.serve(design, [design.a, design.b])
    shown.giveUp(design)
    #expect(shown.outcome == [.orphan])
    #expect(violated(shown) == [])
  }

  @Test func whatNeverHealsExcusesWorkInPlainSightAndNotSilence() {
    var design = QueueDesign(work: .durable)
    design.builder.graph.workflow.mustComplete = true
    design.builder.graph.expectations.once = [design.builder.name("b")]
    var story = Story(design.builder.graph)
    story.tell(.arrived(design.unit(), attempt: 1), .accepted(design.unit()))
    story.apply(design.unit(), design.a)
    story.tell(.retrying(design.unit(), design.b, attempt: 9))
    #expect(story.outcome == [.partial, .stuck])
    #expect(violated(story) == ["once b", "all_or_none worker", "must_complete"])
    #expect(violated(story, RunFacts(neverHeals: true)) == [])
    // Without a journal the same silence is no answer.
    var plain = QueueDesign()
    plain.builder.graph.workflow.mustComplete = true
    var silent = Story(plain.builder.graph)
    silent.tell(.stored(plain.record()), .acknowledged(plain.record(to: plain.worker)))
    #expect(violated(silent, RunFacts(neverHeals: true)) == ["must_complete"])
  }

  @Test func parkedWorkIsARightAnswerOnlyWhereAFaultNeverHeals() {
    var design = QueueDesign()
    design.builder.graph.expectations.never = [.parked]
    var story = Story(design.builder.graph)
    story.tell(.stored(design.record()), .arrived(design.unit(), attempt: 1))
    story.apply(design.unit(), design.a)
    story.tell(.parked(design.record(to: design.worker)))
    #expect(story.outcome == [.parked, .partial])
    #expect(violated(story) == ["all_or_none worker", "never PARKED"])
    #expect(violated(story, RunFacts(neverHeals: true)) == [])
  }

  @Test func aSplitGroupViolatesThatGroup() {
    var builder = DesignBuilder()
    let first = builder.node("first")
    let second = builder.node("second")
    let firstHandler = builder.handler(first, .start)
    let secondHandler = builder.handler(second)
    let a = builder.write(firstHandler, "a")
    _ = builder.write(secondHandler, "b")
    _ = builder.write(secondHandler, "c")
    builder.graph.expectations.allOrNone = [
      [builder.name("a"), builder.name("b")], [builder.name("b"), builder.name("c")],
    ]
    var story = Story(builder.graph)
    story.apply(WorkUnit(node: first, handler: firstHandler, root: 1, path: 1, trigger: 1), a)
    #expect(violated(story) == ["all_or_none a, b"])
  }
}

@Suite struct WorkJudgeTests {
  @Test func aCopyGoesOnByItself() {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a])
    let before = story
    story.serve(design, [design.a])
    #expect(story.verdict(settled: false).outcome == [.dup])
    #expect(before.verdict(settled: false).outcome == [])
    #expect(before.outcome == [.partial])
  }

  @Test func codesAreSortedAndStandOnce() {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    for root in 1...3 as ClosedRange<UInt64> {
      story.ask(design, root: root, request: root * 100)
      story.serve(design, root: root, request: root * 100, [design.a, design.a])
      story.giveUp(design, root: root, request: root * 100)
    }
    let judgement = story.verdict()
    #expect(judgement.outcome == [.dup, .orphan, .partial])
    #expect(judgement.anomalies.count == 9)
    #expect(judgement.anomalies.map(\.key) == [1, 2, 3, 1, 2, 3, 1, 2, 3])
  }

  /// Sixty-five steps and more leave the first word of the step sets.
  @Test func largeGraphsAreJudgedAlike() {
    var design = QueueDesign()
    let other = design.builder.handler(design.worker)
    for index in 0..<80 { _ = design.builder.write(other, "other\(index)") }
    let event = design.builder.name("Placed")
    let late = design.builder.step(
      design.handler, .write(effect: design.builder.name("late"), key: nil, version: nil), when: event)
    var story = Story(design.builder.graph)
    story.tell(.arrived(design.unit(), attempt: 1))
    story.apply(design.unit(), design.a)
    story.apply(design.unit(), design.b)
    #expect(story.outcome == [])
    story.tell(.began(design.unit(), late))
    #expect(story.outcome == [.partial])
  }
}
