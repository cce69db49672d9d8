import ClusterModel
import MachineContract
public import Primitives

/// All that decides how a run goes on, counted from now: two simulators with one fingerprint do the same, however long
/// each took to come here.
///
/// Left out: what the past only leaves names for (steps, sequence numbers, generations, incarnations). Of the plan only
/// what has not struck yet counts. Cost: proportional to the cluster and all that is scheduled.
extension Simulator: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(cluster)
    feed(work, into: &fingerprinter)
    feed(upkeep, into: &fingerprinter)
    for generator in [network, timers, disks, choices] { fingerprinter.feed(generator) }
    for entry in forced.entries where entry.ordinal > choiceCount {
      fingerprinter.feed(entry.ordinal - choiceCount)
      fingerprinter.feed(entry.option)
    }
    fingerprinter.feed((lastFault - now).microseconds.asWord)
    let settling = min((now - lastDisturbance).microseconds, Self.settlingTime.microseconds + 1)
    fingerprinter.feed(upkeep.isEmpty ? 0 : settling.asWord)
    for slowness in slowness { fingerprinter.feed(slowness.microseconds.asWord) }
    for contents in deferred {
      fingerprinter.feed(contents.count)
      for content in contents { feed(content, into: &fingerprinter) }
    }
    fingerprinter.feed(immediate.count)
    for strike in immediate { feed(strike.deed, into: &fingerprinter) }
    for fault in faults.indices where !struck[fault] || held[fault] != nil {
      fingerprinter.feed(fault)
      fingerprinter.feed(matches[fault])
      feed(envelope: held[fault], into: &fingerprinter)
    }
  }

  private func feed(_ schedule: Schedule<Content>, into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(schedule.count)
    for due in schedule.inOrder {
      fingerprinter.feed((due.turn.instant - now).microseconds.asWord)
      feed(due.content, into: &fingerprinter)
    }
  }

  private func feed(_ content: Content, into fingerprinter: inout Fingerprinter) {
    switch content {
    case .deliver(let id):
      fingerprinter.feed(1 as UInt64)
      feed(envelope: id, into: &fingerprinter)
    case .fire(let machine, let generation):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(machine)
      // A timer that is no longer armed fires for nobody.
      let armed = cluster[machine].timers.first { $0.generation == generation }
      fingerprinter.feed(armed.map(\.timer))
    case .completeWrite(let machine, let incarnation):
      fingerprinter.feed(3 as UInt64)
      fingerprinter.feed(machine)
      fingerprinter.feed(cluster[machine].incarnation == incarnation)
    case .choose(let machine, let generation, let option):
      fingerprinter.feed(7 as UInt64)
      fingerprinter.feed(machine)
      fingerprinter.feed(cluster[machine].choices.first { $0.generation == generation }.map(\.token))
      fingerprinter.feed(option)
    case .act(let position):
      fingerprinter.feed(4 as UInt64)
      feed(planned[position], into: &fingerprinter)
    case .strike(let fault, let position):
      fingerprinter.feed(5 as UInt64)
      feed(faults[fault].strikes[position].deed, into: &fingerprinter)
    case .release(let fault):
      fingerprinter.feed(6 as UInt64)
      feed(envelope: held[fault], into: &fingerprinter)
    }
  }

  private func feed(envelope id: EnvelopeID?, into fingerprinter: inout Fingerprinter) {
    guard let id, let envelope = cluster[id] else { return fingerprinter.feed(0 as UInt64) }
    fingerprinter.feed(1 as UInt64)
    fingerprinter.feed(envelope.from)
    fingerprinter.feed(envelope.to)
    fingerprinter.feed(envelope.message)
  }

  private func feed(_ deed: PlannedFault<M>.Deed, into fingerprinter: inout Fingerprinter) {
    switch deed {
    case .act(let action):
      fingerprinter.feed(1 as UInt64)
      feed(action, into: &fingerprinter)
    case .slow(let machine, let delay):
      fingerprinter.feed(2 as UInt64)
      fingerprinter.feed(machine)
      fingerprinter.feed(delay.microseconds.asWord)
    case .jump(let machine, let distance):
      fingerprinter.feed(3 as UInt64)
      fingerprinter.feed(machine)
      fingerprinter.feed(distance.microseconds.asWord)
    }
  }

  private func feed(_ action: Action<M>, into fingerprinter: inout Fingerprinter) {
    switch action {
    case .deliver(let id): feed(1, id, into: &fingerprinter)
    case .drop(let id): feed(2, id, into: &fingerprinter)
    case .duplicate(let id): feed(3, id, into: &fingerprinter)
    case .fire(let machine, let timer):
      feed(4, machine, into: &fingerprinter)
      fingerprinter.feed(timer)
    case .choose(let machine, let token, let option):
      feed(15, machine, into: &fingerprinter)
      fingerprinter.feed(token)
      fingerprinter.feed(option)
    case .completeWrite(let machine): feed(5, machine, into: &fingerprinter)
    case .crash(let machine, let fate):
      feed(6, machine, into: &fingerprinter)
      fingerprinter.feed(UInt64(fate.rawValue))
    case .restart(let machine): feed(7, machine, into: &fingerprinter)
    case .pause(let machine): feed(8, machine, into: &fingerprinter)
    case .resume(let machine): feed(9, machine, into: &fingerprinter)
    case .refuse(let machine): feed(10, machine, into: &fingerprinter)
    case .accept(let machine): feed(11, machine, into: &fingerprinter)
    case .sever(let from, let to):
      feed(12, from, into: &fingerprinter)
      fingerprinter.feed(to)
    case .heal(let from, let to):
      feed(13, from, into: &fingerprinter)
      fingerprinter.feed(to)
    case .invoke(let machine, let operation):
      feed(14, machine, into: &fingerprinter)
      fingerprinter.feed(operation)
    }
  }

  private func feed(_ kind: UInt64, _ machine: MachineID, into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(kind)
    fingerprinter.feed(machine)
  }

  private func feed(_ kind: UInt64, _ id: EnvelopeID, into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(kind)
    feed(envelope: id, into: &fingerprinter)
  }
}

extension Int64 {
  fileprivate var asWord: UInt64 { UInt64(bitPattern: self) }
}
