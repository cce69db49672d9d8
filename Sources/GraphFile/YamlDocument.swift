import Yams

/// Turns text into items: the only place that knows the YAML library.
///
/// The parser's own limit of 1,000 levels bounds its recursion; `maximumDepth` bounds everything after it.
struct YamlDocument {
  static let maximumDepth = 100
  static let maximumExpandedAliases = 10_000
  /// Parsing again for each doubled key must not cost more than parsing a large file once.
  private static let reparsedBytes = 256 * 1024

  /// An item with the number of its values and the levels below it.
  private typealias Measured = (item: Item, size: Int, depth: Int)

  private let source: SourceText
  private var findings: Findings
  /// Doubled keys that were renamed so that the parser accepts them, by their new name.
  private var renamed: [String: String] = [:]
  /// Finished anchors by name; the latest definition counts.
  private var anchors: [String: Measured] = [:]
  private var expanded = 0
  private var usesAnchors = false

  /// The document of a text, or nil with the findings that explain why not.
  static func read(_ findings: inout Findings) -> Item? {
    var document = YamlDocument(findings: findings)
    let item = document.read()
    findings = document.findings
    return findings.hasError && item == nil ? nil : item
  }

  private init(findings: Findings) {
    source = findings.source
    self.findings = findings
  }

  private mutating func read() -> Item? {
    var text = TextGuard.disarmed(source.bytes)
    usesAnchors = source.bytes.contains(0x26)
    var rounds = max(1, min(40, Self.reparsedBytes / max(1, source.bytes.count)))
    while true {
      do {
        // The resolver without rules leaves every plain scalar a text: what it means is decided where it is read,
        // so that `no` can be a name.
        let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
        guard let root = try parser.singleRoot() else { return empty() }
        if case .scalar(let scalar) = root, scalar.string.isEmpty, scalar.style == .plain { return empty() }
        // Anchors are weak references into the parser.
        let document = withExtendedLifetime(parser) { item(root, depth: 0).item }
        // What is left of a bomb says nothing about the design.
        return expanded > Self.maximumExpandedAliases ? nil : document
      } catch let error as YamlError {
        if case .duplicatedKeysInMapping(_, let context) = error, rounds > 0,
          let next = renaming(keyAt: context.mark, in: text)
        {
          rounds -= 1
          text = next
          continue
        }
        report(error)
        return nil
      } catch {
        findings.add(Diagnostic(code: .malformedYaml, message: "this is not YAML"))
        return nil
      }
    }
  }

  private mutating func empty() -> Item? {
    findings.add(
      Diagnostic(
        code: .emptyFile, message: "the file is empty", hint: "a graph needs at least `nodes:` with one node"))
    return nil
  }

  // MARK: Items

  private mutating func item(_ node: Node, depth: Int) -> Measured {
    let place = place(of: node)
    guard depth <= Self.maximumDepth else {
      return refused(
        .tooDeep, at: Item(content: .faulty, place: place), "nested deeper than \(Self.maximumDepth) levels")
    }
    let result: Measured
    switch node {
    case .scalar(let scalar): result = self.scalar(scalar, place: place, depth: depth)
    case .sequence(let sequence): result = list(sequence, place: place, depth: depth)
    case .mapping(let mapping): result = map(mapping, place: place, depth: depth)
    case .alias: result = (Item(content: .faulty, place: place), 1, 0)
    }
    if usesAnchors, let anchor = node.anchor { anchors[anchor.rawValue] = result }
    return result
  }

  private mutating func refused(_ code: DiagnosticCode, at item: Item, _ message: String) -> Measured {
    findings.error(code, at: item, message)
    return (Item(content: .faulty, place: item.place), 1, 0)
  }

  private func place(of node: Node) -> Place {
    guard let mark = node.mark else { return .start }
    return Place(line: UInt32(clamping: mark.line), column: UInt32(clamping: mark.column))
  }

  private mutating func scalar(
    _ scalar: Node.Scalar, place: Place, depth: Int
  ) -> Measured {
    let isPlain = scalar.style == .plain
    if isPlain, scalar.string.unicodeScalars.first == TextGuard.aliasMark {
      return alias(String(scalar.string.unicodeScalars.dropFirst()), place: place, depth: depth)
    }
    let text = TextGuard.rearmed(scalar.string)
    let item: Item
    if isPlain, text.isEmpty || text == "~" || text == "null" {
      item = Item(content: .empty, place: place)
    } else {
      item = Item(content: .scalar(text, isPlain: isPlain), place: place)
    }
    check(scalar.tag.description, at: item, core: ["str", "int", "float", "bool", "null"])
    return (item, 1, 0)
  }

