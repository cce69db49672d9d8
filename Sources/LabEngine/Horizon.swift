import MachineContract
import Primitives
import ProgressGraph

/// From when a run's horizon counts, beside its faults: from the end of the last thing that the file itself puts off.
///
/// That is the last trigger of the load and of every timer, a delayed message, and a wait that can end by itself. A
/// wait counts as often as its loops can come to it: a piece of work that is tried again for ever, waits and all, is
/// stuck at the horizon like any other.
struct Horizon: Sendable {
  private let graph: Graph
  private(set) var start: SimInstant
  private var begun: [Place: Int] = [:]
  /// What `begun` holds, as a sum of fingerprints: its order decides nothing.
  private(set) var turns: UInt64 = 0

  private struct Place: Hashable {
    let unit: WorkUnit
    let step: StepID

    /// Attempts under ids of their own are one piece of work.
    init(_ unit: WorkUnit, _ step: StepID) {
      var work = unit
      work.trigger = 0
      self.unit = work
      self.step = step
    }
  }

  init(_ graph: Graph, load: Load) {
    self.graph = graph
    let lastTrigger = SimInstant.start + load.every * Int64(load.count - 1)
    let lastFiring = TimerSchedule(graph, load: load).firings.last?.instant ?? .start
    start = max(lastTrigger, lastFiring)
  }

  mutating func observe(_ observation: WorkObservation, at now: SimInstant) {
    guard let (unit, step, length) = putOff(observation) else { return }
    let place = Place(unit, step)
    let count = begun[place, default: 0]
    guard count < mostTurns(of: step) else { return }
    begun[place] = count + 1
    var turn = Fingerprinter()
    turn.feed(place.unit)
    turn.feed(step)
    turns &+= turn.value
    start = max(start, now + length)
  }

  private func putOff(_ observation: WorkObservation) -> (WorkUnit, StepID, SimDuration)? {
    switch observation {
    case .waiting(let unit, let step):
      guard case .wait(let wait) = graph[step].verb, let limit = wait.limit else { return nil }
      return (unit, step, limit)
    case .effect(let effect):
      guard case .send(let send) = graph[effect.step].verb, send.delay > .zero else { return nil }
      return (effect.unit, effect.step, send.delay)
    case .arrived, .attached, .accepted, .began, .performed, .ended, .replayed, .chose, .finished, .checkpointed,
      .rewound, .failed, .strandFailed, .aborted, .retrying, .compensating, .timedOut, .signalled, .signalTaken,
      .deduplicated, .outdated, .read, .called, .answered, .callFailed, .replied, .replyIgnored, .stored, .delivered,
      .leaseExpired, .acknowledged, .parked, .dropped, .expired, .started, .due, .missed:
      return nil
    }
  }

  /// How often one unit can come to a step. A strand is a unit.
  private func mostTurns(of step: StepID) -> Int { graph.mostExecutions(of: step, countsStrands: false) }
}

extension Graph {
  /// How often one trigger of its handler can lead to a step: by the turns of the loops and the strands of the fan-outs
  /// around it. No more than a million.
  func mostExecutions(of step: StepID, countsStrands: Bool = true) -> Int {
    var executions = 1
    var current = self[step].parent
    while let parent = current, executions < 1_000_000 {
      switch self[parent].verb {
      case .choose(let choose): executions *= choose.loop ?? 1
      case .each(let count, _, _): executions *= countsStrands ? count : 1
      case .compute, .call, .send, .publish, .write, .read, .effect, .transaction, .checkpoint, .wait, .parallel,
        .signal, .reply, .fail:
        break
      }
      current = self[parent].parent
    }
    return min(executions, 1_000_000)
  }
}
