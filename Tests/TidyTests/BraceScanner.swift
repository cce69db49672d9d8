/// Finds bodies by their braces in Swift code whose comments and strings are blanked.
struct BraceScanner {
  /// A stretch of code between braces, both included, as positions in `code`.
  typealias Body = ClosedRange<Int>

  /// A `case …` or `default` of a switch, without its colon.
  struct Label {
    let text: String
    let line: Int
  }

  private let code: [UInt8]

  init(_ code: String) { self.code = Array(code.utf8) }

  /// Line number, from 1. Cost: linear.
  func line(of position: Int) -> Int { 1 + code[..<position].count { $0 == UInt8(ascii: "\n") } }

  /// Where this word starts as a word of its own, not as a member.
  func words(_ word: String) -> [Int] {
    let bytes = Array(word.utf8)
    return code.indices.filter { start in
      guard code[start] == bytes[0], code[start...].starts(with: bytes) else { return false }
      let end = start + bytes.count
      let isStart = start == 0 || !(isWordByte(code[start - 1]) || ".`".utf8.contains(code[start - 1]))
      return isStart && (end == code.count || !isWordByte(code[end]) && code[end] != UInt8(ascii: "`"))
    }
  }

  /// The first braces after this position that are not inside parentheses, unless a declaration starts or the enclosing
  /// braces end before: a requirement of a protocol has no body.
  func body(after start: Int) -> Body? {
    var depth = 0
    var position = start
    while position < code.count {
      switch code[position] {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "{") where depth == 0: return end(of: position).map { position...$0 }
      case UInt8(ascii: "}") where depth == 0: return nil
      case UInt8(ascii: "\n") where depth == 0 && startsDeclaration(position + 1): return nil
      default: break
      }
      position += 1
    }
    return nil
  }

  func lineCount(of body: Body) -> Int { 1 + code[body].count { $0 == UInt8(ascii: "\n") } }

  /// The labels that belong to the switch with this body, in order.
  func labels(in body: Body) -> [Label] {
    var labels: [Label] = []
    var depth = 0
    var position = body.lowerBound
    while position <= body.upperBound {
      switch code[position] {
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: "c") where depth == 1 && isWord("case", at: position) && startsLine(position),
        UInt8(ascii: "d") where depth == 1 && isWord("default", at: position):
        let end = colon(after: position)
        labels.append(Label(text: String(decoding: code[position..<end], as: UTF8.self), line: line(of: position)))
        position = end
      default: break
      }
      position += 1
    }
    return labels
  }

  private func end(of open: Int) -> Int? {
    var depth = 0
    for position in open..<code.count {
      if code[position] == UInt8(ascii: "{") { depth += 1 }
      if code[position] == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { return position }
      }
    }
    return nil
  }

  /// The colon that ends a label: not one inside parentheses or brackets.
  private func colon(after start: Int) -> Int {
    var depth = 0
    for position in start..<code.count {
      switch code[position] {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ":") where depth == 0: return position
      default: break
      }
    }
    return code.count
  }

  private func startsDeclaration(_ start: Int) -> Bool {
    var position = start
    while position < code.count, code[position] == UInt8(ascii: " ") { position += 1 }
    let openers = [
      "func", "var", "let", "init", "static", "mutating", "associatedtype", "public", "private", "case", "subscript",
    ]
    return openers.contains { isWord($0, at: position) } || position < code.count && code[position] == UInt8(ascii: "@")
  }

  private func startsLine(_ position: Int) -> Bool {
    var before = position - 1
    while before >= 0, code[before] == UInt8(ascii: " ") { before -= 1 }
    return before < 0 || "\n{;".utf8.contains(code[before])
  }

  private func isWord(_ word: String, at position: Int) -> Bool {
    let end = position + word.utf8.count
    return position < code.count && code[position...].starts(with: word.utf8)
      && (position == 0 || !isWordByte(code[position - 1]) && code[position - 1] != UInt8(ascii: "."))
      && (end >= code.count || !isWordByte(code[end]))
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 128 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}
