import ProgressGraph
import Testing

/// A boundary that no cell of the lists reaches, as a whole design of its own: what the tables say beside their grid.
struct EdgeCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// Node lines, then top-level lines; faults as in a file.
  let design: String
  let faults: [String]
  let codes: Set<AnomalyCode>

  init(_ name: String, _ design: String, faults: [String] = [], _ codes: AnomalyCode...) {
    self.name = name
    self.design = design
    self.faults = faults
    self.codes = Set(codes)
  }

  var testDescription: String { name }

  var text: String {
    let body = faults.isEmpty ? ["    summary: no fault"] : ["    faults:"] + faults.map { "      - \($0)" }
    return (["name: edge", "horizon: 2m", design, "scenarios:", "  \(CellGraph.scenario):"] + body)
      .joined(separator: "\n") + "\n"
  }

  static let all = leases + deliveries + producers

  // MARK: - Lease against work

  private static func consumer(_ latency: String, _ work: String) -> String {
    """
    channels: {jobs: {kind: queue, lease: 1s}}
    nodes:
      client: {kind: client, do: [{send: jobs}]}
      worker: {trigger: jobs, latency: \(latency), work: \(work), do: [{write: e1}, {effect: e2}]}
    """
  }

  /// A worker that always needs its whole lease is a zombie at every delivery; its work is done all the same.
  private static let leases = [
    EdgeCase("W below L, N", consumer("900ms", "none")),
    EdgeCase("W equal to L, N", consumer("1s", "none"), .dup),
    EdgeCase("W equal to L, I", consumer("1s", "idempotent")),
    EdgeCase("W above L, I", consumer("1100ms", "idempotent")),
    EdgeCase("W above L, D", consumer("1100ms", "durable")),
  ]

  // MARK: - Outage against deliveries

  private static func delivered(_ deliveries: Int, key: String) -> String {
    """
    channels: {jobs: {kind: queue, lease: 1s, dlq: true, max_deliveries: \(deliveries), redrive: owner}}
    nodes:
      client: {kind: client, do: [{send: jobs}]}
      worker: {trigger: jobs, do: [{write: e1\(key)}, {call: dep}, {write: e2\(key)}]}
      dep: {kind: external}
    """
  }

  /// The last of m deliveries comes after (m-1) leases.
  private static let deliveries = [
    EdgeCase(
      "outage of 1.5 leases, m = 3, N", delivered(3, key: ""), faults: ["{down: dep, at: 0s, for: 1500ms}"], .dup),
    EdgeCase(
      "outage of 1.5 leases, m = 3, I", delivered(3, key: ", key: order_id"),
      faults: ["{down: dep, at: 0s, for: 1500ms}"]),
    EdgeCase(
      "outage of 1.5 leases, m = 2, N", delivered(2, key: ""), faults: ["{down: dep, at: 0s, for: 1500ms}"],
      .dup, .parked, .partial),
    EdgeCase(
      "outage of 1.5 leases, m = 1, N", delivered(1, key: ""), faults: ["{down: dep, at: 0s, for: 1500ms}"],
      .parked, .partial),
    EdgeCase(
      "outage of half a lease, m = 1, I", delivered(1, key: ", key: order_id"),
      faults: ["{down: dep, at: 0s, for: 500ms}"], .parked, .partial),
  ]

  // MARK: - The producer's side

  private static func producer(_ shop: String, retry: Int = 0, worker: String = "idempotent") -> String {
    """
    channels: {jobs: {kind: queue, lease: 1s}}
    nodes:
      client: {kind: client, do: [{call: shop, retry: \(retry)}]}
      shop: \(shop)
      worker: {trigger: jobs, work: \(worker), do: [{write: e1}, {effect: e2}]}
    """
  }

  private static let dualWrite = "{do: [{write: order}, {send: jobs}]}"
  private static let outbox = "{work: transactional, do: [{tx: [{write: order}, {send: jobs}]}]}"
  private static let outboxWithoutInbox =
    "{work: transactional, do: [{tx: [{write: order}, {send: jobs}], dedup: false}]}"

  private static let producers = [
    EdgeCase(
      "dual write, crash between", producer(dualWrite), faults: ["{crash: shop, after: order, restart: 2s}"],
      .orphan, .partial),
    EdgeCase(
      "dual write, crash between, caller retries", producer(dualWrite, retry: 3),
      faults: ["{crash: shop, after: order, restart: 500ms}"], .dup),
    EdgeCase(
      "outbox, crash before the commit", producer(outbox), faults: ["{crash: shop, after: order, restart: 2s}"]),
    EdgeCase(
      "outbox, crash after the commit", producer(outbox), faults: ["{crash: shop, during: tx, restart: 2s}"],
      .orphan),
    EdgeCase(
      "outbox, crash after the commit, caller retries", producer(outbox, retry: 3),
      faults: ["{crash: shop, during: tx, restart: 500ms}"]),
    EdgeCase(
      "outbox without inbox, response lost, caller retries", producer(outboxWithoutInbox, retry: 3),
      faults: ["{crash: shop, after: work, restart: 500ms}"], .dup),
    EdgeCase("outbox, trigger twice, consumer I", producer(outbox), faults: ["{duplicate: jobs}"]),
    EdgeCase(
      "outbox, trigger twice, consumer N", producer(outbox, worker: "none"), faults: ["{duplicate: jobs}"], .dup),
  ]
}
