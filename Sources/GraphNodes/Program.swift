public import Primitives
public import ProgressGraph

/// A handler's steps, flattened: nesting becomes jumps, so that where a unit stands is one number.
public struct Program: Equatable, Sendable {
  public enum Instruction: Equatable, Sendable {
    /// Do this step.
    case perform(StepID)
    /// Collect what follows for one commit. Nil: the whole handler of a transactional node without a `tx` of its own.
    case begin(StepID?)
    case commit(StepID?)
    /// Go on at `target` unless the trigger is this event.
    case skipUnless(event: NameID, target: Int)
    case jump(Int)
  }

  public private(set) var instructions: [Instruction] = []
  /// Where a failed call with `on_error` steps goes on, and a wait that was not answered in time.
  private var fallbackTargets: [StepID: Int] = [:]

  public init(handler: HandlerID, in graph: Graph) {
    let steps = graph[handler].steps
    let isImplicit =
      graph[graph[handler].node].work == .transactional
      && !steps.contains { if case .transaction = graph[$0].verb { true } else { false } }
    if isImplicit { instructions.append(.begin(nil)) }
    append(steps, of: graph)
    if isImplicit { instructions.append(.commit(nil)) }
  }

  public func errorTarget(of call: StepID) -> Int? { fallbackTargets[call] }

  /// Never where the wait would go on otherwise, so that a journal tells the two apart.
  public func timeoutTarget(of wait: StepID) -> Int? { fallbackTargets[wait] }

  private mutating func append(_ steps: [StepID], of graph: Graph) {
    for step in steps { append(step, of: graph) }
  }

  private mutating func append(_ id: StepID, of graph: Graph) {
    let step = graph[id]
    let guardPosition = instructions.count
    if step.when != nil { instructions.append(.jump(0)) }
    if case .transaction(let steps, _) = step.verb {
      instructions.append(.begin(id))
      append(steps, of: graph)
      instructions.append(.commit(id))
    } else {
      instructions.append(.perform(id))
      if case .call(let call) = step.verb, case .steps(let recovery) = call.onError {
        appendFallback(recovery, of: id, in: graph)
      }
      if case .wait(let wait) = step.verb, wait.timeout != nil {
        appendFallback(wait.otherwise, of: id, in: graph)
      }
    }
    if let event = step.when {
      instructions[guardPosition] = .skipUnless(event: event, target: instructions.count)
    }
  }

  private mutating func appendFallback(_ steps: [StepID], of step: StepID, in graph: Graph) {
    let jumpPosition = instructions.count
    instructions.append(.jump(0))
    fallbackTargets[step] = instructions.count
    append(steps, of: graph)
    instructions[jumpPosition] = .jump(instructions.count)
  }
}
