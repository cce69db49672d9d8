import MachineContract
public import Primitives
import ProgressGraph

/// How far one root trigger has come, as a tree: its work, the steps of the work, and below each step the work that the
/// step started.
///
/// Made from the judge's ledger at any moment, by what machines let observers see alone.
public struct WorkflowProgress: Equatable, Sendable {
  public var root: UInt64
  /// The work of the start; empty before it arrived.
  public var works: [WorkProgress]
  /// True when everything in the tree is done.
  public var isComplete: Bool
  /// True where the tree was too large to be told whole.
  public var isCut: Bool
}

/// One piece of work within a workflow.
public struct WorkProgress: Equatable, Sendable {
  public enum State: String, CaseIterable, Sendable {
    /// Its record is in a channel, and nobody has begun on it.
    case stored
    /// It was asked for, and nothing has been seen of it.
    case requested
    case running
    case done
    /// Its latest attempt ended without success, and another one may come.
    case failed
    /// A durable run that ended with a terminal error, its compensations done.
    case aborted
    case parked
    case dropped
  }
  public var handler: HandlerID
  public var state: State
  /// Attempts that arrived.
  public var attempts: Int
  public var steps: [StepProgress]
}

/// One step of a piece of work.
public struct StepProgress: Equatable, Sendable {
  public enum State: String, CaseIterable, Sendable {
    case pending, running, done
    /// The work is done without it: a branch not taken, an event that it is not for.
    case skipped
    /// The work is done although this failed: a join waited for other strands.
    case failed
  }
  /// Whom a step in flight waits for.
  public enum Wait: Equatable, Sendable {
    case node(NodeID)
    case channel(ChannelID)
    case signal(NameID)
    case timer
  }
  public var step: StepID
  public var state: State
  public var waitsFor: Wait?
  /// Attempts at the step beyond the first, within the latest attempt at the work.
  public var retries: Int
  public var below: [WorkProgress]
}

extension WorkJudge {
  /// Every root in the order in which they started, as far as the bound on works allows.
  ///
  /// - Parameter limit: works told in all; a loop of events that feeds itself has a tree of any size.
  public func progress(limit: Int = 500) -> [WorkflowProgress] {
    var reader = ProgressReader(ledger: ledger, catalogue: catalogue, left: limit)
    return reader.workflows()
  }
}

private struct ProgressReader {
  let ledger: WorkLedger
  let catalogue: EffectCatalogue
  /// Works that may still be told.
  var left: Int
  private var isCut = false
  private var isComplete = true
  /// By work: the records that its steps put into channels.
  private var records: [Int: [Int]] = [:]

  /// A tree deeper than this is no design's intention.
  private static let depthLimit = 40

  init(ledger: WorkLedger, catalogue: EffectCatalogue, left: Int) {
    self.ledger = ledger
    self.catalogue = catalogue
    self.left = left
    for (position, record) in ledger.stored.enumerated() {
      if let origin = record.origin { records[origin.work, default: []].append(position) }
    }
  }

  mutating func workflows() -> [WorkflowProgress] {
    ledger.roots.filter { $0.node != nil }.compactMap { root in
      guard left > 0 else { return nil }
      (isCut, isComplete) = (false, root.work != nil)
      let works = root.work.map { [work($0, depth: 0)] } ?? []
      return WorkflowProgress(root: root.root, works: works, isComplete: isComplete && !isCut, isCut: isCut)
    }
  }

  // MARK: Work

  private mutating func work(_ index: Int, record: StoredRecord.Consumer? = nil, depth: Int) -> WorkProgress {
    let work = ledger.works[index]
    left -= 1
    let state = state(of: work, record: record)
    if state != .done { isComplete = false }
    var steps: [StepProgress] = []
    for id in catalogue.graph.stepIDs where catalogue.graph[id].handler == work.unit.handler && isTold(id, work) {
      steps.append(step(id, of: index, state, depth: depth))
    }
    return WorkProgress(handler: work.unit.handler, state: state, attempts: work.arrivals, steps: steps)
  }

  private func state(of work: WorkRecord, record: StoredRecord.Consumer?) -> WorkProgress.State {
    if work.isFinished { return .done }
    if let record, record.parkedAt >= 0 { return .parked }
    if let record, record.droppedAt >= 0 { return .dropped }
    if work.isAborted { return .aborted }
    return work.lastAttemptFailed ? .failed : .running
  }

