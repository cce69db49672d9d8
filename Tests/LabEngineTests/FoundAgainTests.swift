import LabEngine
import Testing

/// Method: valid designs drawn by seed (`RandomGraph`) are searched with single faults. Whatever is found is looked for
/// in a run with the faults as they are printed, read again as from the command line.
@Suite struct FoundAgainTests {
  private static let batch = 8

  @Test(arguments: 0..<4)
  func whatTheSearchFindsHappensAgainWithThePrintedFaults(_ batch: Int) throws {
    var found = 0
    for seed in batch * Self.batch..<(batch + 1) * Self.batch {
      var design = RandomGraph(seed: UInt64(seed))
      found += try check(design.text(), seed: "seed \(seed)")
    }
    #expect(found > 0, "where nothing is found, nothing is proved")
  }

  @Test func `two steps of one object are told apart`() throws {
    let text = """
      name: twice
      nodes:
        web: {kind: client, do: [{call: n0}]}
        n0: {do: [{publish: ch1}, {parallel: [[{publish: ch1}, {write: e1}], []]}]}
      """
    #expect(try check(text, seed: "twice") > 0)
  }

  @Test func `the engine is told from a node of its name`() throws {
    let text = """
      name: engine
      nodes:
        web: {kind: client, do: [{call: engine, reliable: true}]}
        engine: {do: [{effect: mail}, {write: row}]}
      """
    #expect(try check(text, seed: "engine") > 0)
  }

  /// - Returns: how many runs were looked at.
  private func check(_ text: String, seed: String) throws -> Int {
    let loaded = Lab.load(Array(text.utf8), file: "fuzz.yaml")
    #expect(loaded.graph != nil, "\(loaded.diagnostics)")
    let options = RunOptions(seed: 3, logs: .ideal)
    let search = Lab.check(loaded, CheckOptions(run: options, stateLimit: 200)).search
    let violations = search?.violations ?? []
    for violation in violations {
      let request = Lab.plan(
        loaded, scenario: nil, faults: violation.faults, choices: violation.choices, as: "--fault")
      guard case .plan(let plan) = request else {
        Issue.record("\(seed): \(violation.faults) cannot be read: \(request)")
        continue
      }
      let run = try #require(Lab.run(loaded, plan, options, isTold: false).scenarios.first)
      let isThere =
        violation.isCleanFailure
        ? run.failed > 0
        : run.anomalies.contains { $0.code == violation.code && $0.subject == violation.subject }
      #expect(
        isThere && run.steps == violation.steps && run.unstruck.isEmpty,
        """
        \(seed): \(violation.code) \(violation.subject) by \(violation.faults) in \(violation.steps) steps;
        again \(run.anomalies.map { "\($0.code) \($0.subject)" }) in \(run.steps) steps, \(run.unstruck) never struck
        \(text)
        """)
    }
    return violations.count
  }
}
