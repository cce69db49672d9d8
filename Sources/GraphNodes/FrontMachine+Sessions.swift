import LogContract
import MachineContract
import Primitives
import ProgressGraph

/// Stream jobs as consumers: they take records ahead of their commits, for the length of a session.
///
/// What a job has processed comes again when its session ends, because the job goes back to its last checkpoint then;
/// what that checkpoint holds already, the job recognises by its offset.
extension FrontMachine {
  func isStream(_ consumer: NodeID) -> Bool { deployment.graph[consumer].kind == .stream }

  /// The job is done with it but for the checkpoint; the next may go out.
  mutating func processed(_ lease: UInt64, into out: inout Outbox<FrontMachine>) {
    guard let (lane, entry) = leased(lease), case .leased(_, let consumer, true) = lanes[lane].entries[entry].state
    else { return }
    out.disarm(.lease(lease))
    lanes[lane].entries[entry].state = .processed(number: lease, consumer: consumer)
    finished(by: consumer)
    serve(into: &out)
  }

  /// The job's checkpoint holds it, and with it everything before it in its lane: an offset says up to where. Returns
  /// false where no job has processed it under this lease.
  mutating func commitProcessed(_ lease: UInt64, into out: inout Outbox<FrontMachine>) -> Bool {
    let found = entry { entry, _ in
      if case .processed(lease, _) = entry.state { true } else { false }
    }
    guard let (lane, last) = found else { return false }
    for entry in 0...last {
      guard case .processed(let number, let consumer) = lanes[lane].entries[entry].state else { continue }
      lanes[lane].entries[entry].state = .acknowledging(number: number, consumer: consumer)
      log.append(.acknowledged(message: lanes[lane].entries[entry].message.id, consumer: consumer), into: &out)
    }
    return true
  }

  /// A lease of the job ran out: its partitions go to the next session, which begins at the last commit.
  mutating func endSession(of consumer: NodeID) {
    guard let position = consumers.firstIndex(of: consumer) else { return }
    hasLapsed[position] = true
    rewind(consumer)
  }

  /// The job comes up, at its last checkpoint. What it had in hand was an attempt.
  ///
  /// A job asks for its session until that is confirmed, and the network may tell it twice: what has begun does not
  /// begin again, or it would take back what the job has in hand by now.
  mutating func begin(_ session: UInt64, of consumer: NodeID, into out: inout Outbox<FrontMachine>) {
    guard let position = consumers.firstIndex(of: consumer) else { return }
    out.send(.subscribed(channel: channel, session: session), to: deployment.machine(of: consumer))
    guard session > sessions[position] else { return }
    sessions[position] = session
    busy[position] = 0
    hasLapsed[position] = false
    rewind(consumer)
    for lane in lanes.indices where lanes[lane].group == consumer {
      for entry in lanes[lane].entries.indices {
        guard case .leased(let number, _, true) = lanes[lane].entries[entry].state else { continue }
        out.disarm(.lease(number))
        takeBack(lane, entry, from: consumer, into: &out)
      }
    }
    serve(into: &out)
  }

  /// What was processed without being committed comes again; that was no failed attempt.
  private mutating func rewind(_ consumer: NodeID) {
    for lane in lanes.indices where lanes[lane].group == consumer {
      for entry in lanes[lane].entries.indices {
        guard case .processed = lanes[lane].entries[entry].state else { continue }
        lanes[lane].entries[entry].state = .ready
        lanes[lane].entries[entry].deliveries -= 1
      }
    }
  }
}
