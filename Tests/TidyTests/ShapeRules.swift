/// Small files, functions on one screen, lines that fit.
extension TidyRule {
  static let longestFunction = 70
  static let longestFile = 800
  static let longestLine = 120

  private static let isProse: @Sendable (ProjectFile) -> Bool = { file in
    file.isSwift || !file.path.hasPrefix("Tests/")
  }

  static let shape: [TidyRule] = [
    TidyRule(
      name: "short-functions", why: "a function of more than \(longestFunction) lines hides what it does",
      applies: \.isSwift, faults: longFunctions,
      bad: [
        "func long() {\n" + String(repeating: "  a()\n", count: longestFunction) + "}",
        "init(\n  a: Int = { 1 }()\n) where A: B {\n" + String(repeating: "  a()\n", count: longestFunction) + "}",
      ],
      good: [
        "func short() {\n" + String(repeating: "  a()\n", count: longestFunction - 2) + "}",
        "protocol P {\n  func a()\n  func b()\n}\nstruct S {\n" + String(repeating: "  let a = 1\n", count: 99) + "}",
      ]),
    TidyRule(
      name: "short-files", why: "a file of more than \(longestFile) lines holds more than one concept",
      applies: \.isSwift, faults: { $0.lines.count > longestFile + 1 ? [longestFile + 1] : [] },
      bad: [String(repeating: "a()\n", count: longestFile + 1)],
      good: [String(repeating: "a()\n", count: longestFile)]),
    TidyRule(
      name: "short-lines", why: "two files fit side by side at \(longestLine) columns",
      applies: \.isSwift, faults: longLines,
      bad: ["let text = \"" + String(repeating: "a", count: longestLine) + "\""],
      good: [
        String(repeating: "é", count: longestLine),
        "let screen = \"\"\"\n" + String(repeating: "a", count: 160) + "\n\"\"\"",
      ]),
    TidyRule(
      name: "no-tabs", why: "tabs are as wide as the reader's settings", applies: isProse,
      faults: { try matchingLines(of: "\t", in: $0.lines) }, bad: ["\tlet a = 1"], good: ["  let a = 1"]),
    TidyRule(
      name: "no-trailing-space", why: "it shows up as a change nobody made", applies: isProse,
      faults: { try matchingLines(of: "[ \\r]$", in: $0.lines) }, bad: ["let a = 1 ", "let a = 1\r"],
      good: ["let a = 1"]),
    TidyRule(
      name: "documented-files", why: "the first declaration of a file says what the file is about",
      applies: \.isSource, faults: undocumentedStart,
      bad: ["import A\n\nstruct Bare {}", "// A remark.\npublic enum Bare {}"],
      good: [
        "import A\n\n/// What it is.\nstruct Told {}", "/// What it is.\n@frozen\npublic enum Told {}",
        "extension Int {}\n\n/// What it is.\nstruct Told {}", "extension Int {}",
      ]),
  ]

  @Sendable private static func longFunctions(in file: ProjectFile) -> [Int] {
    let scanner = BraceScanner(file.code.joined(separator: "\n"))
    return ["func", "init", "subscript", "deinit"].flatMap { scanner.words($0) }.sorted().filter { start in
      scanner.body(after: start).map { scanner.lineCount(of: $0) > longestFunction } ?? false
    }.map { scanner.line(of: $0) }
  }

  /// A golden screen in a multi-line literal is as wide as the screen.
  @Sendable private static func longLines(in file: ProjectFile) -> [Int] {
    file.lines.indices.filter { index in
      guard file.lines[index].count > longestLine else { return false }
      let isLiteral = file.code[index].allSatisfy { $0 == " " } && !file.lines[index].contains("//")
      return !isLiteral
    }.map { $0 + 1 }
  }

  @Sendable private static func undocumentedStart(in file: ProjectFile) throws -> [Int] {
    let declaration = try Regex(
      #"^(@\w+(\([^)]*\))?\s+)*((public|internal|private|fileprivate|final|indirect)\s+)*"#
        + #"(struct|enum|class|protocol|func|actor|typealias)\s"#)
    guard let first = file.code.indices.first(where: { file.code[$0].prefixMatch(of: declaration) != nil })
    else { return [] }
    var above = first - 1
    while above >= 0, file.code[above].hasPrefix("@") { above -= 1 }
    return above >= 0 && file.lines[above].hasPrefix("///") ? [] : [first + 1]
  }
}
