/// Only an error stops what was asked for.
public enum Severity: String, Sendable {
  case error, warning
}

/// A finding about the text of a file, with the place a person must look at.
public struct Diagnostic: Equatable, Sendable {
  /// `HW0xx`; see `DiagnosticCode`.
  public var code: String
  public var severity: Severity
  public var message: String
  /// What to write instead, where that is known.
  public var hint: String?
  public var span: SourceSpan
  /// Other places that belong to the same mistake, such as the first of two equal names.
  public var related: [Related]

  public struct Related: Equatable, Sendable {
    public var span: SourceSpan
    public var message: String
    public init(span: SourceSpan, message: String) {
      self.span = span
      self.message = message
    }
  }

  public init(
    code: DiagnosticCode, severity: Severity = .error, message: String, hint: String? = nil,
    span: SourceSpan = .fileStart, related: [Related] = []
  ) {
    self.code = code.rawValue
    self.severity = severity
    self.message = message
    self.hint = hint
    self.span = span
    self.related = related
  }
}

/// The findings of one file, collected while it is read.
///
/// Owner: the reader. Findings are sorted only at the end, so the order of reading is free.
struct Findings {
  /// How many findings of one severity are listed: a hostile file has hundreds of thousands. What is found beyond them
  /// is counted, and the list says so. Warnings have a list of their own: they neither crowd out an error nor are one.
  static let most = 10_000

  private struct Tally {
    var listed = 0
    var further = 0
  }

  let source: SourceText
  private(set) var list: [Diagnostic] = []
  private var errors = Tally()
  private var warnings = Tally()
  var names = NearestName()

  init(source: SourceText) { self.source = source }

  var hasError: Bool { errors.listed > 0 }

  mutating func add(_ diagnostic: Diagnostic) {
    if takes(diagnostic.severity) { list.append(diagnostic) }
  }

  /// False when a further finding is only counted; locating it would be work for nothing.
  private mutating func takes(_ severity: Severity) -> Bool {
    switch severity {
    case .error: Self.count(&errors)
    case .warning: Self.count(&warnings)
    }
  }

  private static func count(_ tally: inout Tally) -> Bool {
    guard tally.listed < most else {
      tally.further += 1
      return false
    }
    tally.listed += 1
    return true
  }

  mutating func error(_ code: DiagnosticCode, at item: Item, _ message: String, hint: String? = nil) {
    guard takes(.error) else { return }
    list.append(Diagnostic(code: code, message: message, hint: hint, span: source.span(of: item)))
  }

  mutating func warning(_ code: DiagnosticCode, at item: Item, _ message: String, hint: String? = nil) {
    guard takes(.warning) else { return }
    list.append(Diagnostic(code: code, severity: .warning, message: message, hint: hint, span: source.span(of: item)))
  }

  /// An error about a word that could have been one of `candidates`.
  mutating func unknown(
    _ code: DiagnosticCode, at item: Item, _ message: String, word: String,
    candidates: @autoclosure () -> [String]
  ) {
    let isListed = errors.listed < Self.most
    let nearest = isListed && !names.isExhausted ? names.nearest(to: word, among: candidates()) : nil
    error(code, at: item, message, hint: nearest.map { "did you mean `\($0)`?" })
  }

  /// By position, then by code; at one position errors come first. Equal findings are reported once.
  func sorted() -> [Diagnostic] {
    var result: [Diagnostic] = []
    let ordered = list.enumerated().sorted { left, right in
      if left.element.span != right.element.span { return left.element.span < right.element.span }
      if left.element.code != right.element.code { return left.element.code < right.element.code }
      return left.offset < right.offset
    }
    for (_, diagnostic) in ordered where diagnostic != result.last { result.append(diagnostic) }
    let end = result.last?.span ?? .fileStart
    for (tally, severity) in [(errors, Severity.error), (warnings, .warning)] where tally.further > 0 {
      let message = "\(tally.further) further \(severity.rawValue)s are not listed"
      result.append(Diagnostic(code: .furtherMistakes, severity: severity, message: message, span: end))
    }
    return result
  }
}
