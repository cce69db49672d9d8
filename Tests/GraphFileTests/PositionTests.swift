import GraphFile
import Primitives
import ProgressGraph
import Testing

/// Every key of the valid files is replaced in turn by a word that no table has: the diagnostic must stand exactly on
/// it. Keys that are the author's own names are left out.
@Suite struct PositionTests {
  private static let keys: Set = [
    "nodes", "kind", "do", "call", "retry", "key", "work", "handlers", "write", "publish", "event", "timeout", "undo",
    "trigger", "effect", "idempotency", "latency", "schema", "workflow", "core", "must_complete", "expect", "once",
    "all_or_none", "compensated_by", "tx", "choose", "when", "wait", "else", "signal", "read", "max_age", "loop",
    "compute", "takes", "checkpoint", "serial", "ordered", "exclusive", "from", "every", "team", "log", "min_isr",
  ]

  @Test(arguments: ["naive-checkout", "checkout-orchestrated", "checkout-choreographed", "support-agent"])
  func `an unknown key is found where it stands`(name: String) throws {
    let file = try #require(FixtureFolder.files(in: "valid", name + ".yaml").first)
    let lines = try FixtureFolder.text(file).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var tried = 0
    for (number, line) in lines.enumerated() {
      for range in words(of: line) where Self.keys.contains(String(line[range])) {
        let after = line[range.upperBound...]
        guard after.hasPrefix(":"), after.dropFirst().first == " " || after.count == 1 else { continue }
        var damaged = lines
        // A multi-byte word, so that columns after it are wrong if bytes are counted.
        damaged[number].replaceSubrange(range, with: "zzé日zz")
        let decoded = GraphReader.decode(damaged.joined(separator: "\n"), file: "damaged.yaml")
        let spans = decoded.diagnostics.filter { $0.severity == .error }.map { decoded.source.text(in: $0.span) }
        #expect(spans.contains("zzé日zz"), "\(number + 1): \(line[range]) gave \(spans)")
        tried += 1
      }
    }
    #expect(tried > 10)
  }

  private func words(of line: String) -> [Range<String.Index>] {
    var result: [Range<String.Index>] = []
    var start: String.Index?
    for index in line.indices {
      let isLetter = line[index].isLetter || line[index] == "_"
      if isLetter, start == nil { start = index }
      if !isLetter, let from = start {
        result.append(from..<index)
        start = nil
      }
    }
    return result
  }

  @Test func `columns count characters`() throws {
    let text = "nodes: {日本: {do: [], e\u{301}\u{302}x: 1}, 👩‍👩‍👧: {wrok: 1, do: []}}\n"
    let decoded = GraphReader.decode(text, file: "wide.yaml")
    #expect(decoded.diagnostics.map { decoded.source.text(in: $0.span) } == ["e\u{301}\u{302}x", "wrok"])
    #expect(decoded.diagnostics.map(\.span.column) == [22, 34])
  }

  /// Method: a collection in either style where a word belongs, inside collections of either style.
  @Test(arguments: [
    ("nodes:\n  a: {do: [{write: [1], key: k}]}\n", "[1]"),
    ("nodes:\n  a: {do: [{write: {b: [c, '}']}, key: k}]}\n", "{b: [c, '}']}"),
    ("nodes:\n  a:\n    do:\n      - write: [1, 2]  # two\n", "[1, 2]"),
    ("nodes: {a: {do: [{write: x, key: &k [1]}]}}\n", "[1]"),
    ("nodes:\n  a:\n    do:\n      - write:\n          b: 1\n", "b: 1"),
    ("nodes:\n  a:\n    do:\n      - write:\n        - 1  # one\n", "- 1"),
  ])
  func `a collection ends at its own bracket`(text: String, found: String) {
    let decoded = GraphReader.decode(text, file: "flow.yaml")
    #expect(decoded.diagnostics.map { decoded.source.text(in: $0.span) } == [found])
  }

  /// Method: texts that end too early, with and without blank lines behind; the place is the end of the last word.
  @Test(arguments: ["{crash:pay", "nodes: {a: {do: [\n  \n\n", "nodes:\n  a: \"x", "{日本: 1  # why\n"])
  func `what is missing at the end is missing there`(text: String) throws {
    let found = try #require(GraphReader.decode(text, file: "short.yaml").diagnostics.first)
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    let last = try #require(lines.last)
    #expect(found.code == "HW002")
    #expect(found.span.line == lines.count)
    #expect(found.span.column == last.count + 1)
    #expect(found.span.endColumn == found.span.column)
  }

  @Test func `steps, nodes and keys are found in the source`() throws {
    let text = "nodes:\n  a: {do: [{write: order, key: id}, {tx: [{publish: t}]}]}\n"
    let decoded = GraphReader.decode(text, file: "map.yaml")
    let graph = try #require(decoded.graph)
    func under(_ span: SourceSpan) -> String { decoded.source.text(in: span) }
    #expect(graph.stepIDs.map { under(decoded.sources.span(of: $0)) } == ["write: order", "tx", "publish: t"])
    #expect(under(decoded.sources.span(of: StepID(0), key: "key")) == "id")
    #expect(under(decoded.sources.span(of: NodeID(0))) == "a")
    #expect(under(decoded.sources.span(of: ChannelID(0))) == "t")
    #expect(under(decoded.sources.span(of: HandlerID(0))) == "do")
  }
}
