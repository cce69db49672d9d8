import Testing

/// Each rule is first tried on snippets that break it and on snippets that do not; then it judges the tree.
@Suite struct TidyTests {
  @Test(arguments: TidyRule.all)
  func `a rule fires on what breaks it, and on nothing else`(_ rule: TidyRule) throws {
    for snippet in rule.bad {
      let file = ProjectFile(path: rule.snippetPath, text: snippet)
      #expect(rule.applies(file))
      #expect(try !rule.faults(file).isEmpty, "\(rule.name) does not see:\n\(snippet)")
    }
    for snippet in rule.good {
      let file = ProjectFile(path: rule.snippetPath, text: snippet)
      #expect(try rule.faults(file).isEmpty, "\(rule.name) wrongly sees:\n\(snippet)")
    }
  }

  @Test(arguments: TidyRule.all)
  func `the project obeys the rule`(_ rule: TidyRule) throws {
    let exceptions = TidyException.all.filter { $0.rule == rule.name }
    var judged = 0
    for file in try ProjectFiles.all() where rule.applies(file) {
      judged += 1
      let faults = try rule.faults(file)
      let allowed = exceptions.first { $0.path == file.path }?.count ?? 0
      #expect(
        faults.count == allowed,
        """
        \(rule.name): \(rule.why); \(allowed) excepted.
        \(faults.map { "\(file.path):\($0): \(file.lines[$0 - 1])" }.joined(separator: "\n"))
        """)
    }
    #expect(judged > 0, "the rule judged no file")
  }

  @Test func `every exception names a rule, a file and a reason`() {
    for exception in TidyException.all {
      #expect(TidyRule.all.contains { $0.name == exception.rule }, "\(exception.rule) is no rule")
      #expect(ProjectFiles.exists(exception.path), "\(exception.path) is gone")
      #expect(exception.count > 0 && exception.because.count > 20)
    }
  }

  @Test func `comments and strings are blanked, code in interpolations is not`() {
    // Known inputs and their blanked forms, of the same length.
    #expect(SwiftBlanker.blank("a // b\nc") == "a     \nc")
    #expect(SwiftBlanker.blank("a /* b /* c */ d */ e") == "a                   e")
    #expect(SwiftBlanker.blank(#"f("x\"y") + g"#) == #"f("    ") + g"#)
    #expect(SwiftBlanker.blank(#"f("x \(a!.b(c)) y") + g"#) == #"f("   (a!.b(c))  ") + g"#)
    #expect(SwiftBlanker.blank(##"f(#"x"y"#) + g"##) == ##"f(#"   "#) + g"##)
    #expect(SwiftBlanker.blank("f(\"\"\"\n  a\"b\n  \"\"\") + g") == "f(\"\"\"\n     \n  \"\"\") + g")
  }
}
