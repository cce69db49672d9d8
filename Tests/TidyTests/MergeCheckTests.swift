import Testing

/// `.ci/run` in a copy in which everything it builds is a stand-in: what stops it, and what its last line is.
@Suite struct MergeCheckTests {
  @Test func `the closing line of the tests comes last`() throws {
    let result = try check { _ in }
    #expect(result.status == 0)
    #expect(result.output.hasSuffix("\n✔ Test run with 3 tests in 1 suite passed after 0.1 seconds.\n"))
    #expect(result.output.contains("README: 1 passed, 0 failed"))
  }

  @Test func `a failing test stops it`() throws {
    let result = try check(with: ["FAKE_TEST_STATUS": "1"]) { _ in }
    #expect(result.status == 1)
    #expect(result.output.hasSuffix("== failed: Scripts/test (exit code 1)\n"))
  }

  @Test func `a README that drifted stops it`() throws {
    let result = try check { try $0.write("README.md", "```sh\n$ echo hi\nho\n```\n") }
    #expect(result.status == 1)
    #expect(result.output.contains("== failed: Scripts/check-readme"))
  }

  @Test func `a graph that does not hold stops it`() throws {
    let result = try check(with: ["FAKE_EXIT": "1"]) { _ in }
    #expect(result.status == 1)
    #expect(result.output.hasSuffix("== failed: Scripts/headway check Graphs (exit code 1)\n"))
  }

  @Test func `a file that the checks change stops it`() throws {
    let result = try check { bench in
      try bench.write("README.md", "```sh\n$ echo ' M golden.txt' >\"$FAKE_ROOT/changes\"\n```\n")
    }
    #expect(result.status == 1)
    #expect(result.output.contains("M golden.txt"))
    #expect(result.output.contains("== failed: no_drift"))
  }

  @Test func `what was changed before is no drift`() throws {
    #expect(try check { try $0.write("changes", " M mine.txt\n") }.status == 0)
  }

  private func check(
    with settings: [String: String] = [:], prepare: (ScriptBench) throws -> Void
  ) throws -> ScriptBench.Result {
    let bench = try ScriptBench()
    try bench.write("Graphs/a.yaml", "name: a\n")
    try bench.write("README.md", "```sh\n$ echo hi\nhi\n```\n")
    try prepare(bench)
    return try bench.run(".ci/run", with: ["FAKE_EXIT": "0"].merging(settings) { _, mine in mine })
  }
}
