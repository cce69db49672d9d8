/// The checks of a text before the YAML parser sees it, and the substitutions that keep the parser's work linear.
///
/// Aliases (`*`) and explicit keys (`?`) are replaced by private-use characters of the same width, so that the parser
/// neither follows an alias nor accepts a collection as a key: shared nodes nested through aliases overflow the stack
/// when they are released, and hashing a collection as a key is exponential in the depth of its aliases. The reader
/// puts the characters back, and expands aliases itself, counted (`YamlDocument`).
enum TextGuard {
  static let maximumBytes = 4 * 1024 * 1024
  static let maximumBrackets = 200
  static let maximumValues = 500_000
  static let aliasMark: Unicode.Scalar = "\u{E000}"
  static let questionMark: Unicode.Scalar = "\u{E001}"
  /// The first of the private-use characters by which a doubled key is renamed; see `YamlDocument`.
  static let renamedFirst: UInt32 = 0xE100
  static let renamedCount: UInt32 = 0x1000

  /// The bytes without a byte order mark and as valid UTF-8, with what is wrong with them.
  static func clean(_ input: [UInt8], file: String) -> (source: SourceText, findings: [Diagnostic]) {
    guard input.count <= maximumBytes else {
      let size = "\(input.count) bytes, and a graph file may have \(maximumBytes)"
      return (
        SourceText(file: file, bytes: []),
        [Diagnostic(code: .tooLarge, message: "the file is too large: \(size)", hint: "one file describes one system")]
      )
    }
    if input.starts(with: [0xFF, 0xFE]) || input.starts(with: [0xFE, 0xFF]) {
      return (
        SourceText(file: file, bytes: []),
        [Diagnostic(code: .notUtf8, message: "the file is UTF-16", hint: "save it as UTF-8")]
      )
    }
    let bytes = input.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(input.dropFirst(3)) : input
    if let offset = firstInvalidByte(bytes) {
      let source = SourceText(file: file, bytes: Array(String(decoding: bytes, as: UTF8.self).utf8))
      let place = SourceText(file: file, bytes: bytes).place(ofByte: offset)
      let message = "the byte \(hexadecimal(UInt32(bytes[offset]), width: 2)) is not UTF-8"
      let span = source.span(at: place, length: 1)
      return (source, [Diagnostic(code: .notUtf8, message: message, hint: "save the file as UTF-8", span: span)])
    }
    let source = SourceText(file: file, bytes: bytes)
    let invisible = invisibleCharacters(in: source)
    return (source, invisible.isEmpty ? excess(in: source) : invisible)
  }

  /// Brackets deeper, or values more numerous, than a design can use: both make the parser slow before it could refuse
  /// them. Quoted texts and comments are skipped line by line, which is close enough for limits this generous.
  private static func excess(in source: SourceText) -> [Diagnostic] {
    var depth = 0
    var values = 0
    var place: Int?
    source.bytes.withUnsafeBufferPointer { buffer in
      var index = 0
      let count = buffer.count
      // What a token can follow: a blank, a line start, or a bracket or comma.
      var isTokenStart = true
      var quote: UInt8 = 0
      while index < count {
        let byte = buffer[index]
        if byte >= 0x61, byte <= 0x7A {
          isTokenStart = false
        } else if byte == 0x0A || byte == 0x0D {
          quote = 0
          isTokenStart = true
          values += 1
        } else if quote != 0 {
          if byte == 0x5C, quote == 0x22 { index += 1 } else if byte == quote { quote = 0 }
        } else {
          switch byte {
          case 0x20, 0x09: isTokenStart = true
          case 0x22, 0x27:
            if isTokenStart { quote = byte }
            isTokenStart = false
          case 0x23 where isTokenStart:
            while index + 1 < count, buffer[index + 1] != 0x0A, buffer[index + 1] != 0x0D { index += 1 }
          case 0x5B, 0x7B:
            depth += 1
            values += 1
            isTokenStart = true
          case 0x5D, 0x7D: if depth > 0 { depth -= 1 }
          case 0x2C, 0x3A:
            values += 1
            isTokenStart = true
          default: isTokenStart = false
          }
        }
        if depth > maximumBrackets || values > maximumValues {
          place = index
          break
        }
        index += 1
      }
    }
    guard let place else { return [] }
    let span = source.span(at: source.place(ofByte: place), length: 1)
    if depth > maximumBrackets {
      let message = "nested deeper than \(YamlDocument.maximumDepth) levels"
      return [Diagnostic(code: .tooDeep, message: message, span: span)]
    }
    let message = "the file has more than \(maximumValues) values"
    return [Diagnostic(code: .tooLarge, message: message, hint: "one file describes one system", span: span)]
  }

