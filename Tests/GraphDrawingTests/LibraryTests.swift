import Foundation
import GraphDrawing
import GraphFile
import ProgressGraph
import Screen
import Testing

@Suite struct LibraryTests {
  /// Method: every graph of the library is decoded and drawn at every zoom; the checker reads the drawings back.
  @Test func theLibraryReadsBack() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Graphs").standardized
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".yaml") }
    try #require(!names.isEmpty)
    for name in names.sorted() {
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      let graph = try #require(GraphReader.decode(text, file: name).graph)
      let diagram = Diagram(graph)
      for node in graph.nodes { #expect(diagram.boxes.contains { $0.title == node.name }, "\(name): \(node.name)") }
      let arrangement = Arrangement(diagram)
      for zoom in 0...3 {
        let drawing = Drawing(arrangement, zoom: zoom, glyphs: zoom % 2 == 0 ? .unicode : .ascii)
        let complaints = DrawingChecker.complaints(about: drawing)
        #expect(complaints.isEmpty, "\(name) at zoom \(zoom)")
      }
    }
  }
}
