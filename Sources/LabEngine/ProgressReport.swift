import GraphNodes
import Primitives
import ProgressGraph
import Properties

/// How far one trigger has come, with the names that people know.
public struct WorkflowReport: Equatable, Sendable {
  /// `web-1`.
  public var trigger: String
  public var isComplete: Bool
  /// True where the tree was too large to be told whole.
  public var isCut: Bool
  public var works: [WorkReport]

  public init(trigger: String, isComplete: Bool, isCut: Bool = false, works: [WorkReport]) {
    self.trigger = trigger
    self.isComplete = isComplete
    self.isCut = isCut
    self.works = works
  }
}

/// One piece of work of a workflow.
public struct WorkReport: Equatable, Sendable {
  /// The node, with the handler where it has a name: `shop`, `payment.charge`.
  public var place: String
  public var state: String
  /// Attempts that arrived.
  public var attempts: Int
  public var steps: [StepReport]

  public init(place: String, state: String, attempts: Int, steps: [StepReport] = []) {
    self.place = place
    self.state = state
    self.attempts = attempts
    self.steps = steps
  }
}

/// One step of a piece of work.
public struct StepReport: Equatable, Sendable {
  public var step: String
  public var state: String
  /// The node, channel or signal that a step in flight waits for.
  public var waitsFor: String?
  /// Attempts beyond the first.
  public var retries: Int
  /// The work that it started.
  public var below: [WorkReport]

  public init(step: String, state: String, waitsFor: String? = nil, retries: Int = 0, below: [WorkReport] = []) {
    self.step = step
    self.state = state
    self.waitsFor = waitsFor
    self.retries = retries
    self.below = below
  }
}

extension WorkJudge {
  func workflows(in graph: Graph) -> [WorkflowReport] {
    progress().map { workflow in
      WorkflowReport(
        trigger: graph.label(ofKey: KeyValue(field: nil, root: workflow.root).packed), isComplete: workflow.isComplete,
        isCut: workflow.isCut, works: workflow.works.map { $0.report(in: graph) })
    }
  }
}

extension WorkProgress {
  fileprivate func report(in graph: Graph) -> WorkReport {
    let node = graph[graph[handler].node].name
    return WorkReport(
      place: graph[handler].name.map { "\(node).\($0)" } ?? node, state: state.rawValue, attempts: attempts,
      steps: steps.map { $0.report(in: graph) })
  }
}

extension StepProgress {
  fileprivate func report(in graph: Graph) -> StepReport {
    let wait: String? =
      switch waitsFor {
      case nil: nil
      case .node(let node): graph[node].name
      case .channel(let channel): graph[channel].name
      case .signal(let name): graph[name]
      case .timer: "its timer"
      }
    return StepReport(
      step: graph[step].label, state: state.rawValue, waitsFor: wait, retries: retries,
      below: below.map { $0.report(in: graph) })
  }
}
