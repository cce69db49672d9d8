/// The outside comes in at `headway` and `Curses` alone: a run is a function of its file and its seed.
extension TidyRule {
  private static let isPure: @Sendable (ProjectFile) -> Bool = { file in
    file.isSource && !["headway", "Curses"].contains(file.target)
  }

  static let purity: [TidyRule] = [
    .pattern(
      "no-clock", #"\b(Date\(|ContinuousClock|SuspendingClock|clock_gettime|gettimeofday|DispatchTime)"#,
      why: "virtual time is the only time", applies: isPure,
      bad: ["let now = Date()", "let clock = ContinuousClock()"], good: ["let upDate = update(1)", "// Date()"]),
    .pattern(
      "no-chance", #"(\.random\(|\.randomElement\(|\.shuffled?\(|SystemRandomNumberGenerator|\bUUID\(|\barc4random)"#,
      why: "every draw comes from a SeededGenerator", applies: isPure,
      bad: ["let roll = Int.random(in: 0..<6)", "peers.shuffle()", "let id = UUID()"],
      good: ["let roll = generator.next(below: 6)"]),
    .pattern(
      "no-process-hash", #"(\.hashValue\b|\bHasher\()"#,
      why: "the standard hash differs in every process; use a Fingerprinter", applies: isPure,
      bad: ["let key = node.hashValue", "var hasher = Hasher()"],
      good: ["let key = node.fingerprint", "func hash(into hasher: inout Hasher) {}"]),
    .pattern(
      "no-concurrency", #"(\bTask\s*[.{(]|\bTask\.detached|\bDispatchQueue\b|\basync\b|\bawait\b|\bactor\s+\w+\s*\{)"#,
      why: "layers below the program are synchronous values", applies: isPure,
      bad: ["Task { run() }", "func load() async {", "DispatchQueue.main.sync {}"], good: ["let task = TaskList()"]),
    .pattern(
      "no-output", #"(^|[^.\w ])\s*(?:(?!func\b)\w+ )?(print|debugPrint|dump|readLine|fputs|fopen|getenv)\("#,
      why: "data goes back as values; the program writes it", applies: isPure,
      bad: ["print(state)", "  debugPrint(state)", "let line = readLine()"],
      good: ["fingerprint(state)", "func print(_ line: Line) {}", "page.print(line)"]),
    .pattern(
      "no-unsafe-sharing", #"(@unchecked\s+Sendable|nonisolated\(unsafe\)|\bstatic var\b(?!.*\{))"#,
      why: "no hidden state, and the compiler proves it", applies: isPure,
      bad: ["final class Box: @unchecked Sendable {}", "static var count = 0"],
      good: ["static var zero: Self { Self(0) }", "static let zero = Self(0)"]),
    TidyRule(
      name: "no-unordered-iteration",
      why: "the order of a Set or Dictionary differs in every process; look up, or sort",
      applies: { $0.isSource }, faults: unorderedIteration,
      bad: [
        "var seen: Set<Int> = []\nfor item in seen {}", "let byName: [String: Int] = [:]\nlet all = byName.values",
        "let seen = Set(items)\nlet list = seen.map { $0 }", "var byName = [:]\nfor (name, id) in self.byName {}",
        "func merge(_ other: Set<Int>) {\n  let list = Array(other)\n}",
      ],
      good: [
        "var seen: Set<Int> = []\nif seen.contains(3) {}",
        "let byName: [String: Int] = [:]\nlet all = byName.keys.sorted()",
        "let seen = Set(items)\nfor item in seen.sorted() {}", "for item in items {}",
        "let byName: [String: [Int]] = [:]\nfor id in byName[name] ?? [] {}", "for index in 0..<seen.count {}",
        "let nodes: [String: Int]\nfor node in graph.nodes {}\nlet names = graph.nodes.map(\\.name)",
      ]),
  ]

  /// Finds what walks over a name that this file declares as a set or a dictionary. Names are not scoped: a name that
  /// is an array elsewhere in the same file deserves another name. Members of other values are not known.
  @Sendable private static func unorderedIteration(in file: ProjectFile) throws -> [Int] {
    let typed = try Regex<(Substring, Substring)>(
      #"\b(\w+)\s*:\s*(?:inout\s+)?(?:Set<|Dictionary<|\[\s*[\w.<>]+\s*:\s*[^\]])"#
    ).wordBoundaryKind(.simple)
    let assigned = try Regex<(Substring, Substring)>(
      #"\b(?:let|var)\s+(\w+)\s*=\s*(?:Set[<(]|Dictionary[<(]|\[:\]|\[\s*[\w.]+\s*:\s*[^\]]*\]\(\))"#
    ).wordBoundaryKind(.simple)
    var names: Set<String> = []
    for line in file.code {
      for match in line.matches(of: typed) { names.insert(String(match.1)) }
      for match in line.matches(of: assigned) { names.insert(String(match.1)) }
    }
    guard !names.isEmpty else { return [] }
    let name = "(?:" + names.sorted().joined(separator: "|") + ")"
    let walk =
      #"\bin\s+(?:self\.)?"# + name + #"\b\s*(?:\{|\.(?!count|contains|isEmpty)|where\b|$)"#
      + #"|(?:^|[^.\w])(?:self\.)?"# + name
      + #"\.(?:map|forEach|reduce|compactMap|flatMap|first|enumerated|popFirst|prefix|joined|lazy|values|keys)\b"#
      + #"|\bArray\("# + name + #"\)"#
    return try matchingLines(of: walk, in: file.code).filter { !file.code[$0 - 1].contains(".sorted") }
  }
}
