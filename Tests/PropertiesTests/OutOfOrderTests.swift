// Method: synthetic streams of observations, one from a broken machine and one from a correct one for each rule.
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Testing

@Suite struct OutOfOrderEffectsTests {
  /// A queue whose consumer writes `a` and `b`; records 501 and 502 of roots 1 and 2, which share `customer`.
  private struct Queue {
    var design = QueueDesign()
    let customer: NameID

    init(ordered: Bool = true) {
      customer = design.builder.name("customer")
      if ordered {
        design.builder.graph.expectations.ordered = [.init(place: .channel(design.jobs), field: customer)]
      }
    }

    func story(isShared: Bool = true) -> Story {
      var story = Story(design.builder.graph)
      story.judge = WorkJudge(graph: design.builder.graph, same: isShared ? [customer] : [])
      for root in [1, 2] as [UInt64] {
        story.tell(.started(design.worker, root: root), .stored(design.record(root: root, message: 500 + root)))
      }
      return story
    }

    func unit(_ root: UInt64) -> WorkUnit { design.unit(root: root, message: 500 + root) }
  }

  @Test func `an older trigger's effect over a newer one's is out of order`() throws {
    let queue = Queue()
    var story = queue.story()
    story.apply(queue.unit(2), queue.design.a)
    #expect(story.verdict(settled: false).outcome == [])
    story.apply(queue.unit(1), queue.design.a)
    let judgement = story.verdict(settled: false)
    #expect(judgement.outcome == [.ooo])
    let anomaly = try #require(judgement.anomalies.first)
    #expect(anomaly.subject.name(in: story.graph) == "a" && anomaly.root == 1 && anomaly.count == 1)
    #expect(anomaly.key == KeyValue(field: queue.customer, root: 1).packed && anomaly.unit == queue.unit(1))
    let expectation = Expectation.ordered(.init(place: .channel(queue.design.jobs), field: queue.customer))
    #expect(judgement.violations.map(\.expectation) == [expectation])
  }

  @Test func `in order, interleaved by step, and without a shared value nothing is wrong`() {
    let queue = Queue()
    var story = queue.story()
    for step in [queue.design.a, queue.design.b] {
      story.apply(queue.unit(1), step)
      story.apply(queue.unit(2), step)
    }
    #expect(story.verdict(settled: false).outcome == [])
    for (queue, isShared) in [(queue, false), (Queue(ordered: false), true)] {
      var story = queue.story(isShared: isShared)
      story.apply(queue.unit(2), queue.design.a)
      story.apply(queue.unit(1), queue.design.a)
      #expect(story.verdict(settled: false).outcome == [])
    }
  }

  /// A redelivery that comes late is a duplicate, and it overwrites.
  @Test func `a repeated effect of the older trigger comes over the newer one`() {
    let queue = Queue()
    var story = queue.story()
    story.apply(queue.unit(1), queue.design.a)
    story.apply(queue.unit(2), queue.design.a)
    story.apply(queue.unit(1), queue.design.a)
    #expect(story.verdict(settled: false).outcome == [.dup, .ooo])
  }

  @Test func `of a channel the order of the records counts, not that of the roots`() {
    let queue = Queue()
    var story = Story(queue.design.builder.graph)
    story.judge = WorkJudge(graph: story.graph, same: [queue.customer])
    story.tell(.started(queue.design.worker, root: 1), .started(queue.design.worker, root: 2))
    story.tell(.stored(queue.design.record(root: 2, message: 502)), .stored(queue.design.record(root: 1, message: 501)))
    story.apply(queue.unit(2), queue.design.a)
    story.apply(queue.unit(1), queue.design.a)
    #expect(story.verdict(settled: false).outcome == [])
    story.apply(queue.unit(2), queue.design.b)
    story.apply(queue.unit(1), queue.design.b)
    story.apply(queue.unit(2), queue.design.b)
    #expect(story.verdict(settled: false).outcome == [.dup, .ooo])
  }

  /// Two records of one root have one value of every field.
  @Test func `records of one root are in order as well`() {
    let queue = Queue()
    var story = Story(queue.design.builder.graph)
    for message in [501, 502] as [UInt64] { story.tell(.stored(queue.design.record(message: message))) }
    let late = WorkUnit(
      node: queue.design.worker, handler: queue.design.handler, root: 1, path: 31, trigger: 502)
    story.apply(late, queue.design.a)
    story.apply(queue.design.unit(message: 501), queue.design.b)
    #expect(story.verdict(settled: false).outcome == [])
    story.apply(queue.design.unit(message: 501), queue.design.a)
    #expect(story.verdict(settled: false).outcome == [.dup, .ooo])
  }

  /// A redrive of the older trigger could only come over what the newer one did.
  @Test func `a parked trigger that a later one overtook is out of order`() {
    let queue = Queue()
    var story = queue.story()
    story.apply(queue.unit(1), queue.design.a)
    story.tell(
      .failed(queue.unit(1), queue.design.b, .poisoned),
      .parked(queue.design.record(message: 501, to: queue.design.worker)))
    #expect(story.verdict(settled: false).outcome == [.parked])
    story.apply(queue.unit(2), queue.design.a)
    #expect(story.verdict(settled: false).outcome == [.parked])
    story.apply(queue.unit(2), queue.design.b)
    let judgement = story.verdict(settled: false)
    #expect(judgement.outcome == [.ooo, .parked])
    #expect(judgement.anomalies.first?.subject.name(in: story.graph) == "b" && judgement.anomalies.first?.root == 1)
  }

