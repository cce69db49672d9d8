/// A stretch of a graph file, with the line it starts on, so that a report needs no second look at the file.
public struct SourceSpan: Equatable, Sendable {
  /// Lines and columns count from 1; columns count characters (grapheme clusters). The end is exclusive.
  public var line: Int
  public var column: Int
  public var endLine: Int
  public var endColumn: Int
  /// The whole line `line`, without its line break.
  public var text: String

  public init(line: Int, column: Int, endLine: Int, endColumn: Int, text: String) {
    self.line = line
    self.column = column
    self.endLine = endLine
    self.endColumn = endColumn
    self.text = text
  }
}

/// What the reader says about a file: `HW0xx`.
public struct DiagnosticReport: Equatable, Sendable {
  public var code: String
  public var severity: Severity
  public var message: String
  /// The nearest valid name, or what to write instead.
  public var hint: String?
  /// What `span` points into, where that is not the graph's file: `--fault`.
  public var file: String?
  public var span: SourceSpan
  /// Other places that belong to the same mistake.
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
    code: String, severity: Severity, message: String, hint: String? = nil, span: SourceSpan,
    related: [Related] = []
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.hint = hint
    file = nil
    self.span = span
    self.related = related
  }
}

/// What a design rule says about a graph: `HW1xx` and up.
public struct FindingReport: Equatable, Sendable {
  public var rule: String
  public var severity: Severity
  /// The node, channel or effect it is about.
  public var subject: String
  public var message: String
  public var hint: String?
  public var span: SourceSpan
  /// True when an entry of the file's `allow` waives it.
  public var isSuppressed: Bool

  public init(
    rule: String, severity: Severity, subject: String, message: String, hint: String? = nil, span: SourceSpan,
    isSuppressed: Bool = false
  ) {
    self.rule = rule
    self.severity = severity
    self.subject = subject
    self.message = message
    self.hint = hint
    self.span = span
    self.isSuppressed = isSuppressed
  }
}
