import Foundation
import Testing

/// `Scripts/headway` and `Scripts/test`, run in a copy in which Swift, git, apt and the compiler are stand-ins.
@Suite struct ScriptTests {
  @Test func `the program gets the arguments and the folder, and stdout is its own`() throws {
    let bench = try ScriptBench()
    try bench.write("else where/file", "")
    let first = try bench.run("Scripts/headway", ["run", "a b", "", "*"], in: "else where")
    #expect(first.status == 7)
    #expect(first.output == "in \(bench.root.path)/else where\n<run><a b><><*>")
    #expect(first.messages.contains("building"))
    #expect(bench.log.count == 1)
    #expect(bench.log.first?.contains("--explicit-target-dependency-import-check error") == true)
  }

  @Test func `a second start builds nothing until a source changes or goes`() throws {
    let bench = try ScriptBench()
    try bench.write("Sources/headway/Other.swift", "")
    _ = try bench.run("Scripts/headway")
    let second = try bench.run("Scripts/headway")
    #expect(second.messages.isEmpty)
    #expect(bench.log.count == 1)
    try bench.write("Sources/headway/main.swift", "print(2)")
    _ = try bench.run("Scripts/headway")
    #expect(bench.log.count == 2)
    try FileManager.default.removeItem(at: bench.root.appendingPathComponent("Sources/headway/Other.swift"))
    _ = try bench.run("Scripts/headway")
    #expect(bench.log.count == 3)
    try bench.write("Package.swift", "// another package")
    _ = try bench.run("Scripts/headway")
    #expect(bench.log.count == 4)
  }

  @Test func `a link to the script finds the project`() throws {
    let bench = try ScriptBench()
    try bench.write("bin/keep", "")
    try FileManager.default.createSymbolicLink(
      atPath: bench.root.appendingPathComponent("bin/hw").path, withDestinationPath: "../Scripts/headway")
    let result = try bench.run("bin/hw", ["x"], in: "bin")
    #expect(result.output == "in \(bench.root.path)/bin\n<x>")
  }

  @Test func `a failed build shows its output on stderr, and the next start builds again`() throws {
    let bench = try ScriptBench()
    let result = try bench.run("Scripts/headway", with: ["FAKE_BUILD": "fails"])
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(result.messages.contains("main.swift:1: error: broken"))
    #expect(try bench.run("Scripts/headway").status == 7)
  }

  @Test(arguments: ["Scripts/headway", "Scripts/test"])
  func `without Swift the message says what to install`(_ script: String) throws {
    let bench = try ScriptBench()
    try bench.removeTool("swift")
    let result = try bench.run(script)
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(result.messages.contains("Install Swift 6.2 or newer"))
  }

  @Test(arguments: [("5.10.1", 2), ("6.1", 2), ("6.1.9", 2), ("6.2", 7), ("6.10", 7), ("7.0", 7)] as [(String, Int32)])
  func `a Swift that is too old is told apart`(_ version: String, _ status: Int32) throws {
    let result = try ScriptBench().run("Scripts/headway", with: ["FAKE_SWIFT": version])
    #expect(result.status == status)
    #expect(result.messages.contains("too old") == (status == 2))
  }

  @Test func `root gets the missing headers through apt`() throws {
    let bench = try ScriptBench()
    try bench.tool("apt-get", #"echo "apt-get $*" >>"$FAKE_LOG"; echo noise; : >"$FAKE_ROOT/ncurses""#)
    let result = try bench.run("Scripts/headway", with: ["FAKE_NO_NCURSES": "1", "FAKE_UID": "0"])
    #expect(result.status == 7)
    #expect(!result.output.contains("noise"))
    #expect(bench.log.contains { $0.hasPrefix("apt-get install") && $0.hasSuffix("libncurses-dev") })
  }

  @Test func `an apt without lists is updated first`() throws {
    let bench = try ScriptBench()
    try bench.tool(
      "apt-get",
      """
      echo "apt-get $1" >>"$FAKE_LOG"
      [ "$1" = update ] && : >"$FAKE_ROOT/lists" && exit 0
      [ -e "$FAKE_ROOT/lists" ] || exit 100
      : >"$FAKE_ROOT/ncurses"
      """)
    let result = try bench.run("Scripts/headway", with: ["FAKE_NO_NCURSES": "1", "FAKE_UID": "0"])
    #expect(result.status == 7)
    #expect(bench.log.prefix(3) == ["apt-get install", "apt-get update", "apt-get install"])
  }

  @Test func `who may not install gets the line to type`() throws {
    let bench = try ScriptBench()
    try bench.tool("apt-get", #"echo "apt-get $*" >>"$FAKE_LOG""#)
    try bench.tool("sudo", "exit 1")
    let result = try bench.run("Scripts/headway", with: ["FAKE_NO_NCURSES": "1"])
    #expect(result.status == 2)
    #expect(result.messages.contains("sudo apt-get update && sudo apt-get install -y libncurses-dev"))
    #expect(bench.log.isEmpty)
  }

  @Test func `the tests' closing line comes last`() throws {
    let bench = try ScriptBench()
    let result = try bench.run("Scripts/test", ["--filter", "A"])
    #expect(result.status == 0)
    #expect(result.output.hasSuffix("\n✔ Test run with 3 tests in 1 suite passed after 0.1 seconds.\n"))
    #expect(bench.log.last?.hasSuffix("--filter A") == true)
  }

  @Test(arguments: [
    ["FAKE_TEST_STATUS": "1"], ["FAKE_TESTS": "", "FAKE_TEST_STATUS": "0"], ["FAKE_BUILD": "fails"],
    ["FAKE_TESTS": "✔ Test run with 0 tests in 0 suites passed after 0.1 seconds."],
  ])
  func `failing, crashing and missing tests fail`(_ settings: [String: String]) throws {
    #expect(try ScriptBench().run("Scripts/test", with: settings).status != 0)
  }
}
