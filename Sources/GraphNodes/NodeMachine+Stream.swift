import LogContract
import MachineContract
import Primitives
import ProgressGraph

/// A stream job: records are processed one after another, and become done together at the next checkpoint.
///
/// A checkpoint is one commit of keyed state, input offsets and the messages of the transactional sink. Whatever ends
/// the job's session, a crash, a failing record or a lease that ran out, takes it back to the last one; what it did
/// outside meanwhile stays done.
///
/// A table's job is the same with one difference: its checkpoints go to the log of the table's snapshots, where readers
/// find them.
extension NodeMachine {
  public var isStream: Bool { node.kind == .stream }

  /// How many checkpoints it has made.
  public var checkpoints: UInt64 { database.checkpoints }

  /// Records that are processed and not yet part of a checkpoint.
  public var uncommittedRecords: Int { epoch.records.count + (committing?.records.count ?? 0) }

  // MARK: Taking records

  /// Whether a delivery is dealt with: it was processed, is in hand, or belongs to a session that is over.
  mutating func recognises(
    _ position: RecordPosition, _ delivery: Delivery, into out: inout Outbox<NodeMachine>
  ) -> Bool {
    // Without a session nothing is taken in; the subscription to come brings it again.
    if isRestarting || isRecovering { return true }
    if delivery.endsSession {
      rewind(into: &out)
      subscribe(into: &out)
      return true
    }
    let front = deployment.front(of: position.channel)
    if database.offsets.contains(position) {
      out.send(.acknowledge(channel: position.channel, lease: delivery.lease), to: front)
    } else if let known = epoch.records.firstIndex(where: { $0.position == position }) {
      epoch.records[known].lease = delivery.lease
      out.send(.processed(channel: position.channel, lease: delivery.lease), to: front)
    } else if let known = committing?.records.firstIndex(where: { $0.position == position }) {
      committing?.records[known].lease = delivery.lease
      out.send(.processed(channel: position.channel, lease: delivery.lease), to: front)
    } else if let unit = units.firstIndex(where: { $0.origin == position }) {
      // A front that came up again has forgotten that it is here.
      if units[unit].lease != nil { units[unit].lease?.number = delivery.lease }
    } else {
      return false
    }
    return true
  }

  /// Everything is done with a record but making it last.
  mutating func process(_ unit: Int, into out: inout Outbox<NodeMachine>) {
    guard let origin = units[unit].origin else { preconditionFailure("a stream job takes records of topics alone") }
    if epoch.isEmpty { out.arm(.checkpoint, after: .exactly(node.checkpointInterval)) }
    let lease = units[unit].lease
    epoch.take(
      units[unit].buffer ?? Unit.Buffer(step: nil),
      of: Epoch.Processed(work: units[unit].work, position: origin, lease: lease?.number))
    if let lease {
      out.send(.processed(channel: lease.channel, lease: lease.number), to: deployment.front(of: lease.channel))
    }
  }

  // MARK: Checkpoints

  mutating func checkpoint(into out: inout Outbox<NodeMachine>) {
    guard committing == nil else { return out.arm(.checkpoint, after: .exactly(node.checkpointInterval)) }
    let done = epoch
    epoch = Epoch()
    guard journal == nil else {
      committing = done
      var offsets = database.offsets
      offsets.formUnion(done.offsets)
      journal?.append(
        .snapshot(
          Snapshot(
            number: database.checkpoints + 1, offsets: offsets, rows: done.effects, works: done.records.map(\.work))),
        into: &out)
      return
    }
    commit(
      .checkpoint(keys: done.keys, rows: done.rows, messages: done.messages, offsets: done.offsets), into: &out)
    tell(done, into: &out)
  }

  /// The table's snapshot is in its log.
  mutating func committed(into out: inout Outbox<NodeMachine>) {
    guard let done = committing else { preconditionFailure("a snapshot that nobody committed") }
    committing = nil
    database.absorb(.checkpoint(keys: done.keys, rows: done.rows, messages: done.messages, offsets: done.offsets))
    tell(done, into: &out)
  }

