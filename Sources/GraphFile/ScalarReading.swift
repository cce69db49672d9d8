import Primitives

/// Why a scalar is not what its place asks for.
enum ScalarProblem: Error, Equatable {
  /// Another form altogether: the expectation's own words say the rest.
  case otherType
  case missingUnit
  case malformed(String)
  case outOfRange(String)
}

/// Reads the small languages of scalars: durations, ranges, percentages, counts, dates.
enum ScalarReading {
  /// A hundred years, in microseconds: longer than any horizon, and far from overflow.
  static let longest: Int64 = 100 * 365 * 24 * 3_600_000_000

  static func duration(_ text: String) -> Result<SimDuration, ScalarProblem> {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
    let unit = text.dropFirst(digits.count)
    guard let first = digits.first, first.isNumber else {
      if text.first == "-", case .success = duration(String(text.dropFirst())) {
        return .failure(.outOfRange("a duration cannot be negative"))
      }
      return .failure(.otherType)
    }
    let scale: Int64
    switch unit {
    case "ms": scale = 1_000
    case "s": scale = 1_000_000
    case "m": scale = 60_000_000
    case "h": scale = 3_600_000_000
    case "d": scale = 86_400_000_000
    case "": return .failure(decimal(digits) == nil ? .malformed("this is not a number") : .missingUnit)
    default:
      guard unit.allSatisfy({ $0.isLetter }) else { return .failure(.otherType) }
      return .failure(.malformed("the units are `ms`, `s`, `m`, `h` and `d`"))
    }
    guard let number = decimal(digits) else { return .failure(.malformed("this is not a number")) }
    let length = number * Double(scale)
    guard length <= Double(longest) else { return .failure(.outOfRange("a duration has at most 36500d")) }
    return .success(SimDuration(microseconds: Int64(length.rounded())))
  }

  static func latency(_ text: String) -> Result<DurationRange, ScalarProblem> {
    if text.first == "~" {
      return duration(String(text.dropFirst())).map { .exponential(mean: $0) }
    }
    guard let dots = firstRange(of: "..", in: text) else { return duration(text).map { .exactly($0) } }
    switch (duration(String(text[..<dots.lowerBound])), duration(String(text[dots.upperBound...]))) {
    case (.success(let low), .success(let high)):
      guard low <= high else { return .failure(.outOfRange("the range ends before it begins")) }
      return .success(.uniform(low: low, high: high))
    case (.failure(let problem), _), (_, .failure(let problem)): return .failure(problem)
    }
  }

  /// A percentage as a share of one.
  static func percentage(_ text: String) -> Result<Double, ScalarProblem> {
    guard text.last == "%" else {
      return .failure(decimal(text[...]) == nil ? .otherType : .malformed("a percentage ends with `%`"))
    }
    guard let number = decimal(text.dropLast()), let share = Double(text.dropLast() + "e-2") else {
      return .failure(.malformed("this is not a number"))
    }
    // Read as a share at once: dividing 99.9 by 100 gives a neighbour of 0.999.
    guard number <= 100 else { return .failure(.outOfRange("a percentage is at most 100%")) }
    return .success(share)
  }

