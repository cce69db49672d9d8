import Primitives

/// Virtual time as the screen writes it: seconds to the millisecond, from an hour on hours, minutes and seconds.
func clockText(_ instant: SimInstant) -> String {
  let milliseconds = instant.microseconds / 1_000
  let seconds = milliseconds / 1_000
  if seconds < 3_600 { return "\(seconds).\(padded(milliseconds % 1_000, to: 3))s" }
  return "\(seconds / 3_600)h\(padded(seconds / 60 % 60, to: 2))m\(padded(seconds % 60, to: 2))s"
}

/// A point of virtual time as a graph file writes it, exact to the microsecond.
func faultTimeText(_ instant: SimInstant) -> String {
  let (milliseconds, rest) = instant.microseconds.quotientAndRemainder(dividingBy: 1_000)
  return rest == 0 ? "\(milliseconds)ms" : "\(milliseconds).\(padded(rest, to: 3))ms"
}

/// A number with leading zeros.
func padded(_ number: Int64, to digits: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
