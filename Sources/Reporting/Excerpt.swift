import LabEngine

/// One finding in the convention of compilers: severity, code and message; the place; the source line with carets below
/// the true token; notes.
struct Excerpt {
  /// What stands before the code, and how loud.
  struct Headline {
    var word: String
    var ink: Ink
    static let error = Headline(word: "error", ink: .bad)
    static let warning = Headline(word: "warning", ink: .warning)

    static func of(_ severity: Severity) -> Headline {
      switch severity {
      case .error: error
      case .warning: warning
      }
    }
  }
  /// A line below the excerpt: `= help: …`.
  struct Note {
    var label: String
    var text: String
    /// True for a line to be copied into a shell, which must not be broken.
    var isCommand = false
  }
  var headline: Headline
  var code: String
  var message: String
  var file: String
  /// Nil where the finding is about no place of the file.
  var span: SourceSpan?
  var notes: [Note]

  func write(to text: inout StyledText) {
    text.add("\(headline.word)[\(code)]", headline.ink)
    // The first row shares its line with the code; later rows align with nothing in particular, so they start at two.
    let room = text.style.width - headline.word.utf8.count - code.utf8.count - 2
    let rows = wrapped(": " + printable(message, text.style.glyphs), to: room)
    for (number, row) in rows.enumerated() {
      if number > 0 { text.blanks(2) }
      text.line(row, .strong)
    }
    let gutter = span.map { String($0.line).utf8.count } ?? 1
    text.blanks(gutter + 1)
    text.add("--> ", .accent)
    text.line(span.map { "\(file):\($0.line):\($0.column)" } ?? file)
    // A file that cannot be read has no line to show.
    if let span, !span.text.isEmpty { write(span, gutter: gutter, to: &text) }
    write(notes, gutter: gutter, to: &text)
    text.line()
  }

  private func write(_ span: SourceSpan, gutter: Int, to text: inout StyledText) {
    let window = Window(span, columns: text.style.width - gutter - 4, text.style.glyphs)
    text.blanks(gutter + 2)
    text.line("|", .accent)
    text.blanks(1)
    text.add("\(span.line) | ", .accent)
    text.line(window.text)
    text.blanks(gutter + 2)
    text.add("| ", .accent)
    text.blanks(window.offset)
    text.line(String(repeating: "^", count: window.carets), headline.ink)
  }

  private func write(_ notes: [Note], gutter: Int, to text: inout StyledText) {
    let labels = notes.map { $0.label.utf8.count }.max() ?? 0
    for note in notes {
      text.blanks(gutter + 2)
      text.add("= ", .accent)
      text.add("\(note.label):", padded: labels + 2, .strong)
      let column = gutter + labels + 6
      let words = printable(note.text, text.style.glyphs)
      let rows = note.isCommand ? [words] : wrapped(words, to: text.style.width - column)
      for (number, row) in rows.enumerated() {
        if number > 0 { text.blanks(column) }
        text.line(row)
      }
    }
  }
}

/// As much of a source line as fits, with the span in sight, and where the carets go below it.
private struct Window {
  var text: String
  /// Columns before the first caret.
  var offset: Int
  var carets: Int

  init(_ span: SourceSpan, columns: Int, _ glyphs: TextStyle.Glyphs) {
    // A line that does not fit is shown from a little before the span, so that its surroundings tell where it is. No
    // more of it is looked at than that: a hostile line has millions of characters.
    let skipped = Self.skipped(span, columns: columns)
    let reach = max(0, span.column - 1 - skipped)
    let rest = skipped > 0 ? Substring(span.text.utf8.dropFirst(skipped)) : span.text[...]
    let line = Array(rest.prefix(reach + columns + 1).map { $0 == "\t" ? " " : $0 })
    let start = min(reach, line.count)
    let end = span.line == span.endLine ? min(max(start, span.endColumn - 1 - skipped), line.count) : line.count
    let first = line.count > columns ? max(0, min(start - columns / 3, line.count - columns)) : 0
    let last = min(line.count, first + columns)
    func shown(_ range: Range<Int>) -> String { printable(String(line[range]), glyphs) }
    text = shown(first..<last)
    while text.last == " " { text.removeLast() }
    offset = displayWidth(shown(first..<start))
    carets = max(1, displayWidth(shown(start..<max(start, min(end, last)))))
  }

  /// How many characters can be left out before what is shown. None of a line that is not ASCII: there only counting
  /// tells which character is the first one shown.
  private static func skipped(_ span: SourceSpan, columns: Int) -> Int {
    let bytes = span.text.utf8
    let wanted = min(max(0, span.column - 1), bytes.count) - max(0, columns)
    return wanted > 0 && bytes.allSatisfy { $0 < 0x80 } ? wanted : 0
  }
}
