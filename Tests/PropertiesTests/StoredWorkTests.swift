// Method: synthetic streams of observations, one from a broken machine and one from a correct one for each rule.
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Testing

@Suite struct LostWorkTests {
  @Test func acknowledgedBeforeWorkThatNeverHappened() throws {
    let design = QueueDesign()
    var story = Story(design.builder.graph)
    story.tell(
      .stored(design.record()), .delivered(design.record(to: design.worker), attempt: 1),
      .acknowledged(design.record(to: design.worker)), .arrived(design.unit(), attempt: 1))
    let judgement = story.verdict()
    #expect(judgement.outcome == [.lost])
    let anomaly = try #require(judgement.anomalies.first)
    #expect(anomaly.subject == .channel(design.jobs))
    #expect(anomaly.step == 2)
    story.apply(design.unit(), design.a)
    story.apply(design.unit(), design.b)
    story.tell(.finished(design.unit()))
    #expect(story.outcome == [])
  }

  @Test func droppedPoisonIsLostUnlessSomethingOfItExists() {
    let design = QueueDesign()
    var story = Story(design.builder.graph)
    story.tell(
      .stored(design.record()), .arrived(design.unit(), attempt: 1), .failed(design.unit(), design.a, .poisoned),
      .dropped(design.record(to: design.worker)))
    #expect(story.outcome == [.lost])
    story.apply(design.unit(), design.a)
    #expect(story.outcome == [.partial])
  }

  /// A broken front that acknowledges instead of delivering again.
  @Test func aDroppedRedeliveryIsLost() {
    let design = QueueDesign()
    var story = Story(design.builder.graph)
    story.tell(
      .stored(design.record()), .delivered(design.record(to: design.worker), attempt: 1),
      .arrived(design.unit(), attempt: 1), .leaseExpired(design.record(to: design.worker)))
    #expect(story.outcome == [.stuck])
    story.tell(.acknowledged(design.record(to: design.worker)))
    #expect(story.outcome == [.lost])
  }

  @Test func whatNoLogHoldsAnyMoreIsLostRatherThanStuck() {
    let design = QueueDesign()
    var story = Story(design.builder.graph)
    story.tell(.stored(design.record()))
    #expect(story.outcome == [.stuck])
    #expect(story.verdict(facts: RunFacts(missing: [500])).outcome == [.lost])
  }

  @Test func aRunThatItsJournalForgotIsLost() {
    let design = QueueDesign(work: .durable)
    var story = Story(design.builder.graph)
    story.tell(
      .stored(design.record()), .arrived(design.unit(), attempt: 1), .accepted(design.unit()),
      .acknowledged(design.record(to: design.worker)))
    #expect(story.outcome == [.stuck])
    #expect(story.verdict(facts: RunFacts(missing: [500])).outcome == [.lost])
  }

  @Test func aKeyTooCoarseLosesTheSecondTrigger() {
    let design = CallDesign(work: .idempotent)
    var story = Story(design.builder.graph)
    story.ask(design, root: 1)
    story.serve(design, root: 1, [design.a, design.b])
    story.finish(design, root: 1)
    story.answer(design, root: 1)
    story.ask(design, root: 2, request: 200)
    let second = design.shopUnit(root: 2, request: 200)
    story.tell(.arrived(second, attempt: 1), .deduplicated(second, design.a))
    story.apply(second, design.b)
    story.finish(design, root: 2, request: 200)
    story.answer(design, root: 2, request: 200)
    #expect(story.outcome == [.lost])
    #expect(story.verdict().anomalies.first?.subject.name(in: story.graph) == "a")
  }

