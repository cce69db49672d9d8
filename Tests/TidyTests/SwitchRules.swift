/// A new case must not slip through silently.
extension TidyRule {
  static let switches: [TidyRule] = [
    TidyRule(
      name: "no-default-over-cases", why: "a switch over an enum names every case, so that a new one is noticed",
      applies: \.isSource, faults: { file in defaultsOverCases(in: file.code.joined(separator: "\n")) },
      bad: [
        "switch input {\ncase .start: a()\ndefault: b()\n}",
        "switch (left, right) {\ncase (.full, _): a()\ndefault: b()\n}",
        "switch a {\ncase 1: break\ncase 2:\n  switch b {\n  case .x, .y: c()\n  default: d()\n  }\ndefault: e()\n}",
      ],
      good: [
        "switch input {\ncase .start: a()\ncase .stop: b()\n}", "switch text {\ncase \"on\": a()\ndefault: b()\n}",
        "switch count {\ncase 0..<3: a()\ndefault: b(.some)\n}",
        "switch a {\ncase 1:\n  switch b {\n  case .x: c()\n  }\ndefault: e()\n}",
      ])
  ]

  /// Lines of `default:` in switches one of whose cases is a pattern with a leading dot.
  private static func defaultsOverCases(in code: String) -> [Int] {
    let scanner = BraceScanner(code)
    var faults: [Int] = []
    for start in scanner.words("switch") {
      guard let body = scanner.body(after: start) else { continue }
      var hasCasePattern = false
      var defaultLine: Int?
      for label in scanner.labels(in: body) {
        if label.text.hasPrefix("default") {
          defaultLine = label.line
        } else if label.text.contains(where: { $0 == "." }), hasLeadingDot(label.text) {
          hasCasePattern = true
        }
      }
      if hasCasePattern, let defaultLine { faults.append(defaultLine) }
    }
    return faults.sorted()
  }

  /// A dot that starts a pattern, as in `.start` or `(.full, _)`; not a range's or a member's.
  private static func hasLeadingDot(_ pattern: String) -> Bool {
    var previous: Character = " "
    let characters = Array(pattern)
    for (position, character) in characters.enumerated() {
      let next = position + 1 < characters.count ? characters[position + 1] : " "
      if character == ".", " (,\n".contains(previous), next.isLetter || next == "`" { return true }
      previous = character
    }
    return false
  }
}
