import GraphDrawing
import ProgressGraph
import Screen
import Testing

/// A checker that accepts everything proves nothing: here it has to reject.
@Suite struct CheckerTests {
  private static let sample = [
    "web rpc orders", "web one-way mail", "orders topic:paid mail", "orders topic:paid stock", "stock queue:q ship",
    "ship rpc orders", "stock rpc stock", "web rpc ship",
  ]

  /// Method: every cell of a line or a label is replaced by each of several other glyphs, one at a time.
  @Test(arguments: [GlyphSet.unicode, .ascii], 0...2) func rejectsEveryChangedCell(glyphs: GlyphSet, zoom: Int) {
    let drawing = draw(diagram(Self.sample), zoom: zoom, glyphs: glyphs)
    let painted = DrawingChecker.painted(drawing)
    #expect(DrawingChecker.complaints(about: drawing).isEmpty)
    let others: [Unicode.Scalar] = glyphs == .unicode ? [" ", "┼", "┘", "═", "│"] : [" ", "+", "/", "=", "|"]
    for y in 0..<painted.height {
      for x in 0..<painted.width where painted[x, y] != .blank {
        if drawing.box(at: Point(x: x, y: y)) != nil { continue }
        for other in others where painted[x, y].glyph != other {
          var changed = painted
          changed[x, y].glyph = other
          let complaints = DrawingChecker.complaints(about: drawing, grid: changed)
          #expect(!complaints.isEmpty, "\(painted[x, y].glyph) at \(x),\(y) became \(other) unseen")
        }
      }
    }
  }

  /// Method: every blank cell becomes a piece of a line.
  @Test func rejectsEveryAddedCell() {
    let drawing = draw(diagram(Self.sample), zoom: 2, glyphs: .unicode)
    let painted = DrawingChecker.painted(drawing)
    for y in 0..<painted.height {
      for x in 0..<painted.width where painted[x, y] == .blank && drawing.box(at: Point(x: x, y: y)) == nil {
        var changed = painted
        changed[x, y].glyph = "─"
        #expect(!DrawingChecker.complaints(about: drawing, grid: changed).isEmpty, "a line at \(x),\(y) unseen")
      }
    }
  }

  /// Method: the drawing of one diagram is held against the links of others: each link aimed at another box, given
  /// another kind, waited for or not, and relabelled; one more and one fewer.
  @Test func rejectsOtherLinks() {
    let drawing = draw(diagram(Self.sample), zoom: 2, glyphs: .unicode)
    let links = drawing.diagram.links
    func rejects(_ change: (inout [Diagram.Link]) -> Void, _ what: Comment) {
      var changed = links
      change(&changed)
      #expect(!DrawingChecker.complaints(about: drawing, declaring: changed).isEmpty, what)
    }
    for index in links.indices {
      rejects({ $0[index].to = ($0[index].to + 1) % drawing.boxes.count }, "another target of \(index)")
      rejects({ $0[index].from = ($0[index].from + 1) % drawing.boxes.count }, "another source of \(index)")
      rejects({ $0[index].isOneWay.toggle() }, "link \(index) waited for or not")
      rejects({ $0[index].kind = .schedule }, "another kind of \(index)")
      rejects({ $0[index].label += "x" }, "another label of \(index)")
    }
    rejects({ $0[2].channel = nil }, "a trunk that is none")
    rejects({ $0.removeLast() }, "one link fewer")
    rejects({ $0.append($0[0]) }, "one link more")
  }
}
