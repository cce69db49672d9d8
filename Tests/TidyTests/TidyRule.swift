/// A rule that the project's text obeys, with the snippets that prove that it can fail.
struct TidyRule: Sendable, CustomStringConvertible {
  let name: String
  let why: String
  let applies: @Sendable (ProjectFile) -> Bool
  /// Line numbers from 1, ascending, one for each fault.
  let faults: @Sendable (ProjectFile) throws -> [Int]
  /// Each has at least one fault when it stands in a file of this path.
  let bad: [String]
  /// None has a fault.
  let good: [String]
  /// The path that the snippets are given.
  var snippetPath = "Sources/Primitives/Snippet.swift"

  var description: String { name }

  /// A rule of one regular expression over lines of code, comments and strings blanked.
  static func pattern(
    _ name: String, _ pattern: String, why: String, applies: @escaping @Sendable (ProjectFile) -> Bool,
    bad: [String], good: [String]
  ) -> TidyRule {
    TidyRule(
      name: name, why: why, applies: applies,
      faults: { file in try matchingLines(of: pattern, in: file.code) }, bad: bad, good: good)
  }

  static func matchingLines(of pattern: String, in lines: [String]) throws -> [Int] {
    // The default boundary follows Unicode's words, where "a.b" is one.
    let regex = try Regex(pattern).wordBoundaryKind(.simple)
    return lines.indices.filter { lines[$0].firstMatch(of: regex) != nil }.map { $0 + 1 }
  }

  static let all = purity + traps + switches + shape + words
}
