import Foundation

/// Another program, run to its end.
struct Program {
  let path: String
  var arguments: [String] = []

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// What it printed on stdout.
  ///
  /// - Parameter accepted: exit codes that are no failure.
  func output(accepting accepted: Set<Int32> = [0]) throws -> String {
    let process = self.process()
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard accepted.contains(process.terminationStatus) else {
      throw Failure(description: "\(path) ended with exit code \(process.terminationStatus)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What one process cost.
  struct Usage {
    /// Processor time, loading included.
    var seconds: Double
    /// The most memory that it held at once.
    var peakMebibytes: Double
  }

  /// What one run costs from start to end; its output is thrown away.
  ///
  /// Spawned and awaited without Foundation, whose `Process` adds some fifty milliseconds to either side and so hides
  /// the difference.
  func start() throws -> Usage {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (descriptor, mode) in [(STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_WRONLY), (STDERR_FILENO, O_WRONLY)] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", mode, 0)
    }
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var status: Int32 = -1
    var usage = rusage()
    var child = pid_t()
    guard posix_spawn(&child, path, &actions, nil, &words, environ) == 0 else {
      throw Failure(description: "\(path) cannot be started")
    }
    wait4(child, &status, 0, &usage)
    guard status == 0 else { throw Failure(description: "\(path) ended with wait status \(status)") }
    // Linux counts the peak in kibibytes.
    return Usage(
      seconds: Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime),
      peakMebibytes: Double(usage.ru_maxrss) / 1_024)
  }

  private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }

  private func process() -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  static func isExecutable(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }
}

/// A program to be measured against, where it could be had.
struct PeerProgram {
  private let program: Program
  private let reason: String

  /// - Parameters:
  ///   - path: below `Benchmarks`; `run` puts it there.
  ///   - missing: why it is not there, where it is not.
  init(_ path: String, _ arguments: [String] = [], missing reason: String) {
    program = Program(path: Folders.path(path), arguments: arguments)
    self.reason = reason
  }

  func measured(_ measure: @escaping (Program) throws -> Comparison.Measurement) -> Comparison.Peer {
    Program.isExecutable(program.path) ? .found { try measure(program) } : .missing(reason)
  }
}