  private mutating func alias(_ name: String, place: Place, depth: Int) -> Measured {
    let text = Item(content: .scalar("*" + name, isPlain: true), place: place)
    guard let target = anchors[name] else {
      return refused(.unknownAlias, at: text, "no anchor `&\(shortened(name))` stands before this alias")
    }
    guard depth + target.depth <= Self.maximumDepth else {
      return refused(.tooDeep, at: text, "nested deeper than \(Self.maximumDepth) levels")
    }
    expanded += target.size
    guard expanded <= Self.maximumExpandedAliases else {
      let limit = Self.maximumExpandedAliases
      let isFirst = expanded - target.size <= limit
      expanded = limit + 1
      guard isFirst else { return (Item(content: .faulty, place: place), 1, 0) }
      return refused(.aliasBomb, at: text, "the aliases of this file stand for more than \(limit) values")
    }
    return target
  }

  private mutating func list(
    _ sequence: Node.Sequence, place: Place, depth: Int
  ) -> Measured {
    var elements: [Item] = []
    elements.reserveCapacity(sequence.count)
    var size = 1
    var below = 0
    for node in sequence {
      let child = item(node, depth: depth + 1)
      elements.append(child.item)
      size += child.size
      below = max(below, child.depth + 1)
    }
    let list = Item(content: .list(elements), place: place)
    check(sequence.tag.description, at: list, core: ["seq"])
    return (list, size, below)
  }

  private mutating func map(
    _ mapping: Node.Mapping, place: Place, depth: Int
  ) -> Measured {
    var pairs: [Pair] = []
    pairs.reserveCapacity(mapping.count)
    var size = 1
    var below = 0
    var doubled: [String: Item] = [:]
    for index in mapping.indices {
      let entry = mapping[index]
      guard let key = key(entry.key, doubled: &doubled, depth: depth) else { continue }
      let name = key.text ?? ""
      if name == "<<", key.plainText != nil {
        findings.error(
          .mergeKey, at: key, "merge keys are not part of graph files", hint: "write the keys out, or use an alias")
        continue
      }
      let child = item(entry.value, depth: depth + 1)
      size += child.size + 1
      below = max(below, child.depth + 1)
      pairs.append(Pair(key: key, value: child.item))
    }
    for (index, pair) in pairs.enumerated().reversed() {
      guard let first = doubled[pair.name], first.place != pair.key.place else { continue }
      findings.add(
        Diagnostic(
          code: .duplicateName, message: "`\(shortened(pair.name))` stands twice in this map",
          span: source.span(of: pair.key),
          related: [.init(span: source.span(of: first), message: "the first one")]))
      pairs.remove(at: index)
    }
    let map = Item(content: .map(pairs), place: place)
    check(mapping.tag.description, at: map, core: ["map"])
    return (map, size, below)
  }

  /// A key as a scalar item, under its true name.
  private mutating func key(_ node: Node, doubled: inout [String: Item], depth: Int) -> Item? {
    let key = item(node, depth: depth + 1).item
    switch key.content {
    case .scalar(let text, let isPlain):
      guard !renamed.isEmpty, let original = renamed[text] else { return key }
      let item = Item(content: .scalar(original, isPlain: isPlain), place: key.place)
      // Of three equal keys the first two were renamed, in this order.
      if let first = doubled[original] {
        findings.add(
          Diagnostic(
            code: .duplicateName, message: "`\(shortened(original))` stands twice in this map",
            span: source.span(of: item), related: [.init(span: source.span(of: first), message: "the first one")]))
        return nil
      }
      doubled[original] = item
      return item
    case .faulty: return nil
    case .empty, .list, .map:
      findings.error(.wrongType, at: key, "a key is a name, not \(key.kindText)")
      return nil
    }
  }

