// Method: synthetic streams of observations, one from a broken machine and one from a correct one for each rule.
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Testing

@Suite struct OrphanedCallersTests {
  @Test func aTimeOutWithEffectsBelowIsAnOrphan() throws {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b])
    story.finish(design)
    story.giveUp(design)
    let judgement = story.verdict()
    #expect(judgement.outcome == [.orphan])
    #expect(judgement.failed == 0)
    let anomaly = try #require(judgement.anomalies.first)
    #expect(anomaly.subject == .node(design.web))
    #expect(anomaly.count == 2)
  }

  @Test func aTimeOutWithoutEffectsIsACleanFailure() {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [])
    story.giveUp(design)
    #expect(story.outcome == [])
    #expect(story.verdict().failed == 1)
  }

  @Test func aLaterAnswerClearsTheEarlierTimeOut() {
    let design = CallDesign(work: .idempotent)
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b])
    story.tell(.callFailed(design.webUnit(), design.call, request: 100, .timedOut))
    #expect(story.outcome == [.orphan])
    story.ask(design, request: 101, isFirst: false)
    story.answer(design, request: 101)
    #expect(story.outcome == [])
  }

  @Test func theLastAttemptDecides() {
    let design = CallDesign(work: .idempotent)
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b])
    story.tell(.callFailed(design.webUnit(), design.call, request: 100, .timedOut))
    story.ask(design, request: 101, isFirst: false)
    story.giveUp(design, request: 101, .refused)
    #expect(story.outcome == [.orphan])
  }

  @Test func anAnswerThatNobodyAwaitsIsAnOrphanUnlessALaterOneCame() {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [])
    story.finish(design)
    story.tell(.replyIgnored(design.web, request: 100))
    #expect(story.outcome == [.orphan])
    story.ask(design, request: 101, isFirst: false)
    story.answer(design, request: 101)
    #expect(story.outcome == [])
  }

  @Test func anErrorThatNobodyAwaitsIsNoOrphan() {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [])
    story.tell(.replied(design.shopUnit(), .failed), .replyIgnored(design.web, request: 100))
    #expect(story.outcome == [])
  }

  @Test func aCallerThatCrashedObservedNothing() {
    var design = CallDesign()
    design.builder.graph.steps[design.call.index].verb = .call(retrying(design, 2))
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b])
    story.finish(design)
    #expect(story.outcome == [])
    // It saw one failure, would have tried again, and died before it could.
    story.tell(.callFailed(design.webUnit(), design.call, request: 100, .timedOut))
    #expect(story.outcome == [])
    story.ask(design, isFirst: false)
    story.tell(.callFailed(design.webUnit(), design.call, request: 100, .timedOut))
    story.ask(design, isFirst: false)
    story.tell(.callFailed(design.webUnit(), design.call, request: 100, .timedOut))
    #expect(story.outcome == [.orphan])
  }

  private func retrying(_ design: CallDesign, _ extra: Int) -> Call {
    var call = Call(target: design.shop, handler: design.shopHandler)
    call.retry = .times(extra)
    return call
  }

  @Test func effectsThatWereTakenBackOrphanNobody() {
    var design = CallDesign()
    let undo = design.builder.undo(design.a, by: "a_undone")
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a])
    story.tell(.failed(design.shopUnit(), design.b, .terminal), .compensating(design.shopUnit()))
    story.apply(design.shopUnit(), undo)
    story.giveUp(design, .terminal)
    #expect(story.outcome == [])
    #expect(story.verdict().failed == 1)
  }

  @Test func nobodyWaitsForAOneWayCall() {
    var design = CallDesign()
    var call = Call(target: design.shop, handler: design.shopHandler)
    call.isAwaited = false
    design.builder.graph.steps[design.call.index].verb = .call(call)
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b])
    story.finish(design)
    story.tell(.finished(design.webUnit()), .replyIgnored(design.web, request: 100))
    #expect(story.outcome == [])
  }
}

/// `web` calls `shop`, which calls `pay`, which charges.
private struct ChainDesign {
  var builder = DesignBuilder()
  let web, shop, pay: NodeID
  let outer, inner, charge: StepID
  let webUnit, shopUnit, payUnit: WorkUnit

  init(shopWork: WorkControl = .none) {
    web = builder.node("web", kind: .client)
    shop = builder.node("shop", work: shopWork)
    pay = builder.node("pay")
    let start = builder.handler(web, .start)
    let shopHandler = builder.handler(shop)
    let payHandler = builder.handler(pay)
    outer = builder.call(start, shopHandler)
    inner = builder.call(shopHandler, payHandler)
    charge = builder.write(payHandler, "charge")
    webUnit = WorkUnit(node: web, handler: start, root: 1, path: 1, trigger: 1)
    shopUnit = WorkUnit(node: shop, handler: shopHandler, root: 1, path: 2, trigger: 100)
    payUnit = WorkUnit(node: pay, handler: payHandler, root: 1, path: 3, trigger: 200)
  }

