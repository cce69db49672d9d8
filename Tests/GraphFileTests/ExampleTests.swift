import Foundation
import GraphFile
import Primitives
import ProgressGraph
import Testing

/// The examples of the format's own description, read and compared with what they say.
@Suite struct ExampleTests {
  @Test(arguments: FixtureFolder.files(in: "valid", ".yaml"))
  func `a valid file has no errors`(file: URL) throws {
    let decoded = GraphReader.decode(try FixtureFolder.text(file), file: file.lastPathComponent)
    #expect(decoded.graph != nil, "\(messages(decoded))")
    #expect(!decoded.diagnostics.contains { $0.severity == .error }, "\(messages(decoded))")
  }
}
