import Glibc
import Synchronization

/// Signals that ask the program to stop: the work goes on to its next progress report, and what there is by then is
/// written. A second one ends the program at once, and so does the first where nobody has asked for it within a second:
/// reading a file of megabytes has no reports to make.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  private static let isNoticed = Atomic<Bool>(false)

  /// The signal that came, or nil. Whoever asks sees to it that the program comes to an end.
  static var signal: Int32? {
    let number = received.load(ordering: .relaxed)
    if number == 0 { return nil }
    isNoticed.store(true, ordering: .relaxed)
    return number
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
        alarm(1)
      }
    }
    _ = Glibc.signal(SIGALRM) { _ in
      let number = Interruption.received.load(ordering: .relaxed)
      if number != 0, !Interruption.isNoticed.load(ordering: .relaxed) { _exit(128 + number) }
    }
  }
}