  /// Up to the inner time-out, the charge applied.
  func brokenStory() -> Story {
    var story = Story(builder.graph)
    story.tell(
      .started(web, root: 1), .arrived(webUnit, attempt: 1), .called(webUnit, outer, request: 100, attempt: 1),
      .arrived(shopUnit, attempt: 1), .called(shopUnit, inner, request: 200, attempt: 1),
      .arrived(payUnit, attempt: 1))
    story.apply(payUnit, charge)
    story.tell(.finished(payUnit), .callFailed(shopUnit, inner, request: 200, .timedOut))
    return story
  }
}

@Suite struct OrphanClearingTests {
  @Test func everyLevelThatSawTheFailureIsOrphaned() {
    let design = ChainDesign()
    var story = design.brokenStory()
    story.tell(
      .failed(design.shopUnit, design.inner, .timedOut),
      .callFailed(design.webUnit, design.outer, request: 100, .failed),
      .failed(design.webUnit, design.outer, .failed))
    #expect(story.verdict().anomalies.map(\.subject) == [.node(design.web), .node(design.shop)])
  }

  @Test func aCallerAboveThatWasAnsweredLaterClearsIt() {
    let design = ChainDesign()
    var story = design.brokenStory()
    story.tell(
      .failed(design.shopUnit, design.inner, .timedOut),
      .callFailed(design.webUnit, design.outer, request: 100, .failed),
      .called(design.webUnit, design.outer, request: 101, attempt: 2),
      .answered(design.webUnit, design.outer, request: 101), .finished(design.webUnit))
    #expect(story.outcome == [])
  }

  @Test func theAnswerOfTheSameAttemptClearsNothing() {
    let design = ChainDesign()
    var story = design.brokenStory()
    // The shop ignores the time-out and answers: the charge stays unknown to it.
    story.tell(
      .finished(design.shopUnit), .replied(design.shopUnit, nil),
      .answered(design.webUnit, design.outer, request: 100), .finished(design.webUnit))
    #expect(story.verdict().anomalies.map(\.subject) == [.node(design.shop)])
  }

  @Test func aRedeliveryThatFinishesClearsIt() {
    let design = ChainDesign()
    var story = design.brokenStory()
    story.tell(.failed(design.shopUnit, design.inner, .timedOut))
    #expect(story.outcome == [.orphan])
    story.tell(.arrived(design.shopUnit, attempt: 2), .finished(design.shopUnit))
    #expect(story.outcome == [])
  }

  @Test func aTreeWhoseTriggerIsKeptLeavesNobodyBehind() {
    let design = ChainDesign()
    var story = design.brokenStory()
    let jobs = ChannelID(7)
    let record = StoredTrigger(channel: jobs, message: 100, root: 1, path: 2, consumer: design.shop)
    story.tell(.failed(design.shopUnit, design.inner, .timedOut))
    #expect(story.outcome == [.orphan])
    var parked = story
    story.tell(.stored(record), .delivered(record, attempt: 1))
    #expect(story.outcome == [])
    parked.tell(.stored(record), .parked(record))
    #expect(parked.outcome == [.parked])
    story.tell(.acknowledged(record))
    #expect(story.outcome == [.orphan])
  }

  @Test func aDurableCallerIsNoOrphanWhileItsRunLasts() {
    let design = ChainDesign(shopWork: .durable)
    var story = design.brokenStory()
    story.tell(.retrying(design.shopUnit, design.inner, attempt: 2))
    #expect(story.outcome.contains(.orphan) == false)
    story.tell(.finished(design.shopUnit))
    #expect(story.outcome == [.orphan])
  }

  @Test func aTerminalAnswerOfARunIsASagaAndNoOrphan() {
    let design = CallDesign(work: .durable)
    var story = Story(design.builder.graph)
    story.ask(design)
    story.tell(.arrived(design.shopUnit(), attempt: 1), .accepted(design.shopUnit()))
    story.apply(design.shopUnit(), design.a)
    story.tell(.failed(design.shopUnit(), design.b, .terminal), .aborted(design.shopUnit()))
    story.giveUp(design, .terminal)
    #expect(story.outcome == [.saga])
  }
}

@Suite struct CleanFailureTests {
  private func failedStory(_ design: CallDesign) -> Story {
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [])
    story.giveUp(design)
    return story
  }

  @Test func itIsLostWorkWhereTheWorkflowMustComplete() {
    var design = CallDesign()
    design.builder.graph.workflow.mustComplete = true
    let story = failedStory(design)
    #expect(story.outcome == [.lost])
    #expect(story.verdict().failed == 1)
    let excused = story.verdict(facts: RunFacts(neverHeals: true))
    #expect(excused.outcome == [])
    #expect(excused.failed == 1)
  }

  @Test func aRootThatNobodyWasToldOfIsNoFailure() {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    story.ask(design)
    #expect(story.verdict().failed == 0)
  }
}
