import Glibc
import LabEngine

/// Progress of long work on stderr: a line redrawn at most ten times a second on a terminal, one line every ten seconds
/// elsewhere, and a last line always. Silent when asked to be.
///
/// Owner: the command that does the work. This is the only place of the program that reads a clock for people.
final class ProgressLine {
  private let isSilent: Bool
  private let isRedrawn: Bool
  private let started: Int64
  private var shown: Int64
  /// Columns that the line on the terminal covers now.
  private var drawn = 0

  init(isSilent: Bool) {
    self.isSilent = isSilent
    isRedrawn = Console.isTerminal(STDERR_FILENO)
    started = Self.milliseconds()
    shown = started
  }

  /// Shows it if the last one is old enough.
  func update(_ text: @autoclosure () -> String) {
    guard !isSilent else { return }
    let now = Self.milliseconds()
    guard now - shown >= (isRedrawn ? 100 : 10_000) else { return }
    shown = now
    isRedrawn ? redraw(text()) : Console.message(text())
  }

  /// Replaces whatever is on the line by the last word.
  func finish(_ text: String) {
    guard !isSilent else { return }
    erase()
    Console.message("\(text), \(elapsed)")
  }

  /// Takes the line away before something else is written to the terminal.
  func erase() {
    guard drawn > 0 else { return }
    Console.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
    drawn = 0
  }

  /// Monotonic, in milliseconds.
  static func milliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  private var elapsed: String {
    let tenths = (Self.milliseconds() - started + 50) / 100
    return "\(tenths / 10).\(tenths % 10) s"
  }

  private func redraw(_ text: String) {
    // One column stays free: a line that fills the last one scrolls.
    let line = text.prefix(Console.columns(of: STDERR_FILENO) - 1)
    Console.write(Array("\r\u{1B}[K\(line)".utf8), to: STDERR_FILENO)
    drawn = line.count
  }
}
