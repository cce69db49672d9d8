import Screen
import Testing

@Suite struct GridTextTests {
  /// Method: a narrow and a wide text are written; cells, continuation and styles are read back one by one.
  @Test func wideCharactersLeaveAContinuation() {
    var grid = Grid(width: 6, height: 1)
    #expect(grid.write("a日b", at: Point(x: 1, y: 0), style: Style(.accent)) == 4)
    #expect(grid[1, 0] == Cell("a", Style(.accent)))
    #expect(grid[2, 0] == Cell("日", Style(.accent)))
    #expect(grid[3, 0] == .continuation)
    #expect(grid[4, 0] == Cell("b", Style(.accent)))
    #expect(grid.lines() == [" a日b"])
  }

  /// Method: each half of a wide character is written over, and a wide one over two halves; no half may be left.
  @Test func noHalfOfAWideCharacterIsLeft() {
    var grid = Grid(width: 6, height: 1)
    grid.write("日本語", at: Point(x: 0, y: 0))
    grid.write("x", at: Point(x: 1, y: 0))
    #expect(grid.lines() == [" x本語"])
    grid.write("y", at: Point(x: 4, y: 0))
    #expect(grid.lines() == [" x本y"])
    grid.write("語", at: Point(x: 1, y: 0))
    #expect(grid.lines() == [" 語 y"])
    grid.fill(Rect(x: 2, y: 0, width: 1, height: 1), with: Cell("."))
    #expect(grid.lines() == ["  . y"])
    grid.write("本", at: Point(x: 0, y: 0))
    grid.write("語", at: Point(x: 0, y: 0))
    #expect(grid.lines() == ["語. y"])
  }

  /// Method: texts that start left of the grid, end right of it, or lie on another row.
  @Test func textOutsideIsIgnored() {
    var grid = Grid(width: 4, height: 2)
    #expect(grid.write("abcdef", at: Point(x: -2, y: 0)) == 6)
    #expect(grid.lines() == ["cdef", ""])
    grid.write("日日日", at: Point(x: -1, y: 1))
    #expect(grid.lines() == ["cdef", " 日"])
    #expect(grid[3, 1] == .blank)
    grid.write("zz", at: Point(x: 0, y: 2))
    grid.fill(Rect(x: -5, y: -5, width: 3, height: 3), with: Cell("#"))
    grid.fill(Rect(x: 3, y: 1, width: 9, height: 9), with: Cell("#"))
    #expect(grid.lines() == ["cdef", " 日#"])
  }

  /// Method: a text longer than its limit is cut with an ellipsis, and in ASCII with an ASCII one.
  @Test func limitCutsTheText() {
    var grid = Grid(width: 10, height: 2)
    #expect(grid.write("payments", at: Point(x: 0, y: 0), limit: 5) == 5)
    #expect(grid.write("pay\nments", at: Point(x: 0, y: 1), limit: 6, glyphs: .ascii) == 6)
    #expect(grid.lines() == ["paym…", "pay?m~"])
  }
}
