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
/// invalid is shown as U+FFFD. Looking a place up costs a binary search and about `Checkpoint.distance` bytes, however
/// long the line: a hostile file is one line of four megabytes with a mistake every few bytes.
public struct SourceText: Sendable {
  /// A known place inside a text that is not all ASCII.
  private struct Checkpoint {
    static let distance = 1024
    var offset: Int
    var line: Int
    /// Scalars and characters of the line before `offset`.
    var scalars: Int
    var characters: Int
  }

  public let file: String
  let bytes: [UInt8]
  /// Byte offset of each line's first byte. Never empty.
  private let lineStarts: [Int]
  private let isAscii: Bool
  /// Sorted by offset; empty in an ASCII text. Every line start is one.
  private let checkpoints: [Checkpoint]

  init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
    var starts = [0]
    var every: UInt8 = 0
    bytes.withUnsafeBufferPointer { buffer in
      var index = 0
      let count = buffer.count
      while index < count {
        let byte = buffer[index]
        every |= byte
        index += 1
        if byte < 0x0E, byte == 0x0A || (byte == 0x0D && (index == count || buffer[index] != 0x0A)) {
          starts.append(index)
        }
      }
    }
    lineStarts = starts
    isAscii = every < 0x80
    checkpoints = isAscii ? [] : Self.checkpoints(bytes, starts)
  }

  private static func checkpoints(_ bytes: [UInt8], _ starts: [Int]) -> [Checkpoint] {
    var result: [Checkpoint] = []
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1] : bytes.count
      var point = Checkpoint(offset: start, line: index + 1, scalars: 0, characters: 0)
      result.append(point)
      while end - point.offset > Checkpoint.distance {
        var next = point.offset + Checkpoint.distance
        while next < end, bytes[next] & 0xC0 == 0x80 { next += 1 }
        let text = String(decoding: bytes[point.offset..<next], as: UTF8.self)
        point.scalars += text.unicodeScalars.count
        point.characters += text.count
        point.offset = next
        result.append(point)
      }
    }
    return result
  }

  public var lineCount: Int { lineStarts.count }

  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// A line without its break; empty for a number outside the file.
  public func line(_ number: Int) -> String {
    guard number >= 1, number <= lineStarts.count else { return "" }
    return String(decoding: bytes[lineStarts[number - 1]..<end(ofLine: number)], as: UTF8.self)
  }

  /// The byte behind the last one of a line, its break not counted.
  private func end(ofLine number: Int) -> Int {
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] : bytes.count
    while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    return end
  }

  /// The text under a span; lines are joined by a line feed.
  public func text(in span: SourceSpan) -> String {
    guard span.line >= 1, span.line <= span.endLine else { return "" }
    var parts: [String] = []
    for number in span.line...min(span.endLine, lineCount) {
      let from = number == span.line ? byteOffset(line: number, character: span.column) : lineStarts[number - 1]
      let to = number == span.endLine ? byteOffset(line: number, character: span.endColumn) : end(ofLine: number)
      parts.append(from < to ? String(decoding: bytes[from..<to], as: UTF8.self) : "")
    }
    return parts.joined(separator: "\n")
  }

  /// At most `width` characters of a line that contain a column, and the column of the first of them.
  func window(of line: Int, around column: Int, width: Int) -> (characters: [Character], firstColumn: Int) {
    guard line >= 1, line <= lineCount else { return ([], 1) }
    let end = end(ofLine: line)
    var first = 1
    if end - lineStarts[line - 1] > width, column > width * 3 / 4 { first = column - width / 4 }
    let from = byteOffset(line: line, character: first)
    let slice = bytes[from..<min(end, from + width * 16)]
    return (Array(String(decoding: slice, as: UTF8.self).prefix(width)), first)
  }

  // MARK: Places

  /// The place of a byte, for what is found before the text is parsed.
  func place(ofByte offset: Int) -> Place {
    let line = index(in: lineStarts.count) { lineStarts[$0] <= offset }
    var from = lineStarts[line]
    var column = 1
    if !isAscii {
      let point = checkpoints[index(in: checkpoints.count) { checkpoints[$0].offset <= offset }]
      (from, column) = (point.offset, point.scalars + 1)
    }
    for byte in bytes[from..<max(from, min(offset, bytes.count))] where byte & 0xC0 != 0x80 { column += 1 }
    return Place(line: UInt32(line + 1), column: UInt32(column))
  }

  /// The place behind the last character that is no blank and no line break.
  var endOfContent: Place {
    let last = bytes.lastIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return place(ofByte: last.map { $0 + 1 } ?? 0)
  }

  /// The last position of a sorted sequence that satisfies a condition which the first one satisfies.
  private func index(in count: Int, _ holds: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while high - low > 1 {
      let middle = (low + high) / 2
      if holds(middle) { low = middle } else { high = middle }
    }
    return low
  }

  /// The byte at a place; a place behind its line is the line's end.
  func byteOffset(of place: Place) -> Int {
    let line = Int(place.line)
    guard line >= 1, line <= lineCount else { return bytes.count }
    let end = end(ofLine: line)
    if isAscii { return min(end, lineStarts[line - 1] + Int(place.column) - 1) }
    let scalars = Int(place.column) - 1
    let point = checkpoints[
      index(in: checkpoints.count) { (checkpoints[$0].line, checkpoints[$0].scalars) <= (line, scalars) }]
    return advance(point.offset, by: scalars - point.scalars, end: end)
  }

  private func advance(_ offset: Int, by scalars: Int, end: Int) -> Int {
    var offset = offset
    var left = scalars
    while offset < end, left > 0 {
      offset += 1
      while offset < end, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      left -= 1
    }
    return offset
  }

  private func byteOffset(line: Int, character: Int) -> Int {
    let end = end(ofLine: line)
    if isAscii { return min(end, lineStarts[line - 1] + max(0, character - 1)) }
    let point = checkpoints[
      index(in: checkpoints.count) { (checkpoints[$0].line, checkpoints[$0].characters) <= (line, character - 1) }]
    let slice = bytes[point.offset..<min(end, max(point.offset, point.offset + Checkpoint.distance * 2))]
    let passed = String(decoding: slice, as: UTF8.self).prefix(character - 1 - point.characters)
    return point.offset + passed.utf8.count
  }

  /// The span of `length` Unicode scalars of one line, from a place on.
  func span(at place: Place, length: Int) -> SourceSpan {
    let line = Int(place.line)
    guard line >= 1, line <= lineCount else { return .fileStart }
    let end = end(ofLine: line)
    let from = byteOffset(of: place)
    let to = isAscii ? min(end, from + max(length, 0)) : advance(from, by: length, end: end)
    var column = from - lineStarts[line - 1] + 1
    if !isAscii {
      let point = checkpoints[index(in: checkpoints.count) { checkpoints[$0].offset <= from }]
      column = point.characters + String(decoding: bytes[point.offset..<from], as: UTF8.self).count + 1
    }
    let width = isAscii ? to - from : String(decoding: bytes[from..<to], as: UTF8.self).count
    return SourceSpan(line: line, column: column, endLine: line, endColumn: column + width)
  }

  /// The scalars of the line of a place, from that place on, as far as a token reasonably goes.
  func rest(from place: Place) -> [Unicode.Scalar] {
    let line = Int(place.line)
    guard line >= 1, line <= lineCount else { return [] }
    let from = byteOffset(of: place)
    let to = min(end(ofLine: line), from + 600)
    return Array(String(decoding: bytes[from..<max(from, to)], as: UTF8.self).unicodeScalars)
  }
}
