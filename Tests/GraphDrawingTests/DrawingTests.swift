import GraphDrawing
import Primitives
import ProgressGraph
import Screen
import Testing

@Suite struct DrawingTests {
  private let chain = diagram("web rpc orders", "orders queue:q stock", "orders topic:paid mail", "mail rpc web")

  /// Method: a drawing is painted through every small viewport and compared with the same cells of the whole.
  @Test(arguments: 0...3) func aViewportShowsTheSameCells(zoom: Int) {
    let drawing = draw(diagram("注文 topic:支払い済み 決済", "決済 rpc 注文", "注文 queue:q 台帳"), zoom: zoom, glyphs: .unicode)
    let whole = DrawingChecker.painted(drawing)
    for y in stride(from: -3, to: drawing.height, by: 2) {
      for x in stride(from: -4, to: drawing.width, by: 3) {
        var grid = Grid(width: 20, height: 9)
        grid.fill(grid.bounds, with: Cell("%"))
        let viewport = Rect(x: 2, y: 1, width: 16, height: 7)
        drawing.paint(into: &grid, viewport: viewport, scroll: Point(x: x, y: y))
        for row in 0..<9 {
          for column in 0..<20 {
            let (dx, dy) = (column - 2 + x, row - 1 + y)
            var expected = viewport.contains(Point(x: column, y: row)) ? whole[dx, dy] : Cell("%")
            // Half of a wide character at the edge is blank.
            if column == 2, expected == .continuation { expected = Cell(" ", whole[dx - 1, dy].style) }
            if column == 17, whole[dx + 1, dy] == .continuation, expected != Cell("%") { expected.glyph = " " }
            #expect(grid[column, row] == expected, "\(column),\(row) at \(x),\(y)")
          }
        }
      }
    }
  }

  /// Method: states are painted into boxes; they are cut to the box and move no line.
  @Test func statesMoveNothing() {
    let drawing = draw(chain, zoom: 2, glyphs: .unicode)
    var grid = Grid(width: drawing.width, height: drawing.height)
    let faces = chain.boxes.map { _ in Face(lines: ["✗ crashed long ago", "not shown"], isSelected: true) }
    drawing.paint(into: &grid, viewport: grid.bounds, faces: faces)
    #expect(DrawingChecker.complaints(about: drawing, grid: grid).isEmpty)
    for rect in drawing.boxes {
      let line = (rect.x + 2..<rect.maxX - 2).map { String(grid[$0, rect.y + 2].glyph) }.joined()
      #expect(line == TextWidth.cut("✗ crashed long ago", to: rect.width - 4))
      #expect(grid[rect.x + 2, rect.y + 1].style.isReversed)
    }
  }

  /// Method: random diagrams in ASCII; no cell may hold a character above 0x7F.
  @Test func asciiIsAscii() {
    for seed in 0..<60 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let random = randomDiagram(using: &generator, boxes: 12)
      for line in draw(random, zoom: Int(seed % 4), glyphs: .ascii).text() {
        #expect(line.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 }, "seed \(seed): \(line)")
      }
    }
  }

  /// Method: sizes of all zooms decide what must fit; one cell less must give the zoom below.
  @Test func fitTakesTheHighestZoomThatFits() {
    let arrangement = Arrangement(chain)
    for zoom in 1...3 {
      let size = Drawing(arrangement, zoom: zoom, glyphs: .unicode)
      #expect(fit(arrangement, width: size.width, height: size.height, glyphs: .unicode).zoom == zoom)
      let narrow = fit(arrangement, width: size.width - 1, height: size.height, glyphs: .unicode)
      #expect(narrow.zoom == max(1, zoom - 1))
    }
    #expect(fit(arrangement, width: 1, height: 1, glyphs: .unicode).zoom == 1)
    #expect(fit(arrangement, width: 1, height: 1, glyphs: .unicode, lowest: 0).zoom == 0)
  }

  /// Method: boxes are the same at every zoom, and so are the ends of all links; only the content differs.
  @Test func zoomDoesNotChangeTheTopology() {
    let arrangement = Arrangement(chain)
    for zoom in 0...3 {
      let drawing = Drawing(arrangement, zoom: zoom, glyphs: .unicode)
      #expect(drawing.boxes.count == chain.boxes.count)
      #expect(drawing.routes.count == chain.links.count)
      #expect(DrawingChecker.complaints(about: drawing).isEmpty)
    }
  }

  /// Method: a grid of boxes in known places; each arrow key's target is written down by hand.
  @Test func movesToTheNearestBox() {
    let drawing = draw(diagram("a rpc b", "a rpc c", "b rpc d", "c rpc e"), zoom: 2, glyphs: .unicode)
    let (a, b, c, d, e) = (0, 1, 2, 3, 4)
    #expect(drawing.box(.right, of: b) == d)
    #expect(drawing.box(.left, of: e) == c)
    #expect(drawing.box(.down, of: b) == c)
    #expect(drawing.box(.up, of: e) == d)
    #expect(drawing.box(.left, of: d) == b)
    #expect(drawing.box(.left, of: a) == nil)
    #expect(drawing.box(at: Point(x: drawing.boxes[d].x, y: drawing.boxes[d].y)) == d)
    #expect(drawing.link(at: drawing.routes[2].points[0]) == 2)
  }

  /// Method: a box is added to a drawn diagram; with the older arrangement at hand the others keep their order.
  @Test func anAddedBoxLeavesTheOrder() {
    let lines = ["a rpc p", "a rpc q", "a rpc r", "a rpc s"]
    let old = Arrangement(diagram(["a", "s", "r", "q", "p"] + lines))
    let new = diagram(["a", "p", "q", "r", "s"] + lines + ["a rpc t"])
    let order = { (drawing: Drawing, diagram: Diagram) in
      ["p", "q", "r", "s"].sorted { left, right in
        let y = { (name: String) in drawing.boxes[diagram.boxes.firstIndex { $0.title == name }!].y }
        return y(left) < y(right)
      }
    }
    #expect(order(Drawing(Arrangement(new), zoom: 2, glyphs: .unicode), new) == ["p", "q", "r", "s"])
    #expect(order(Drawing(Arrangement(new, after: old), zoom: 2, glyphs: .unicode), new) == ["s", "r", "q", "p"])
  }

  /// Method: 500 boxes and 1,000 links are drawn as dots and read back.
  @Test func fiveHundredBoxes() {
    var generator = SeededGenerator(seed: 500)
    let boxes = (0..<500).map { Diagram.Box(id: .node(NodeID($0)), title: "n\($0)", kind: .node(.service)) }
    let links = (0..<1_000).map { _ in
      let from = Int(generator.next(below: 500))
      let to = min(499, max(0, from + Int(generator.next(below: 24)) - 4))
      return Diagram.Link(from: from, to: to, kind: .rpc)
    }
    let drawing = draw(Diagram(boxes: boxes, links: links), zoom: 0, glyphs: .unicode)
    #expect(DrawingChecker.complaints(about: drawing).isEmpty)
  }
}
