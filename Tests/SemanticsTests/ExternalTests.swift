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
}
