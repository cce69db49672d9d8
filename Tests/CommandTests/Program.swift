import Foundation
import Testing

/// The real program, run as a process of its own: what it wrote and how it ended.
struct Program {
  var output: String
  var messages: String
  /// The exit code; 128 + n where signal n ended it.
  var status: Int32

  /// Runs `headway` to its end. Nothing of the caller's environment reaches it but the path.
  ///
  /// - Parameter environment: beside `LC_ALL=C.UTF-8`, which can be overridden.
  static func run(
    _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:]
  ) throws -> Program {
    let scratch = try Folder()
    let output = try scratch.handle("stdout")
    let messages = try scratch.handle("stderr")
    let process = try start(
      arguments, in: folder, environment: environment, output: output, messages: messages)
    process.waitUntilExit()
    return Program(
      output: try scratch.text("stdout"), messages: try scratch.text("stderr"), status: status(of: process))
  }

  /// Starts it with these streams and does not wait.
  static func start(
    _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:], output: Any, messages: Any
  ) throws -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "LC_ALL": "C.UTF-8"]
      .merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = messages
    try process.run()
    return process
  }

  static func status(of process: Process) -> Int32 {
    process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
  }

  /// Beside the test runner, where one build puts both.
  static var executable: URL {
    let runner = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let beside = runner.deletingLastPathComponent().appendingPathComponent("headway")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".build/debug/headway")
  }
}

/// A folder for one test, gone with it.
final class Folder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("headway-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file, and the folders above it.
  @discardableResult
  func write(_ path: String, _ text: String) throws -> String {
    let file = url.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appendingPathComponent(path)), as: UTF8.self)
  }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }

  func handle(_ path: String) throws -> FileHandle {
    try write(path, "")
    return try FileHandle(forWritingTo: url.appendingPathComponent(path))
  }
}
