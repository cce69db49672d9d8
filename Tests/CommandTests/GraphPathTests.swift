import Foundation
import Testing

@testable import headway

/// Method: folders that cannot be looked into; what they hold must be missing aloud. The reader of folders is replaced,
/// because an administrator, as which tests may run, can read every real one.
@Suite struct GraphPathTests {
  /// Refuses one folder and reads the others.
  private func refusing(_ folder: String) -> GraphPaths.Listing {
    { path throws(InputFile.Failure) in
      if path == folder { throw InputFile.Failure(message: "permission denied") }
      return try GraphPaths.entries(of: path)
    }
  }

  @Test func anUnreadableFolderInsideIsAFailureAtItsPlace() throws {
    let folder = try Folder()
    for path in ["a.yaml", "locked/b.yaml", "open/c.yaml"] { try folder.write(path, Designs.sound) }
    let root = folder.url.path
    let expected: [GraphPaths.Resolved] = [
      .file(path: root + "/a.yaml"), .failure(path: root + "/locked", message: "permission denied"),
      .file(path: root + "/open/c.yaml"),
    ]
    #expect(GraphPaths.resolve([root], listing: refusing(root + "/locked")) == expected)
    // Named again, it is still one failure.
    #expect(GraphPaths.resolve([root, root], listing: refusing(root + "/locked")) == expected)
  }

  @Test func anUnreadableTopFolderIsNotAnEmptyOne() throws {
    let folder = try Folder()
    let root = folder.url.path
    let resolved = GraphPaths.resolve([root], listing: refusing(root))
    #expect(resolved == [.failure(path: root, message: "permission denied")])
  }

  /// Method: folders nested until the path of the next one is longer than the system takes: so deep, nobody at all can
  /// look. The real program must end with 2, although the design beside them is sound.
  @Test func whatLiesTooDeepFailsTheCheck() throws {
    let folder = try Folder()
    try folder.write("g/a.yaml", Designs.sound)
    let name = String(repeating: "d", count: 240)
    var levels = [open(folder.url.path + "/g", O_RDONLY | O_DIRECTORY)]
    while levels.count < 19, let level = levels.last, level >= 0, mkdirat(level, name, 0o700) == 0 {
      levels.append(openat(level, name, O_RDONLY | O_DIRECTORY))
    }
    defer {
      // From inside: no path leads there.
      for level in levels.reversed() {
        unlinkat(level, name, AT_REMOVEDIR)
        close(level)
      }
    }
    #expect(levels.count == 19)
    let run = try Program.run(["check", "g"], in: folder.url)
    #expect(run.status == 2)
    #expect(run.output.contains("file name too long"))
    #expect(run.output.contains("g/a.yaml"))
  }
}
