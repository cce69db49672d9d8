import Foundation
import LabTesting
import LabUI
import ProgressGraph
import Screen
import Testing

@Suite struct ViewGoldenTests {
  private static let sizes = [(160, 48), (100, 30), (80, 24), (60, 16), (40, 10), (20, 5)]

  /// Method: one made-up moment at each rung of the size ladder in both glyph sets, as characters and as styles,
  /// compared with the files in `Goldens`. `HEADWAY_ACCEPT=1` rewrites them.
  @Test(arguments: sizes.indices, GlyphSet.allCases)
  func screensAreAsRecorded(size: Int, glyphs: GlyphSet) throws {
    let (width, height) = Self.sizes[size]
    let state = try Checkout.state(width: width, height: height, glyphs: glyphs)
    try compare(state.drawn(), with: "\(width)x\(height)-\(glyphs.rawValue)")
  }

  /// Method: what lies over the panes, at the size where all of it must be reachable.
  @Test(arguments: ["f", "?", "B", ":zoom", "/pay", "e", "a", "z", "t12", "8", "8zjjj"])
  func layersAreAsRecorded(keys: String) throws {
    var state = try Checkout.state(step: 31)
    _ = Checkout.press(keys, on: &state)
    let name = keys == "?" ? "help" : keys.filter { $0.isLetter || $0.isNumber }
    let layer = keys.first == "/" ? "find-" : keys.first == ":" ? "palette-" : ""
    try compare(state.drawn(), with: "80x24-after-\(layer)\(name)")
  }

  private func compare(_ grid: Grid, with name: String) throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Goldens/\(name).txt"
    let text = (grid.lines() + ["", "styles"] + styles(of: grid)).joined(separator: "\n") + "\n"
    if TextFile.acceptsChanges {
      #expect(TextFile.write(text, to: path))
      return
    }
    let recorded = try #require(TextFile.read(path), "no golden file \(name); record it with HEADWAY_ACCEPT=1")
    #expect(text == recorded, "\(name) differs; look at it:\n\(text)")
  }

  /// A letter for each cell's role: upper case is bold, `#` reverse, `,` dim. Trailing plain cells are left out.
  private func styles(of grid: Grid) -> [String] {
    (0..<grid.height).map { y in
      var line = ""
      for x in 0..<grid.width { line += letter(grid[x, y].style) }
      while line.last == "." { line.removeLast() }
      return line
    }
  }

  private func letter(_ style: Style) -> String {
    if style.isReversed { return "#" }
    if style.isDim { return "," }
    let letter =
      switch style.role {
      case .plain: style.isBold ? "P" : "."
      case .muted: "m"
      case .accent: "a"
      case .good: "g"
      case .bad: "b"
      case .warning: "w"
      case .rpc: "r"
      case .queue: "q"
      case .topic: "t"
      case .selection: "s"
      case .title: "l"
      }
    return style.isBold ? letter.uppercased() : letter
  }
}
