import LabEngine
import ProgressGraph
import Screen

/// The story of the branch; what is still to come is dim. The present step is kept in the middle.
struct EventsPane {
  private let events: [StoryEvent]
  private let step: Int
  private let matches: Set<Int>
  private let glyphs: GlyphSet

  init(_ state: AppState) {
    events = state.history.events
    step = state.moment.step
    matches = Set(state.matches)
    glyphs = state.glyphs
  }

  /// The last event that has happened, as a position; nil before the first.
  private var present: Int? {
    let next = events.firstIndex { $0.step > step } ?? events.count
    return next > 0 ? next - 1 : nil
  }

  func line(_ position: Int) -> StyledLine {
    let event = events[position]
    let isPast = event.step <= step
    let faded = Style(.muted, dim: true)
    let number = String(event.step)
    let stepWidth = String(events.last?.step ?? 0).count
    let column = String(repeating: " ", count: max(0, stepWidth - number.count)) + number
    var line = StyledLine(matches.contains(position) ? "/" : " ", Style(.accent, bold: true))
    line.append(event.kind.glyph(glyphs) + " ", isPast ? event.kind.style : faded)
    line.append("\(column)  \(clockText(event.time))  ", isPast ? Style(.muted) : faded)
    line.append(padded(event.actor, to: 10) + "  ", isPast ? Style(.title) : faded)
    line.append(event.text, isPast ? event.kind.style : faded)
    return line
  }

  private func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - TextWidth.of(text, glyphs: glyphs)))
  }

  func draw(into grid: inout Grid, in area: Rect) {
    guard !events.isEmpty else {
      grid.write("nothing has happened", at: Point(x: area.x + 1, y: area.y), style: Style(.muted),
        limit: area.width - 1, glyphs: glyphs)
      return
    }
    // Only the visible lines are composed: a long run has tens of thousands.
    let first = ScrolledList.offset(count: events.count, cursor: present ?? 0, height: area.height)
    let visible = first..<min(events.count, first + area.height)
    let list = ScrolledList(visible.map(line), cursor: present.flatMap { visible.contains($0) ? $0 - first : nil })
    list.draw(into: &grid, in: area, glyphs: glyphs)
    if first > 0 { grid[area.maxX - 1, area.y] = Cell(glyphs.upArrow, Style(.accent, bold: true)) }
    if visible.upperBound < events.count {
      grid[area.maxX - 1, area.maxY - 1] = Cell(glyphs.downArrow, Style(.accent, bold: true))
    }
  }
}
