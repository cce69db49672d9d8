@testable import GraphFile
import Primitives
import ProgressGraph
import Testing

/// Files that try to crash, hang or mislead the reader. Each must end in diagnostics with the named code; a crash or an
/// endless loop fails the whole run.
@Suite struct HostileInputTests {
  private static func codes(_ text: String) -> [String] { codes(Array(text.utf8)) }

  private static func codes(_ bytes: [UInt8]) -> [String] {
    let decoded = GraphReader.decode(bytes, file: "hostile.yaml")
    #expect((decoded.graph == nil) == decoded.diagnostics.contains { $0.severity == .error })
    for diagnostic in decoded.diagnostics.prefix(3) {
      #expect(!render(diagnostic, source: decoded.source).isEmpty)
    }
    return decoded.diagnostics.filter { $0.severity == .error }.map(\.code)
  }

  private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  @Test(arguments: [10_000, 1_000_000])
  func `deep nesting is refused in every style`(depth: Int) {
    let tooDeep = ["HW008"]
    #expect(Self.codes(Self.repeated("[", depth)) == tooDeep)
    #expect(Self.codes(Self.repeated("{a: ", depth)) == tooDeep)
    #expect(Self.codes("nodes: " + Self.repeated("[", depth) + Self.repeated("]", depth)) == tooDeep)
    #expect(Self.codes(Self.repeated("- ", depth) + "a") == tooDeep)
    #expect(Self.codes("nodes:\n  - " + Self.repeated("- ", depth) + "a") == tooDeep)
    #expect(Self.codes(Self.repeated("? ", depth) + "a").isEmpty == false)
    #expect(Self.codes(Self.repeated("[? ", depth)).isEmpty == false)
  }

  @Test func `deep block nesting by indentation is refused`() {
    let lines = (0..<2_500).map { Self.repeated(" ", $0) + "a:\n" }.joined()
    #expect(Self.codes(lines).contains("HW008"))
    let steps = (0..<1_000).map { Self.repeated("  ", $0) + "- tx:\n" }.joined()
    #expect(Self.codes(steps) == ["HW008"])
  }

  @Test func `nesting below the limit is no error of depth`() {
    func nested(_ depth: Int) -> String {
      let (before, after) = (Self.repeated("[{tx: ", depth), Self.repeated("}]", depth))
      return "nodes: {a: {do: \(before)[{write: x}]\(after)}}"
    }
    #expect(Self.codes(nested(40)) == [])
    #expect(Self.codes(nested(60)).contains("HW008"))
  }