  static func count(_ text: String, in range: ClosedRange<Int>) -> Result<Int, ScalarProblem> {
    let isNegative = text.first == "-"
    let digits = isNegative ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return .failure(.otherType) }
    let bounds =
      range.upperBound == .max
      ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
    guard let number = Int(text), range.contains(number) else {
      return .failure(.outOfRange("the number must be \(bounds)"))
    }
    return .success(number)
  }

  static func number(_ text: String) -> Result<Double, ScalarProblem> {
    guard let number = decimal(text[...]) else { return .failure(.otherType) }
    return .success(number)
  }

  static func flag(_ text: String) -> Bool? {
    switch text {
    case "true", "yes": true
    case "false", "no": false
    default: nil
    }
  }

  /// `YYYY-MM-DD`, with a month and a day that exist.
  static func date(_ text: String) -> Result<String, ScalarProblem> {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return .failure(.malformed("a date is written 2027-01-31")) }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...12).contains(month), day >= 1, day <= lengths[month - 1] else {
      return .failure(.outOfRange("this day does not exist"))
    }
    return .success(text)
  }

  /// `50/s for 10s`: how many, and how far apart.
  static func rate(_ text: String) -> Result<(count: Int, every: SimDuration), ScalarProblem> {
    let words = text.split(separator: " ")
    guard words.count == 3, words[1] == "for", let slash = words[0].firstIndex(of: "/") else {
      return .failure(.otherType)
    }
    let unit = words[0][words[0].index(after: slash)...]
    let scales: [Substring: Int64] = ["s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000]
    guard let period = scales[unit] else { return .failure(.malformed("a rate is per `s`, `m` or `h`")) }
    switch (count(String(words[0][..<slash]), in: 1...1_000_000), duration(String(words[2]))) {
    case (.success(let number), .success(let length)):
      let total = Double(number) * Double(length.microseconds) / Double(period)
      guard total >= 1, total <= 100_000 else {
        return .failure(.outOfRange("a load has between 1 and 100000 triggers"))
      }
      return .success((Int(total.rounded(.down)), SimDuration(microseconds: period / Int64(number))))
    case (.failure(let problem), _), (_, .failure(let problem)): return .failure(problem)
    }
  }

  /// `every 1h` and `cron 1h`.
  static func timer(_ text: String) -> Result<(isDurable: Bool, interval: SimDuration), ScalarProblem>? {
    let words = text.split(separator: " ", omittingEmptySubsequences: true)
    guard let first = words.first, first == "every" || first == "cron", words.count <= 2 else { return nil }
    guard words.count == 2 else { return .failure(.malformed("a timer needs an interval: `\(first) 1h`")) }
    return duration(String(words[1])).flatMap { interval in
      guard interval > .zero else { return .failure(.outOfRange("a timer's interval is longer than zero")) }
      return .success((first == "every", interval))
    }
  }

  /// `A -> B`
  static func link(_ text: String) -> (from: String, to: String)? {
    guard let arrow = firstRange(of: "->", in: text) else { return nil }
    return (trimmed(text[..<arrow.lowerBound]), trimmed(text[arrow.upperBound...]))
  }

  /// A plain decimal number without sign or exponent.
  private static func decimal(_ digits: Substring) -> Double? {
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    return Double(String(digits))
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  private static func firstRange(of needle: String, in text: String) -> Range<String.Index>? {
    var index = text.startIndex
    while index < text.endIndex {
      if text[index...].hasPrefix(needle) { return index..<text.index(index, offsetBy: needle.count) }
      index = text.index(after: index)
    }
    return nil
  }
}

/// Why a text cannot be a name; nil for one that can.
///
/// Calls are written `node.handler`, faults `NODE/STEP` and `A -> B`, so a name that holds these could not be referred
/// to.
func problem(ofName text: String, as kind: Shape.Name) -> String? {
  if text.utf8.count > 200 { return "a name has at most 200 bytes" }
  if text.isEmpty { return "a name cannot be empty" }
  var previous: UInt8 = 0
  for byte in text.utf8 {
    if byte == UInt8(ascii: "/"), kind != .path { return "a name cannot contain `/`" }
    if byte == UInt8(ascii: "."), case .node = kind { return "the name of a node cannot contain `.`" }
    if byte == UInt8(ascii: ">"), previous == UInt8(ascii: "-") { return "a name cannot contain `->`" }
    if byte < 0x20 || byte == 0x7F { return "a name is one line without control characters" }
    previous = byte
  }
  if text.utf8.first == 0x20 || text.utf8.last == 0x20 { return "a name neither begins nor ends with a blank" }
  let isAscii = text.utf8.allSatisfy { $0 < 0x80 }
  if !isAscii, text.unicodeScalars.contains(where: isInvisible) { return "a name has no invisible characters" }
  return nil
}
