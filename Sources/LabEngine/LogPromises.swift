import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives

/// What somebody was told to be in a log: stored messages and accepted durable runs.
///
/// Compared with what the logs hold, it tells what a log has lost; whose fault that was it does not know.
struct LogPromises: Sendable, Fingerprintable {
  /// In the order in which they were made; a front that comes up again makes some of them once more.
  private var ids: [UInt64] = []

  mutating func observe(_ observation: WorkObservation) {
    switch observation {
    case .stored(let trigger): ids.append(trigger.message)
    case .accepted(let unit): ids.append(unit.trigger)
    case .arrived, .attached, .began, .performed, .ended, .replayed, .chose, .finished, .checkpointed, .rewound,
      .failed, .strandFailed, .aborted, .retrying, .compensating, .effect, .deduplicated, .outdated, .read, .called,
      .answered, .callFailed, .replied, .replyIgnored, .delivered, .leaseExpired, .acknowledged, .parked, .dropped,
      .expired, .started, .due, .missed, .waiting, .timedOut, .signalled, .signalTaken:
      break
    }
  }

  /// A sum over the ids, each once: their order decides nothing.
  func feed(into fingerprinter: inout Fingerprinter) {
    var sum: UInt64 = 0
    var seen: Set<UInt64> = []
    for id in ids where seen.insert(id).inserted { sum &+= id.fingerprint }
    fingerprinter.feed(sum)
  }

  /// The promised ids that no replica of any log holds, in memory or on its disk. Look-up only.
  func missing(in cluster: Cluster<LabMachine>) -> Set<UInt64> {
    var missing = Set(ids)
    for slot in cluster.slots where !missing.isEmpty {
      for record in slot.heldRecords {
        if let id = record.heldID { missing.remove(id) }
      }
    }
    return missing
  }
}

extension Record {
  /// The message or run that exists because of this record; nil for one that only tells of it.
  fileprivate var heldID: UInt64? {
    switch self {
    case .message(let message), .repeated(let message): message.id
    case .runStarted(let start): start.unit.trigger
    case .acknowledged, .retired, .snapshot, .stepDone, .waiting, .signalled, .compensating, .runEnded: nil
    }
  }
}