  /// What was done since the last checkpoint is true from here on. The channels are told how far the job has come for
  /// their own sake: where it goes on after a crash is in the checkpoint.
  private mutating func tell(_ done: Epoch, into out: inout Outbox<NodeMachine>) {
    restarts = 0
    for effect in done.effects { out.observe(.effect(effect)) }
    for record in done.records {
      out.observe(.checkpointed(record.work, number: database.checkpoints))
      guard let lease = record.lease else { continue }
      let channel = record.position.channel
      out.send(.acknowledge(channel: channel, lease: lease), to: deployment.front(of: channel))
    }
    relayOutbox(into: &out)
  }

  /// Whether the state has this id, or will have it with the checkpoint to come.
  func remembers(_ key: UInt64) -> Bool {
    database.applied.contains(key) || epoch.keys.contains(key) || committing?.keys.contains(key) == true
  }

  // MARK: Going back

  /// Forgets everything since the last checkpoint.
  private mutating func rewind(into out: inout Outbox<NodeMachine>) {
    for unit in units {
      for timer in [NodeTimer.unit(unit.serial), .timeout(unit.serial), .resend(unit.serial), .runtime(unit.serial)] {
        out.disarm(timer)
      }
    }
    units = []
    inbox = []
    epoch = Epoch()
    out.disarm(.checkpoint)
    out.observe(.rewound(id))
  }

  /// A record failed: the job goes down as a whole and comes up again, later each time until a checkpoint succeeds.
  mutating func restartJob(into out: inout Outbox<NodeMachine>) {
    rewind(into: &out)
    isRestarting = true
    out.arm(.restartJob, after: .exactly(.seconds(1 << Int64(min(restarts, 5)))))
    restarts += 1
  }

  mutating func jobRestarted(into out: inout Outbox<NodeMachine>) {
    isRestarting = false
    subscribe(into: &out)
  }

  /// A table's job comes up where the last snapshot ends. A crash may have swallowed the news of it, so that it is told
  /// once more; observers know its rows by where their records lie.
  mutating func recoverTable(from records: [Record], into out: inout Outbox<NodeMachine>) {
    isRecovering = false
    if case .snapshot(let snapshot)? = records.last {
      database.checkpoints = snapshot.number
      database.offsets = snapshot.offsets
      for row in snapshot.rows { out.observe(.effect(row)) }
      for work in snapshot.works { out.observe(.checkpointed(work, number: snapshot.number)) }
    }
    subscribe(into: &out)
  }
}

// MARK: - Reading tables

extension NodeMachine {
  /// Reads the latest snapshot where it lies. Files that many share need no server of theirs: whether the table's own
  /// job is up does not matter.
  mutating func read(
    _ table: ChannelID, _ step: StepID, _ unit: Int, into out: inout Outbox<NodeMachine>
  ) {
    if units[unit].awaited == 0 { units[unit].awaited = derivedID(step, unit) }
    units[unit].phase = .reading
    out.send(.log(.read(request: units[unit].awaited, from: 1)), to: deployment.replicas(of: .table(table))[0])
    repeatLater(unit, into: &out)
  }

  mutating func takeSnapshot(_ message: LogMessage<Record>, into out: inout Outbox<NodeMachine>) {
    guard case .entries(let request, _, let records) = message,
      let unit = units.firstIndex(where: { $0.phase == .reading && $0.awaited == request }),
      let step = currentStep(of: unit), case .read(_, let table?, _) = graph[step].verb
    else { return }
    out.disarm(.resend(units[unit].serial))
    var snapshot: UInt64 = 0
    if case .snapshot(let latest)? = records.last { snapshot = latest.number }
    out.observe(.read(units[unit].work, step, table: table, snapshot: snapshot))
    completeStep(unit, into: &out)
  }
}
