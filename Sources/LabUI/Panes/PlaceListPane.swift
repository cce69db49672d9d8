import LabEngine
import ProgressGraph
import Screen

/// The graph as a list, for small screens and for those who cannot see a drawing: each place with its state, and below
/// it where its messages go.
struct PlaceListPane {
  private let state: AppState
  /// False leaves out the links: on a small screen the places alone must fit.
  private let showsLinks: Bool
  private let glyphs: GlyphSet

  init(_ state: AppState, showsLinks: Bool) {
    self.state = state
    self.showsLinks = showsLinks
    glyphs = state.glyphs
  }

  /// The lines, and for each the place it belongs to.
  func rows() -> [(place: Edge.End, line: StyledLine)] {
    let names = state.places.map { TextWidth.of(state.name(of: $0), glyphs: glyphs) }
    let column = min(20, names.max() ?? 0)
    let edges = state.graph.edges()
    var rows: [(Edge.End, StyledLine)] = []
    for place in state.places {
      let status = state.moment[place]
      let name = TextWidth.cut(state.name(of: place), to: column, glyphs: glyphs)
      var line = StyledLine("\(status.health.glyph(glyphs)) ", status.health.style)
      line.append(name, Style(.title, bold: true))
      line.append(String(repeating: " ", count: column - TextWidth.of(name, glyphs: glyphs) + 2))
      line.append(status.health.word, status.health.style)
      line.append("  " + status.note, Style(.muted))
      rows.append((place, line))
      guard showsLinks else { continue }
      for edge in edges where edge.from == place { rows.append((place, link(edge))) }
    }
    return rows
  }

  private func link(_ edge: Edge) -> StyledLine {
    let way = edge.kind.rawValue + (edge.isOneWay ? " one-way" : "")
    var line = StyledLine("    -\(way)-> ", Style(Style.Role(edge.kind)))
    line.append(state.name(of: edge.to))
    let flying = state.moment.inFlight.filter { ($0.from, $0.to) == (edge.from, edge.to) && !$0.isReply }.count
    let answers = state.moment.inFlight.filter { ($0.to, $0.from) == (edge.from, edge.to) && $0.isReply }.count
    if flying > 0 { line.append("  (\(flying) in flight)", Style(.accent, bold: true)) }
    if answers > 0 { line.append("  (\(answers) coming back)", Style(.good)) }
    return line
  }

  func draw(into grid: inout Grid, in area: Rect) {
    let rows = rows()
    ScrolledList(rows.map(\.line), cursor: rows.firstIndex { $0.place == state.selection })
      .draw(into: &grid, in: area, glyphs: glyphs)
  }
}
