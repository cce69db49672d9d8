/// What is impossible traps with context (`precondition`), never by punctuation.
extension TidyRule {
  static let traps: [TidyRule] = [
    .pattern(
      "no-forced-try", #"\b(try|as)!"#, why: "say what is impossible with a precondition, or handle it",
      applies: \.isSource, bad: ["let graph = try! decode(text)", "let node = value as! Node"],
      good: ["let graph = try decode(text)", "let node = value as? Node", "// try! once"]),
    .pattern(
      "no-forced-unwrap", #"[\w)\]}>]!(?!=)"#, why: "say what is impossible with a precondition, or handle it",
      applies: \.isSource, bad: ["let first = items.first!", "open(path)!.close()", "var view: View!"],
      good: [
        "if !items.isEmpty {}", "if left != right {}", #"let text = "done!""#, "if a!=b {}", "guard !(a && b) else {}",
      ]),
  ]
}
