import MachineContract
import Primitives

/// All that decides what the ledger will say, now and after any further observation.
///
/// Events count by their order alone: two ledgers that saw the same in the same order are one, however many events lay
/// between. Left out is what is only told, when something was last seen and how far each piece of work has come, and
/// the age of what was read from tables: whoever judges by the time compares no fingerprints.
extension WorkLedger: Fingerprintable {
  func feed(into fingerprinter: inout Fingerprinter) {
    let ranks = EventRanks(of: self)
    fingerprinter.feed(works.count)
    for work in works { work.feed(into: &fingerprinter, ranks) }
    fingerprinter.feed(effects.count)
    for effect in effects { effect.feed(into: &fingerprinter, ranks) }
    fingerprinter.feed(applications.count)
    for application in applications {
      fingerprinter.feed(application.effect)
      fingerprinter.feed(application.work)
      fingerprinter.feed(ranks[application.at])
    }
    fingerprinter.feed(calls.count)
    for call in calls { call.feed(into: &fingerprinter, ranks) }
    fingerprinter.feed(stored.count)
    for record in stored { record.feed(into: &fingerprinter, ranks) }
    fingerprinter.feed(roots.count)
    for root in roots { root.feed(into: &fingerprinter) }
    fingerprinter.feed(signals.count)
    for record in signals { record.feed(into: &fingerprinter) }
    fingerprinter.feed(requested.count)
    for id in requested {
      guard let request = request(id) else { continue }
      fingerprinter.feed(id)
      fingerprinter.feed(request.call)
      fingerprinter.feed(ranks[request.calledAt])
      fingerprinter.feed(request.hasSucceeded)
    }
    fingerprinter.feed(lookUps)
  }
}

/// The events that some comparison may look at, in order.
private struct EventRanks {
  private var events: [EventStep] = []

  init(of ledger: WorkLedger) {
    for work in ledger.works {
      events += [work.arrivedAt, work.finishedAt, work.abortedAt, work.failedAt]
      events += work.undone.map(\.at)
    }
    for effect in ledger.effects { events.append(effect.lastAt) }
    for application in ledger.applications { events.append(application.at) }
    for call in ledger.calls { events += [call.failedAt, call.answeredAttemptAt, call.ignoredAt, call.calledAt] }
    for record in ledger.stored { events += record.consumers.map(\.parkedAt) }
    for id in ledger.requested { if let request = ledger.request(id) { events.append(request.calledAt) } }
    events.sort()
    var distinct: [EventStep] = []
    for event in events where event >= 0 && distinct.last != event { distinct.append(event) }
    events = distinct
  }

  /// 0 for what never happened.
  subscript(event: EventStep) -> Int {
    guard event >= 0 else { return 0 }
    var low = 0
    var high = events.count
    while low < high {
      let middle = (low + high) / 2
      if events[middle] < event { low = middle + 1 } else { high = middle }
    }
    return low + 1
  }
}

extension WorkRecord {
  fileprivate func feed(into fingerprinter: inout Fingerprinter, _ ranks: EventRanks) {
    fingerprinter.feed(unit)
    for event in [arrivedAt, finishedAt, abortedAt, failedAt] { fingerprinter.feed(ranks[event]) }
    fingerprinter.feed(acceptedAt >= 0)
    fingerprinter.feed(hasAnswered)
    begun.feed(into: &fingerprinter)
    fingerprinter.feed(positions: effects)
    fingerprinter.feed(recognised)
    fingerprinter.feed(outdated)
    fingerprinter.feed(stale.count)
    for decision in stale { fingerprinter.feed(decision.table) }
    fingerprinter.feed(positions: calls)
    fingerprinter.feed(undone.count)
    for (step, strand, at) in undone {
      fingerprinter.feed(step)
      fingerprinter.feed(strand)
      fingerprinter.feed(ranks[at])
    }
    fingerprinter.feed(decisions.count)
    for decision in decisions { decision.feed(into: &fingerprinter) }
    fingerprinter.feed(branchEffects.count)
    for branch in branchEffects {
      branch.decision.feed(into: &fingerprinter)
      fingerprinter.feed(branch.effect)
    }
    fingerprinter.feed(parentCall ?? -1)
  }
}

extension Decision {
  fileprivate func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(choose)
    fingerprinter.feed(option)
    fingerprinter.feed(strand)
    fingerprinter.feed(positions: turns)
  }
}

extension EffectRecord {
  fileprivate func feed(into fingerprinter: inout Fingerprinter, _ ranks: EventRanks) {
    fingerprinter.feed(identity.name)
    fingerprinter.feed(identity.key)
    fingerprinter.feed(identity.root)
    fingerprinter.feed(identity.strand)
    fingerprinter.feed(identity.ordinal)
    fingerprinter.feed(step)
    fingerprinter.feed(isCompensation)
    fingerprinter.feed(min(count, 2))
    fingerprinter.feed(repeatedBy)
    fingerprinter.feed(ranks[lastAt])
    fingerprinter.feed(positions: works)
  }
}

extension CallRecord {
  fileprivate func feed(into fingerprinter: inout Fingerprinter, _ ranks: EventRanks) {
    fingerprinter.feed(work)
    fingerprinter.feed(step)
    fingerprinter.feed(strand)
    switch outcome {
    case .pending: fingerprinter.feed(0 as UInt64)
    case .answered: fingerprinter.feed(1 as UInt64)
    case .failed(let reason): fingerprinter.feed(2 + UInt64(reason.rawValue))
    }
    fingerprinter.feed(request)
    fingerprinter.feed(sharesRun)
    fingerprinter.feed(attempts)
    for event in [failedAt, answeredAttemptAt, ignoredAt, calledAt] { fingerprinter.feed(ranks[event]) }
    fingerprinter.feed(positions: callees)
  }
}

extension StoredRecord {
  fileprivate func feed(into fingerprinter: inout Fingerprinter, _ ranks: EventRanks) {
    fingerprinter.feed(channel)
    fingerprinter.feed(message)
    fingerprinter.feed(root)
    fingerprinter.feed(path)
    fingerprinter.feed(consumers.count)
    for consumer in consumers {
      fingerprinter.feed(consumer.node)
      fingerprinter.feed(consumer.acknowledgedAt >= 0)
      fingerprinter.feed(consumer.droppedAt >= 0)
      fingerprinter.feed(ranks[consumer.parkedAt])
    }
  }
}

extension SignalRecord {
  fileprivate func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(signal.id)
    fingerprinter.feed(signal.name)
    fingerprinter.feed(signal.node)
    fingerprinter.feed(signal.root)
    fingerprinter.feed(isTaken)
  }
}

extension RootRecord {
  fileprivate func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(root)
    fingerprinter.feed(node)
    fingerprinter.feed(startedAt >= 0)
    fingerprinter.feed(timer)
    fingerprinter.feed(work ?? -1)
    fingerprinter.feed(positions: effects)
  }
}

extension Fingerprinter {
  fileprivate mutating func feed(positions: [Int]) {
    feed(positions.count)
    for position in positions { feed(position) }
  }
}
