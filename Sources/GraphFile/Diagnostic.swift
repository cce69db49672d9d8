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
  /// More mistakes than anybody reads; what is found beyond them is counted.
  static let most = 1_000

  let source: SourceText
  private(set) var list: [Diagnostic] = []
  private var suppressed = 0
  private(set) var hasError = false
  var names = NearestName()

  init(source: SourceText) { self.source = source }

  mutating func add(_ diagnostic: Diagnostic) {
    if diagnostic.severity == .error { hasError = true }
    if list.count < Self.most { list.append(diagnostic) } else { suppressed += 1 }
  }

  /// True when a further mistake is only counted; locating it would be work for nothing.
  private mutating func counts() -> Bool {
    guard list.count >= Self.most else { return false }
    hasError = true
    suppressed += 1
    return true
  }

  mutating func error(_ code: DiagnosticCode, at item: Item, _ message: String, hint: String? = nil) {
    if counts() { return }
    add(Diagnostic(code: code, message: message, hint: hint, span: source.span(of: item)))
  }

  mutating func warning(_ code: DiagnosticCode, at item: Item, _ message: String, hint: String? = nil) {
    add(Diagnostic(code: code, severity: .warning, message: message, hint: hint, span: source.span(of: item)))
  }

  /// An error about a word that could have been one of `candidates`.
  mutating func unknown(
    _ code: DiagnosticCode, at item: Item, _ message: String, word: String,
    candidates: @autoclosure () -> [String]
  ) {
    if counts() { return }
    let hint = names.isExhausted ? nil : names.nearest(to: word, among: candidates()).map { "did you mean `\($0)`?" }
    error(code, at: item, message, hint: hint)
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
    if suppressed > 0, let last = result.last {
      result.append(
        Diagnostic(
          code: .furtherMistakes, message: "\(suppressed) further mistakes are not shown", span: last.span))
    }
    return result
  }
}