  @Test func aKeyThatRecognisesItsOwnRootLosesNothing() {
    let design = CallDesign(work: .idempotent)
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a])
    story.tell(.arrived(design.shopUnit(), attempt: 2), .deduplicated(design.shopUnit(), design.a))
    story.apply(design.shopUnit(), design.b)
    story.finish(design)
    story.answer(design)
    #expect(story.outcome == [])
  }

  /// The caller was told "ok" and went away: what a crash takes after that is gone for good.
  @Test func workThatEndsTooEarlyAfterItsAnswerIsLostOrPartial() {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [])
    story.tell(.replied(design.shopUnit(), nil))
    #expect(story.outcome == [])
    story.answer(design)
    #expect(story.outcome == [.lost])
    #expect(story.verdict().anomalies.first?.subject == .node(design.shop))
    story.apply(design.shopUnit(), design.a)
    #expect(story.outcome == [.partial])
    story.apply(design.shopUnit(), design.b)
    story.finish(design)
    #expect(story.outcome == [])
  }

  /// Nobody waits for the answer, so that nobody would ask again: what the network or a crash takes is gone.
  @Test func aRequestThatNobodyWaitsForIsLostUnlessSomethingOfItExists() throws {
    var design = CallDesign()
    var call = Call(target: design.shop, handler: design.shopHandler)
    call.isAwaited = false
    design.builder.graph.steps[design.call.index].verb = .call(call)
    var story = Story(design.builder.graph)
    story.ask(design)
    #expect(story.outcome == [])
    story.tell(.finished(design.webUnit()))
    #expect(story.outcome == [.lost])
    #expect(story.verdict().anomalies.first?.subject == .node(design.shop))
    story.serve(design, [])
    #expect(story.outcome == [.lost])
    story.apply(design.shopUnit(), design.a)
    #expect(story.outcome == [.partial])
    story.apply(design.shopUnit(), design.b)
    story.finish(design)
    #expect(story.outcome == [])
  }

  @Test func anAnswerFromADurableRunPromisesWhatItsJournalHolds() {
    let design = CallDesign(work: .durable)
    var story = Story(design.builder.graph)
    story.ask(design)
    story.tell(.arrived(design.shopUnit(), attempt: 1), .accepted(design.shopUnit()), .replied(design.shopUnit(), nil))
    story.answer(design)
    #expect(story.outcome == [.stuck])
  }

  @Test func aRequestThatADurableNodeAcceptedIsNotLost() {
    var design = CallDesign(work: .durable)
    var call = Call(target: design.shop, handler: design.shopHandler)
    call.isAwaited = false
    design.builder.graph.steps[design.call.index].verb = .call(call)
    var story = Story(design.builder.graph)
    story.ask(design)
    story.tell(.finished(design.webUnit()), .arrived(design.shopUnit(), attempt: 1), .accepted(design.shopUnit()))
    #expect(story.outcome == [.stuck])
  }

  @Test func anInboxThatSkipsAComputationLosesNothing() {
    var design = CallDesign(work: .transactional)
    let compute = design.builder.step(design.shopHandler, .compute(takes: .immediately))
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b])
    story.tell(.arrived(design.shopUnit(), attempt: 2), .deduplicated(design.shopUnit(), compute))
    story.finish(design)
    story.answer(design)
    #expect(story.outcome == [])
  }

  @Test func aTimerInMemoryIsLostAndADurableOneIsStuck() {
    for (trigger, code) in [(Trigger.cron(.seconds(1)), AnomalyCode.lost), (.every(.seconds(1)), .stuck)] {
      var builder = DesignBuilder()
      let node = builder.node("reporter")
      let handler = builder.handler(node, trigger)
      let write = builder.write(handler, "report")
      let unit = WorkUnit(node: node, handler: handler, root: 1, path: 1, trigger: 1)
      var story = Story(builder.graph)
      let firing = TimerFiring(node: node, handler: handler, root: 1, isDurable: code == .stuck)
      story.tell(code == .stuck ? .due(firing) : .missed(firing))
      #expect(story.outcome == [code], "the node is down")
      story.tell(.due(firing), .arrived(unit, attempt: 1))
      #expect(story.outcome == [code])
      story.apply(unit, write)
      story.tell(.finished(unit))
      #expect(story.outcome == [])
    }
  }
}

@Suite struct StuckAndParkedTests {
  @Test func aRecordThatNobodyAcknowledgesIsStuck() throws {
    let design = QueueDesign()
    var story = Story(design.builder.graph)
    story.tell(.stored(design.record()))
    #expect(story.verdict(settled: false).outcome == [])
    let anomaly = try #require(story.verdict().anomalies.first)
    #expect(anomaly.code == .stuck)
    #expect(anomaly.subject == .channel(design.jobs))
    #expect(anomaly.handler == design.handler)
    story.tell(.delivered(design.record(to: design.worker), attempt: 1), .arrived(design.unit(), attempt: 1))
    story.apply(design.unit(), design.a)
    // Endless retries: some of it stands, and nothing ever finishes.
    #expect(story.outcome == [.partial, .stuck])
    story.apply(design.unit(), design.b)
    story.tell(.finished(design.unit()), .acknowledged(design.record(to: design.worker)))
    #expect(story.outcome == [])
  }

