import GraphDrawing
import Screen
import Testing

@Suite struct ShapeTests {
  /// Method: shapes that are known to be drawn wrongly elsewhere are drawn at every zoom in both glyph sets and read
  /// back by the checker.
  @Test(arguments: shapes) func readsBack(name: String, lines: [String]) {
    for zoom in 0...3 {
      for glyphs in GlyphSet.allCases {
        let drawing = draw(diagram(lines), zoom: zoom, glyphs: glyphs)
        let complaints = DrawingChecker.complaints(about: drawing)
        #expect(complaints.isEmpty, "\(name) at zoom \(zoom):\n\(drawing.text().joined(separator: "\n"))")
      }
    }
  }

  static let shapes: [(name: String, lines: [String])] = [
    ("nothing", []),
    ("one box", ["a"]),
    ("boxes without links", ["a", "b", "日本", "d"]),
    ("chain", ["a rpc b", "b rpc c", "c rpc d"]),
    ("cycle", ["a rpc b", "b rpc c", "c rpc a"]),
    ("two links back", ["a rpc b", "b rpc c", "c topic:x a", "c queue:y a", "b rpc a"]),
    ("parallel", ["a rpc b", "a rpc b", "a one-way b", "a queue:q b", "a topic:t b", "a schedule:s b"]),
    ("loops", ["a rpc a", "a queue:q a", "a schedule:every_1h a", "a topic:t b"]),
    ("two way", ["a rpc b", "b rpc a"]),
    ("diamond", ["a rpc b", "a rpc c", "b rpc d", "c rpc d", "a rpc d"]),
    ("fan out", ["a topic:paid b", "a topic:paid c", "a topic:paid d", "a topic:paid e", "b rpc e", "a queue:q e"]),
    ("fan in", ["b topic:paid a", "c topic:paid a", "d queue:work a", "e rpc a"]),
    ("fan out far", ["a rpc b", "b rpc c", "c rpc d", "a topic:t b", "a topic:t c", "a topic:t d", "a topic:t e"]),
    ("long names", ["a-name-that-is-longer-than-any-box-can-be rpc b", "b topic:a-label-that-is-longer-than-a-gap c"]),
    ("same cut", ["a topic:order.created.version.1 b", "a topic:order.created.version.2 b"]),
    ("wide", ["注文 topic:支払い済み 決済", "決済 rpc 台帳"]),
    ("parts", ["a rpc b", "c queue:q d", "d rpc c", "e", "f", "g rpc h"]),
    ("ring of wishes", ["a rpc x", "b rpc y", "c rpc z", "a rpc y", "b rpc z", "c rpc x"]),
    ("complete", ["a rpc b", "a rpc c", "a rpc d", "b rpc c", "b rpc d", "c rpc d", "d rpc a", "c rpc a", "d rpc b"]),
    ("parked", ["a queue:q b", "b queue (q.dlq)", "b rpc c"]),
  ]
}
