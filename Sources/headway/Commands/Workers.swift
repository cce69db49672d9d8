import Glibc
import Primitives
import Synchronization

/// Does pieces of work that do not know each other on several threads, and gives the results in the order of the
/// pieces: how many threads there are changes nothing but the time.
struct Workers: Crew {
  let jobs: Int

  /// How many processors the system has on line, as far as it says.
  static var processors: Int { max(1, min(64, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// - Parameter body: called once for each position, on any thread.
  func map<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result] {
    guard jobs > 1, count > 1 else { return (0..<count).map(body) }
    let desk = Desk(count: count, body: body)
    let threads = (0..<min(jobs, count)).compactMap { _ in Self.start { desk.work() } }
    // Where the system gives no thread at all, this one does everything.
    if threads.isEmpty { desk.work() }
    for thread in threads { pthread_join(thread, nil) }
    return desk.results
  }

  /// Where the threads take their pieces from and lay down the results.
  private final class Desk<Result: Sendable>: Sendable {
    private let next = Atomic<Int>(0)
    private let done: Mutex<[Result?]>
    private let body: @Sendable (Int) -> Result

    init(count: Int, body: @escaping @Sendable (Int) -> Result) {
      done = Mutex(Array(repeating: nil, count: count))
      self.body = body
    }

    func work() {
      let count = done.withLock { $0.count }
      while true {
        let position = next.add(1, ordering: .relaxed).oldValue
        guard position < count else { return }
        let result = body(position)
        done.withLock { $0[position] = result }
      }
    }

    var results: [Result] { done.withLock { $0.compactMap { $0 } } }
  }

  private final class Job {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// A thread with the stack of a main thread: reading a deeply nested file takes more than the half megabyte that
  /// others get.
  private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 8 << 20)
    var thread = pthread_t()
    let job = Unmanaged.passRetained(Job(body))
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        if let pointer { Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().body() }
        return nil
      }, job.toOpaque())
    guard status == 0 else {
      job.release()
      return nil
    }
    return thread
  }
}
