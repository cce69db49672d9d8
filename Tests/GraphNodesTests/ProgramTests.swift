import GraphNodes
import Primitives
import ProgressGraph
import Testing

/// Compiles handlers and compares the flat programs with what nesting means.
@Suite struct ProgramTests {
  private static func program(_ steps: String, work: String = "none") throws -> (Graph, Program) {
    let graph = try graph(
      """
      name: p
      nodes:
        web: {kind: client, do: [{call: src}]}
        a: {trigger: facts, work: \(work), do: [\(steps)]}
        b: {do: [{write: x}]}
        src: {do: [{publish: facts, event: E}]}
      """)
    let node = try #require(graph.node(named: "a"))
    return (graph, Program(handler: try #require(graph[node].handlers.first), in: graph))
  }

  @Test func `steps in a row are performed in a row`() throws {
    let (graph, program) = try Self.program("{write: one}, {call: b}, {effect: two}")
    let steps = [
      try step("one", in: graph), try labelled("b", in: graph, of: "a"), try step("two", in: graph),
    ]
    #expect(program.instructions == steps.map { .perform($0) } + [.end])
  }

  @Test func `a step with a condition is jumped over, with all that is nested in it`() throws {
    let (graph, program) = try Self.program(
      "{tx: [{write: one}, {write: two}], when: E}, {write: last}", work: "transactional")
    let transaction = try step("tx", in: graph)
    guard case .skipUnless(_, let target) = program.instructions.first else {
      Issue.record("\(program.instructions)")
      return
    }
    #expect(target == 5 && program.instructions[1] == .begin(transaction))
    #expect(program.instructions[4] == .commit(transaction))
    #expect(try program.instructions[5] == .perform(step("last", in: graph)))
  }

  @Test func `a transaction anywhere in a handler is the only commit that there is`() throws {
    for steps in ["{choose: {a: [{tx: [{write: one}]}]}}", "{wait: x, timeout: 1s, else: [{tx: [{write: one}]}]}"] {
      let (graph, program) = try Self.program(steps, work: "transactional")
      let transaction = try step("tx", in: graph)
      #expect(program.instructions.filter { $0 == .begin(transaction) || $0 == .begin(nil) } == [.begin(transaction)])
    }
  }

  @Test func `steps on error are jumped over by success and are where failure goes`() throws {
    let (graph, program) = try Self.program("{call: b, on_error: [{write: one}, {write: two}]}, {write: last}")
    let call = try labelled("b", in: graph, of: "a")
    let target = try #require(program.errorTarget(of: call))
    #expect(program.instructions[0] == .perform(call) && program.instructions[1] == .jump(4))
    #expect(try target == 2 && program.instructions[target] == .perform(step("one", in: graph)))
    #expect(try program.instructions[4] == .perform(step("last", in: graph)))
    #expect(try program.errorTarget(of: step("one", in: graph)) == nil)
  }

  @Test func `a transactional handler without a transaction of its own is one as a whole`() throws {
    let (_, whole) = try Self.program("{write: one}, {write: two}", work: "transactional")
    #expect(whole.instructions.first == .begin(nil) && whole.instructions.suffix(2) == [.commit(nil), .end])
    let (_, own) = try Self.program("{tx: [{write: one}]}, {write: two}", work: "transactional")
    #expect(!own.instructions.contains(.begin(nil)) && own.instructions.count == 5)
    let (_, none) = try Self.program("{write: one}, {write: two}")
    #expect(none.instructions.count == 3)
  }

  private func labelled(_ label: String, in graph: Graph, of node: String) throws -> StepID {
    let owner = try #require(graph.node(named: node))
    return try #require(
      graph.stepIDs.first { graph[$0].label == label && graph[graph[$0].handler].node == owner })
  }
}
