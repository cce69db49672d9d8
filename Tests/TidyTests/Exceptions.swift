/// Faults that stand, and why. The numbers are exact: a new fault fails the test, and so does a number that is now too
/// high, so that the list can only shrink.
struct TidyException: Sendable {
  let rule: String
  let path: String
  let count: Int
  let because: String

  static let all: [TidyException] = [
    TidyException(
      rule: "no-default-over-cases", path: "Sources/Reporting/TextMetrics.swift", count: 1,
      because: "the general categories are the standard library's: thirty cases, of which three matter"),
  ]
}
