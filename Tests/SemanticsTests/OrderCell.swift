import LabEngine
import ProgressGraph
import Testing

/// One cell of the rows F8 of tables 2.2, 2.3 and 2.4, and of row F9 of a FIFO group: two triggers of one key, of which
/// the first comes late. A row of its own kind, because every other row is about one trigger.
///
/// `expected` is read off the tables, `text` is the design with its faults; neither looks at the other.
struct OrderCell: Equatable, Sendable, CustomTestStringConvertible {
  enum Trigger: String, CaseIterable, Sendable {
    case rpc = "2.2"
    case reliable = "2.3"
    case queue = "2.4"
    /// A FIFO queue with a message group for each key.
    case group = "2.4-fifo"
  }

  /// How the first trigger comes to be late.
  enum Race: String, CaseIterable, Sendable {
    /// The second request arrives first.
    case reversed
    /// Both are worked on at once, and the first one's work takes longer: competing consumers.
    case overlapped
    /// The first delivery dies with its consumer, and the second record does not wait for its redelivery.
    case redelivered
    /// F9: the first one fails on every delivery and is parked.
    case parked
  }

  var trigger: Trigger
  var race: Race
  var control: Control
  /// The write is rejected where a newer one stands.
  var hasVersion = false
  /// One work unit at a time for each key.
  var isActor = false

  var testDescription: String {
    let extras = (hasVersion ? " version" : "") + (isActor ? " actor" : "")
    return "\(trigger.rawValue) \(race.rawValue) \(control.rawValue)\(extras)"
  }

  static let all: [OrderCell] = Trigger.allCases.flatMap { trigger in
    races(of: trigger).flatMap { race in
      Control.allCases.flatMap { control in variants(OrderCell(trigger: trigger, race: race, control: control)) }
    }
  }

  private static func races(of trigger: Trigger) -> [Race] {
    switch trigger {
    case .rpc, .reliable: [.reversed, .overlapped]
    case .queue: [.overlapped, .redelivered]
    case .group: [.overlapped, .redelivered, .parked]
    }
  }

  private static func variants(_ cell: OrderCell) -> [OrderCell] {
    var versioned = cell
    versioned.hasVersion = true
    var acting = cell
    acting.isActor = true
    switch cell.control {
    case .none, .idempotent: return [cell]
    case .transactional: return cell.race == .parked ? [cell] : [cell, versioned]
    // A durable run is never parked: the row has no such cell.
    case .durable: return cell.race == .parked ? [] : [cell, acting]
    }
  }

  // MARK: - The tables

  var expected: Set<AnomalyCode> {
    switch race {
    case .parked: return [.ooo, .parked]
    // An order of arrival is kept by whoever works on one at a time; the arrival itself is nobody's order.
    case .overlapped where isActor: return []
    // The group waits for its redelivery, and a durable node has recorded what it acknowledges.
    case .redelivered where trigger == .group: return []
    case .overlapped where trigger == .group && control != .durable: return []
    case .reversed, .overlapped, .redelivered: return hasVersion ? [] : [.ooo]
    }
  }

  // MARK: - The design

  var text: String {
    """
    name: order
    horizon: 2m
    \(channels)nodes:
      client: {kind: client, do: [\(send)]}
      worker:
        concurrency: 2
    \(node.map { "    \($0)\n" }.joined())    do: [\(steps)]
      dep: {do: [{compute: answer}]}
    expect: {ordered: [{\(trigger == .rpc || trigger == .reliable ? "worker" : "jobs"): customer_id}]}
    scenarios:
      \(CellGraph.scenario):
        load: {count: 2, every: \(race == .redelivered ? 500 : 5)ms, same: [customer_id]}
        faults: [\(fault)]

    """
  }

  private var channels: String {
    switch trigger {
    case .rpc, .reliable: return ""
    case .queue: return "channels: {jobs: {kind: queue, lease: 1s}}\n"
    case .group:
      let dead = race == .parked ? ", dlq: true, max_deliveries: 2, redrive: owner" : ""
      return "channels: {jobs: {kind: queue, lease: 1s, fifo: true\(dead)}}\n"
    }
  }

  private var send: String {
    switch trigger {
    case .rpc: "{call: worker, timeout: 1h}"
    case .reliable: "{call: worker, timeout: 1h, reliable: true}"
    case .queue, .group: "{send: jobs, key: customer_id}"
    }
  }

  private var node: [String] {
    var lines: [String] = []
    if trigger == .queue || trigger == .group { lines.append("trigger: jobs") }
    switch control {
    case .none: break
    case .idempotent: lines.append("work: idempotent")
    case .transactional: lines.append("work: transactional")
    case .durable: lines.append("work: durable")
    }
    if isActor { lines.append("serial: customer_id") }
    return lines
  }

  private var steps: String {
    let write = "{write: e1\(hasVersion ? ", key: customer_id, version: revision" : "")}"
    let work = control == .transactional ? "{tx: [\(write)]}" : write
    return race == .overlapped ? "{call: dep}, \(work)" : work
  }

  private var fault: String {
    switch race {
    case .reversed: "{reorder: client -> worker}"
    case .overlapped: "{delay: worker -> dep, by: 300ms}"
    case .redelivered: "{crash: worker, before: work, restart: 300ms}"
    case .parked: "{poison: worker/e1}"
    }
  }
}

/// Method: as `CellTests`. Without the fault every one of these designs is in order.
@Suite struct OrderCellTests {
  @Test(arguments: OrderCell.all)
  func overIdealLogs(_ cell: OrderCell) throws { try compare(cell, .ideal) }

  @Test(arguments: OrderCell.all)
  func overReplicatedLogs(_ cell: OrderCell) throws { try compare(cell, .replicated) }

  private func compare(_ cell: OrderCell, _ logs: LogChoice) throws {
    let run = try LabRun(cell.text, scenario: CellGraph.scenario, logs: logs)
    #expect(
      run.codes == cell.expected && !run.isFailure,
      "CELL \(cell.testDescription) | table: \(cell.expected) | run: \(run.outcome) | \(run.details)\n\(cell.text)")
    let calm = try LabRun(cell.text, scenario: nil, logs: logs)
    #expect(calm.codes == [] && calm.story != run.story)
  }

  /// Method: as the cell of the parked group, but the effect lies below a call, or is the call of an external's.
  @Test(arguments: [
    ("bank: {do: [{write: paid}]}", "bank/paid"), ("bank: {do: [{call: psp}]}", "bank/psp"),
  ])
  func `a parked trigger is overtaken below its calls, too`(bank: String, step: String) throws {
    let text = """
      name: order
      horizon: 2m
      channels:
        jobs: {kind: queue, lease: 1s, fifo: true, key: customer_id, dlq: true, max_deliveries: 2, redrive: me}
      nodes:
        client: {kind: client, do: [{send: jobs, key: customer_id}]}
        worker: {trigger: jobs, do: [{call: bank}]}
        \(bank)
      expect: {ordered: [{jobs: customer_id}]}
      scenarios:
        overtaken:
          load: {count: 2, every: 5ms, same: [customer_id]}
          faults: [{poison: \(step)}]

      """
    for logs in LogChoice.allCases {
      let run = try LabRun(text, scenario: "overtaken", logs: logs)
      #expect(run.codes == [.ooo, .parked], "\(run.details)")
    }
  }
}