  @Test func aTopicOwesItsRecordToEveryGroup() {
    var design = QueueDesign(kind: .topic)
    let other = design.builder.node("audit")
    let auditHandler = design.builder.handler(other, .channel(design.jobs))
    _ = design.builder.write(auditHandler, "audited")
    var story = Story(design.builder.graph)
    story.tell(.stored(design.record()), .arrived(design.unit(), attempt: 1))
    story.apply(design.unit(), design.a)
    story.apply(design.unit(), design.b)
    story.tell(.finished(design.unit()), .acknowledged(design.record(to: design.worker)))
    let stuck = story.verdict().anomalies
    #expect(stuck.map(\.code) == [.stuck])
    #expect(stuck.first?.handler == auditHandler)
  }

  @Test func aQueueOwesItToOneConsumerOnly() {
    var design = QueueDesign()
    let other = design.builder.node("helper")
    let otherHandler = design.builder.handler(other, .channel(design.jobs))
    let write = design.builder.write(otherHandler, "a")
    let unit = WorkUnit(node: other, handler: otherHandler, root: 1, path: 30, trigger: 500)
    var story = Story(design.builder.graph)
    story.tell(.stored(design.record()), .arrived(unit, attempt: 1))
    story.apply(unit, write)
    story.tell(.finished(unit), .acknowledged(design.record(to: other)))
    #expect(story.outcome == [])
  }

  @Test func anAcceptedRunThatEndsNowhereIsStuck() {
    let design = CallDesign(work: .durable)
    var story = Story(design.builder.graph)
    story.ask(design)
    story.tell(.arrived(design.shopUnit(), attempt: 1), .accepted(design.shopUnit()))
    story.apply(design.shopUnit(), design.a)
    story.tell(.retrying(design.shopUnit(), design.b, attempt: 2))
    story.giveUp(design)
    #expect(story.outcome == [.orphan, .partial, .stuck])
    #expect(story.verdict().failed == 0)
    story.apply(design.shopUnit(), design.b)
    story.tell(.finished(design.shopUnit()))
    #expect(story.outcome == [.orphan])
  }

  @Test func anInvocationThatTheEngineHoldsIsStuck() {
    let design = CallDesign(isReliable: true)
    let engine = ChannelID(design.builder.graph.channels.count)
    let invocation = StoredTrigger(channel: engine, message: 100, root: 1, path: 20, consumer: design.shop)
    var story = Story(design.builder.graph)
    story.ask(design)
    story.tell(.stored(invocation), .arrived(design.shopUnit(), attempt: 1))
    story.apply(design.shopUnit(), design.a)
    story.tell(.failed(design.shopUnit(), design.b, .poisoned))
    story.giveUp(design)
    #expect(story.outcome == [.partial, .stuck])
    #expect(story.verdict().failed == 0)
    // Without the engine's record it is a plain request, whose caller knows that it failed.
    var plain = Story(design.builder.graph)
    plain.ask(design)
    plain.tell(.arrived(design.shopUnit(), attempt: 1))
    plain.giveUp(design)
    #expect(plain.outcome == [])
    #expect(plain.verdict().failed == 1)
    story.tell(.arrived(design.shopUnit(), attempt: 2), .deduplicated(design.shopUnit(), design.a))
    story.apply(design.shopUnit(), design.b)
    story.tell(.finished(design.shopUnit()), .acknowledged(invocation))
    #expect(story.outcome == [.orphan])
  }

  @Test func parkedWorkIsParkedUntilARedriveFinishesIt() {
    let design = QueueDesign()
    var story = Story(design.builder.graph)
    story.tell(
      .stored(design.record()), .arrived(design.unit(), attempt: 1), .failed(design.unit(), design.a, .poisoned),
      .parked(design.record(to: design.worker)))
    #expect(story.outcome == [.parked])
    #expect(story.verdict(settled: false).outcome == [.parked])
    let redriven = design.unit(message: 501)
    story.tell(.arrived(redriven, attempt: 1))
    story.apply(redriven, design.a)
    #expect(story.outcome == [.parked, .partial])
    story.apply(redriven, design.b)
    story.tell(.finished(redriven))
    #expect(story.outcome == [])
  }
}
