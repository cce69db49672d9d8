import Testing

/// The form of `docs/decisions`: numbers without gaps, three parts each, all in the list.
@Suite struct DecisionTests {
  @Test func `every decision has its form and its line in the list`() throws {
    let files = try ProjectFiles.all().filter { $0.path.hasPrefix("docs/decisions/") }
    let list = try #require(files.first { $0.path.hasSuffix("/README.md") })
    let pages = files.filter { $0.path != list.path }
    #expect(!pages.isEmpty)
    #expect(formFaults(of: pages, list: list).isEmpty)
  }

  @Test func `a page without its form is found`() {
    // One good page, then one fault of each kind.
    let list = ProjectFile(
      path: "docs/decisions/README.md", text: "| [0001](0001-a.md) | a |\n| [0003](0003-b.md) | b |")
    let good = "# A\n\n## Context\nx\n\n## Decision\nx\n\n## Consequence\nx\n"
    let pages = [
      ProjectFile(path: "docs/decisions/0001-a.md", text: good),
      ProjectFile(path: "docs/decisions/0003-b.md", text: good.replacing("## Decision", with: "## Choice")),
      ProjectFile(path: "docs/decisions/0003-c.md", text: good),
    ]
    #expect(formFaults(of: [pages[0]], list: list).isEmpty)
    #expect(formFaults(of: pages, list: list) == [
      "0003-b.md: number 0003 instead of 2", "0003-b.md: parts Context, Choice, Consequence",
      "0003-c.md: not in the list",
    ])
  }

  private func formFaults(of pages: [ProjectFile], list: ProjectFile) -> [String] {
    var faults: [String] = []
    for (position, page) in pages.enumerated() {
      let name = String(page.path.split(separator: "/").last ?? "")
      let number = name.prefix(4)
      if Int(number) != position + 1 { faults.append("\(name): number \(number) instead of \(position + 1)") }
      let parts = page.lines.filter { $0.hasPrefix("## ") }.map { $0.dropFirst(3) }
      if parts != ["Context", "Decision", "Consequence"] {
        faults.append("\(name): parts \(parts.joined(separator: ", "))")
      }
      if !list.text.contains("[\(number)](\(name))") { faults.append("\(name): not in the list") }
    }
    return faults
  }
}
