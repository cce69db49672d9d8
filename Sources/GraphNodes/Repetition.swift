import Primitives

/// The rhythm in which a machine says again, with the same id, what nobody confirms.
enum Repetition {
  /// For the first minute a second, so that the end of an outage is noticed at once; then twice as long each time, up
  /// to about a minute, so that one of days is not asked through a million times.
  ///
  /// - Parameter repeats: how often it was said again already.
  static func pause(after repeats: Int) -> SimDuration { .seconds(1 << Int64(max(0, min(repeats - 59, 6)))) }
}
