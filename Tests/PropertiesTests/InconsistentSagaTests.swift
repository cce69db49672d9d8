// Method: synthetic streams of observations, one from a broken machine and one from a correct one for each rule.
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Testing

/// `order` calls `stock` and `pay`, with an undo each; `reserved`, `charged` must agree.
private struct SagaDesign {
  var builder = DesignBuilder()
  let order, stock, pay: NodeID
  let handler, stockHandler, releaseHandler, payHandler: HandlerID
  let reserve, release, charge, reserved, released, charged: StepID

  init(work: WorkControl, declaresGroup: Bool = true) {
    order = builder.node("order", work: work)
    stock = builder.node("stock")
    pay = builder.node("pay")
    handler = builder.handler(order, .start)
    stockHandler = builder.handler(stock, name: "reserve")
    releaseHandler = builder.handler(stock, name: "release")
    payHandler = builder.handler(pay)
    reserve = builder.call(handler, stockHandler)
    release = builder.call(handler, releaseHandler, in: reserve)
    builder.graph.steps[reserve.index].undo = release
    charge = builder.call(handler, payHandler)
    reserved = builder.write(stockHandler, "reserved")
    released = builder.write(releaseHandler, "released")
    charged = builder.write(payHandler, "charged")
    if declaresGroup { builder.graph.expectations.allOrNone = [[builder.name("reserved"), builder.name("charged")]] }
  }

  var unit: WorkUnit { WorkUnit(node: order, handler: handler, root: 1, path: 1, trigger: 1) }
  var stockUnit: WorkUnit { WorkUnit(node: stock, handler: stockHandler, root: 1, path: 2, trigger: 100) }
  var releaseUnit: WorkUnit { WorkUnit(node: stock, handler: releaseHandler, root: 1, path: 3, trigger: 200) }
  var payUnit: WorkUnit { WorkUnit(node: pay, handler: payHandler, root: 1, path: 4, trigger: 300) }

  func reservedStory() -> Story {
    var story = Story(builder.graph)
    story.tell(.started(order, root: 1), .arrived(unit, attempt: 1))
    if builder.graph[order].work == .durable { story.tell(.accepted(unit)) }
    story.tell(.called(unit, reserve, request: 100, attempt: 1), .arrived(stockUnit, attempt: 1))
    story.apply(stockUnit, reserved)
    story.tell(
      .finished(stockUnit), .answered(unit, reserve, request: 100), .called(unit, charge, request: 300, attempt: 1))
    return story
  }
}

extension Story {
  fileprivate mutating func release(_ design: SagaDesign, isAnswered: Bool = true) {
    tell(
      .began(design.unit, design.release), .called(design.unit, design.release, request: 200, attempt: 1),
      .arrived(design.releaseUnit, attempt: 1))
    apply(design.releaseUnit, design.released)
    tell(.finished(design.releaseUnit))
    if isAnswered {
      tell(.answered(design.unit, design.release, request: 200), .performed(design.unit, design.release))
    }
  }
}

@Suite struct InconsistentSagaTests {
  @Test func oneMemberWithoutTheOtherSplitsTheGroup() throws {
    let design = SagaDesign(work: .none)
    let story = design.reservedStory()
    let judgement = story.verdict()
    #expect(judgement.outcome == [.saga])
    let anomaly = try #require(judgement.anomalies.first)
    #expect(anomaly.subject.name(in: story.graph) == "reserved, charged")
    #expect(anomaly.count == 1)
  }

  @Test func aCompleteGroupAgrees() {
    let design = SagaDesign(work: .none)
    var story = design.reservedStory()
    story.tell(.arrived(design.payUnit, attempt: 1))
    story.apply(design.payUnit, design.charged)
    story.tell(.finished(design.payUnit), .answered(design.unit, design.charge, request: 300), .finished(design.unit))
    #expect(story.outcome == [])
  }

  @Test func aMemberWhoseRowHasANewerVersionIsNotMissing() {
    let design = SagaDesign(work: .none)
    var story = design.reservedStory()
    story.tell(.arrived(design.payUnit, attempt: 1))
    #expect(story.outcome == [.saga])
    story.tell(.began(design.payUnit, design.charged), .outdated(design.payUnit, design.charged))
    #expect(story.outcome == [])
  }

  @Test(arguments: [true, false]) func aGroupTakenBackAgrees(isAnswered: Bool) {
    let design = SagaDesign(work: .none)
    var story = design.reservedStory()
    story.tell(.callFailed(design.unit, design.charge, request: 300, .terminal))
    story.tell(.failed(design.unit, design.charge, .terminal), .compensating(design.unit))
    // An undo whose answer is lost has still undone what it reached.
    story.release(design, isAnswered: isAnswered)
    #expect(story.outcome == [])
  }

  @Test func anUndoThatRacesALateSuccessUndidNothing() {
    let design = SagaDesign(work: .none, declaresGroup: true)
    var story = Story(design.builder.graph)
    story.tell(
      .started(design.order, root: 1), .arrived(design.unit, attempt: 1),
      .called(design.unit, design.reserve, request: 100, attempt: 1), .arrived(design.stockUnit, attempt: 1),
      .callFailed(design.unit, design.reserve, request: 100, .timedOut), .compensating(design.unit))
    story.release(design)
    #expect(story.outcome.contains(.saga) == false)
    story.apply(design.stockUnit, design.reserved)
    #expect(story.outcome.contains(.saga))
  }

  @Test func compensatedByDecidesWhereItNamesTheEffect() {
    var design = SagaDesign(work: .none)
    design.builder.graph.expectations.compensatedBy = [
      .init(effect: design.builder.name("reserved"), undoneBy: design.builder.name("released"))
    ]
    var story = design.reservedStory()
    story.tell(.failed(design.unit, design.charge, .terminal))
    // An undo that claims success without the effect it promised.
    story.tell(.began(design.unit, design.release), .performed(design.unit, design.release))
    #expect(story.outcome.contains(.saga))
    story.apply(design.releaseUnit, design.released)
    #expect(story.outcome == [])
  }

  @Test func aGroupInsideOneNodeIsNoSaga() {
    var design = CallDesign()
    design.builder.graph.expectations.allOrNone = [[design.builder.name("a"), design.builder.name("b")]]
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a])
    #expect(story.outcome == [.partial])
  }

  @Test func anAbortedRunThatLeavesEffectsIsASaga() throws {
    let design = SagaDesign(work: .durable, declaresGroup: false)
    var story = design.reservedStory()
    story.tell(.callFailed(design.unit, design.charge, request: 300, .terminal))
    story.tell(.failed(design.unit, design.charge, .terminal))
    var compensated = story
    compensated.release(design)
    compensated.tell(.aborted(design.unit))
    #expect(compensated.outcome == [])
    story.tell(.aborted(design.unit))
    #expect(story.outcome == [.saga])
    let anomaly = try #require(story.verdict().anomalies.first)
    #expect(anomaly.subject == .node(design.order))
    #expect(anomaly.count == 1)
  }

  @Test func aDeclaredGroupSaysWhichEffectsOfARunMustAgree() {
    var design = SagaDesign(work: .durable)
    let note = design.builder.write(design.handler, "note")
    var story = design.reservedStory()
    story.apply(design.unit, note)
    story.tell(.failed(design.unit, design.charge, .terminal))
    story.release(design)
    story.tell(.aborted(design.unit))
    #expect(story.outcome == [])
  }
}