  /// Leaves of the way to the goal, and of every other way that the work has taken.
  private func isTold(_ id: StepID, _ work: WorkRecord) -> Bool {
    switch catalogue.graph[id].verb {
    case .transaction, .choose, .parallel, .each: false
    case .compute, .call, .send, .publish, .write, .read, .effect, .checkpoint, .wait, .signal, .reply, .fail:
      catalogue.places[id.index] == .forward || work.begun.contains(id)
    }
  }

  // MARK: Steps

  private mutating func step(_ id: StepID, of index: Int, _ state: WorkProgress.State, depth: Int) -> StepProgress {
    let work = ledger.works[index]
    let isDone = work.ended.contains(id) || work.recognised.contains(id) || work.outdated.contains(id)
    let inHand = work.current.filter { $0.step == id }
    let isRunning = !inHand.isEmpty && state == .running
    // One strand's end is not the step's.
    let isElsewhere = isRunning && inHand.contains { $0.strand != work.unit.strand }
    let leftOut: StepProgress.State = work.begun.contains(id) ? .failed : .skipped
    let stepState: StepProgress.State =
      isDone && !isElsewhere ? .done : isRunning ? .running : state == .done ? leftOut : .pending
    return StepProgress(
      step: id, state: stepState, waitsFor: isRunning ? wait(at: id) : nil,
      retries: work.retries.first { $0.step == id }?.count ?? 0, below: below(id, of: index, depth: depth + 1))
  }

  private func wait(at id: StepID) -> StepProgress.Wait? {
    switch catalogue.graph[id].verb {
    case .call(let call): .node(call.target)
    case .send(let send): .channel(send.channel)
    case .publish(let publish): .channel(publish.channel)
    case .wait(let wait):
      switch wait.subject {
      case .duration: .timer
      case .signal(let name): .signal(name)
      }
    case .compute, .write, .read, .effect, .transaction, .checkpoint, .choose, .parallel, .each, .signal, .reply, .fail:
      nil
    }
  }

  /// The work that a step started: what its requests reached, and what every consumer does with its records.
  private mutating func below(_ id: StepID, of index: Int, depth: Int) -> [WorkProgress] {
    var works: [WorkProgress] = []
    for call in ledger.works[index].calls where ledger.calls[call].step == id {
      works += below(call: ledger.calls[call], id, depth: depth)
    }
    for position in records[index] ?? [] where ledger.stored[position].origin?.step == id {
      works += below(record: ledger.stored[position], depth: depth)
    }
    return works
  }

  private mutating func below(call record: CallRecord, _ id: StepID, depth: Int) -> [WorkProgress] {
    guard case .call(let call) = catalogue.graph[id].verb else { return [] }
    if record.callees.isEmpty, record.outcome == .pending {
      return [unseen(call.handler, .requested)]
    }
    return record.callees.compactMap { callee in isRoom(depth) ? work(callee, depth: depth) : nil }
  }

  private mutating func below(record: StoredRecord, depth: Int) -> [WorkProgress] {
    guard record.channel.index < catalogue.consumers.count else { return [] }
    var consumers = catalogue.consumers[record.channel.index]
    // Of a queue one consumer takes the record, and it is seen which once it does.
    if catalogue.graph[record.channel].kind == .queue {
      let taker = record.consumers.last?.node
      consumers = consumers.first { $0.node == taker }.map { [$0] } ?? Array(consumers.prefix(1))
    }
    return consumers.compactMap { consumer in
      guard isRoom(depth) else { return nil }
      let seen = record.consumers.first { $0.node == consumer.node }
      if let index = ledger.workPosition(of: record, at: consumer.node, handler: consumer.handler) {
        return work(index, record: seen, depth: depth)
      }
      let isParked = seen.map { $0.parkedAt >= 0 } ?? false
      let isDropped = seen.map { $0.droppedAt >= 0 } ?? false
      return unseen(consumer.handler, isParked ? .parked : isDropped ? .dropped : .stored)
    }
  }

  private mutating func unseen(_ handler: HandlerID, _ state: WorkProgress.State) -> WorkProgress {
    left -= 1
    isComplete = false
    return WorkProgress(handler: handler, state: state, attempts: 0, steps: [])
  }

  private mutating func isRoom(_ depth: Int) -> Bool {
    if left > 0, depth <= Self.depthLimit { return true }
    isCut = true
    return false
  }
}
