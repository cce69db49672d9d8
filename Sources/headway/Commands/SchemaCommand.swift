import ArgumentParser
import LabEngine

/// The JSON Schema of graph files, for editors.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of graph files, for editors.",
    discussion: """
      EXAMPLES:
        headway schema --output headway.schema.json
        # then, as the first line of a graph file:
        # yaml-language-server: $schema=headway.schema.json
      """)

  @Option(help: ArgumentHelp("Write the schema to this file, whole or not at all.", valueName: "file"))
  var output: String?

  func run() throws {
    try Delivery(to: output, colour: .never).deliver(Array(Lab.jsonSchema().utf8))
  }
}
