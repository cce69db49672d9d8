public import ProgressGraph

/// Reads graph files: text in, a validated graph with the place of everything in it out, or located diagnostics.
public enum GraphReader {
  /// Decodes a file's bytes. Never throws, traps or hangs, whatever the bytes are.
  ///
  /// - Parameter file: how messages name the file; nothing is opened.
  public static func decode(_ bytes: [UInt8], file: String) -> Decoded {
    let (source, mistakes) = TextGuard.clean(bytes, file: file)
    var findings = Findings(source: source)
    for mistake in mistakes { findings.add(mistake) }
    guard !findings.hasError, let root = YamlDocument.read(&findings) else {
      return Decoded(graph: nil, diagnostics: findings.sorted(), sources: SourceMap(source: source), source: source)
    }
    var assembly = GraphAssembly(findings: findings, root: root)
    assembly.readGraph()
    let hasError = assembly.findings.hasError
    return Decoded(
      graph: hasError ? nil : assembly.graph, diagnostics: assembly.findings.sorted(), sources: assembly.sources,
      source: source)
  }

  /// Decodes a text, as `decode(_:file:)` on its UTF-8 bytes.
  public static func decode(_ text: String, file: String) -> Decoded {
    decode(Array(text.utf8), file: file)
  }
}

/// What a file says, or why it says nothing.
public struct Decoded: Sendable {
  /// Nil exactly when there is an error among the diagnostics.
  public var graph: Graph?
  /// Errors and warnings, sorted by position.
  public var diagnostics: [Diagnostic]
  public var sources: SourceMap
  public var source: SourceText
}

extension GraphReader {
  /// Reads one fault as `--fault` gives it, such as `{crash: pay, after: work}`, against a graph.
  ///
  /// The spans of the diagnostics are places in the argument's own text.
  public static func decodeFault(_ text: String, in graph: Graph) -> Result<Fault, FaultMistakes> {
    let (source, mistakes) = TextGuard.clean(Array(text.utf8), file: "--fault")
    var findings = Findings(source: source)
    for mistake in mistakes { findings.add(mistake) }
    if text.allSatisfy(\.isWhitespace) {
      // The reader of documents would ask for what a graph file needs.
      let hint = "such as `{crash: NODE, after: work}`"
      findings.add(Diagnostic(code: .emptyFile, message: "a fault was expected here", hint: hint))
    }
    var fault: Fault?
    if !findings.hasError, let item = YamlDocument.read(&findings) {
      findings.check(item, .variants(StepTables.faults))
      fault = FaultReader(graph: graph).read(item, &findings)
    }
    guard let fault, !findings.hasError else {
      return .failure(FaultMistakes(diagnostics: findings.sorted(), source: source))
    }
    return .success(fault)
  }
}

/// Why a text is no fault of a graph. Never without a diagnostic.
public struct FaultMistakes: Error, Sendable {
  public var diagnostics: [Diagnostic]
  /// The argument's text.
  public var source: SourceText
}
