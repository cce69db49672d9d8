import LabEngine
import Screen

/// Expectations and anomalies at the present moment.
struct PropertiesPane {
  private let properties: [PropertyStatus]
  private let cursor: Int?
  private let glyphs: GlyphSet

  init(_ state: AppState) {
    properties = state.moment.properties
    cursor = state.focus == .properties ? state.propertyCursor : nil
    glyphs = state.glyphs
  }

  func lines() -> [StyledLine] {
    properties.map { property in
      var line = StyledLine(" \(property.verdict.glyph(glyphs)) ", property.verdict.style)
      let style = property.verdict == .violated ? Style(.bad, bold: true) : Style(.plain)
      line.append(property.name, style)
      let seen = property.verdict == .violated ? "broken" : "seen"
      let said = property.step.map { "\(seen) at s\($0)" } ?? (property.verdict == .open ? "not yet decided" : "")
      line.append("  " + [property.detail, said].filter { !$0.isEmpty }.joined(separator: ", "), Style(.muted))
      return line
    }
  }

  func draw(into grid: inout Grid, in area: Rect) {
    guard !properties.isEmpty else {
      grid.write("the file expects nothing, and nothing went wrong", at: Point(x: area.x + 1, y: area.y),
        style: Style(.muted), limit: area.width - 1, glyphs: glyphs)
      return
    }
    ScrolledList(lines(), cursor: cursor).draw(into: &grid, in: area, glyphs: glyphs)
  }
}
