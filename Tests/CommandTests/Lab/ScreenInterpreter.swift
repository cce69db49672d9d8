/// A terminal's screen, made from the bytes that a program writes: as much of a VT as ncurses uses under the terminal
/// types of the tests. Sequences that it does not know are skipped whole.
struct ScreenInterpreter {
  let columns: Int
  let rows: Int
  private(set) var isAlternate = false
  private(set) var isCursorVisible = true
  private(set) var isMouseOn = false
  /// Parameters of every SGR sequence, in order.
  private(set) var renditions: [[Int]] = []

  /// Row-major. The right half of a wide character is an empty text.
  private var cells: [String]
  private var x = 0
  private var y = 0
  /// Rows of the scrolling region, both included.
  private var region: ClosedRange<Int>
  private var state = State.ground
  private var partial: [UInt8] = []
  private var lastWritten = " "

  private enum State {
    case ground
    case escape
    /// Parameters so far.
    case control([UInt8])
    /// One more byte names a character set.
    case charset
    /// A title; ends with BEL or ST.
    case title(sawEscape: Bool)
  }

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: " ", count: columns * rows)
    region = 0...max(0, rows - 1)
  }

  /// The rows, trailing blanks removed.
  var lines: [String] {
    (0..<rows).map { row in
      var line = cells[row * columns..<(row + 1) * columns].joined()
      while line.last == " " { line.removeLast() }
      return line
    }
  }
  var text: String { lines.joined(separator: "\n") }

  mutating func feed(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { feed(byte) }
  }

  // MARK: The parser

  private mutating func feed(_ byte: UInt8) {
    switch state {
    case .ground: ground(byte)
    case .escape: escape(byte)
    case .control(var parameters):
      if (0x40...0x7E).contains(byte) {
        state = .ground
        control(byte, parameters)
      } else {
        parameters.append(byte)
        state = .control(parameters)
      }
    case .charset: state = .ground
    case .title(let sawEscape):
      state = byte == 7 || (sawEscape && byte == 0x5C) ? .ground : .title(sawEscape: byte == 27)
    }
  }

  private mutating func ground(_ byte: UInt8) {
    switch byte {
    case 27: state = .escape
    case 8: x = max(0, x - 1)
    case 9: x = min(columns - 1, (x / 8 + 1) * 8)
    case 10: lineFeed()
    case 13: x = 0
    case 0..<32, 127: break
    case 32..<127: put(String(UnicodeScalar(byte)))
    default:
      partial.append(byte)
      // A valid sequence ends where the decoder makes one scalar out of it.
      let decoded = String(decoding: partial, as: UTF8.self)
      if !decoded.unicodeScalars.contains("\u{FFFD}") || partial.count == 4 {
        partial = []
        put(decoded)
      }
    }
  }

  private mutating func escape(_ byte: UInt8) {
    state = .ground
    switch byte {
    case UInt8(ascii: "["): state = .control([])
    case UInt8(ascii: "("), UInt8(ascii: ")"): state = .charset
    case UInt8(ascii: "]"): state = .title(sawEscape: false)
    case UInt8(ascii: "M"): if y == region.lowerBound { scroll(by: -1, in: region) } else { y = max(0, y - 1) }
    case UInt8(ascii: "D"): lineFeed()
    default: break
    }
  }

  private mutating func put(_ character: String) {
    // The cursor waits behind the last column until the next character comes.
    if x >= columns {
      x = 0
      lineFeed()
    }
    cells[y * columns + x] = character
    lastWritten = character
    x += 1
  }

  private mutating func lineFeed() {
    if y == region.upperBound { scroll(by: 1, in: region) } else { y = min(rows - 1, y + 1) }
  }

  private mutating func scroll(by count: Int, in range: ClosedRange<Int>) {
    let blank = Array(repeating: " ", count: columns)
    for _ in 0..<abs(count) {
      let leaving = count > 0 ? range.lowerBound : range.upperBound
      cells.removeSubrange(leaving * columns..<(leaving + 1) * columns)
      let entering = (count > 0 ? range.upperBound : range.lowerBound) * columns
      cells.insert(contentsOf: blank, at: entering)
    }
  }

  // MARK: Control sequences

  private mutating func control(_ final: UInt8, _ parameters: [UInt8]) {
    let isPrivate = parameters.first == UInt8(ascii: "?")
    let numbers = parameters.drop { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: ">") }
      .split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
      .map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
    if isPrivate {
      for mode in numbers where final == UInt8(ascii: "h") || final == UInt8(ascii: "l") {
        setMode(mode, final == UInt8(ascii: "h"))
      }
      return
    }
    let first = max(1, numbers.first ?? 1)
    x = min(x, columns - 1)
    switch UnicodeScalar(final) {
    case "H", "f": (y, x) = (clamp(first - 1, rows), clamp(max(1, numbers.dropFirst().first ?? 1) - 1, columns))
    case "d": y = clamp(first - 1, rows)
    case "G": x = clamp(first - 1, columns)
    case "A": y = max(0, y - first)
    case "B": y = min(rows - 1, y + first)
    case "C": x = min(columns - 1, x + first)
    case "D": x = max(0, x - first)
    case "J": eraseScreen(numbers.first ?? 0)
    case "K": eraseLine(numbers.first ?? 0)
    case "X": erase(y * columns + x, min(first, columns - x))
    case "b": for _ in 0..<first { put(lastWritten) }
    case "@": shift(by: min(first, columns - x))
    case "P": shift(by: -min(first, columns - x))
    case "L": if region.contains(y) { scroll(by: -first, in: y...region.upperBound) }
    case "M": if region.contains(y) { scroll(by: first, in: y...region.upperBound) }
    case "S": scroll(by: first, in: region)
    case "T": scroll(by: -first, in: region)
    case "r":
      let bottom = min(rows, numbers.dropFirst().first ?? rows)
      region = clamp(first - 1, rows)...max(clamp(first - 1, rows), bottom - 1)
      (x, y) = (0, 0)
    case "m": renditions.append(numbers)
    default: break
    }
  }

  private func clamp(_ value: Int, _ count: Int) -> Int { min(max(0, value), count - 1) }

  private mutating func setMode(_ mode: Int, _ isOn: Bool) {
    switch mode {
    case 25: isCursorVisible = isOn
    case 1000, 1002, 1003: isMouseOn = isOn
    case 1049: isAlternate = isOn
    default: break
    }
  }

  private mutating func erase(_ start: Int, _ count: Int) {
    for position in start..<start + count { cells[position] = " " }
  }

  private mutating func eraseScreen(_ part: Int) {
    let here = y * columns + x
    switch part {
    case 0: erase(here, cells.count - here)
    case 1: erase(0, here + 1)
    default: erase(0, cells.count)
    }
  }

  private mutating func eraseLine(_ part: Int) {
    let start = y * columns
    switch part {
    case 0: erase(start + x, columns - x)
    case 1: erase(start, x + 1)
    default: erase(start, columns)
    }
  }

  /// Moves what is right of the cursor; what leaves the row is gone.
  private mutating func shift(by count: Int) {
    let blank = Array(repeating: " ", count: abs(count))
    let here = y * columns + x
    let end = (y + 1) * columns
    if count > 0 {
      cells.removeSubrange(end - count..<end)
      cells.insert(contentsOf: blank, at: here)
    } else {
      cells.removeSubrange(here..<here - count)
      cells.insert(contentsOf: blank, at: end + count)
    }
  }
}
