import Testing

/// Every arrow between targets is compared in four places: the table, the manifest, the import lines and the map.
@Suite struct ImportTests {
  @Test func `every arrow of the table goes down`() throws {
    for row in ImportTable.rows {
      for target in row.imports {
        let below = try #require(ImportTable.row(of: target), "\(row.target) imports \(target), which has no row")
        #expect(below.layer < row.layer, "\(row.target) -> \(target) does not go down")
      }
    }
  }

  @Test func `the manifest agrees with the table`() throws {
    let manifest = try PackageManifest(ProjectFiles.file(at: "Package.swift").text)
    let shipped = manifest.targets.filter { !$0.name.hasSuffix("Tests") && $0.name != "LabTesting" }
    #expect(shipped.map(\.name).sorted() == ImportTable.rows.map(\.target).sorted())
    for target in shipped {
      let row = try #require(ImportTable.row(of: target.name))
      #expect(target.dependencies.sorted() == (row.imports + row.outside).sorted(), "\(target.name)")
    }
  }

  @Test func `a manifest is read as it stands`() throws {
    // A manifest with one target of each form, and what it says.
    let manifest = try PackageManifest(
      """
      let house: [SwiftSetting] = [.unsafeFlags(["-a"], .when(configuration: .release))]
      let yams = Target.Dependency.product(name: "Yams", package: "Yams")
      let package = Package(
        name: "p",
        targets: [
          // house("Gone"),
          house("A"),
          house(
            "B",
            [
              "A", yams,
            ]),
          .executableTarget(name: "c", dependencies: ["B"], swiftSettings: house),
          .systemLibrary(name: "D"),
          tests("ATests", ["A"], resources: [.copy("x")]),
        ])
      """)
    #expect(manifest.targets.map(\.name) == ["A", "B", "c", "D", "ATests"])
    #expect(manifest.targets.map(\.dependencies) == [[], ["A", "Yams"], ["B"], [], ["A"]])
    #expect(manifest.settings.contains("-a"))
  }

  @Test func `every import line of a target is an arrow of the table`() throws {
    var judged = 0
    for file in try ProjectFiles.all() where file.isSource {
      let target = try #require(file.target)
      let row = try #require(ImportTable.row(of: target), "\(file.path) belongs to no row")
      judged += 1
      for module in try importedModules(of: file) {
        let isAllowed = (row.imports + row.outside + (ImportTable.platform[target] ?? [])).contains(module)
        #expect(isAllowed, "\(file.path) imports \(module)")
      }
    }
    #expect(judged >= ImportTable.rows.count - 1)
  }

  @Test func `tests import what the manifest declares for them`() throws {
    let manifest = try PackageManifest(ProjectFiles.file(at: "Package.swift").text)
    let ours = ImportTable.rows.map(\.target) + ["LabTesting"]
    for file in try ProjectFiles.all() where file.isSwift && file.path.hasPrefix("Tests/") {
      let target = try #require(manifest.targets.first { $0.name == file.target }, "\(file.path)")
      for module in try importedModules(of: file) where ours.contains(module) {
        #expect(target.dependencies.contains(module), "\(file.path) imports \(module)")
      }
    }
  }

  @Test(arguments: [
    ("import A", "A"), ("public import A", "A"), ("@testable import A", "A"), ("  internal import struct A.B", "A"),
    ("@preconcurrency public import A.B", "A"), ("// import A", nil), ("important A", nil), ("\"import A\"", nil),
  ])
  func `an import line is recognised in every form`(_ line: String, _ module: String?) throws {
    let modules = try importedModules(of: ProjectFile(path: "Sources/X/X.swift", text: line))
    #expect(modules == [module].compactMap(\.self))
  }

  @Test(.enabled(if: ProjectFiles.exists("docs/architecture.md")))
  func `the map of the house shows the table`() throws {
    let map = try ProjectFiles.file(at: "docs/architecture.md")
    let rows = tableRows(of: map)
    #expect(rows.map(\.target).sorted() == ImportTable.rows.map(\.target).sorted())
    for row in rows {
      let expected = try #require(ImportTable.row(of: row.target))
      #expect(row.layer == expected.layer, "\(row.target)")
      #expect(row.imports.sorted() == (expected.imports + expected.outside).sorted(), "\(row.target)")
    }
  }

  @Test func `a table of the map is read as it stands`() {
    // Two rows in the form of the map; a head, a rule and other tables are not rows.
    let map = ProjectFile(
      path: "docs/architecture.md",
      text: """
        | layer | target | what | imports |
        |---|---|---|---|
        | 0 | `A` | first | – |
        | 2 | `B` | second; see `A` | `A`, `Yams` |
        | P1 | `C` | another table | `A` |
        """)
    let rows = tableRows(of: map)
    #expect(rows.map(\.layer) == [0, 2])
    #expect(rows.map(\.target) == ["A", "B"])
    #expect(rows.map(\.imports) == [[], ["A", "Yams"]])
  }

  private func importedModules(of file: ProjectFile) throws -> [String] {
    let form = try Regex<(Substring, Substring)>(
      #"^\s*(?:@\w+\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"#
        + #"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)"#)
    return file.code.compactMap { $0.prefixMatch(of: form).map { String($0.1) } }
  }

  /// Rows `| layer | `Target` | … | `A`, `B` |`, the layer a number.
  private func tableRows(of file: ProjectFile) -> [ImportRow] {
    file.lines.compactMap { line in
      let cells = line.split(separator: "|").map { $0.filter { $0 != " " } }
      guard cells.count == 4, let layer = Int(cells[0]) else { return nil }
      let names = { (cell: String) in
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      }
      return names(cells[1]).first.map { ImportRow(layer: layer, target: $0, imports: names(cells[3])) }
    }
  }
}