  @Test func `a bomb of aliases is refused`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 { text += "a\(level): &a\(level) [\(Self.repeated("*a\(level - 1), ", 9))*a\(level - 1)]\n" }
    #expect(Self.codes(text).contains("HW009"))
  }

  @Test func `a bomb of aliases as a key is refused`() {
    var text = "- &a0 [x, x]\n"
    for level in 1...40 { text += "- &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    #expect(Self.codes(text + "- {*a40 : x}\n").contains("HW009"))
  }

  @Test func `a long chain of aliases is refused`() {
    var text = "- &a0 [x]\n"
    for level in 1...100_000 { text += "- &a\(level) [*a\(level - 1)]\n" }
    #expect(Self.codes(text).contains("HW008"))
  }

  @Test func `an alias of itself and an unknown alias are refused`() {
    #expect(Self.codes("nodes: &n {a: {do: *n}}\n") == ["HW010"])
    #expect(Self.codes("nodes: {a: {do: *steps}}\n") == ["HW010"])
  }

  @Test func `aliases within bounds are expanded`() throws {
    let text = """
      nodes:
        a: {kind: client, do: &steps [{call: b, key: id}]}
        c: {kind: client, do: *steps}
        b: {do: []}
      """
    let decoded = GraphReader.decode(text, file: "alias.yaml")
    let graph = try #require(decoded.graph, "\(messages(decoded))")
    #expect(graph.steps.count == 2)
    #expect(graph[graph.steps[1].handler].node.index == 1)
  }

  @Test func `text that is no text is refused`() {
    #expect(Self.codes([0xFF, 0xFE, 0x61, 0x00]) == ["HW003"])
    #expect(Self.codes([0x6E, 0x3A, 0x20, 0xC3, 0x28]) == ["HW003"])
    #expect(Self.codes([0xED, 0xA0, 0x80]) == ["HW003"])
    #expect(Self.codes("name: a\u{0}b\n") == ["HW004"])
    #expect(Self.codes("name: a\u{7}b\nsummary: \u{1B}[31m\n") == ["HW004", "HW004"])
    #expect(Self.codes("name: a\u{202E}b\n") == ["HW004"])
    #expect(Self.codes("name: a\u{85}b\n") == ["HW004"])
    #expect(Self.codes("name: \"a\\u0000b\"\nnodes: {a: {do: []}}\n") == ["HW019"])
    #expect(Self.codes("nodes: {\"a\\u202Eb\": {do: []}}\n") == ["HW021"])
  }

  @Test func `empty files are refused`() {
    for text in ["", "\n\n", "# nothing\n", "---\n", "---\n...\n", "   ", "\u{FEFF}", "~\n", "null\n"] {
      let codes = Self.codes(text)
      #expect(codes == ["HW006"] || codes == ["HW016"], "\(text)")
    }
  }

  @Test func `a file over the limit is refused`() {
    #expect(Self.codes(Self.repeated("# comment\n", 450_000)) == ["HW005"])
  }

  @Test func `several documents are refused`() {
    #expect(Self.codes("nodes: {a: {do: []}}\n---\nnodes: {}\n") == ["HW007"])
    #expect(Self.codes("nodes: {a: {do: []}}\n...\nnodes: {}\n") == ["HW007"])
  }

  @Test func `merge keys and foreign tags are refused`() {
    #expect(Self.codes("nodes: {a: &a {do: []}, b: {<<: *a}}\n").contains("HW011"))
    #expect(Self.codes("nodes: {a: !python/object:os.system {do: []}}\n") == ["HW013"])
    #expect(Self.codes("nodes: {a: {do: [], team: !!binary aGk=}}\n") == ["HW013"])
    #expect(Self.codes("nodes: {a: !!map {do: !!seq [], team: !!str x}}\n") == [])
  }

  @Test func `doubled keys are reported with everything else`() {
    let text = """
      nodes:
        a: {do: [], do: [{write: x}]}
        a: {do: []}
        b: {do: [], temperature: 3}
        "a": {do: []}
      """
    #expect(Self.codes(text) == ["HW014", "HW014", "HW012", "HW014"])
  }

  @Test func `line ends, tabs and byte order marks do no harm`() {
    #expect(Self.codes("\u{FEFF}nodes:\r\n  a:\r\n    do: []\r\n") == [])
    #expect(Self.codes("nodes:\r  a:\r    do: []\r") == [])
    #expect(Self.codes("nodes:\n\ta: {do: []}\n") == ["HW002"])
    #expect(Self.codes("nodes: {a: {do:\t[]}}\n") == [])
  }

  @Test func `huge numbers are out of range, not traps`() {
    let nines = Self.repeated("9", 400)
    for value in ["concurrency: \(nines)", "latency: \(nines)s", "latency: \(nines)h..\(nines)d", "latency: ~\(nines)d",
      "availability: \(nines)%", "instances: -\(nines)", "instances: 0", "max_runtime: 99999999999d"] {
      #expect(Self.codes("nodes: {a: {do: [], \(value)}}\n") == ["HW020"], "\(value)")
    }
    #expect(Self.codes("nodes: {a: {do: [{each: \(nines), do: []}]}}\n") == ["HW020"])
    #expect(Self.codes("headway: \(nines)\nnodes: {a: {do: []}}\n") == ["HW020"])
    #expect(Self.codes("nodes: {a: {do: []}}\nscenarios: {s: {load: \(nines)/s for 1s}}\n") == ["HW020"])
  }

  @Test func `more things than identifiers can count are refused`() {
    let nodes = (0..<66_000).map { "n\($0): {do: []}\n" }.map { "  " + $0 }.joined()
    #expect(Self.codes("nodes:\n" + nodes) == ["HW036"])
    let steps = Self.repeated("{write: a},", 66_000)
    #expect(Self.codes("nodes: {a: {do: [" + steps + "]}}\n") == ["HW036"])
    let calls = (0..<66_000).map { "{call: n\($0)}" }.joined(separator: ",")
    #expect(Set(Self.codes("nodes: {a: {do: [" + calls + "]}}\n")).contains("HW036"))
  }

  @Test func `thousands of mistakes are still reported`() {
    let keys = (0..<20_000).map { "k\($0): 1" }.joined(separator: ", ")
    #expect(Self.codes("nodes: {a: {do: [], \(keys)}}\n").count >= 1_000)
    let calls = (0..<20_000).map { "{cal\($0 % 7): x}" }.joined(separator: ", ")
    #expect(Self.codes("nodes: {\u{E9}: {do: [\(calls)]}}\n").count >= 1_000)
    let doubled = Self.repeated("a: 1\n", 20_000)
    #expect(Self.codes(doubled).contains("HW014"))
  }

  /// Method: more findings than are listed, of one severity and of both; the graph must be there exactly when no error
  /// is, and the count of what is not listed has the severity of what it counts.
  @Test func `warnings never become an error, however many`() throws {
    let lonely = (0..<12_000).map { "  n\($0): {do: [{write: x}]}\n" }.joined()
    let decoded = GraphReader.decode("nodes:\n" + lonely, file: "many.yaml")
    #expect(decoded.graph != nil)
    #expect(decoded.diagnostics.allSatisfy { $0.severity == .warning })
    let last = try #require(decoded.diagnostics.last)
    #expect(last.code == "HW039")
    #expect(last.message.contains("further warnings are not listed"))
    #expect(decoded.diagnostics.count == Findings.most + 1)
  }

  @Test func `all mistakes are listed up to a bound, and those beyond are counted as errors`() throws {
    let warnings = (0..<11_000).map { "  n\($0): {do: [{write: x}]}\n" }.joined()
    for (count, isBeyond) in [(5_000, false), (10_500, true)] {
      let keys = (0..<count).map { "k\($0): 1" }.joined(separator: ", ")
      let decoded = GraphReader.decode("nodes:\n\(warnings)  a: {do: [], \(keys)}\n", file: "many.yaml")
      let errors = decoded.diagnostics.filter { $0.severity == .error }
      #expect(decoded.graph == nil)
      #expect(errors.count == (isBeyond ? Findings.most + 1 : count))
      #expect(errors.contains { $0.code == "HW039" && $0.message == "500 further errors are not listed" } == isBeyond)
    }
  }

  @Test func `odd names are names or diagnostics`() {
    let odd = [
      "on", "no", "yes", "true", "null", "~", "0", "1e5", "é", "日本", "a b", "a-b", "'", "\"q\"", "[x]", "#", "a#b",
      "&a", "%", "@x",
    ]
    for name in odd {
      _ = Self.codes("nodes: {\(name): {do: [{write: \(name)}]}}\n")
      _ = Self.codes("nodes:\n  \(name): {do: [{write: \(name), key: \(name)}]}\n")
    }
    for name in ["on", "no", "yes", "true", "1e5", "é", "日本", "a b", "a#b"] {
      #expect(Self.codes("nodes:\n  \(name): {do: [{write: \(name), key: \(name)}]}\n") == [], "\(name)")
    }
  }

  @Test func `every prefix and every damaged byte of a valid file ends in an answer`() throws {
    let file = try #require(FixtureFolder.files(in: "valid", "orchestrated.yaml").first)
    let bytes = Array(try FixtureFolder.text(file).utf8)
    for end in stride(from: 0, to: bytes.count, by: 13) { _ = Self.codes(Array(bytes[..<end])) }
    for index in stride(from: 0, to: bytes.count, by: 11) {
      for replacement in [UInt8(ascii: "]"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "'"), 0x0A, 0xE9] {
        var damaged = bytes
        damaged[index] = replacement
        _ = Self.codes(damaged)
      }
    }
  }
}
