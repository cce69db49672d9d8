/// A diagnostic as compilers print them: code, message, place, the source line with carets, and what to do.
///
/// Tabs are printed as one blank and wide characters count two columns, so that the carets stand under their token in a
/// terminal. Ends with a line feed.
public func render(_ diagnostic: Diagnostic, source: SourceText) -> String {
  let span = diagnostic.span
  let lines = ([span] + diagnostic.related.map(\.span)).map(\.line)
  let width = String(lines.max() ?? 1).count
  let margin = String(repeating: " ", count: width + 1)
  var text = "\(diagnostic.severity.rawValue)[\(diagnostic.code)]: \(diagnostic.message)\n"
  text += "\(margin)--> \(source.file):\(span.line):\(span.column)\n"
  let marks =
    [Mark(span: span, sign: "^", message: "")]
    + diagnostic.related.map { Mark(span: $0.span, sign: "-", message: $0.message) }
  if !source.bytes.isEmpty {
    text += "\(margin) |\n"
    for mark in marks.sorted(by: { $0.span < $1.span }) { text += mark.lines(source, width: width) }
  }
  if let hint = diagnostic.hint { text += "\(margin) = help: \(hint)\n" }
  return text
}

/// A source line with the marks under it.
private struct Mark {
  /// As much of a line as a screen shows.
  private static let longest = 160

  var span: SourceSpan
  var sign: Character
  var message: String

  func lines(_ source: SourceText, width: Int) -> String {
    let whole = source.window(of: span.line, around: span.column, width: Self.longest)
    let before = whole.characters.prefix(max(0, span.column - whole.firstColumn))
    let endColumn = span.endLine == span.line ? span.endColumn : Int.max
    let length = max(1, min(endColumn, whole.firstColumn + whole.characters.count) - span.column)
    let marked = whole.characters.dropFirst(before.count).prefix(length)
    let number = String(span.line)
    let margin = String(repeating: " ", count: width + 1)
    let gutter = String(repeating: " ", count: 1 + width - number.count) + number
    var text = "\(gutter) | \(String(whole.characters.map(Self.visible)))\n"
    text += "\(margin) | " + String(repeating: " ", count: before.reduce(0) { $0 + Self.columns($1) })
    text += String(repeating: sign, count: max(1, marked.reduce(0) { $0 + Self.columns($1) }))
    return text + (message.isEmpty ? "" : " \(message)") + "\n"
  }

  private static func visible(_ character: Character) -> Character {
    if character == "\t" { return " " }
    return character.unicodeScalars.contains(where: isInvisible) ? "\u{FFFD}" : character
  }

  /// Terminal columns of a character: two for East Asian wide characters and most pictographs.
  private static func columns(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
