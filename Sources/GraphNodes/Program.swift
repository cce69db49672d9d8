public import Primitives
public import ProgressGraph

/// A handler's steps, flattened: nesting becomes jumps, so that where a unit stands is one number.
public struct Program: Equatable, Sendable {
  public enum Instruction: Equatable, Sendable {
    /// Do this step.
    case perform(StepID)
    /// Collect what follows for one commit. Nil: the whole handler of a transactional node without a `tx` of its own,
    /// and of a stream job in any case.
    case begin(StepID?)
    case commit(StepID?)
    /// Go on at `target` unless the trigger is this event.
    case skipUnless(event: NameID, target: Int)
    case jump(Int)
  }

  public private(set) var instructions: [Instruction] = []
  /// Where a failed call goes on, for calls with `on_error` steps.
  private var errorTargets: [StepID: Int] = [:]

  public init(handler: HandlerID, in graph: Graph) {
    let steps = graph[handler].steps
    let node = graph[graph[handler].node]
    let hasOwn = steps.contains { if case .transaction = graph[$0].verb { true } else { false } }
    let isImplicit = node.kind == .stream || node.work == .transactional && !hasOwn
    if isImplicit { instructions.append(.begin(nil)) }
    append(steps, of: graph)
    if isImplicit { instructions.append(.commit(nil)) }
  }

  public func errorTarget(of call: StepID) -> Int? { errorTargets[call] }

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
        appendRecovery(recovery, of: id, in: graph)
      }
    }
    if let event = step.when {
      instructions[guardPosition] = .skipUnless(event: event, target: instructions.count)
    }
  }

  private mutating func appendRecovery(_ steps: [StepID], of call: StepID, in graph: Graph) {
    let jumpPosition = instructions.count
    instructions.append(.jump(0))
    errorTargets[call] = instructions.count
    append(steps, of: graph)
    instructions[jumpPosition] = .jump(instructions.count)
  }
}
