import LabEngine
import Primitives
import ProgressGraph
import Testing

/// The rows of table 2.8 about agents that die and decide again: the first decision is the left branch, and any other
/// one the right branch.
struct AgentCell: Sendable, CustomTestStringConvertible {
  enum Memory: String, CaseIterable, Sendable {
    case none = "no D"
    case journalled = "D"
    /// Durable, but for the decision.
    case outside = "D, choose outside"
  }

  var memory: Memory
  /// The tool was used, and that is not recorded: the half point. Otherwise it is.
  var isDuring: Bool
  var hasKey: Bool

  var testDescription: String { "\(memory.rawValue) \(isDuring ? "during" : "after") \(hasKey ? "keyed" : "unkeyed")" }

  static let all = Memory.allCases.flatMap { memory in
    [true, false].flatMap { isDuring in
      [true, false].map { AgentCell(memory: memory, isDuring: isDuring, hasKey: $0) }
    }
  }

  var expected: Set<AnomalyCode> {
    switch memory {
    // The second plan uses other tools: no key of the first one's recognises them. What came before is paid twice.
    case .none: return [.diverge, .dup]
    // Only the step in flight can repeat, and only if it is unkeyed.
    case .journalled: return isDuring && !hasKey ? [.dup] : []
    // Nothing in the journal contradicts the second plan, or the replay meets a step that is not on its way.
    case .outside: return isDuring ? [.diverge] : [.partial, .stuck]
    }
  }

  var text: String {
    let key = hasKey ? ", key: order_id" : ""
    return """
      name: agent
      channels: {jobs: {kind: queue, lease: 2s}}
      nodes:
        client: {kind: client, do: [{send: jobs}]}
        agent:
          kind: agent
          trigger: jobs
          work: \(memory == .none ? "none" : "durable")
          do:
            - {effect: planned}
            - choose: {left: [{effect: refunded\(key)}], right: [{effect: replaced\(key)}]}
              recorded: \(memory == .journalled)
            - {write: done}
      expect: {exclusive: [[refunded, replaced]]}
      scenarios:
        dies: {faults: [{crash: agent, \(isDuring ? "during: refunded" : "before: done")}]}

      """
  }
}

@Suite struct AgentCellTests {
  @Test(arguments: AgentCell.all, LogChoice.allCases)
  func `the run has the codes of the table, and DIVERGE breaks what excludes`(
    _ cell: AgentCell, _ logs: LogChoice
  ) throws {
    let loaded = Lab.load(Array(cell.text.utf8), file: "agent.yaml")
    let graph = try #require(loaded.graph)
    var plan = try #require(Lab.plan(graph, scenario: "dies", faults: []))
    plan.choices = try #require(ForcedChoices("1=1 2=2"))
    let run = try #require(Lab.run(loaded, plan, RunOptions(logs: logs)).scenarios.first)
    #expect(run.isComplete && Set(run.outcome) == cell.expected, "\(run.outcome)\n\(cell.text)")
    #expect(run.violated.contains("exclusive refunded, replaced") == cell.expected.contains(.diverge))
  }

  /// "Model timeout is F5 (cost doubled, effect none)": the model was paid twice, and the agent did its own part once.
  @Test(arguments: ["none", "idempotent", "durable"], LogChoice.allCases)
  func `a model that answers late is paid twice, and its answer used once`(_ work: String, _ logs: LogChoice) throws {
    let text = """
      name: agent
      nodes:
        client: {kind: client, do: [{call: agent, timeout: 1m}]}
        agent: {kind: agent, work: \(work), do: [{call: model, timeout: 2s, retry: 2}, {effect: answered}]}
        model: {kind: external, do: [{effect: paid}]}
      scenarios:
        late: {faults: [{slow: model, at: 0s, by: 3s, for: 500ms}]}

      """
    let run = try LabRun(text, scenario: "late", logs: logs)
    #expect(run.outcome == Expected(.dup) && run.details == "DUP paid client-1 x2", "\(run.outcome) \(run.details)")
  }
}