  private mutating func check(_ tag: String, at item: Item, core: [String]) {
    guard !tag.isEmpty, tag != "!" else { return }
    let prefix = "tag:yaml.org,2002:"
    if tag.hasPrefix(prefix), core.contains(String(tag.dropFirst(prefix.count))) { return }
    findings.add(
      Diagnostic(
        code: .foreignTag, message: "the tag `\(shortened(tag))` is not part of graph files",
        hint: "only the core schema's own tags are, and they are never needed",
        span: source.span(at: item.place, length: source.rest(from: item.place).prefix { $0 != " " }.count)))
  }

  // MARK: Doubled keys

  /// The text with the key at a mark renamed to private-use characters of the same width, so that the parser goes on
  /// and every other mistake of the file is found as well.
  private mutating func renaming(keyAt mark: Mark, in text: String) -> String? {
    guard renamed.count < Int(TextGuard.renamedCount) else { return nil }
    let place = Place(line: UInt32(clamping: mark.line), column: UInt32(clamping: mark.column))
    let rest = source.rest(from: place)
    let key = Item(content: .scalar("", isPlain: false), place: place)
    let isQuoted = rest.first == "\"" || rest.first == "'"
    let span = isQuoted ? source.text(in: source.span(of: key)).unicodeScalars.count : plainKeyLength(rest)
    guard span > 0, let replacement = Unicode.Scalar(TextGuard.renamedFirst + UInt32(renamed.count)) else { return nil }
    let name = String(String.UnicodeScalarView(repeatElement(replacement, count: span)))
    let spelled = String(String.UnicodeScalarView(rest.prefix(span)))
    renamed[name] = isQuoted ? String(spelled.dropFirst().dropLast()) : spelled

    var bytes = Array(text.utf8)
    let current = SourceText(file: "", bytes: bytes)
    let from = current.byteOffset(of: place)
    let to = current.byteOffset(of: Place(line: place.line, column: place.column + UInt32(span)))
    bytes.replaceSubrange(from..<to, with: Array(name.utf8))
    return String(decoding: bytes, as: UTF8.self)
  }

  private func plainKeyLength(_ line: [Unicode.Scalar]) -> Int {
    var end = 0
    for index in line.indices {
      if line[index] == ":", index + 1 == line.count || " \t,[]{}".unicodeScalars.contains(line[index + 1]) { break }
      end = index + 1
    }
    while end > 0, line[end - 1] == " " { end -= 1 }
    return end
  }

  // MARK: Errors of the parser

  private mutating func report(_ error: YamlError) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
      report(problem, context: context, mark: mark)
    case .composer(_, let problem, let mark, _):
      if problem.contains("another document") {
        add(.severalDocuments, mark, "a second document begins here", hint: "one file describes one system")
      } else {
        add(.malformedYaml, mark, problem)
      }
    case .duplicatedKeysInMapping(let names, let context):
      let name = names.first.map { " `\(shortened(TextGuard.rearmed($0)))`" } ?? ""
      add(.duplicateName, context.mark, "the key\(name) stands twice in this map")
    case .reader(let problem, _, _, _), .writer(let problem), .emitter(let problem), .representer(let problem):
      findings.add(Diagnostic(code: .malformedYaml, message: problem))
    case .no, .memory, .dataCouldNotBeDecoded:
      findings.add(Diagnostic(code: .malformedYaml, message: "this is not YAML"))
    }
  }

  private mutating func report(_ problem: String, context: YamlError.Context?, mark: Mark) {
    if problem.hasPrefix("Maximum nesting level") {
      add(.tooDeep, mark, "nested deeper than \(Self.maximumDepth) levels")
      return
    }
    if problem.contains("<document start>") {
      add(.severalDocuments, mark, "a second document begins here", hint: "one file describes one system")
      return
    }
    add(.malformedYaml, mark, YamlProblem.text(problem, context: context?.text), hint: YamlProblem.hint(problem))
  }

  private mutating func add(_ code: DiagnosticCode, _ mark: Mark, _ message: String, hint: String? = nil) {
    // What is missing at the end is missing behind the last word, however many blank lines the parser has passed.
    let place = min(
      Place(line: UInt32(clamping: mark.line), column: UInt32(clamping: mark.column)), source.endOfContent)
    let length = source.rest(from: place).prefix { $0 != " " && $0 != "," }.count
    findings.add(
      Diagnostic(code: code, message: message, hint: hint, span: source.span(at: place, length: max(1, length))))
  }
}
