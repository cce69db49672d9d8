import Testing

/// `Scripts/check-readme` on small READMEs: what it runs, what it compares, what it rewrites.
@Suite struct ReadmeScriptTests {
  @Test func `shown output that is printed passes`() throws {
    let result = try check(
      """
      ```sh
      $ echo hi
      hi
      $ printf 'a\\nb\\nc\\nd\\n'
      a
      …
      d
      $ bash -c 'exit 3'
      # exit 3
      $ echo one \\
        two
      one two
      ```
      ```sh norun
      $ bash -c 'exit 9'
      ```
      """
    ).result
    #expect(result.status == 0)
    #expect(result.output.hasSuffix("README: 4 passed, 0 failed\n"))
  }

  @Test(arguments: [
    "$ echo hi\nho", "$ echo hi\nhi\nho", "$ printf 'a\\nb\\n'\na", "$ bash -c 'exit 3'", "$ echo a\n# exit 1",
    "$ printf 'a\\nb\\nc\\n'\na\n…\nd", "$ absent-command",
  ])
  func `drift fails`(_ block: String) throws {
    let result = try check("```sh\n\(block)\n```").result
    #expect(result.status == 1)
    #expect(result.output.contains("FAIL"))
  }

  @Test func `accepting writes what is printed and nothing else`() throws {
    let (result, text) = try check("# Top\n```sh\n$ echo hi\nho\n```\n\nend", accepting: true)
    #expect(result.status == 0)
    #expect(text == "# Top\n```sh\n$ echo hi\nhi\n```\n\nend\n")
  }

  @Test func `accepting fills in an output that is left out altogether, and leaves a shortened one`() throws {
    let block = "```sh\n$ printf 'a\\nb\\n'\n…\n$ printf 'a\\nb\\nc\\n'\na\n…\n```\n"
    let (result, text) = try check(block, accepting: true)
    #expect(result.status == 0)
    #expect(text == block.replacing("'\n…\n$", with: "'\na\nb\n$") + "\n")
  }

  @Test func `what commands write leaves no trace in the project`() throws {
    let bench = try ScriptBench()
    try bench.write("Graphs/a.yaml", "name: a\n")
    try bench.write("README.md", "```sh\n$ echo x >>Graphs/a.yaml; cat Graphs/a.yaml\nname: a\nx\n```\n")
    #expect(try bench.run("Scripts/check-readme").status == 0)
    #expect(bench.read("Graphs/a.yaml") == "name: a\n")
  }

  @Test func `a block that never ends fails`() throws {
    #expect(try check("```sh\n$ echo hi\nhi").result.status != 0)
  }

  private func check(
    _ readme: String, accepting: Bool = false
  ) throws -> (result: ScriptBench.Result, text: String) {
    let bench = try ScriptBench()
    try bench.write("README.md", readme + "\n")
    let result = try bench.run("Scripts/check-readme", accepting ? ["--accept"] : [])
    return (result, bench.read("README.md"))
  }
}
