import Glibc
import Synchronization

/// Signals that ask the program to stop: the work goes on to its next progress report, and what there is by then is
/// written. A second one ends the program at once.
enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// The signal that came, or nil.
  static var signal: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  static func install() {
    // A closed pipe is seen where it is written to; it must not kill the program in the middle of a file.
    _ = Glibc.signal(SIGPIPE, SIG_IGN)
    // A child inherits what its parent blocks, and some parents block everything while they start it.
    var nothing = sigset_t()
    sigemptyset(&nothing)
    sigprocmask(SIG_SETMASK, &nothing, nil)
    for number in [SIGINT, SIGTERM] {
      _ = Glibc.signal(number) { number in
        let earlier = Interruption.received.exchange(number, ordering: .relaxed)
        if earlier != 0 { _exit(128 + number) }
      }
    }
  }
}