  /// Redriven, it would be turned away as old.
  @Test func `a parked trigger whose writes have a version overtakes nothing`() {
    var queue = Queue()
    let step = queue.design.b.index
    guard case .write(let effect, let key, _) = queue.design.builder.graph.steps[step].verb else { return }
    queue.design.builder.graph.steps[step].verb = .write(effect: effect, key: key, version: queue.customer)
    var story = queue.story()
    story.apply(queue.unit(1), queue.design.a)
    story.tell(.parked(queue.design.record(message: 501, to: queue.design.worker)))
    story.apply(queue.unit(2), queue.design.a)
    story.apply(queue.unit(2), queue.design.b)
    #expect(story.verdict(settled: false).outcome == [.parked])
  }

  // MARK: Requests

  private func called(_ place: (CallDesign) -> Edge.End, serial: Bool = false) -> (CallDesign, Story) {
    var design = CallDesign()
    let customer = design.builder.name("customer")
    if serial {
      design.builder.graph.nodes[design.shop.index].serial = customer
    } else {
      design.builder.graph.expectations.ordered = [.init(place: place(design), field: customer)]
    }
    var story = Story(design.builder.graph)
    story.judge = WorkJudge(graph: story.graph, same: [customer])
    story.ask(design, root: 1, request: 101)
    story.ask(design, root: 2, request: 102)
    return (design, story)
  }

  @Test func `requests of a node are in the order of their roots, for callers too`() {
    for (place, serial) in [(\CallDesign.shop, false), (\CallDesign.web, false), (\CallDesign.shop, true)] {
      var (design, story) = called({ .node($0[keyPath: place]) }, serial: serial)
      story.serve(design, root: 2, request: 102, [design.a])
      story.serve(design, root: 1, request: 101, [design.a])
      #expect(story.verdict(settled: false).outcome == [.ooo])
      #expect(story.verdict(settled: false).violations.isEmpty == serial)
    }
  }

  @Test func `an effect's own key is an order, and a compensation has none`() {
    var design = CallDesign()
    let customer = design.builder.name("customer")
    let undo = design.builder.undo(design.a, by: "back")
    var story = Story(design.builder.graph)
    story.ask(design, root: 1, request: 101)
    story.ask(design, root: 2, request: 102)
    let key = KeyValue(field: customer, root: 1).packed
    for step in [undo, design.b] {
      for root in [2, 1] as [UInt64] { story.apply(design.shopUnit(root: root, request: 100 + root), step, key: key) }
    }
    let judgement = story.verdict(settled: false)
    #expect(judgement.outcome == [.ooo])
    #expect(judgement.anomalies.map { $0.subject.name(in: story.graph) } == ["b"])
  }
}

/// Keys that are too coarse: what one trigger did is taken for another's.
@Suite struct SwallowedWorkTests {
  @Test func `two roots with one key have doubled nothing, one of them twice has`() {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    for root in [1, 2, 2] as [UInt64] {
      story.ask(design, root: root, request: 100 + root)
      story.apply(design.shopUnit(root: root, request: 100 + root), design.a, key: 9)
      if root == 1 { #expect(story.verdict(settled: false).outcome == []) }
    }
    let judgement = story.verdict(settled: false)
    #expect(judgement.outcome == [.dup] && judgement.anomalies.map(\.root) == [2])
    #expect(judgement.anomalies.map(\.count) == [2])
  }

  @Test(arguments: [true, false]) func `a call that joins another root's run is lost`(isEngine: Bool) {
    let design = CallDesign(work: .durable)
    var story = Story(design.builder.graph)
    story.ask(design, root: 1, request: 100)
    story.serve(design, root: 1, request: 100, [design.a, design.b])
    story.finish(design, root: 1, request: 100)
    story.answer(design, root: 1, request: 100)
    #expect(story.outcome == [])
    // Through the engine both have one invocation; a durable target has one run for two requests.
    let second: UInt64 = isEngine ? 100 : 200
    story.ask(design, root: 2, request: second)
    if !isEngine { story.tell(.attached(design.shopUnit(root: 2, request: second))) }
    story.answer(design, root: 2, request: second)
    let judgement = story.verdict()
    #expect(judgement.outcome == [.lost] && judgement.anomalies.map(\.root) == [2])
  }

  @Test func `a call that joins the run of its own root is no loss`() {
    let design = CallDesign(work: .durable)
    var story = Story(design.builder.graph)
    story.ask(design)
    story.serve(design, [design.a, design.b])
    story.finish(design)
    story.ask(design, request: 101, isFirst: false)
    story.tell(.attached(design.shopUnit(request: 101)))
    story.answer(design, request: 101)
    #expect(story.outcome == [])
  }
}
