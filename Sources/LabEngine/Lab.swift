import ClusterModel
import GraphFile
import GraphNodes
import LabWorld
import Primitives
public import ProgressGraph
import Properties

/// A graph file as the engine works with it: the graph, where everything stands in the file, and what the reader says.
public struct LoadedGraph: Sendable {
  /// As it is to be printed.
  public let file: String
  /// Nil exactly when there is an error among the diagnostics: the file cannot be read, or asks for what this version
  /// does not execute.
  public let graph: Graph?
  public let diagnostics: [DiagnosticReport]
  let decoded: Decoded

  /// The graph's name; the file's name without its ending where it could not be read.
  public var name: String {
    if let graph = decoded.graph { return graph.name }
    let last = file.split(separator: "/").last.map(String.init) ?? file
    return last.hasSuffix(".yaml") ? String(last.dropLast(5)) : last
  }
}

/// How a graph is executed.
public struct RunOptions: Equatable, Sendable {
  public var seed: UInt64
  public var logs: LogChoice

  public init(seed: UInt64 = 1, logs: LogChoice = .replicated) {
    self.seed = seed
    self.logs = logs
  }
}

/// The verbs of the laboratory. Each takes values and gives a value; nothing here reads a file or a clock.
public enum Lab {
  /// Reads a graph.
  public static func load(_ bytes: [UInt8], file: String) -> LoadedGraph {
    let decoded = GraphReader.decode(bytes, file: file)
    var lines = QuotedLines(source: decoded.source)
    return LoadedGraph(
      file: file, graph: decoded.graph,
      diagnostics: decoded.diagnostics.map { DiagnosticReport($0, quoting: &lines) }, decoded: decoded)
  }

  /// The report of a graph that nothing was asked of yet.
  public static func report(on loaded: LoadedGraph) -> GraphReport {
    var report = GraphReport(file: loaded.file, name: loaded.name)
    report.checks = [.load]
    report.diagnostics = loaded.diagnostics
    return report
  }
}

/// The lines that diagnostics quote, each held once: ten thousand mistakes may lie in one line of four megabytes.
struct QuotedLines {
  let source: SourceText
  private var texts: [Int: String] = [:]

  init(source: SourceText) { self.source = source }

  mutating func span(_ span: GraphFile.SourceSpan) -> SourceSpan {
    let text = texts[span.line] ?? source.line(span.line)
    texts[span.line] = text
    return SourceSpan(
      line: span.line, column: span.column, endLine: span.endLine, endColumn: span.endColumn, text: text)
  }
}

extension DiagnosticReport {
  init(_ diagnostic: Diagnostic, quoting lines: inout QuotedLines) {
    let related = diagnostic.related.map { Related(span: lines.span($0.span), message: $0.message) }
    self.init(
      code: diagnostic.code, severity: diagnostic.severity == .error ? .error : .warning, message: diagnostic.message,
      hint: diagnostic.hint, span: lines.span(diagnostic.span), related: related)
  }

  init(_ diagnostic: Diagnostic, in source: SourceText) {
    var lines = QuotedLines(source: source)
    self.init(diagnostic, quoting: &lines)
  }
}

extension LabEngine.SourceSpan {
  init(_ span: GraphFile.SourceSpan, in source: SourceText) {
    var lines = QuotedLines(source: source)
    self = lines.span(span)
  }
}

extension Lab {
  /// The format of graph files as a JSON Schema (draft 7).
  public static func jsonSchema() -> String { GraphReader.jsonSchema() }
}
