/// Blanks comments and the contents of string literals in Swift source, so that rules see code alone.
///
/// Line breaks and quotes stay, hence line numbers too. Code inside `\( )` stays as code. Regex literals are not known:
/// a quote in one would be read as the start of a string, so patterns stand in strings here.
struct SwiftBlanker {
  private enum Mode {
    /// `parentheses` open ones since an interpolation began; the outermost code never ends.
    case code(parentheses: Int)
    case lineComment
    case blockComment(depth: Int)
    case string(hashes: Int, isMultiline: Bool)
  }

  private let source: [UInt8]
  private var position = 0
  private var output: [UInt8] = []
  /// Innermost mode last.
  private var modes: [Mode] = [.code(parentheses: 0)]

  static func blank(_ text: String) -> String {
    var blanker = SwiftBlanker(source: Array(text.utf8))
    blanker.run()
    return String(decoding: blanker.output, as: UTF8.self)
  }

  private init(source: [UInt8]) { self.source = source }

  private mutating func run() {
    while position < source.count {
      switch modes[modes.count - 1] {
      case .code(let parentheses): readCode(parentheses: parentheses)
      case .lineComment:
        if source[position] == UInt8(ascii: "\n") { modes.removeLast() }
        hide(1)
      case .blockComment(let depth): readBlockComment(depth: depth)
      case .string(let hashes, let isMultiline): readString(hashes: hashes, isMultiline: isMultiline)
      }
    }
  }

  private mutating func readCode(parentheses: Int) {
    if starts(with: "//") {
      modes.append(.lineComment)
      hide(2)
    } else if starts(with: "/*") {
      modes.append(.blockComment(depth: 1))
      hide(2)
    } else if let hashes = hashesBeforeQuote() {
      keep(hashes)
      let isMultiline = starts(with: "\"\"\"")
      keep(isMultiline ? 3 : 1)
      modes.append(.string(hashes: hashes, isMultiline: isMultiline))
    } else {
      readParenthesis(parentheses: parentheses)
      keep(1)
    }
  }

  /// Counts parentheses inside an interpolation and ends it at its own.
  private mutating func readParenthesis(parentheses: Int) {
    guard modes.count > 1 else { return }
    switch source[position] {
    case UInt8(ascii: "("): modes[modes.count - 1] = .code(parentheses: parentheses + 1)
    case UInt8(ascii: ")"):
      modes.removeLast()
      if parentheses > 1 { modes.append(.code(parentheses: parentheses - 1)) }
    default: break
    }
  }

  private mutating func readBlockComment(depth: Int) {
    modes.removeLast()
    if starts(with: "/*") {
      modes.append(.blockComment(depth: depth + 1))
      hide(2)
    } else if starts(with: "*/") {
      if depth > 1 { modes.append(.blockComment(depth: depth - 1)) }
      hide(2)
    } else {
      modes.append(.blockComment(depth: depth))
      hide(1)
    }
  }

  private mutating func readString(hashes: Int, isMultiline: Bool) {
    let guardMarks = String(repeating: "#", count: hashes)
    let end = (isMultiline ? "\"\"\"" : "\"") + guardMarks
    if starts(with: "\\" + guardMarks + "(") {
      hide(1 + hashes)
      keep(1)
      modes.append(.code(parentheses: 1))
    } else if starts(with: "\\" + guardMarks) {
      hide(2 + hashes)
    } else if starts(with: end) {
      keep(end.utf8.count)
      modes.removeLast()
    } else {
      if source[position] == UInt8(ascii: "\n"), !isMultiline { modes.removeLast() }
      hide(1)
    }
  }

  /// How many `#` stand here before a quote; nil when no string starts here.
  private func hashesBeforeQuote() -> Int? {
    var next = position
    while next < source.count, source[next] == UInt8(ascii: "#") { next += 1 }
    return next < source.count && source[next] == UInt8(ascii: "\"") ? next - position : nil
  }

  private func starts(with text: String) -> Bool { source[position...].starts(with: text.utf8) }

  private mutating func keep(_ count: Int) {
    for _ in 0..<count where position < source.count {
      output.append(source[position])
      position += 1
    }
  }

  private mutating func hide(_ count: Int) {
    for _ in 0..<count where position < source.count {
      output.append(source[position] == UInt8(ascii: "\n") ? UInt8(ascii: "\n") : UInt8(ascii: " "))
      position += 1
    }
  }
}
