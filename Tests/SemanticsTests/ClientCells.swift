import LabEngine
import ProgressGraph
import Testing

/// One cell of the row `client` of table 2.8: a person presses twice, or a script asks again.
struct ClientCell: Sendable, CustomTestStringConvertible {
  enum Client: String, CaseIterable, Sendable {
    /// A fresh id for each press.
    case person
    /// The form was made with a token, and each press carries it.
    case personWithToken = "person with a form token"
    /// The same id for each attempt.
    case script
  }

  var client: Client
  var control: Control
  /// The key stands at the effects, too, and not only at the request.
  var isKeyed: Bool

  var testDescription: String { "\(client.rawValue), \(control.rawValue), \(isKeyed ? "keyed" : "unkeyed") effects" }

  static let all = Client.allCases.flatMap { client in
    Control.allCases.flatMap { control in
      [false, true].map { ClientCell(client: client, control: control, isKeyed: $0) }
    }
  }

  /// Nothing but a key or an id tells a second press from a second wish, and nobody but a receiver that keeps them.
  var expected: Set<AnomalyCode> {
    if isKeyed { return [] }
    switch (client, control) {
    case (.person, _), (_, .none): return [.dup]
    case (.personWithToken, _), (.script, _): return []
    }
  }

  var text: String {
    let token = client == .personWithToken ? ", key: order_id" : ""
    let press = "{call: shop\(token)}"
    let asks = client == .script ? "{call: shop, retry: 3}" : "\(press), \(press)"
    let key = isKeyed ? ", key: order_id" : ""
    let steps = "{write: e1\(key)}, {write: e2\(key)}"
    let work = control == .transactional ? "{tx: [\(steps)]}" : steps
    let word =
      switch control {
      case .none: "none"
      case .idempotent: "idempotent"
      case .transactional: "transactional"
      case .durable: "durable"
      }
    return """
      name: client
      nodes:
        web: {kind: client, do: [\(asks)]}
        shop: {work: \(word), do: [\(work)]}
      scenarios:
        cell: \(client == .script ? "{faults: [{drop: shop -> web}]}" : "{summary: pressed twice}")

      """
  }
}

@Suite struct ClientCellTests {
  @Test(arguments: ClientCell.all, LogChoice.allCases)
  func `a press is a fresh id, a retry is not`(_ cell: ClientCell, _ logs: LogChoice) throws {
    let run = try LabRun(cell.text, scenario: CellGraph.scenario, logs: logs)
    #expect(
      run.codes == cell.expected && !run.isFailure,
      "CELL 2.8 \(cell.testDescription): \(run.details)\n\(cell.text)")
  }
}

/// The row `service` of table 2.8: nothing but that a crash takes its memory and leaves its database.
@Suite struct ServiceCellTests {
  /// Method: every cell of table 2.2, its worker named a service.
  @Test(arguments: RpcCells.all.filter { $0.trigger == .rpcOnce })
  func `a service adds nothing to the tables`(_ cell: Cell) throws {
    let text = CellGraph(cell: cell).text.replacing("  worker:\n", with: "  worker:\n    kind: service\n")
    #expect(text.contains("kind: service"))
    #expect(try LabRun(text, scenario: CellGraph.scenario, logs: .ideal).outcome == Expected(of: cell))
  }

  private static func asked(twice control: String, _ fault: String) -> String {
    """
    name: service
    nodes:
      web: {kind: client, do: [{call: shop, key: order_id}, {wait: 10s}, {call: shop, key: order_id}]}
      shop: {work: \(control), do: [{write: e1, key: order_id}]}
    scenarios:
      cell: {faults: [\(fault)]}

    """
  }

  @Test(arguments: ["none", "idempotent", "transactional"], LogChoice.allCases)
  func `its database knows after a crash what was done before it`(_ control: String, _ logs: LogChoice) throws {
    let kept = Self.asked(twice: control, "{crash: shop, at: 5s}")
    #expect(try LabRun(kept, scenario: CellGraph.scenario, logs: logs).outcome == .fine)
    let wiped = Self.asked(twice: control, "{crash: shop, at: 5s, disk: wipe}")
    #expect(try LabRun(wiped, scenario: CellGraph.scenario, logs: logs).codes == [.dup])
  }

  @Test(arguments: LogChoice.allCases) func `its memory is gone`(_ logs: LogChoice) throws {
    let text = """
      name: service
      nodes:
        web: {kind: client, do: [{call: shop}]}
        shop: {do: [{reply: ok}, {wait: 10s}, {write: e1}]}
      scenarios:
        cell: {faults: [{crash: shop, at: 5s}]}

      """
    #expect(try LabRun(text, scenario: CellGraph.scenario, logs: logs).codes == [.lost])
  }
}
