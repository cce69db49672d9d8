import LabEngine
import ProgressGraph
import Testing

/// The `external` row of table 2.8: who asks an external a second time after a time-out gets the effect a second time,
/// unless the external accepts keys and has one.
///
/// Method: a lookup by caller and external, and one generated graph for each cell: the first request takes longer than
/// the caller waits, the second is answered.
@Suite struct ExternalTests {
  struct Cell: CustomTestStringConvertible, Sendable {
    let caller: String
    let acceptsKeys: Bool
    let hasKey: Bool
    /// With steps of its own, or the call itself as its one effect.
    let hasSteps: Bool

    var expected: Set<AnomalyCode> { acceptsKeys && hasKey ? [] : [.dup] }

    var testDescription: String {
      "\(caller), idempotency: \(acceptsKeys), \(hasKey ? "key" : "no key"), \(hasSteps ? "steps" : "no steps")"
    }

    var text: String {
      let key = hasKey ? ", key: order_id" : ""
      let steps = hasSteps ? ", do: [{effect: charged\(acceptsKeys ? key : "")}]" : ""
      return """
        name: external
        nodes:
          web: {kind: client, do: [{call: desk, timeout: 30s}]}
          desk: {work: \(caller), do: [{call: psp, timeout: 2s, retry: 3\(key)}]}
          psp: {kind: external, idempotency: \(acceptsKeys)\(steps)}
        scenarios:
          late: {faults: [{slow: psp, at: 0s, by: 3s, for: 500ms}]}
        """
    }

    /// Without a key an external that accepts keys is left what its own protocol says, which the table does not know.
    static let all = ["none", "idempotent", "transactional", "durable"].flatMap { caller in
      [true, false].flatMap { hasSteps in
        [(true, true), (false, true), (false, false)].map { acceptsKeys, hasKey in
          Cell(caller: caller, acceptsKeys: acceptsKeys, hasKey: hasKey, hasSteps: hasSteps)
        }
      }
    }
  }

  @Test(arguments: Cell.all, [LogChoice.ideal, .replicated])
  func `a second request is a second effect, unless a key says otherwise`(_ cell: Cell, _ logs: LogChoice) throws {
    let run = try LabRun(cell.text, scenario: "late", logs: logs)
    #expect(run.codes == cell.expected, "\(run.outcome) | \(run.details)\n\(cell.text)")
  }

  /// The caller's own rows are no help: a journal recalls what was answered, not what was asked.
  @Test func `a durable caller that dies with the request on its way asks again`() throws {
    for (acceptsKeys, codes) in [(true, []), (false, [.dup])] as [(Bool, Set<AnomalyCode>)] {
      let text = Cell(caller: "durable", acceptsKeys: acceptsKeys, hasKey: true, hasSteps: true).text
        .replacing("faults: [{slow: psp, at: 0s, by: 3s, for: 500ms}]", with: "faults: [{crash: desk, during: psp}]")
      #expect(try LabRun(text, scenario: "late", logs: .ideal).codes.subtracting([.orphan]) == codes)
    }
  }

  // MARK: Query status first

  /// The caller does not know whether the first request was executed, and asks before it asks again. What the external
  /// knows is the answer to the query: a branch, told by what became of the first request.
  @Test(arguments: [("none", true), ("none", false), ("durable", true), ("durable", false)], LogChoice.allCases)
  func `who queries the status first needs no key`(
    _ unknown: (caller: String, isExecuted: Bool), _ logs: LogChoice
  ) throws {
    let (caller, isExecuted) = unknown
    let lost = "{drop: desk -> psp}"
    let late = "{slow: psp, at: 0s, by: 3s, for: 500ms}"
    func text(_ recovery: String, _ retry: Int) -> String {
      """
      name: external
      nodes:
        web: {kind: client, do: [{call: desk, timeout: 30s}]}
        desk:
          work: \(caller)
          do: [{call: psp.charge, timeout: 2s, retry: \(retry)\(recovery)}]
        psp: {kind: external, handlers: {charge: [{effect: charged}], status: [{compute: look, takes: 4s}]}}
      scenarios:
        unknown: {faults: [\(isExecuted ? late : lost)]}
      """
    }
    let weights = isExecuted ? "{there: 1, missing: 0}" : "{there: 0, missing: 1}"
    let asks = """
      , on_error: [{call: psp.status, timeout: 20s}, {choose: {there: [{compute: known}], \
      missing: [{call: psp.charge, timeout: 2s}]}, weights: \(weights)}]
      """
    let run = try LabRun(text(asks, 0), scenario: "unknown", logs: logs)
    #expect(run.codes.subtracting([.orphan]) == [], "\(run.details)")
    // Blindly, it is charged twice where the first request was only late.
    let blind = try LabRun(text("", 1), scenario: "unknown", logs: logs)
    #expect(blind.codes == (isExecuted ? [.dup] : []), "\(blind.details)")
  }

  /// "Never PARTIAL visible to you": what an external has half done is its own affair, and shows as an unknown outcome.
  @Test(arguments: ["none", "idempotent", "durable"], LogChoice.allCases)
  func `an external that dies halfway shows nothing but an unknown outcome`(
    _ caller: String, _ logs: LogChoice
  ) throws {
    let text = """
      name: external
      nodes:
        web: {kind: client, do: [{call: desk, timeout: 30s}]}
        desk: {work: \(caller), do: [{call: psp, timeout: 2s, retry: 0, on_error: ignore}]}
        psp: {kind: external, do: [{effect: held}, {effect: charged}]}
      scenarios:
        dies: {faults: [{crash: psp, after: held}]}
      """
    let run = try LabRun(text, scenario: "dies", logs: logs)
    #expect(!run.codes.contains(.partial), "\(run.details)")
    #expect(run.codes == [.orphan], "\(run.details)")
  }
}
