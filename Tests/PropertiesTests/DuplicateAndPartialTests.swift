// Method: synthetic streams of observations, one from a broken machine and one from a correct one for each rule.
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Testing

@Suite struct DuplicateEffectsTests {
  @Test func anEffectAppliedTwiceIsADuplicate() throws {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a])
    story.serve(design, [design.a, design.b])
    story.finish(design)
    story.answer(design)
    let judgement = story.verdict()
    #expect(judgement.outcome == [.dup])
    let anomaly = try #require(judgement.anomalies.first)
    #expect(anomaly.subject.name(in: story.graph) == "a")
    #expect(anomaly.count == 2)
    #expect(anomaly.key == 1)
    #expect(anomaly.unit == design.shopUnit())
    // The event that doubled it: three of the client, five of the first attempt, an arrival and a begin.
    #expect(anomaly.step == 11)
  }

  @Test func aCompleteRunHasNoAnomaly() {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b])
    story.finish(design)
    story.answer(design)
    #expect(story.outcome == [])
    #expect(story.verdict().failed == 0)
  }

  @Test func anotherKeyIsAnotherEffect() {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [])
    story.apply(design.shopUnit(), design.a, key: 7)
    story.apply(design.shopUnit(), design.a, key: 8)
    story.apply(design.shopUnit(), design.b)
    story.finish(design)
    story.answer(design)
    #expect(story.outcome == [])
  }

  @Test func aHandlerThatNamesAnEffectTwiceMeansTwo() {
    var design = CallDesign()
    let again = design.builder.write(design.shopHandler, "a")
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b, again])
    story.finish(design)
    story.answer(design)
    #expect(story.outcome == [])
  }

  @Test func aRecordAnnouncedAgainIsCountedOnceAndASecondRecordTwice() {
    var design = CallDesign()
    let queue = design.builder.channel("mail", .queue)
    let send = design.builder.step(
      design.shopHandler, .send(Send(channel: queue, key: nil, delay: .zero, replyTo: nil)))
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b])
    story.apply(design.shopUnit(), send, record: 900)
    story.finish(design)
    story.answer(design)
    story.apply(design.shopUnit(), send, record: 900)
    #expect(story.outcome == [])
    story.apply(design.shopUnit(), send, record: 901)
    #expect(story.outcome == [.dup])
  }

  @Test func undoingTwiceIsADuplicateToo() {
    var design = CallDesign()
    let undo = design.builder.undo(design.a, by: "a_undone")
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a])
    story.tell(.failed(design.shopUnit(), design.b, .terminal))
    story.apply(design.shopUnit(), undo)
    var once = story
    once.giveUp(design, .terminal)
    #expect(once.outcome == [])
    story.apply(design.shopUnit(), undo)
    story.giveUp(design, .terminal)
    #expect(story.outcome == [.dup])
  }

  @Test func twoStepsThatCallOneExternalAreTwoEffects() {
    var builder = DesignBuilder()
    let shop = builder.node("shop")
    let psp = builder.node("psp", kind: .external)
    let handler = builder.handler(shop, .start)
    let pay = builder.handler(psp)
    let charge = builder.call(handler, pay)
    let refund = builder.call(handler, pay)
    _ = builder.name("psp")
    var story = Story(builder.graph)
    for (path, step) in [(1, charge), (2, refund)] as [(UInt64, StepID)] {
      let unit = WorkUnit(node: psp, handler: pay, root: 1, path: path, trigger: path)
      story.apply(unit, step)
      story.tell(.finished(unit))
    }
    #expect(story.outcome == [])
    story.apply(WorkUnit(node: psp, handler: pay, root: 1, path: 1, trigger: 9), charge)
    #expect(story.outcome == [.dup])
  }
}

@Suite struct PartialWorkTests {
  /// A unit whose trigger was acknowledged before the work, so that nothing else is to be told of it.
  private func story(of design: QueueDesign) -> Story {
    var story = Story(design.builder.graph)
    story.tell(
      .stored(design.record()), .acknowledged(design.record(to: design.worker)), .arrived(design.unit(), attempt: 1))
    return story
  }

