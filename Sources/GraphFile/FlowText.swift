/// Writes items in flow style, one canonical way: what a report prints can be read again.
enum FlowText {
  static func text(of item: Item) -> String {
    switch item.content {
    case .empty, .faulty: "~"
    case .scalar(let text, _): scalar(text)
    case .list(let elements): "[" + elements.map { self.text(of: $0) }.joined(separator: ", ") + "]"
    case .map(let pairs):
      "{" + pairs.map { "\(scalar($0.name)): \(self.text(of: $0.value))" }.joined(separator: ", ") + "}"
    }
  }

  private static func scalar(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text != "~" && text != "null"
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"),
          UInt8(ascii: "-"), UInt8(ascii: ">"), UInt8(ascii: " "), UInt8(ascii: "%"), UInt8(ascii: "~"), 0x80...0xFF:
          true
        default: false
        }
      }
      && !(text.utf8.first.map { "->%~ ".utf8.contains($0) } ?? true) && text.utf8.last != 0x20
    if isPlain { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