  private static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let scalar): offset += scalar.count
      case .emptyInput: return nil
      case .error: return offset < bytes.count ? offset : nil
      }
    }
  }

  /// At most twenty: a binary file has them everywhere.
  private static func invisibleCharacters(in source: SourceText) -> [Diagnostic] {
    var found: [(offset: Int, scalar: UInt32)] = []
    source.bytes.withUnsafeBufferPointer { buffer in
      var index = 0
      let count = buffer.count
      while index < count, found.count < 20 {
        let byte = buffer[index]
        if byte < 0x20 {
          if byte != 0x0A, byte != 0x0D, byte != 0x09 { found.append((index, UInt32(byte))) }
          index += 1
        } else if byte < 0x7F {
          index += 1
        } else {
          let (scalar, width) = decode(buffer, at: index)
          if isInvisible(scalar) || isPrivate(scalar) { found.append((index, scalar.value)) }
          index += width
        }
      }
    }
    return found.map { offset, scalar in
      let span = source.span(at: source.place(ofByte: offset), length: 1)
      let name = "U+" + hexadecimal(scalar, width: 4).dropFirst(2).uppercased()
      return Diagnostic(
        code: .controlCharacter, message: "the character \(name) may not stand in a graph file",
        hint: "remove it, or write it as an escape in a quoted summary", span: span)
    }
  }

  private static func decode(_ buffer: UnsafeBufferPointer<UInt8>, at index: Int) -> (Unicode.Scalar, Int) {
    let lead = UInt32(buffer[index])
    func continuation(_ distance: Int) -> UInt32 {
      index + distance < buffer.count ? UInt32(buffer[index + distance] & 0x3F) : 0
    }
    let (value, width): (UInt32, Int)
    switch lead {
    case 0..<0x80: (value, width) = (lead, 1)
    case 0..<0xE0: (value, width) = ((lead & 0x1F) << 6 | continuation(1), 2)
    case 0..<0xF0: (value, width) = ((lead & 0x0F) << 12 | continuation(1) << 6 | continuation(2), 3)
    default:
      (value, width) = ((lead & 0x07) << 18 | continuation(1) << 12 | continuation(2) << 6 | continuation(3), 4)
    }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", width)
  }

  /// The text for the parser, with aliases and explicit keys disarmed.
  static func disarmed(_ bytes: [UInt8]) -> String {
    guard bytes.contains(0x2A) || bytes.contains(0x3F) else { return String(decoding: bytes, as: UTF8.self) }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 64)
    for byte in bytes {
      switch byte {
      case 0x2A: result.append(contentsOf: [0xEE, 0x80, 0x80])
      case 0x3F: result.append(contentsOf: [0xEE, 0x80, 0x81])
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Undoes `disarmed` in a piece of text.
  static func rearmed(_ text: String) -> String {
    guard text.utf8.contains(0xEE) else { return text }
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case aliasMark: view.append("*")
      case questionMark: view.append("?")
      default: view.append(scalar)
      }
    }
    return String(view)
  }
}

/// True for what a reader cannot see: controls, line separators that editors do not count as lines, characters that
/// reorder the text around them, and byte order marks.
func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x09, 0x0A, 0x0D: false
  case 0...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE, 0xFFFF: true
  default: false
  }
}

private func isPrivate(_ scalar: Unicode.Scalar) -> Bool { (0xE000...0xF8FF).contains(scalar.value) }

/// A number as `0x…` with at least `width` digits.
func hexadecimal(_ number: UInt32, width: Int) -> String {
  let digits = String(number, radix: 16)
  return "0x" + String(repeating: "0", count: max(0, width - digits.count)) + digits
}
