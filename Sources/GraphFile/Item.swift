/// A value of the file with its place: what the rest of the reader sees of YAML.
///
/// Aliases are expanded, tags checked, every key of a map is a scalar, and depth is bounded.
struct Item: Sendable {
  enum Content: Sendable {
    case empty
    /// Something whose mistake is already reported: nobody complains about it again.
    case faulty
    case scalar(String, isPlain: Bool)
    case list([Item])
    case map([Pair])
  }
  var content: Content
  var place: Place
}

/// A key with its value.
struct Pair: Sendable {
  var key: Item
  var value: Item

  /// The key's text. Keys are always scalars.
  var name: String { key.text ?? "" }
}

extension Item {
  /// The text of a scalar.
  var text: String? {
    if case .scalar(let text, _) = content { return text }
    return nil
  }

  /// The text of a scalar without quotes: the only kind that can be a number or a flag.
  var plainText: String? {
    if case .scalar(let text, true) = content { return text }
    return nil
  }

  var pairs: [Pair]? {
    if case .map(let pairs) = content { return pairs }
    return nil
  }

  var elements: [Item]? {
    if case .list(let elements) = content { return elements }
    return nil
  }

  var isFaulty: Bool {
    if case .faulty = content { return true }
    return false
  }

  var isEmpty: Bool {
    if case .empty = content { return true }
    return false
  }

  /// The value under a key; nil when the key is absent or this is no map.
  subscript(key: String) -> Item? { pair(key)?.value }

  func pair(_ key: String) -> Pair? {
    guard case .map(let pairs) = content else { return nil }
    for pair in pairs {
      if case .scalar(let text, _) = pair.key.content, text == key { return pair }
    }
    return nil
  }

  /// What this is, for messages.
  var kindText: String {
    switch content {
    case .empty, .faulty: "nothing"
    case .scalar(let text, _): text.isEmpty ? "an empty text" : "`\(shortened(text))`"
    case .list: "a list"
    case .map: "a map"
    }
  }
}

/// A text as messages quote it: one line, no longer than a message can bear.
func shortened(_ text: String) -> String {
  let line = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
  let visible = String(String.UnicodeScalarView(line.unicodeScalars.map { isInvisible($0) ? "\u{FFFD}" : $0 }))
  return visible.count > 60 ? visible.prefix(57) + "..." : visible
}

extension SourceText {
  /// The span of a value: a scalar's own token, a flow collection to its closing bracket on the same line, otherwise
  /// the first line of the collection.
  func span(of item: Item) -> SourceSpan {
    let rest = rest(from: item.place)
    let skipped = propertiesLength(rest)
    let place = Place(line: item.place.line, column: item.place.column + UInt32(skipped))
    let token = Array(rest.dropFirst(skipped))
    return span(at: place, length: tokenLength(of: item, in: token))
  }

  /// The length of anchors and tags before a value, with the blanks after them.
  private func propertiesLength(_ line: [Unicode.Scalar]) -> Int {
    var index = 0
    while index < line.count, line[index] == "&" || line[index] == "!" {
      while index < line.count, line[index] != " ", line[index] != "\t" { index += 1 }
      while index < line.count, line[index] == " " || line[index] == "\t" { index += 1 }
    }
    return index < line.count ? index : 0
  }

  private func tokenLength(of item: Item, in line: [Unicode.Scalar]) -> Int {
    switch item.content {
    case .empty:
      return line.first == "~" ? 1 : (line.starts(with: "null".unicodeScalars) ? 4 : 0)
    case .faulty: return untilComment(line)
    case .scalar(let text, let isPlain):
      if line.first == "\"" || line.first == "'" { return quotedLength(line) }
      if isPlain, line.starts(with: text.unicodeScalars) { return text.unicodeScalars.count }
      return line.first == "*" ? aliasLength(line) : untilComment(line)
    case .list, .map:
      // Which of the two styles it is only the text tells: the parser's answer for one collection within another is
      // whatever it last looked at.
      switch line.first {
      case "*": return aliasLength(line)
      case "[", "{": return flowLength(line)
      case _: return untilComment(line)
      }
    }
  }

  private func aliasLength(_ line: [Unicode.Scalar]) -> Int {
    line.prefix { !" \t,]}".unicodeScalars.contains($0) }.count
  }

  private func quotedLength(_ line: [Unicode.Scalar]) -> Int {
    let quote = line[0]
    var index = 1
    while index < line.count {
      if quote == "\"", line[index] == "\\" {
        index += 2
        continue
      }
      if line[index] == quote {
        guard quote == "'", index + 1 < line.count, line[index + 1] == "'" else { return index + 1 }
        index += 1
      }
      index += 1
    }
    return untilComment(line)
  }

  private func flowLength(_ line: [Unicode.Scalar]) -> Int {
    var depth = 0
    var index = 0
    while index < line.count {
      switch line[index] {
      case "[", "{": depth += 1
      case "]", "}":
        depth -= 1
        if depth == 0 { return index + 1 }
      case "\"", "'":
        if index == 0 || " \t,[{:".unicodeScalars.contains(line[index - 1]) {
          index += max(quotedLength(Array(line[index...])), 1) - 1
        }
      default: break
      }
      index += 1
    }
    return untilComment(line)
  }

  /// The length up to a comment or the end of the line, without trailing blanks.
  private func untilComment(_ line: [Unicode.Scalar]) -> Int {
    var end = line.count
    for index in line.indices where line[index] == "#" && (index == 0 || line[index - 1] == " ") {
      end = index
      break
    }
    while end > 0, line[end - 1] == " " || line[end - 1] == "\t" { end -= 1 }
    return end
  }
}
