import LogContract
import MachineContract
import Primitives
import ProgressGraph

/// Waiting: for a timer, a signal or a reply.
///
/// A durable run's wait is in its journal before it begins, and its deadline is kept outside the machine, through every
/// crash. Any other node waits in memory, and a crash forgets both the wait and its timer.
extension NodeMachine {
  mutating func performWait(_ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>) {
    if let top = top(of: unit), let open = units[top].openWaits.firstIndex(of: units[unit].path) {
      units[top].openWaits.remove(at: open)
      units[unit].isWaitRecorded = true
    }
    guard node.work == .durable, !units[unit].isWaitRecorded else { return beginWait(unit, into: &out) }
    units[unit].phase = .registering
    journal?.append(.waiting(run: units[unit].identity, strand: units[unit].path, step: step), into: &out)
  }

  mutating func beginWait(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    guard let (step, wait) = currentWait(of: unit) else { return }
    units[unit].phase = .waiting
    units[unit].isWaitRecorded = node.work == .durable
    out.observe(.waiting(units[unit].work, step))
    if case .signal(let name) = wait.subject,
      let signal = signals.take(name, root: units[unit].work.root, in: deployment)
    {
      return endWait(unit, with: signal, into: &out)
    }
    guard let limit = wait.limit else { return }
    if node.work == .durable {
      out.armDurably(alarm(units[unit].identity, units[unit].path, step), after: .exactly(limit))
    } else {
      out.arm(.unit(units[unit].serial), after: .exactly(limit))
    }
  }

  /// In one strand waits follow each other, so that one name is enough for all turns of a loop.
  private func alarm(_ run: UInt64, _ strand: [UInt64], _ step: StepID) -> NodeTimer {
    .alarm(run: run, strand: strand.last ?? 0, step)
  }

  /// Units that wait now.
  public var waitingUnits: Int { units.count { $0.phase == .waiting } }

  private func currentWait(of unit: Int) -> (StepID, Wait)? {
    guard let step = currentStep(of: unit), case .wait(let wait) = graph[step].verb else { return nil }
    return (step, wait)
  }

  /// True for a unit that this signal lets go on.
  func isWaiting(_ unit: Unit, for signal: Signal) -> Bool {
    guard unit.phase == .waiting, let position = position(of: unit.serial),
      case .signal(let name)? = currentWait(of: position)?.1.subject
    else { return false }
    return signal.completes(name, root: unit.work.root, in: deployment)
  }

  mutating func endWait(_ unit: Int, with signal: Signal, into out: inout Outbox<NodeMachine>) {
    guard let (step, _) = currentWait(of: unit) else { return }
    if node.work != .durable { out.disarm(.unit(units[unit].serial)) }
    out.observe(.signalTaken(units[unit].work, step, signal: signal.id))
    completeStep(unit, into: &out)
  }

  /// The engine's alarm for a wait. One that comes while the journal is read comes again when the run waits on.
  mutating func soundAlarm(
    run: UInt64, strand: UInt64, _ step: StepID, into out: inout Outbox<NodeMachine>
  ) {
    let waiting = units.firstIndex { $0.identity == run && $0.phase == .waiting && ($0.path.last ?? 0) == strand }
    guard let unit = waiting, currentStep(of: unit) == step else { return }
    wake(unit, into: &out)
  }

  /// The wait's time is up: that is what a timer waits for, and too late for a signal.
  mutating func wake(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    guard let (step, wait) = currentWait(of: unit) else { return }
    if wait.limitIsTimeout {
      out.observe(.timedOut(units[unit].work, step))
      let program = deployment.program(of: units[unit].work.handler)
      if let target = program.timeoutTarget(of: step) { units[unit].next = target }
    }
    completeStep(unit, into: &out)
  }

  /// The end of a wait is recorded: its alarm has nothing left to say.
  mutating func closeWait(_ unit: Int, _ step: StepID, into out: inout Outbox<NodeMachine>) {
    units[unit].isWaitRecorded = false
    if node.work == .durable { out.disarm(alarm(units[unit].identity, units[unit].path, step)) }
  }

  /// Reads the end of a wait from the journal.
  mutating func replayWait(
    _ wait: Wait, _ recorded: Unit.Recorded, _ unit: Int, into out: inout Outbox<NodeMachine>
  ) {
    units[unit].openWaits.removeAll { $0 == recorded.strand }
    out.disarm(alarm(units[unit].identity, recorded.strand, recorded.step))
    let program = deployment.program(of: units[unit].work.handler)
    if case .signal(let name) = wait.subject, program.timeoutTarget(of: recorded.step) != recorded.next {
      _ = signals.take(name, root: units[unit].work.root, in: deployment)
    }
  }
}
