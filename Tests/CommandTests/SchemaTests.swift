import Foundation
import Testing

/// Method: the schema is read as JSON and asked for what every editor needs; that files validate against it is tested
/// beside the files.
@Suite struct SchemaTests {
  @Test func theSchemaIsDraft7AndTheSameEveryTime() throws {
    let run = try Program.run(["schema"])
    #expect(run.status == 0)
    #expect(run.messages.isEmpty)
    let schema = try JSONReport(run.output).root
    #expect(schema["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
    #expect((schema["properties"] as? [String: Any])?["nodes"] != nil)
    #expect(try Program.run(["schema"]).output == run.output)
  }

  @Test func theSchemaCanBeWrittenToAFile() throws {
    let folder = try Folder()
    let run = try Program.run(["schema", "--output", "s.json"], in: folder.url)
    #expect(run.status == 0)
    #expect(try folder.text("s.json") == Program.run(["schema"]).output)
  }
}
