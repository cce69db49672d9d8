/// A length of virtual time, in whole microseconds.
///
/// Virtual time never touches a wall clock. Sums and products saturate instead of trapping, because the lengths
/// come from files that people write.
public struct SimDuration: Hashable, Comparable, Sendable {
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static let zero = SimDuration(microseconds: 0)

  public static func microseconds(_ count: Int64) -> SimDuration {
    SimDuration(microseconds: count)
  }
  public static func milliseconds(_ count: Int64) -> SimDuration {
    SimDuration(microseconds: saturatingProduct(count, 1_000))
  }
  public static func seconds(_ count: Int64) -> SimDuration {
    SimDuration(microseconds: saturatingProduct(count, 1_000_000))
  }
  public static func hours(_ count: Int64) -> SimDuration {
    SimDuration(microseconds: saturatingProduct(count, 3_600_000_000))
  }

  public static func < (left: SimDuration, right: SimDuration) -> Bool {
    left.microseconds < right.microseconds
  }
  public static func + (left: SimDuration, right: SimDuration) -> SimDuration {
    SimDuration(microseconds: saturatingSum(left.microseconds, right.microseconds))
  }
  public static func - (left: SimDuration, right: SimDuration) -> SimDuration {
    SimDuration(microseconds: saturatingSum(left.microseconds, -right.microseconds))
  }
  public static func * (left: SimDuration, right: Int64) -> SimDuration {
    SimDuration(microseconds: saturatingProduct(left.microseconds, right))
  }
}

/// A point of virtual time: microseconds since the run began.
public struct SimInstant: Hashable, Comparable, Sendable {
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static let start = SimInstant(microseconds: 0)
  public static let distantFuture = SimInstant(microseconds: .max)

  public static func < (left: SimInstant, right: SimInstant) -> Bool {
    left.microseconds < right.microseconds
  }
  public static func + (left: SimInstant, right: SimDuration) -> SimInstant {
    SimInstant(microseconds: saturatingSum(left.microseconds, right.microseconds))
  }
  public static func - (left: SimInstant, right: SimInstant) -> SimDuration {
    SimDuration(microseconds: saturatingSum(left.microseconds, -right.microseconds))
  }
}

/// A range of durations from which a driver draws: a timer's range, a handler's latency.
public enum DurationRange: Hashable, Sendable {
  case exactly(SimDuration)
  /// Uniform over the closed range; `low <= high`.
  case uniform(low: SimDuration, high: SimDuration)
  /// Exponential with this mean.
  case exponential(mean: SimDuration)

  public static let immediately = DurationRange.exactly(.zero)

  /// The length to reckon with where one number is wanted: exact value, upper end, or mean.
  public var typical: SimDuration {
    switch self {
    case .exactly(let value): value
    case .uniform(_, let high): high
    case .exponential(let mean): mean
    }
  }
}

func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
  let (sum, overflow) = left.addingReportingOverflow(right)
  return overflow ? (left < 0 ? .min : .max) : sum
}

func saturatingProduct(_ left: Int64, _ right: Int64) -> Int64 {
  let (product, overflow) = left.multipliedReportingOverflow(by: right)
  return overflow ? ((left < 0) == (right < 0) ? .max : .min) : product
}
