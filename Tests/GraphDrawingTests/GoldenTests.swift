import Foundation
import GraphDrawing
import Primitives
import Screen
import Testing

@Suite struct GoldenTests {
  private static let systems: [(name: String, lines: [String])] = [
    (
      "checkout",
      [
        "web rpc gateway", "mobile rpc gateway", "gateway rpc orders", "gateway rpc fraud-agent",
        "orders topic:paid payments", "orders topic:paid ledger", "orders queue:pick stock", "payments rpc ledger",
        "fraud-agent rpc ledger", "stock one-way notify", "orders queue (pick.dlq)", "ledger schedule:every_1h ledger",
        "payments rpc orders",
      ]
    ),
    (
      "swarm",
      [
        "planner topic:tasks searcher", "planner topic:tasks writer", "planner topic:tasks critic",
        "searcher topic:findings writer", "writer topic:drafts critic", "critic topic:tasks searcher",
        "critic queue:approved mailer", "mailer one-way psp", "writer rpc model", "searcher rpc model",
        "planner rpc model",
      ]
    ),
  ]

  /// Method: two systems are drawn at every zoom in both glyph sets and compared with the files in `Goldens`, byte
  /// for byte, which also shows that no process differs from another. `HEADWAY_ACCEPT=1` rewrites the files.
  @Test(arguments: systems.indices, GlyphSet.allCases)
  func drawingsAreAsRecorded(system: Int, glyphs: GlyphSet) throws {
    let (name, lines) = Self.systems[system]
    let arrangement = Arrangement(diagram(lines))
    var text = ""
    for zoom in 0...3 {
      let drawing = Drawing(arrangement, zoom: zoom, glyphs: glyphs)
      text += "zoom \(zoom), \(drawing.width)x\(drawing.height)\n" + drawing.text().joined(separator: "\n") + "\n\n"
    }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Goldens/\(name)-\(glyphs.rawValue).txt")
    if ProcessInfo.processInfo.environment["HEADWAY_ACCEPT"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text)
  }
}
