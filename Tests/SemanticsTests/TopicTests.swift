import LabEngine
import ProgressGraph
import Testing

/// Table 2.6 cell by cell, and what tables 2.5 and 2.6 say of the records beside the one that fails.
@Suite struct TopicTests {
  @Test(arguments: StreamCell.all, [LogChoice.ideal, .replicated])
  func streamCell(_ cell: StreamCell, _ logs: LogChoice) throws {
    let run = try LabRun(cell.text, scenario: CellGraph.scenario, logs: logs)
    #expect(
      run.outcome == cell.expected,
      "CELL \(cell.testDescription) | table: \(cell.expected) | run: \(run.outcome) | \(run.details)\n\(cell.text)")
  }

  private static func design(_ channel: String, _ worker: String, faults: [String], count: Int) -> String {
    """
    name: topic
    horizon: 5m
    channels: {jobs: {kind: topic, lease: 1s, \(channel)}}
    nodes:
      client: {kind: client, do: [{publish: jobs}]}
      worker: {trigger: jobs, \(worker), do: [{write: e1}]}
    scenarios:
      \(CellGraph.scenario):
        load: {count: \(count), every: 10ms}
        faults:
    \(faults.map { "      - \($0)" }.joined(separator: "\n"))
    """
  }

  private func done(_ run: LabRun) -> Int { run.story.count { $0.text.contains("writes e1") } }

  /// Round robin: six records over three partitions. The second partition holds the poisoned one and one behind it.
  @Test(arguments: [LogChoice.ideal, .replicated])
  func aPoisonedRecordBlocksItsPartitionAndNoOther(_ logs: LogChoice) throws {
    let text = Self.design("partitions: 3", "work: none", faults: ["{poison: worker/e1, nth: 2}"], count: 6)
    let run = try LabRun(text, scenario: CellGraph.scenario, logs: logs)
    #expect(run.codes == [.stuck] && done(run) == 4, "\(run.details)")
    let parked = text.replacing("partitions: 3", with: "partitions: 3, dlq: true, max_deliveries: 2, redrive: me")
    let skipping = try LabRun(parked, scenario: CellGraph.scenario, logs: logs)
    #expect(skipping.codes == [.parked] && done(skipping) == 5, "\(skipping.details)")
  }

  /// A restart loop lets no checkpoint through, whatever partition a record lies in.
  @Test(arguments: [LogChoice.ideal, .replicated])
  func aPoisonedRecordStopsTheWholeStreamJob(_ logs: LogChoice) throws {
    let text = Self.design("partitions: 3", "kind: stream", faults: ["{poison: worker/e1, nth: 2}"], count: 6)
    let run = try LabRun(text, scenario: CellGraph.scenario, logs: logs)
    #expect(run.codes == [.stuck] && done(run) == 0, "\(run.details)")
  }

  /// Lag beyond the retention: what nobody came to is gone, for one group and not for another.
  @Test(arguments: [LogChoice.ideal, .replicated])
  func aGroupThatLagsBehindTheRetentionLosesRecords(_ logs: LogChoice) throws {
    var text = Self.design(
      "partitions: 1, retention: 30s", "work: idempotent", faults: ["{down: worker, at: 0s, for: 1m}"], count: 3)
    text = text.replacing("scenarios:", with: "  other: {trigger: jobs, do: [{write: e2}]}\nscenarios:")
    let run = try LabRun(text, scenario: CellGraph.scenario, logs: logs)
    #expect(run.codes == [.lost] && done(run) == 0, "\(run.details)")
    #expect(run.story.count { $0.text.contains("writes e2") } == 3)
  }

  /// Offsets lie in the snapshot: whenever the job of a table dies, its rows are there once.
  @Test(arguments: [LogChoice.ideal, .replicated])
  func aTableIsMadeOnce(_ logs: LogChoice) throws {
    for ms in [5_000, 60_010, 60_012, 60_014, 60_016, 60_018, 60_020, 60_022, 60_024, 60_026, 60_030] {
      let text = """
        name: table
        channels: {facts: {kind: topic}, view: {kind: table, from: facts}}
        nodes:
          client: {kind: client, do: [{publish: facts}]}
          reader: {trigger: facts, do: [{read: view, max_age: 1h}, {effect: decision}]}
        scenarios: {cell: {faults: [{crash: view/front, at: \(ms)ms}]}}
        """
      let run = try LabRun(text, scenario: CellGraph.scenario, logs: logs)
      #expect(run.codes == [], "\(ms) ms: \(run.details)")
    }
  }

  // MARK: - Order

  /// Two records of one customer.
  private static func shared(_ faults: String, _ nodes: String, channel: String = "") -> String {
    """
    name: shared
    horizon: 5m
    channels: {jobs: {kind: topic, lease: 1s, key: customer_id\(channel)}}
    nodes:
      client: {kind: client, do: [{publish: jobs}]}
      \(nodes)
    scenarios:
      \(CellGraph.scenario):
        load: {count: 2, every: 10ms, same: [customer_id]}
        faults: [\(faults)]
    """
  }

  private static let dead = ", dlq: true, max_deliveries: 2, redrive: owner"

  /// F8, a stable key and one thread per partition: in order, also when the first needs a second delivery. A durable
  /// node commits at its start, and its runs race.
  @Test(arguments: [LogChoice.ideal, .replicated])
  func onePartitionIsInOrder(_ logs: LogChoice) throws {
    for (work, codes) in [
      ("work: idempotent", []), ("work: transactional", []), ("kind: stream", []), ("work: durable", [.ooo]),
    ] as [(String, Set<AnomalyCode>)] {
      let node = "worker: {trigger: jobs, \(work), do: [{call: dep}, {write: e1}]}\n  dep: {kind: external}"
      let text = Self.shared("{delay: worker -> dep, by: 500ms}", node)
      let run = try LabRun(text, scenario: CellGraph.scenario, logs: logs)
      #expect(run.codes == codes, "\(work): \(run.details)")
    }
  }

  /// F6 and F9 with a dead-letter topic: later records of the key overtake the parked one.
  @Test(arguments: [LogChoice.ideal, .replicated])
  func whatIsParkedIsOvertaken(_ logs: LogChoice) throws {
    for work in ["work: none", "work: idempotent", "work: transactional", "kind: stream"] {
      let node = "worker: {trigger: jobs, \(work), do: [{write: e1}]}"
      let text = Self.shared("{poison: worker/e1}", node, channel: Self.dead)
      let run = try LabRun(text, scenario: CellGraph.scenario, logs: logs)
      #expect(run.codes == [.ooo, .parked], "\(work): \(run.details)")
      let blocking = try LabRun(text.replacing(Self.dead, with: ""), scenario: CellGraph.scenario, logs: logs)
      #expect(blocking.codes == [.stuck], "\(work): \(blocking.details)")
    }
  }

  /// F10: a log that confirmed a record with one copy and lost it. Every group loses it, and nobody is told.
  @Test func aRecordThatTheLogLostIsLostForEveryGroup() throws {
    var text = Self.design(
      "log: {protocol: raft, weaken: {replication_quorum: 1}}", "latency: 20s",
      faults: [
        "{crash: jobs/log/2, at: 0s, restart: 10s}", "{crash: jobs/log/3, at: 0s, restart: 10s}",
        "{crash: jobs/log/1, at: 5s, disk: wipe, restart: 60s}", "{crash: worker, at: 6s, restart: 30s}",
        "{crash: other, at: 6s, restart: 30s}", "{crash: jobs/front, at: 6s, restart: 30s}",
      ], count: 1)
    text = text.replacing("scenarios:", with: "  other: {trigger: jobs, latency: 20s, do: [{write: e2}]}\nscenarios:")
    text = text.replacing("lease: 1s", with: "lease: 45s")
    let weak = try LabRun(text, scenario: CellGraph.scenario, logs: .replicated)
    #expect(weak.codes == [.lost] && weak.details.split(separator: ";").count == 2, "\(weak.details)")
    let sound = text.replacing(", weaken: {replication_quorum: 1}", with: "")
    #expect(try LabRun(sound, scenario: CellGraph.scenario, logs: .replicated).codes == [])
  }
}
