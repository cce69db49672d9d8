import Testing

@testable import Reporting

/// Method: the writer's bytes are compared with what RFC 8259 asks for, and read back by our strict reader.
@Suite struct JSONWriterTests {
  private func text(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.object(body)
    return String(decoding: writer.finish(), as: UTF8.self)
  }

  @Test func emptyThingsStayOnOneLine() {
    #expect(text { _ in } == "{}\n")
    #expect(text { $0.words("a", []) } == "{\n  \"a\": []\n}\n")
    #expect(text { $0.list("a", [Int]()) { _, _ in } } == "{\n  \"a\": []\n}\n")
    #expect(text { $0.list("a", [1]) { _, _ in } } == "{\n  \"a\": [\n    {}\n  ]\n}\n")
  }

  @Test func nestingIsIndentedAndSeparated() {
    let written = text { writer in
      writer.field("a", 1)
      writer.object("b") { writer in
        writer.words("c", ["x", "y"])
        writer.null("d")
      }
      writer.field("e", true)
    }
    #expect(
      written == """
        {
          "a": 1,
          "b": {
            "c": ["x", "y"],
            "d": null
          },
          "e": true
        }

        """)
  }

  @Test(arguments: [
    ("\"\\/", #""\"\\/""#),
    ("\n\r\t", #""\n\r\t""#),
    ("\u{0}\u{1B}[2J\u{7F}\u{9B}", #""\u0000\u001b[2J\u007f\u009b""#),
    ("\u{2028}\u{2029}", #""\u2028\u2029""#),
    ("größe 注文 🚚", "\"größe 注文 🚚\""),
  ])
  func stringsAreEscaped(_ value: String, _ escaped: String) throws {
    let written = text { $0.field("k", value) }
    #expect(written == "{\n  \"k\": \(escaped)\n}\n")
    var fields = try JSONFields(JSONReader.read(Array(written.utf8)))
    #expect(try fields.string("k") == value)
  }

  @Test func numbersAreShortestAndFinite() {
    let written = text { writer in
      writer.field("share", 0.995)
      writer.field("infinite", Double.infinity)
      writer.field("none", Double.nan)
      writer.field("seed", UInt64.max)
      writer.field(hash: "hash", 255)
    }
    #expect(
      written == """
        {
          "share": 0.995,
          "infinite": null,
          "none": null,
          "seed": 18446744073709551615,
          "hash": "00000000000000ff"
        }

        """)
  }
}

/// Method: documents that RFC 8259 forbids, each with the place where reading must stop; and the ones it allows.
@Suite struct JSONReaderTests {
  @Test(arguments: [
    ("", 1, 1), ("  \n ", 2, 2), ("{", 1, 2), ("[1,]", 1, 4), ("{\"a\":1,}", 1, 8), ("{a:1}", 1, 2),
    ("[1 2]", 1, 4), ("01", 1, 2), ("-", 1, 2), ("1.", 1, 3), ("1e", 1, 3), ("+1", 1, 1), ("tru", 1, 1),
    ("nul", 1, 1), ("'a'", 1, 1), ("\"a", 1, 3), ("\"\\q\"", 1, 4), ("\"\\u12g4\"", 1, 6), ("\"a\nb\"", 1, 3),
    ("{} {}", 1, 4), ("// c\n{}", 1, 1), ("{\"a\":1,\n\"a\":2}", 2, 1), ("\"\\ud800\"", 1, 8),
    ("\"\\udc00\\ud800\"", 1, 8), ("\"\\ud800\\u0041\"", 1, 14), ("NaN", 1, 1),
  ])
  func malformedDocumentsAreRefusedWhereTheyBreak(_ text: String, _ line: Int, _ column: Int) {
    let error = #expect(throws: JSONError.self) { try JSONReader.read(Array(text.utf8)) }
    #expect(error?.place == JSONPlace(line: line, column: column), "\(text)")
  }

  @Test func hostileDocumentsEndInAnError() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(throws: JSONError.self) { try JSONReader.read(deep) }
    #expect(throws: JSONError.self) { try JSONReader.read([0x22, 0xFF, 0xFE, 0x22]) }
    #expect(throws: JSONError.self) { try JSONReader.read([0x22, 0x00, 0x22]) }
    #expect(throws: JSONError.self) { try JSONReader.read([0xEF, 0xBB, 0xBF, 0x7B, 0x7D]) }
  }

  @Test func depthIsBoundedExactly() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
    }
    _ = try JSONReader.read(nested(JSONReader.depthLimit))
    #expect(throws: JSONError.self) { try JSONReader.read(nested(JSONReader.depthLimit + 1)) }
  }

  @Test func everyKindOfValueIsRead() throws {
    let text = #"{"a": [null, true, false, -0.5e+10, "\u00e9\ud83d\ude9a\/"], "b": {}}"#
    guard case .object(let members) = try JSONReader.read(Array(text.utf8)).content,
      case .list(let elements) = members[0].value.content
    else {
      Issue.record("an object with a list was written")
      return
    }
    #expect(members.map(\.key) == ["a", "b"])
    #expect(
      elements.map(\.content) == [.null, .bool(true), .bool(false), .number("-0.5e+10"), .string("é🚚/")])
    #expect(members[1].value.content == .object([]))
    #expect(members[1].value.place == JSONPlace(line: 1, column: 67))
  }
}
