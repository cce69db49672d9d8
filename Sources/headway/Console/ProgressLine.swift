import Glibc
import Synchronization

/// Progress of long work on stderr: a line redrawn at most ten times a second on a terminal, one line every ten seconds
/// elsewhere, and a last line always. Silent when asked to be.
///
/// Owner: the command that does the work; its threads share it. Beside the lab's frames this is the only place of the
/// program that reads a clock.
final class ProgressLine: Sendable {
  private struct Line {
    var shown: Int64
    /// Columns that the line on the terminal covers now.
    var drawn = 0
  }
  private let isSilent: Bool
  private let isRedrawn: Bool
  private let started: Int64
  private let line: Mutex<Line>

  init(isSilent: Bool) {
    self.isSilent = isSilent
    isRedrawn = Console.isTerminal(STDERR_FILENO)
    started = Self.milliseconds()
    line = Mutex(Line(shown: started))
  }

  /// Shows it if the last one is old enough.
  func update(_ text: @autoclosure () -> String) {
    guard !isSilent else { return }
    let now = Self.milliseconds()
    line.withLock { line in
      guard now - line.shown >= (isRedrawn ? 100 : 10_000) else { return }
      line.shown = now
      if isRedrawn {
        // One column stays free: a line that fills the last one scrolls.
        let shown = text().prefix(Console.columns(of: STDERR_FILENO) - 1)
        Console.write(Array("\r\u{1B}[K\(shown)".utf8), to: STDERR_FILENO)
        line.drawn = shown.count
      } else {
        Console.message(text())
      }
    }
  }

  /// Takes the line away before something else is written to the terminal.
  func erase() {
    line.withLock { line in
      guard line.drawn > 0 else { return }
      Console.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
      line.drawn = 0
    }
  }

  /// Replaces whatever is on the line by the last word.
  func finish(_ text: String) {
    guard !isSilent else { return }
    erase()
    Console.message("\(text), \(elapsed)")
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
}
