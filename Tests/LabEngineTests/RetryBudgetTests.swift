import GraphFile
import Primitives
import ProgressGraph
import Properties
import Testing

@testable import LabEngine

/// When an outage is longer than a caller's whole retry budget, so that FAIL is a right answer to it.
///
/// Method: small files, each asked about one outage a little shorter and one a little longer than the budget.
@Suite struct RetryBudgetTests {
  private static func outlasts(_ nodes: String, _ fault: String) throws -> Bool {
    let loaded = Lab.load(Array("nodes:\n\(nodes)".utf8), file: "budget.yaml")
    let graph = try #require(loaded.graph, "\(loaded.diagnostics)")
    let read = try #require(try? GraphReader.decodeFault(fault, in: graph).get())
    return RetryBudgets(graph: graph).facts(of: [read], missing: []).outlastsCallers
  }

  @Test func `a refused caller has the waits between its attempts, a silenced one its time-outs too`() throws {
    let nodes = """
        web: {kind: client, do: [{call: shop, timeout: 2s, retry: 2}]}
        shop: {do: [{write: order}]}
      """
    #expect(try !Self.outlasts(nodes, "{down: shop, at: 0s, for: 299ms}"))
    #expect(try Self.outlasts(nodes, "{down: shop, at: 0s, for: 301ms}"))
    #expect(try !Self.outlasts(nodes, "{partition: [web, shop], at: 0s, for: 6299ms}"))
    #expect(try Self.outlasts(nodes, "{partition: [web, shop], at: 0s, for: 6301ms}"))
  }

  @Test func `the terminal error of a durable run is not tried again`() throws {
    let nodes = """
        web: {kind: client, do: [{call: plan, timeout: 5s, retry: 3}]}
        plan: {work: durable, do: [{call: stock, timeout: 2s, retry: 2}]}
        stock: {do: [{write: row}]}
      """
    #expect(try !Self.outlasts(nodes, "{down: stock, at: 0s, for: 299ms}"))
    #expect(try Self.outlasts(nodes, "{down: stock, at: 0s, for: 301ms}"))
  }

  @Test func `a call that is tried for ever does not lengthen the patience of the others`() throws {
    let nodes = """
        web: {kind: client, do: [{call: plan, timeout: 5s, retry: 3}]}
        plan: {work: durable, do: [{call: stock.ask, retry: 2}, {call: stock.tell, retry: forever}]}
        stock: {handlers: {ask: [{write: asked}], tell: [{write: told}]}}
      """
    #expect(try Self.outlasts(nodes, "{down: stock, at: 0s, for: 301ms}"))
  }

  @Test func `who only tries for ever is outlasted by nothing`() throws {
    let nodes = """
        web: {kind: client, do: [{call: plan, timeout: 5s, retry: 3}]}
        plan: {work: durable, do: [{call: stock, retry: forever}]}
        stock: {do: [{write: row}]}
      """
    #expect(try !Self.outlasts(nodes, "{down: stock, at: 0s, for: 1h}"))
  }

  /// Two calls at each of forty hops are 2^40 ways to the last node; this ends because each node is asked once.
  @Test func `a wide and deep graph is judged at once`() throws {
    var nodes = "    web: {kind: client, do: [{call: n0}, {call: n0}]}\n"
    for number in 0..<40 { nodes += "    n\(number): {do: [{call: n\(number + 1)}, {call: n\(number + 1)}]}\n" }
    nodes += "    n40: {do: [{write: row}]}\n    other: {do: [{write: x}]}\n"
    #expect(try !Self.outlasts(nodes, "{down: other, at: 0s, for: 1h}"))
    #expect(try Self.outlasts(nodes, "{down: n40, at: 0s, for: 1d}"))
  }

  @Test func `a circle of calls does not lengthen anybody's patience`() throws {
    let nodes = """
        web: {kind: client, do: [{call: ping, retry: 1}]}
        ping: {do: [{call: pong, retry: 1}, {call: stock, retry: 1}]}
        pong: {do: [{call: ping, retry: 1}]}
        stock: {do: [{write: row}]}
      """
    #expect(try Self.outlasts(nodes, "{down: stock, at: 0s, for: 1m}"))
  }
}
