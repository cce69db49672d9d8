/// Words that do not belong in the project's text.
extension TidyRule {
  /// Put together here so that the rules do not find themselves.
  private static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]

  static let words: [TidyRule] = [
    TidyRule(
      name: "no-unfinished-work", why: "what is left to do is an issue with a number",
      applies: { _ in true },
      faults: { file in
        try matchingLines(of: #"\b("# + unfinished.joined(separator: "|") + #")\b(?!.*#\d)"#, in: file.lines)
      },
      bad: unfinished.map { "// \($0): later" }, good: ["// \(unfinished[0]) #12: later", "// mastodon"]),
    TidyRule(
      name: "no-paths-beside-the-project", why: "a reader of the project alone has nothing there",
      applies: { _ in true },
      faults: { file in try matchingLines(of: #"(\.\./|^|[\s"'`(]/(\w+/)*)shared/\w"#, in: file.lines) },
      bad: ["see ." + "./shared/notes.md", "`/srv/shared" + "/notes`"],
      good: ["state that is shared/unshared".replacing("/", with: " or "), "unshared/notes"]),
  ]
}
