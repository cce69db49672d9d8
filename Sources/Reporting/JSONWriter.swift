/// Writes JSON byte by byte: keys in the order in which they are written, two blanks per level, short lists of words
/// on one line. The same calls give the same bytes on every machine.
///
/// Owner: the function that prints one document. Calls nest as the document does; a writer that is asked for text with
/// an object still open traps.
struct JSONWriter {
  private var bytes: [UInt8] = []
  private var depth = 0
  /// True right after an opening bracket, when neither comma nor line break is due before the closing one.
  private var isFresh = true

  /// The document, ending in a line break.
  consuming func finish() -> [UInt8] {
    precondition(depth == 0, "a document ends with every bracket closed")
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  // MARK: Structure

  mutating func object(_ body: (inout JSONWriter) -> Void) { nested("{", "}", body) }

  mutating func object(_ key: String, _ body: (inout JSONWriter) -> Void) {
    self.key(key)
    object(body)
  }

  /// A list of objects, one block each.
  mutating func list<Element>(
    _ key: String, _ elements: [Element], _ body: (inout JSONWriter, Element) -> Void
  ) {
    self.key(key)
    nested("[", "]") { writer in
      for element in elements {
        writer.separate()
        writer.object { body(&$0, element) }
      }
    }
  }

  /// A list of strings, on one line.
  mutating func words(_ key: String, _ words: [String]) {
    self.key(key)
    row(words) { $0.string($1) }
  }

  /// A list of strings, one on each line: for lists of thousands.
  mutating func column(_ key: String, _ words: [String]) {
    self.key(key)
    nested("[", "]") { writer in
      for word in words {
        writer.separate()
        writer.string(word)
      }
    }
  }

  // MARK: Fields

  mutating func field(_ key: String, _ value: String) {
    self.key(key)
    string(value)
  }

  mutating func field(_ key: String, _ value: Int) {
    self.key(key)
    raw(String(value))
  }

  mutating func field(_ key: String, _ value: UInt64) {
    self.key(key)
    raw(String(value))
  }

  mutating func field(_ key: String, _ value: Bool) {
    self.key(key)
    raw(value ? "true" : "false")
  }

  /// The shortest text that reads back as the same number; JSON has no word for the infinite, so that becomes `null`.
  mutating func field(_ key: String, _ value: Double) {
    self.key(key)
    raw(value.isFinite ? value.description : "null")
  }

  mutating func null(_ key: String) {
    self.key(key)
    raw("null")
  }

  mutating func field(_ key: String, _ value: String?) {
    if let value { field(key, value) } else { null(key) }
  }

  mutating func field(_ key: String, _ value: Int?) {
    if let value { field(key, value) } else { null(key) }
  }

  mutating func field(_ key: String, _ value: Double?) {
    if let value { field(key, value) } else { null(key) }
  }

  /// Sixteen hexadecimal digits: a state hash does not fit a number that every reader of JSON keeps exact.
  mutating func field(hash key: String, _ value: UInt64) { field(key, hexadecimal(value)) }

  // MARK: Bytes

  private mutating func nested(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONWriter) -> Void) {
    raw(open)
    depth += 1
    isFresh = true
    body(&self)
    depth -= 1
    if !isFresh { breakLine() }
    isFresh = false
    raw(close)
  }

  private mutating func row<Element>(_ elements: [Element], _ body: (inout JSONWriter, Element) -> Void) {
    raw("[")
    for (position, element) in elements.enumerated() {
      if position > 0 { raw(", ") }
      body(&self, element)
    }
    raw("]")
  }

  private mutating func key(_ key: String) {
    separate()
    string(key)
    raw(": ")
  }

  private mutating func separate() {
    if !isFresh { raw(",") }
    isFresh = false
    breakLine()
  }

  private mutating func breakLine() {
    raw("\n")
    for _ in 0..<depth { raw("  ") }
  }

  private mutating func raw(_ scalar: Unicode.Scalar) { bytes.append(UInt8(ascii: scalar)) }

  private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func string(_ value: String) {
    raw("\"" as Unicode.Scalar)
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": raw("\\\"")
      case "\\": raw("\\\\")
      case "\n": raw("\\n")
      case "\r": raw("\\r")
      case "\t": raw("\\t")
      default:
        if scalar.mustBeEscaped {
          raw("\\u" + hexadecimal(UInt64(scalar.value), digits: 4))
        } else {
          bytes.append(contentsOf: Unicode.UTF8.encode(scalar).map { Array($0) } ?? [])
        }
      }
    }
    raw("\"" as Unicode.Scalar)
  }
}

extension Unicode.Scalar {
  /// C0 because JSON says so; DEL and C1 because terminals act on them; the two separators because JavaScript does.
  fileprivate var mustBeEscaped: Bool {
    switch value {
    case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
    default: false
    }
  }
}

/// Lower-case hexadecimal, padded with zeros.
func hexadecimal(_ value: UInt64, digits: Int = 16) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