  @Test func someEffectsWithoutTheOthersArePartial() throws {
    let design = QueueDesign()
    var story = story(of: design)
    story.apply(design.unit(), design.a)
    let judgement = story.verdict()
    #expect(judgement.outcome == [.partial])
    let anomaly = try #require(judgement.anomalies.first)
    #expect(anomaly.count == 1)
    #expect(anomaly.subject == .node(design.worker))
  }

  @Test func allEffectsAreNotPartialThoughTheUnitNeverFinished() {
    let design = QueueDesign()
    var story = story(of: design)
    story.apply(design.unit(), design.a)
    story.apply(design.unit(), design.b)
    #expect(story.outcome == [])
  }

  @Test func aLaterAttemptUnderAnotherIdFinishesTheWork() {
    let design = QueueDesign(work: .idempotent)
    var story = story(of: design)
    story.apply(design.unit(), design.a)
    let second = design.unit(message: 501)
    story.tell(.arrived(second, attempt: 2), .deduplicated(second, design.a))
    story.apply(second, design.b)
    #expect(story.outcome == [])
    story.tell(.finished(second))
    #expect(story.outcome == [])
  }

  /// A write that was rejected as old is owed no more: neither partial work nor, where it was all there was, lost.
  @Test func aRejectedWriteIsNeitherAppliedNorOwed() {
    let design = QueueDesign()
    var story = story(of: design)
    story.apply(design.unit(), design.a)
    #expect(story.outcome == [.partial])
    story.tell(.began(design.unit(), design.b), .outdated(design.unit(), design.b))
    #expect(story.outcome == [])
    var empty = Story(design.builder.graph)
    let consumed = design.record(to: design.worker)
    empty.tell(.stored(design.record()), .acknowledged(consumed), .arrived(design.unit(), attempt: 1))
    empty.tell(.outdated(design.unit(), design.a))
    #expect(empty.outcome == [.lost], "the other write is owed")
    empty.tell(.outdated(design.unit(), design.b))
    #expect(empty.outcome == [])
  }

  /// Tried again, it meets what its own first try left: no other trigger has taken its place.
  @Test func aRejectedWriteThatIsRecognisedLaterIsNotSwallowed() {
    let design = QueueDesign()
    var story = story(of: design)
    story.apply(design.unit(), design.b)
    story.tell(.arrived(design.unit(), attempt: 2), .deduplicated(design.unit(), design.a), .finished(design.unit()))
    #expect(story.outcome == [.lost])
    story.tell(.outdated(design.unit(), design.a))
    #expect(story.outcome == [])
  }

  @Test func anAcknowledgedTriggerWhoseCallWasNeverMadeIsPartial() {
    var design = QueueDesign()
    let pay = design.builder.node("pay")
    let payHandler = design.builder.handler(pay)
    let charge = design.builder.write(payHandler, "charge")
    let call = design.builder.call(design.handler, payHandler)
    design.builder.graph.expectations.once = [design.builder.name("charge")]
    var story = story(of: design)
    story.apply(design.unit(), design.a)
    story.apply(design.unit(), design.b)
    #expect(story.outcome == [.partial])
    #expect(story.verdict().expectations.first?.holds == false)
    let payUnit = WorkUnit(node: pay, handler: payHandler, root: 1, path: 40, trigger: 600)
    story.tell(.called(design.unit(), call, request: 600, attempt: 1), .arrived(payUnit, attempt: 1))
    story.apply(payUnit, charge)
    story.tell(.finished(payUnit), .answered(design.unit(), call, request: 600))
    #expect(story.outcome == [])
  }

