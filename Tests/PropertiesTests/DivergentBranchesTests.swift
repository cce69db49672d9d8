// Method: synthetic streams of observations, one from a broken machine and one from a correct one for each rule.
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Testing

@Suite struct DivergentBranchesTests {
  /// `desk` decides between writing `refunded`, calling `bank` (which writes `paid`), and nothing.
  private struct Desk {
    var builder = DesignBuilder()
    let desk, bank: NodeID
    let handler, pay: HandlerID
    let choose, refund, call, paid: StepID

    init(loop: Int? = nil) {
      desk = builder.node("desk", kind: .agent)
      bank = builder.node("bank")
      handler = builder.handler(desk, .start)
      pay = builder.handler(bank)
      choose = builder.step(handler, .choose(Choose(branches: [], isRecorded: nil, loop: nil)))
      refund = builder.write(handler, "refunded", in: choose)
      call = builder.call(handler, pay, in: choose)
      paid = builder.write(pay, "paid")
      let branches = [("refund", [refund]), ("pay", [call]), ("neither", [])].map { name, steps in
        Choose.Branch(name: name, weight: 1, steps: steps)
      }
      builder.graph.steps[choose.index].verb = .choose(Choose(branches: branches, isRecorded: nil, loop: loop))
      builder.graph.workflow.start = desk
      builder.graph.expectations.exclusive = [[builder.name("refund"), builder.name("pay"), builder.name("neither")]]
    }

    var unit: WorkUnit { WorkUnit(node: desk, handler: handler, root: 1, path: 10, trigger: 1) }
    var bankUnit: WorkUnit { WorkUnit(node: bank, handler: pay, root: 1, path: 20, trigger: 100) }

    func story() -> Story {
      var story = Story(builder.graph)
      story.tell(.started(desk, root: 1), .arrived(unit, attempt: 1))
      return story
    }

    func decide(_ option: Int, turn: Int = 0) -> WorkObservation { .chose(unit, choose, option: option, turn: turn) }

    /// The whole of a branch: the write, or the call with what it does.
    func take(_ option: Int, turn: Int = 0, in story: inout Story) {
      story.tell(decide(option, turn: turn))
      if option == 0 { story.apply(unit, refund) }
      guard option == 1 else { return }
      story.tell(.called(unit, call, request: 100, attempt: 1), .arrived(bankUnit, attempt: 1))
      story.apply(bankUnit, paid)
      story.tell(.finished(bankUnit), .replied(bankUnit, nil), .answered(unit, call, request: 100))
    }
  }

  @Test func `effects of two branches of one decision diverge, below a call too`() throws {
    let desk = Desk()
    for order in [[0, 1], [1, 0]] {
      var story = desk.story()
      desk.take(order[0], in: &story)
      story.tell(.arrived(desk.unit, attempt: 2))
      desk.take(order[1], in: &story)
      story.tell(.finished(desk.unit))
      let judgement = story.verdict()
      #expect(judgement.outcome == [.diverge])
      let anomaly = try #require(judgement.anomalies.first)
      #expect(anomaly.subject.name(in: story.graph) == "desk" && anomaly.count == 2 && anomaly.root == 1)
      #expect(judgement.violations.map { $0.expectation.name(in: story.graph) } == ["exclusive refund, pay, neither"])
      #expect(story.verdict(settled: false).outcome == [])
    }
  }

  @Test func `one branch, the same one again, and one without an effect diverge from nothing`() {
    let desk = Desk()
    for order in [[0], [0, 0], [1, 1], [2, 0], [0, 2]] {
      var story = desk.story()
      for option in order { desk.take(option, in: &story) }
      story.tell(.finished(desk.unit))
      #expect(!story.outcome.contains(.diverge), "\(order)")
    }
    var undecided = desk.story()
    undecided.tell(desk.decide(0), .began(desk.unit, desk.refund), .arrived(desk.unit, attempt: 2))
    desk.take(1, in: &undecided)
    undecided.tell(.finished(desk.unit))
    #expect(undecided.outcome == [])
  }

