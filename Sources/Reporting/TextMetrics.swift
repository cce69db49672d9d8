/// The text with everything replaced that could act on a terminal or mislead a reader: control characters, direction
/// marks, and, in ASCII, all that is not ASCII.
func printable(_ text: String, _ glyphs: TextStyle.Glyphs) -> String {
  if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if isHarmful(scalar) {
      result.append(glyphs == .ascii ? "?" : "\u{FFFD}")
    } else if glyphs == .ascii, !scalar.isASCII {
      result.append("?")
    } else {
      result.append(scalar)
    }
  }
  return String(result)
}

private func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x00...0x1F, 0x7F...0x9F: true
  // Line and paragraph separators, and the marks that turn the direction of what follows.
  case 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
  default: false
  }
}

/// A name as a page can bear it: cut where it is longer than `limit`. A file may hold names of megabytes; JSON has all
/// of them.
func clipped(_ text: String, to limit: Int = 100) -> String {
  // Characters are counted no further than needed; no character is shorter than a byte.
  guard text.utf8.count > limit, text.dropFirst(limit).first != nil else { return text }
  return text.prefix(limit - 3) + "..."
}

/// Columns that a terminal gives the text.
func displayWidth(_ text: some StringProtocol) -> Int {
  text.unicodeScalars.reduce(0) { $0 + displayWidth($1) }
}

/// 0 for marks that join the character before them, 2 for the wide blocks of East Asia and pictographs, else 1.
func displayWidth(_ scalar: Unicode.Scalar) -> Int {
  if scalar.value < 0x300 { return 1 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: break
  }
  switch scalar.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
    return 2
  default:
    return 1
  }
}

/// The text in rows of at most `width` columns, broken at blanks, or within a word that is longer than a row. At least
/// one row.
func wrapped(_ text: String, to width: Int) -> [String] {
  let width = max(8, width)
  var rows: [String] = []
  var row = ""
  var used = 0
  for word in text.split(separator: " ") {
    var rest = Substring(word)
    while true {
      let needed = displayWidth(rest) + (row.isEmpty ? 0 : 1)
      if used + needed <= width {
        if !row.isEmpty { row += " " }
        row += rest
        used += needed
        break
      }
      if row.isEmpty {
        let head = prefix(of: rest, columns: width)
        rows.append(String(head))
        rest = rest[head.endIndex...]
      } else {
        rows.append(row)
        row = ""
        used = 0
      }
    }
  }
  if !row.isEmpty || rows.isEmpty { rows.append(row) }
  return rows
}

/// As much from the start as fits, and never nothing.
private func prefix(of text: Substring, columns: Int) -> Substring {
  var used = 0
  var end = text.startIndex
  while end < text.endIndex {
    let width = displayWidth(String(text[end]))
    if used + width > columns, end > text.startIndex { break }
    used += width
    end = text.index(after: end)
  }
  return text[..<end]
}

/// `1 run`, `212 runs`.
func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(plural ?? noun + "s")"
}

/// `a`, `a and b`, `a, b and c`.
func enumerated(_ words: [String], _ conjunction: String = "and") -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " \(conjunction) \(last)"
}