  @Test func aSingleEffectIsNeverPartial() {
    var builder = DesignBuilder()
    let jobs = builder.channel("jobs", .queue)
    let worker = builder.node("worker")
    let handler = builder.handler(worker, .channel(jobs))
    let only = builder.write(handler, "a")
    var story = Story(builder.graph)
    let unit = WorkUnit(node: worker, handler: handler, root: 1, path: 1, trigger: 1)
    story.tell(.arrived(unit, attempt: 1))
    story.apply(unit, only)
    #expect(story.outcome == [])
  }

  @Test func compensationsFallbacksAndForeignEventsAreNotExpected() {
    var design = QueueDesign()
    _ = design.builder.undo(design.a, by: "a_undone")
    let other = design.builder.name("Other")
    _ = design.builder.step(
      design.handler, .write(effect: design.builder.name("c"), key: nil, version: nil), when: other)
    var story = story(of: design)
    story.apply(design.unit(), design.a)
    story.apply(design.unit(), design.b)
    #expect(story.outcome == [])
  }

  @Test func aStepForThisEventIsExpectedOnceItBegan() {
    var design = QueueDesign()
    let event = design.builder.name("Placed")
    let third = design.builder.step(
      design.handler, .write(effect: design.builder.name("c"), key: nil, version: nil), when: event)
    var story = story(of: design)
    story.apply(design.unit(), design.a)
    story.apply(design.unit(), design.b)
    story.tell(.began(design.unit(), third))
    #expect(story.outcome == [.partial])
  }

  @Test func compensatedWorkIsNotPartial() {
    var design = QueueDesign()
    let undo = design.builder.undo(design.a, by: "a_undone")
    var story = story(of: design)
    story.apply(design.unit(), design.a)
    story.tell(.failed(design.unit(), design.b, .terminal), .compensating(design.unit()))
    #expect(story.outcome == [.partial])
    // A compensation that failed on its one try ends too, without having been done.
    story.tell(.began(design.unit(), undo), .ended(design.unit(), undo))
    #expect(story.outcome == [.partial])
    story.apply(design.unit(), undo)
    #expect(story.outcome.contains(.partial) == false)
  }

  @Test func onlyTheBranchTakenIsExpected() {
    var design = QueueDesign()
    let choose = design.builder.step(design.handler, .choose(Choose(branches: [], isRecorded: nil, loop: nil)))
    let left = design.builder.write(design.handler, "left", in: choose)
    let right = design.builder.write(design.handler, "right", in: choose)
    let far = design.builder.write(design.handler, "far", in: choose)
    design.builder.graph.steps[choose.index].verb = .choose(
      Choose(
        branches: [
          Choose.Branch(name: "left", weight: 1, steps: [left]),
          Choose.Branch(name: "right", weight: 1, steps: [right, far]),
        ], isRecorded: nil, loop: nil))
    var story = story(of: design)
    story.apply(design.unit(), design.a)
    story.apply(design.unit(), design.b)
    // Whichever branch is taken, an effect is still to come.
    #expect(story.outcome == [.partial])
    var leftStory = story
    leftStory.apply(design.unit(), left)
    #expect(leftStory.outcome == [])
    story.apply(design.unit(), right)
    #expect(story.outcome == [.partial])
  }

  @Test func stepsAfterARefusalAreNotOnThePath() {
    var builder = DesignBuilder()
    let jobs = builder.channel("jobs", .queue)
    let worker = builder.node("worker")
    let handler = builder.handler(worker, .channel(jobs))
    let a = builder.write(handler, "a")
    let refuse = builder.step(handler, .fail(reason: builder.name("sold_out")))
    _ = builder.write(handler, "b")
    let unit = WorkUnit(node: worker, handler: handler, root: 1, path: 1, trigger: 1)
    var story = Story(builder.graph)
    story.tell(.arrived(unit, attempt: 1))
    story.apply(unit, a)
    #expect(story.outcome == [.partial])
    story.tell(.began(unit, refuse), .failed(unit, refuse, .terminal))
    #expect(story.outcome == [])
  }
}
