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
    /// Draw the branch of this `choose`, and go on there.
    case choose(StepID)
    /// The turns of this `choose` count from zero.
    case enterLoop(StepID)
    /// A turn is over: go on at `again`, or behind the loop where it was the last that the loop allows.
    case endTurn(StepID, again: Int)
    /// The loop is over, and its count with it.
    case leaveLoop(StepID)
    /// Start the strands of this `parallel` or `each`, and wait for as many as it says.
    case fork(StepID)
    case endStrand
    /// The compensation is done; the next one follows.
    case endUndo
    /// The handler is done.
    case end
  }

  /// What a `choose` can decide: options are its branches in the order of the file, and after the first turn of a loop
  /// perhaps one more, to take no further turn.
  public struct Decision: Equatable, Sendable {
    /// Of the first turn.
    public var weights: [UInt32] = []
    /// Of every further turn.
    public var weightsAgain: [UInt32] = []
    /// By option, where to go on.
    public var targets: [Int] = []
    public var turns = 1
  }

  /// How a fan-out goes on.
  public struct Fan: Equatable, Sendable {
    /// Where each strand begins.
    public var targets: [Int] = []
    /// How many of them have to succeed.
    public var needed = 0
    /// Where the unit goes on behind the join.
    public var end = 0
  }

  public private(set) var instructions: [Instruction] = []
  /// Where a failed call with `on_error` steps goes on, and a wait that was not answered in time.
  private var fallbackTargets: [StepID: Int] = [:]
  private var decisions: [StepID: Decision] = [:]
  private var fans: [StepID: Fan] = [:]
  /// Where each compensation begins: behind the end, by its step.
  private var undoStarts: [StepID: Int] = [:]
  private var isInTransaction = false
  /// Compensations that are not laid out yet.
  private var undos: [StepID] = []

  public init(handler: HandlerID, in graph: Graph) {
    let steps = graph[handler].steps
    let node = graph[graph[handler].node]
    let isImplicit = node.kind == .stream || node.work == .transactional && !Self.hasTransaction(steps, in: graph)
    if isImplicit { instructions.append(.begin(nil)) }
    append(steps, of: graph)
    if isImplicit { instructions.append(.commit(nil)) }
    instructions.append(.end)
    appendUndos(of: graph)
  }

  public func errorTarget(of call: StepID) -> Int? { fallbackTargets[call] }

  /// Never where the wait would go on otherwise, so that a journal tells the two apart.
  public func timeoutTarget(of wait: StepID) -> Int? { fallbackTargets[wait] }

  public func decision(of step: StepID) -> Decision {
    guard let decision = decisions[step] else { preconditionFailure("every `choose` of the program has its decision") }
    return decision
  }

  public func fan(of step: StepID) -> Fan {
    guard let fan = fans[step] else { preconditionFailure("every fan-out of the program has its strands") }
    return fan
  }

  /// Where the compensation begins.
  public func start(ofUndo step: StepID) -> Int {
    guard let start = undoStarts[step] else { preconditionFailure("every compensation of the program has its place") }
    return start
  }

  /// Where the transaction around this position begins.
  public func begin(of transaction: StepID, before position: Int) -> Int {
    guard let begin = instructions[..<position].lastIndex(of: .begin(transaction)) else {
      preconditionFailure("every transaction has its beginning")
    }
    return begin
  }

  /// The end of the compensation around this position.
  public func endOfUndo(around position: Int) -> Int {
    guard let end = instructions[position...].firstIndex(of: .endUndo) else {
      preconditionFailure("every compensation has its end")
    }
    return end
  }

  /// Compensations in the order of their steps. One has none of its own: it has one try, or as many as it needs.
  private mutating func appendUndos(of graph: Graph) {
    for undo in undos {
      undoStarts[undo] = instructions.count
      append(undo, of: graph)
      instructions.append(.endUndo)
    }
    undos = []
  }

  /// True where a `tx` stands among the steps, however deep: then the file says itself what is one commit.
  private static func hasTransaction(_ steps: [StepID], in graph: Graph) -> Bool {
    steps.contains { id in
      switch graph[id].verb {
      case .transaction: true
      case .choose(let choose): choose.branches.contains { hasTransaction($0.steps, in: graph) }
      case .parallel(let branches, _): branches.contains { hasTransaction($0, in: graph) }
      case .each(_, let steps, _): hasTransaction(steps, in: graph)
      case .wait(let wait): hasTransaction(wait.otherwise, in: graph)
      case .call(let call): if case .steps(let steps) = call.onError { hasTransaction(steps, in: graph) } else { false }
      case .compute, .send, .publish, .write, .read, .effect, .checkpoint, .signal, .reply, .fail: false
      }
    }
  }

  private mutating func append(_ steps: [StepID], of graph: Graph) {
    for step in steps { append(step, of: graph) }
  }

  private mutating func append(_ id: StepID, of graph: Graph) {
    let step = graph[id]
    if let undo = step.undo, undoStarts[undo] == nil { undos.append(undo) }
    let guardPosition = instructions.count
    if step.when != nil { instructions.append(.jump(0)) }
    switch step.verb {
    case .transaction(let steps, _) where isInTransaction:
      // Part of the one around it.
      append(steps, of: graph)
    case .transaction(let steps, _):
      isInTransaction = true
      instructions.append(.begin(id))
      append(steps, of: graph)
      instructions.append(.commit(id))
      isInTransaction = false
    case .choose(let choose):
      append(choose, id, in: graph)
    case .call(let call):
      instructions.append(.perform(id))
      if case .steps(let recovery) = call.onError { appendFallback(recovery, of: id, in: graph) }
    case .wait(let wait):
      instructions.append(.perform(id))
      if wait.timeout != nil { appendFallback(wait.otherwise, of: id, in: graph) }
    case .parallel(let branches, let join):
      appendFan(id, branches: branches, strands: Array(branches.indices), join, in: graph)
    case .each(let count, let steps, let join):
      appendFan(id, branches: [steps], strands: Array(repeating: 0, count: count), join, in: graph)
    case .compute, .send, .publish, .write, .read, .effect, .checkpoint, .signal, .reply, .fail:
      instructions.append(.perform(id))
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

  // MARK: Fan-out

  /// - Parameter strands: by strand, the branch that it goes through.
  private mutating func appendFan(
    _ id: StepID, branches: [[StepID]], strands: [Int], _ join: Join, in graph: Graph
  ) {
    instructions.append(.fork(id))
    let starts = branches.map { branch in
      let start = instructions.count
      append(branch, of: graph)
      instructions.append(.endStrand)
      return start
    }
    let needed =
      switch join {
      case .all: strands.count
      case .any: 1
      case .count(let count): min(count, strands.count)
      }
    fans[id] = Fan(targets: strands.map { starts[$0] }, needed: needed, end: instructions.count)
  }

  // MARK: Choices

  /// The branches one behind the other, each with a jump to the end of the turn. A branch without steps leaves a loop:
  /// a turn that does nothing is the last. Where no branch says so, every turn after the first may be refused.
  private mutating func append(_ choose: Choose, _ id: StepID, in graph: Graph) {
    var decision = Decision(weights: choose.fixedWeights)
    decision.turns = choose.loop ?? 1
    if choose.loop != nil { instructions.append(.enterLoop(id)) }
    let again = instructions.count
    instructions.append(.choose(id))
    var jumps: [(position: Int, leaves: Bool)] = []
    for branch in choose.branches {
      decision.targets.append(instructions.count)
      append(branch.steps, of: graph)
      jumps.append((instructions.count, branch.steps.isEmpty))
      instructions.append(.jump(0))
    }
    let end = instructions.count
    if choose.loop != nil {
      instructions.append(.endTurn(id, again: again))
      instructions.append(.leaveLoop(id))
    }
    for (position, leaves) in jumps {
      instructions[position] = .jump(leaves && choose.loop != nil ? end + 1 : end)
    }
    decision.weightsAgain = decision.weights
    if choose.loop != nil, !choose.branches.contains(where: { $0.steps.isEmpty }) {
      decision.targets.append(end + 1)
      decision.weightsAgain.append(Choose.meanWeight(of: decision.weights))
    }
    decisions[id] = decision
  }
}

extension Choose {
  /// What the weights of a choice add up to, about.
  private static let whole = 1_000_000.0

  /// The branches' weights in millionths of their sum, at least one where there is any: exact, unlike fractions. Equal
  /// where the file gives no branch any weight.
  var fixedWeights: [UInt32] {
    let sum = branches.reduce(0) { $0 + max(0, $1.weight) }
    guard sum > 0 else { return branches.map { _ in 1 } }
    return branches.map { branch in
      branch.weight > 0 ? max(1, UInt32((branch.weight / sum * Self.whole).rounded())) : 0
    }
  }

  fileprivate static func meanWeight(of weights: [UInt32]) -> UInt32 {
    max(1, UInt32(weights.reduce(0) { $0 + UInt64($1) } / UInt64(weights.count)))
  }
}
