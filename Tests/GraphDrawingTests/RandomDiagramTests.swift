import GraphDrawing
import Primitives
import Screen
import Testing

@Suite struct RandomDiagramTests {
  /// Method: 5,000 seeded random diagrams of up to 40 boxes, every zoom and glyph set in turn; the checker follows
  /// each line of the painted grid and compares what it finds with what was declared. A failure names its seed.
  @Test(arguments: 0..<10) func drawingsNeverLie(batch: Int) {
    for index in 0..<500 {
      let seed = UInt64(batch * 500 + index)
      var generator = SeededGenerator(seed: seed)
      // Few large ones: they cost a hundred times as much as small ones and find little more.
      let size = index % 100 == 99 ? 40 : [2, 3, 4, 5, 6, 7, 8, 10, 14][index % 9]
      let diagram = randomDiagram(using: &generator, boxes: size)
      let drawing = draw(diagram, zoom: index / 2 % 4, glyphs: index % 2 == 0 ? .unicode : .ascii)
      let complaints = DrawingChecker.complaints(about: drawing)
      #expect(complaints.isEmpty, "seed \(seed)")
      if !complaints.isEmpty { return }
    }
  }

  /// Method: the same diagram is drawn twice from scratch, and all that can be painted is compared.
  @Test func theSameDiagramGivesTheSameCells() {
    for seed in 0..<50 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let diagram = randomDiagram(using: &generator, boxes: 20)
      let (first, second) = (draw(diagram, zoom: 2, glyphs: .unicode), draw(diagram, zoom: 2, glyphs: .unicode))
      #expect(first == second, "seed \(seed)")
      #expect(DrawingChecker.painted(first) == DrawingChecker.painted(second), "seed \(seed)")
    }
  }
}
