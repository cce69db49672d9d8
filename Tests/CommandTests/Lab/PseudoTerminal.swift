import Foundation
import Glibc

/// The real program on a terminal of its own, seen from the other side of the terminal.
///
/// Nothing here waits for a time to pass: a test waits for a text on the screen, or for the end of the program, and
/// only a deadline that is far too long ends the wait.
final class PseudoTerminal {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Everything that the program has written so far.
  private(set) var output: [UInt8] = []
  private(set) var screen: ScreenInterpreter
  /// The modes of the terminal before the program began.
  private let modesBefore: termios
  private let master: Int32
  /// Kept open, so that the terminal survives the program and its modes can be read.
  private let slave: Int32
  private let process: pid_t
  private static let deadlineSeconds = 60.0

  /// - Parameter environment: all that reaches the program, beside the path and a UTF-8 locale.
  init(_ arguments: [String], columns: Int = 80, rows: Int = 24, environment: [String: String] = [:]) throws {
    var ends: (master: Int32, slave: Int32) = (-1, -1)
    var modes = termios()
    guard openpty(&ends.master, &ends.slave, nil, nil, nil) == 0, let path = Self.path(of: ends.slave),
      tcgetattr(ends.slave, &modes) == 0
    else { throw Failure(description: "no pseudo terminal") }
    (master, slave) = ends
    modesBefore = modes
    screen = ScreenInterpreter(columns: columns, rows: rows)
    Self.setSize(of: master, columns, rows)
    let variables = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"]
      .merging(environment) { $1 }
    process = try Self.spawn([Program.executable.path] + arguments, variables, on: path, closing: [master, slave])
  }

  deinit {
    kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    close(master)
    close(slave)
  }

  // MARK: Acting

  func type(_ text: String) { type(Array(text.utf8)) }

  func type(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      sent += count
      drain(for: 0)
    }
  }

  func resize(columns: Int, rows: Int) {
    screen = ScreenInterpreter(columns: columns, rows: rows)
    Self.setSize(of: master, columns, rows)
  }

  func send(_ signal: Int32) { kill(process, signal) }

  // MARK: Waiting

  /// Reads until the screen shows a text, and the frame that it belongs to is whole.
  func wait(for text: String) throws {
    try wait(until: "shows \"\(text)\"") { isIdle && screen.text.contains(text) }
  }

  /// True if the program has read all input, has written all that it had to write, and sleeps: the screen is one frame.
  private var isIdle: Bool {
    var unread: Int32 = 0
    let state = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8))?
      .components(separatedBy: ") ").last?.first
    guard state == "S", ioctl(slave, UInt(FIONREAD), &unread) == 0, unread == 0 else { return false }
    let before = output.count
    drain(for: 0)
    return output.count == before
  }

  func wait(until what: String, _ isDone: () -> Bool) throws {
    let deadline = Date().addingTimeInterval(Self.deadlineSeconds)
    while !isDone() {
      guard Date() < deadline else {
        throw Failure(description: "never \(what); the screen was:\n\(screen.text)")
      }
      drain(for: 50)
    }
  }

  /// Reads to the end of the program: its exit code, or minus the number of the signal that ended it.
  func waitForExit() throws -> Int32 {
    var status: Int32 = 0
    try wait(until: "ended") {
      drain(for: 10)
      return waitpid(process, &status, WNOHANG) != 0
    }
    drain(for: 0)
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
  }

  // MARK: Looking

  /// True if the terminal's modes are what they were before the program began.
  var hasModesOfBefore: Bool {
    var now = termios()
    guard tcgetattr(slave, &now) == 0 else { return false }
    let before = modesBefore
    return now.c_iflag == before.c_iflag && now.c_oflag == before.c_oflag && now.c_cflag == before.c_cflag
      && now.c_lflag == before.c_lflag
      && withUnsafeBytes(of: now.c_cc) { Array($0) } == withUnsafeBytes(of: before.c_cc) { Array($0) }
  }

  /// True while the program reads keys one by one.
  var isInKeyMode: Bool {
    var now = termios()
    return tcgetattr(slave, &now) == 0 && now.c_lflag & tcflag_t(ICANON) == 0
  }

  var text: String { String(decoding: output, as: UTF8.self) }

  // MARK: Private

  private func drain(for milliseconds: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var request = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    var wait = milliseconds
    while poll(&request, 1, wait) > 0, request.revents & Int16(POLLIN) != 0 {
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { return }
      output += buffer[0..<count]
      screen.feed(buffer[0..<count])
      wait = 0
    }
  }

  /// Into a buffer of its own: `ttyname` has one for all threads, and tests run side by side.
  private static func path(of terminal: Int32) -> String? {
    var buffer = [CChar](repeating: 0, count: 256)
    guard ttyname_r(terminal, &buffer, buffer.count) == 0 else { return nil }
    return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
  }

  private static func setSize(of terminal: Int32, _ columns: Int, _ rows: Int) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
  }

  /// In a session of its own: the first terminal that it opens becomes its controlling terminal.
  private static func spawn(
    _ arguments: [String], _ variables: [String: String], on path: String, closing: [Int32]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    for descriptor in closing { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Worker threads of a test run block signals; the program must not inherit that.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // 0x80 is POSIX_SPAWN_SETSID, which the module map leaves out as an extension of the library.
    posix_spawnattr_setflags(&attributes, 0x80 | Int16(POSIX_SPAWN_SETSIGMASK))
    let words = arguments.map { strdup($0) } + [nil]
    let settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in words + settings { free(pointer) } }
    var process: pid_t = 0
    let failure = posix_spawn(&process, arguments[0], &actions, &attributes, words, settings)
    guard failure == 0 else { throw Failure(description: "cannot start \(arguments[0]): \(failure)") }
    return process
  }
}
