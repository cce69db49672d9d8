import LabEngine
import ProgressGraph
import Testing

/// A queue on a Raft group that a file has weakened, with the fault that the missing rule guards against, and the same
/// fault with the rule in place: what the log forgets is lost work, told by the judge of the graph.
@Suite struct WeakLogTests {
  /// The first replica leads; it dies right after the message was confirmed, and loses what it had not synced or sent.
  private func codes(_ weaken: String, faults: [String]) throws -> [AnomalyCode] {
    let (loaded, _) = try graph(
      """
      name: weak
      channels:
        orders: {kind: queue, log: {protocol: raft\(weaken)}}
      nodes:
        web: {kind: client, do: [{send: orders, key: order_id}]}
        worker: {trigger: orders, latency: 20s, do: [{write: row, key: order_id}]}
      """)
    guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else {
      Issue.record("\(Lab.plan(loaded, scenario: nil, faults: faults, as: "fault"))")
      return []
    }

    let report = Lab.run(loaded, plan, RunOptions(seed: 1, logs: .replicated))
    let run = try #require(report.scenarios.first)
    return run.outcome
  }

  /// Both other replicas are out of reach when the leader confirms, so only its own disk has the message.
  static let faults = [
    "{crash: orders/log/2, at: 0s, restart: 10s}", "{crash: orders/log/3, at: 0s, restart: 10s}",
    "{crash: orders/log/1, at: 5s, disk: wipe, restart: 60s}", "{crash: worker, at: 6s, restart: 30s}",
    "{crash: orders/front, at: 6s, restart: 30s}",
  ]

  @Test func `a leader that counts only itself loses what it confirmed`() throws {
    #expect(try codes(", weaken: {replication_quorum: 1}", faults: Self.faults) == [.lost])
  }

  @Test func `with a majority nothing is confirmed that can be lost`() throws {
    #expect(try codes("", faults: Self.faults) == [])
  }
}
