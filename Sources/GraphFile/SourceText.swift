/// Where a thing begins in a text: line and column as the YAML scanner counts them, from 1, columns in Unicode scalars.
struct Place: Hashable, Comparable, Sendable {
  var line: UInt32
  var column: UInt32

  static let start = Place(line: 1, column: 1)

  static func < (left: Place, right: Place) -> Bool {
    left.line == right.line ? left.column < right.column : left.line < right.line
  }
}

/// A stretch of a text, for people and editors.
///
/// Lines and columns count from 1, columns count characters (grapheme clusters), the end is exclusive.
public struct SourceSpan: Hashable, Comparable, Sendable {
  public var line: Int
  public var column: Int
  public var endLine: Int
  public var endColumn: Int

  public init(line: Int, column: Int, endLine: Int, endColumn: Int) {
    self.line = line
    self.column = column
    self.endLine = endLine
    self.endColumn = endColumn
  }

  /// The first character of a file: where a finding about the file as a whole points.
  public static let fileStart = SourceSpan(line: 1, column: 1, endLine: 1, endColumn: 1)

  public static func < (left: SourceSpan, right: SourceSpan) -> Bool {
    (left.line, left.column, left.endLine, left.endColumn)
      < (right.line, right.column, right.endLine, right.endColumn)
  }
}

/// The text of a file with its lines indexed once.
///
/// Owner: whoever decoded the file; never changes. The bytes are valid UTF-8 without a byte order mark: what was
/// invalid is shown as U+FFFD.
public struct SourceText: Sendable {
  public let file: String
  let bytes: [UInt8]
  /// Byte offset of each line's first byte. Never empty.
  private let lineStarts: [Int]

  init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
    var starts = [0]
    bytes.withUnsafeBufferPointer { buffer in
      var index = 0
      let count = buffer.count
      while index < count {
        let byte = buffer[index]
        index += 1
        if byte == 0x0A || (byte == 0x0D && (index == count || buffer[index] != 0x0A)) { starts.append(index) }
      }
    }
    lineStarts = starts
  }

  public var lineCount: Int { lineStarts.count }

  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// A line without its break; empty for a number outside the file.
  public func line(_ number: Int) -> String {
    guard number >= 1, number <= lineStarts.count else { return "" }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] : bytes.count
    while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The text under a span; lines are joined by a line feed.
  public func text(in span: SourceSpan) -> String {
    guard span.line <= span.endLine else { return "" }
    var parts: [String] = []
    for number in span.line...span.endLine {
      let characters = Array(line(number))
      let from = number == span.line ? min(span.column - 1, characters.count) : 0
      let to = number == span.endLine ? min(span.endColumn - 1, characters.count) : characters.count
      parts.append(from < to ? String(characters[from..<to]) : "")
    }
    return parts.joined(separator: "\n")
  }

  /// The place of a byte, for what is found before the text is parsed.
  func place(ofByte offset: Int) -> Place {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let before = bytes[lineStarts[low]..<max(lineStarts[low], min(offset, bytes.count))]
    let column = before.reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    return Place(line: UInt32(low + 1), column: UInt32(column))
  }

  /// The byte at a place; a place behind its line is the line's end.
  func byteOffset(of place: Place) -> Int {
    guard place.line >= 1, Int(place.line) <= lineStarts.count else { return bytes.count }
    var offset = lineStarts[Int(place.line) - 1]
    var column: UInt32 = 1
    while offset < bytes.count, column < place.column, bytes[offset] != 0x0A, bytes[offset] != 0x0D {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      column += 1
    }
    return offset
  }

  /// The span of `length` Unicode scalars of one line, from a place on.
  func span(at place: Place, length: Int) -> SourceSpan {
    let scalars = Array(line(Int(place.line)).unicodeScalars)
    let from = min(Int(place.column) - 1, scalars.count)
    let to = min(from + max(length, 0), scalars.count)
    let start = characters(in: scalars[..<from]) + 1
    let end = max(start, characters(in: scalars[..<to]) + 1)
    return SourceSpan(line: Int(place.line), column: start, endLine: Int(place.line), endColumn: end)
  }

  private func characters(in scalars: ArraySlice<Unicode.Scalar>) -> Int {
    if scalars.allSatisfy({ $0.isASCII }) { return scalars.count }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text).count
  }

  /// The scalars of the line of a place, from that place on.
  func rest(from place: Place) -> [Unicode.Scalar] {
    Array(line(Int(place.line)).unicodeScalars.dropFirst(Int(place.column) - 1))
  }

  /// At most `width` characters of a line that contain a column, and the column of the first of them.
  func window(of line: Int, around column: Int, width: Int) -> (characters: [Character], firstColumn: Int) {
    let characters = Array(self.line(line))
    guard characters.count > width else { return (characters, 1) }
    let start = min(max(0, column - 1 - width / 4), characters.count - 1)
    return (Array(characters[start..<min(start + width, characters.count)]), start + 1)
  }
}