  @Test func `another turn decides anew, the same turn of another attempt does not`() {
    let desk = Desk(loop: 3)
    var story = desk.story()
    desk.take(0, turn: 1, in: &story)
    desk.take(1, turn: 2, in: &story)
    story.tell(.finished(desk.unit))
    #expect(story.outcome == [])
    story.tell(.arrived(desk.unit, attempt: 2))
    desk.take(1, turn: 1, in: &story)
    story.tell(.finished(desk.unit))
    #expect(story.outcome == [.diverge, .dup])
  }

  @Test func `what was taken back stands no more`() {
    var desk = Desk()
    let undo = desk.builder.undo(desk.refund, by: "returned")
    var story = desk.story()
    desk.take(0, in: &story)
    story.apply(desk.unit, undo)
    desk.take(1, in: &story)
    story.tell(.finished(desk.unit))
    #expect(story.outcome == [])
  }

  /// Effects of different nodes that no decision separates: the file's word alone makes them exclude each other.
  @Test func `declared effects exclude each other under one root`() throws {
    var design = CallDesign()
    design.builder.graph.expectations.exclusive = [[design.builder.name("a"), design.builder.name("b")]]
    for (roots, outcome) in [([1, 1], [AnomalyCode.diverge]), ([1, 2], [])] as [([UInt64], [AnomalyCode])] {
      var story = Story(design.builder.graph)
      for (root, step) in zip(roots, [design.a, design.b]) {
        story.ask(design, root: root, request: 100 + root)
        story.serve(design, root: root, request: 100 + root, [step])
        story.finish(design, root: root, request: 100 + root)
        story.answer(design, root: root, request: 100 + root)
      }
      let judgement = story.verdict()
      #expect(judgement.outcome == outcome)
      let violated = judgement.violations.map { $0.expectation.name(in: story.graph) }
      #expect(violated == outcome.map { _ in "exclusive a, b" })
      if let anomaly = judgement.anomalies.first { #expect(anomaly.subject.name(in: story.graph) == "a, b") }
    }
  }

  /// A decision within a branch is another one in every turn of the loop around it.
  @Test func `a decision within a turn is of that turn`() {
    var builder = DesignBuilder()
    let desk = builder.node("desk", kind: .agent)
    let handler = builder.handler(desk, .start)
    let outer = builder.step(handler, .choose(Choose(branches: [], isRecorded: nil, loop: 3)))
    let inner = builder.step(handler, .choose(Choose(branches: [], isRecorded: nil, loop: nil)), in: outer)
    let steps = ["wide", "deep"].map { builder.write(handler, $0, in: inner) }
    let branches = steps.map { Choose.Branch(name: "b\($0.index)", weight: 1, steps: [$0]) }
    builder.graph.steps[inner.index].verb = .choose(Choose(branches: branches, isRecorded: nil, loop: nil))
    let again = Choose.Branch(name: "again", weight: 1, steps: [inner])
    builder.graph.steps[outer.index].verb = .choose(Choose(branches: [again], isRecorded: nil, loop: 3))
    let unit = WorkUnit(node: desk, handler: handler, root: 1, path: 10, trigger: 1)
    for (turns, outcome) in [([1, 2], []), ([1, 1], [AnomalyCode.diverge])] as [([Int], [AnomalyCode])] {
      var story = Story(builder.graph)
      story.tell(.started(desk, root: 1), .arrived(unit, attempt: 1))
      for (option, turn) in turns.enumerated() {
        story.tell(.chose(unit, outer, option: 0, turn: turn), .chose(unit, inner, option: option, turn: 0))
        story.apply(unit, steps[option])
      }
      story.tell(.finished(unit))
      #expect(story.outcome == outcome)
    }
  }
}
