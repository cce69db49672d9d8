import Foundation

/// A scratch copy of the project's `Scripts` and `.ci` with stand-ins for everything they call, and nothing else on the
/// PATH.
///
/// Owner: one test. The folder goes when the bench goes.
final class ScriptBench {
  struct Result {
    let status: Int32
    let output: String
    let messages: String
  }

  /// The root of the copy.
  let root: URL
  private let tools: URL

  /// What the scripts use of the system.
  private static let systemTools = [
    "awk", "bash", "basename", "cat", "cksum", "cmp", "cp", "diff", "dirname", "env", "find", "grep", "head", "ln",
    "mkdir", "mktemp", "mv", "readlink", "rm", "sed", "tail", "tee", "timeout", "touch",
  ]

  init() throws {
    let files = FileManager.default
    root = files.temporaryDirectory.appendingPathComponent("headway-scripts-\(UUID().uuidString)")
      .resolvingSymlinksInPath()
    tools = root.appendingPathComponent("tools")
    try files.createDirectory(at: tools, withIntermediateDirectories: true)
    for folder in ["Scripts", ".ci"] {
      try files.copyItem(
        at: ProjectFiles.root.appendingPathComponent(folder), to: root.appendingPathComponent(folder))
    }
    for tool in Self.systemTools {
      let found = ["/usr/bin/", "/bin/"].map { $0 + tool }.first { files.isExecutableFile(atPath: $0) }
      if let found {
        try files.createSymbolicLink(atPath: tools.appendingPathComponent(tool).path, withDestinationPath: found)
      }
    }
    try write("Package.swift", "// a package")
    try write("Sources/headway/main.swift", "print(1)")
    try installStandIns()
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// Everything a machine that is set up has: Swift, git, a compiler that finds ncurses, a user who is not root.
  private func installStandIns() throws {
    try tool(
      "swift",
      """
      case $1 in
        --version) echo "Swift version ${FAKE_SWIFT:-6.3.1} (a release)" ;;
        -print-target-info) echo '{}' ;;
        build)
          echo "build $*" >>"$FAKE_LOG"
          [ "${FAKE_BUILD:-}" != fails ] || { echo "main.swift:1: error: broken"; exit 1; }
          mkdir -p "$FAKE_ROOT/.build/release"
          program="$FAKE_ROOT/.build/release/headway"
          printf '#!/bin/bash\\necho "in $PWD"; printf "<%%s>" "$@"; exit ${FAKE_EXIT:-7}\\n' >"$program"
          chmod +x "$program"
          ;;
        test)
          echo "test $*" >>"$FAKE_LOG"
          printf '%s\\n' "${FAKE_TESTS-✔ Test run with 3 tests in 1 suite passed after 0.1 seconds.}"
          exit "${FAKE_TEST_STATUS:-0}"
          ;;
      esac
      """)
    try FileManager.default.createSymbolicLink(
      atPath: tools.appendingPathComponent("chmod").path, withDestinationPath: "/bin/chmod")
    try tool("git", #"if [ "$1" = status ]; then cat "$FAKE_ROOT/changes" 2>/dev/null; fi; exit 0"#)
    try tool("id", "echo ${FAKE_UID:-1000}")
    try tool(
      "clang",
      """
      [ -e "$FAKE_ROOT/ncurses" ] || [ -z "${FAKE_NO_NCURSES:-}" ] || exit 1
      echo /usr/lib/libncursesw.so
      """)
  }

  /// Puts a program on the PATH of the scripts.
  func tool(_ name: String, _ body: String) throws {
    let path = tools.appendingPathComponent(name)
    try Data("#!/bin/bash\n\(body)\n".utf8).write(to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path.path)
  }

  func removeTool(_ name: String) throws { try FileManager.default.removeItem(at: tools.appendingPathComponent(name)) }

  func write(_ path: String, _ text: String) throws {
    let file = root.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func read(_ path: String) -> String {
    (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
  }

  /// What the stand-ins were asked to do, one line each.
  var log: [String] { read("log").split(separator: "\n").map(String.init) }

  func run(
    _ script: String, _ arguments: [String] = [], in folder: String = "", with settings: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [root.appendingPathComponent(script).path] + arguments
    process.currentDirectoryURL = root.appendingPathComponent(folder)
    process.environment = settings.merging([
      "PATH": tools.path, "HOME": root.path, "FAKE_ROOT": root.path,
      "FAKE_LOG": root.appendingPathComponent("log").path,
    ]) { mine, _ in mine }
    // Files, not pipes: a full pipe would stop the script.
    try write("stdout", "")
    try write("stderr", "")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: root.appendingPathComponent("stdout"))
    process.standardError = try FileHandle(forWritingTo: root.appendingPathComponent("stderr"))
    try process.run()
    process.waitUntilExit()
    return Result(status: process.terminationStatus, output: read("stdout"), messages: read("stderr"))
  }
}
