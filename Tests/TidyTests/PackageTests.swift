import Testing

/// What the manifest compiles every target with.
@Suite struct PackageTests {
  @Test func `release builds optimise across modules`() throws {
    // Without the flag the kernel's generics are not specialised and run tens of times slower.
    let manifest = try PackageManifest(ProjectFiles.file(at: "Package.swift").text)
    let settings = manifest.settings.filter { $0 != " " && $0 != "\n" }
    #expect(settings.contains(#".unsafeFlags(["-cross-module-optimization"],.when(configuration:.release))"#))
    #expect(settings.contains(".treatAllWarnings(as:.error)"))
  }

  @Test func `every target takes the settings of the house`() throws {
    let manifest = try PackageManifest(ProjectFiles.file(at: "Package.swift").text)
    #expect(targetsWithoutSettings(manifest).isEmpty)
    #expect(manifest.targets.count >= 20)
  }

  @Test func `a target without the settings is found`() throws {
    // One target of each form; only `bare` goes without.
    let manifest = try PackageManifest(
      """
      let package = Package(
        targets: [
          house("A"), tests("ATests", ["A"]), .systemLibrary(name: "S"),
          .target(name: "bare", dependencies: ["A"]), .target(name: "dressed", swiftSettings: house),
        ])
      """)
    #expect(targetsWithoutSettings(manifest) == ["bare"])
  }

  @Test func `the makers of targets pass the settings on`() throws {
    let text = try ProjectFiles.file(at: "Package.swift").text
    for maker in ["func house(", "func tests("] {
      let start = try #require(text.firstRange(of: maker), "no \(maker)")
      let body = text[start.lowerBound...].prefix { $0 != "}" }
      #expect(body.contains("swiftSettings: house"), "\(maker)")
    }
  }

  private func targetsWithoutSettings(_ manifest: PackageManifest) -> [String] {
    manifest.targets.filter { target in
      !["house", "tests", ".systemLibrary"].contains(target.maker) && !target.call.contains("swiftSettings: house")
    }.map(\.name)
  }
}
