import GraphDrawing
import LabEngine
import ProgressGraph
public import Screen

/// Draws the state into a grid of its size. A pure function: the same state gives the same cells.
public func view(_ state: AppState, into grid: inout Grid) {
  grid.fill(grid.bounds, with: .blank)
  guard state.size > .tiny else {
    viewTiny(state, into: &grid)
    return
  }
  let layout = LabLayout(state)
  TitleLine(state).draw(into: &grid, in: layout.title)
  for (pane, area) in layout.panes { draw(pane, of: state, in: area, layout, into: &grid) }
  let hints = state.layerHints ?? state.hints.map(\.hint)
  KeyBar(hints).draw(into: &grid, in: layout.keyBar, glyphs: state.glyphs)
  drawNotice(of: state, in: layout.notice, into: &grid)
  for layer in state.layers {
    if case .menu(let menu) = layer { draw(menu, of: state, into: &grid) }
  }
}

/// Below 40x10: the step, the last event, the keys, as far as there are rows.
private func viewTiny(_ state: AppState, into grid: inout Grid) {
  if case .menu(let menu) = state.layers.last { return draw(menu, of: state, into: &grid) }
  let rows = grid.bounds.height
  let broken = state.moment.properties.filter { $0.verdict == .violated }.count
  let first = StyledLine("\(state.moment.step)/\(state.history.tip)", Style(.title, bold: true))
  var head = first
  if broken > 0 {
    head.append(" \(PropertyStatus.Verdict.violated.glyph(state.glyphs))\(broken)", Style(.bad, bold: true))
  }
  head.append(" " + state.name(of: state.selection), Style(.plain))
  let last = state.history.events.last { $0.step <= state.moment.step }
  let event = last.map { StyledLine("\($0.actor) \($0.text)", $0.kind.style) } ?? StyledLine(state.file)
  // On a screen of a few columns the digits are worth more than the mark of a cut.
  let isNarrow = grid.width < 8
  if isNarrow { grid.write(first.text, at: Point(x: 0, y: 0), style: Style(.title, bold: true), glyphs: state.glyphs) }
  for (row, line) in [head, event].enumerated() where row < rows && !(row == 0 && isNarrow) {
    grid.write(line, at: Point(x: 0, y: row), limit: grid.width, glyphs: state.glyphs)
  }
  guard rows > 2 else { return }
  if state.notice.isEmpty, state.layers.isEmpty {
    let bar = Rect(x: 0, y: 2, width: grid.width, height: 1)
    KeyBar(state.hints.map(\.hint)).draw(into: &grid, in: bar, glyphs: state.glyphs)
  } else {
    drawNotice(of: state, in: Rect(x: 0, y: 2, width: grid.width, height: 1), into: &grid)
  }
}

private func draw(_ pane: Pane, of state: AppState, in area: Rect, _ layout: LabLayout, into grid: inout Grid) {
  guard !layout.isLine(pane) else {
    let style = state.focus == .time ? Style(.accent, bold: true) : Style(.title)
    grid.write(
      AppState.timeTitle, at: Point(x: area.x, y: area.y), style: style, limit: area.width, glyphs: state.glyphs)
    if let line = state.timeLine(in: layout) { TimelinePane(state).drawLine(into: &grid, in: line) }
    return
  }
  var inner = area
  if layout.hasBorders {
    let frame = Frame(title: title(of: pane, state, layout), isFocused: state.focus == pane)
    inner = frame.draw(into: &grid, in: area, glyphs: state.glyphs)
  }
  switch pane {
  case .graph:
    if state.showsDrawing, let drawing = state.drawing {
      GraphPane(state, drawing: drawing).draw(into: &grid, in: inner)
    } else {
      PlaceListPane(state, showsLinks: state.size >= .narrow).draw(into: &grid, in: inner)
    }
  case .inspector: InspectorPane(state).draw(into: &grid, in: inner)
  case .time: TimelinePane(state).drawRows(into: &grid, in: inner)
  case .events: EventsPane(state).draw(into: &grid, in: inner)
  case .properties: PropertiesPane(state).draw(into: &grid, in: inner)
  case .progress: ProgressPane(state).draw(into: &grid, in: inner)
  }
}

private func title(of pane: Pane, _ state: AppState, _ layout: LabLayout) -> StyledLine {
  if let current = layout.tabs.firstIndex(of: pane) {
    let strip = TabStrip(titles: layout.tabs.map { "\($0.rawValue) \($0.title)" }, current: current)
    return strip.line(glyphs: state.glyphs)
  }
  var line = StyledLine("\(pane.rawValue) \(pane.title)", Style(.title, bold: state.focus == pane))
  let dash = " \(state.glyphs.horizontal) "
  switch pane {
  case .graph:
    if state.showsDrawing, let drawing = state.drawing {
      line.append("\(dash)zoom \(drawing.zoom)/3\(dash)\(state.graph.nodes.count) nodes ", Style(.muted))
    } else {
      line.append("\(dash)\(state.places.count) places ", Style(.muted))
    }
  case .inspector: line.append("\(dash)\(InspectorPane(state).title) ", Style(.muted))
  case .time, .events, .properties, .progress: break
  }
  return line
}

/// The last row: what is being typed, else the last message, else the most important thing there is to know.
private func drawNotice(of state: AppState, in area: Rect, into grid: inout Grid) {
  guard area.height > 0 else { return }
  let x = area.width > 20 ? area.x + 1 : area.x
  var line = StyledLine()
  if case .prompt(let prompt) = state.layers.last {
    switch prompt.purpose {
    case .find: line.append("/\(prompt.text)", Style(.plain, bold: true))
    case .goToStep: line.append("go to step or time: \(prompt.text)", Style(.plain, bold: true))
    }
    line.append(" ", Style(reversed: true))
    if prompt.purpose == .find, !prompt.text.isEmpty { line.append("  \(state.matches.count) match", Style(.muted)) }
  } else if !state.notice.isEmpty {
    line.append(state.notice, Style(.warning))
  } else if let broken = state.moment.properties.first(where: { $0.verdict == .violated }) {
    let place = broken.step.map { " at s\($0)" } ?? ""
    line.append(
      "\(broken.name) is broken\(place): \(state.keys.keyName(of: .explain)) explains it", Style(.bad, bold: true))
  } else if let fault = state.moment.activeFaults.first {
    line.append(fault, Style(.warning))
  } else {
    line.append(state.graph.summary, Style(.muted))
  }
  grid.write(line, at: Point(x: x, y: area.y), limit: area.maxX - x, glyphs: state.glyphs)
}

private func draw(_ menu: Menu, of state: AppState, into grid: inout Grid) {
  let widest = menu.visible.map { TextWidth.of($0.keyName, glyphs: state.glyphs) }.max() ?? 0
  let lines = menu.visible.map { item in
    let isOpen = item.refusal == nil
    let space = widest - TextWidth.of(item.keyName, glyphs: state.glyphs) + 2
    var line = StyledLine(item.keyName, isOpen ? Style(.accent, bold: true) : Style(.muted, dim: true))
    line.append(String(repeating: " ", count: space))
    line.append(item.label, isOpen ? Style(.plain) : Style(.muted, dim: true))
    if let refusal = item.refusal { line.append("  (\(refusal))", Style(.muted, dim: true)) }
    return line
  }
  var title = menu.title
  if let filter = menu.filter { title += ": \(filter)_" }
  let popup = PopupMenu(
    title: title, lines: lines.isEmpty ? [StyledLine("nothing fits", Style(.muted))] : lines, cursor: menu.cursor,
    footer: menu.selected?.detail ?? "")
  popup.draw(into: &grid, in: grid.bounds, glyphs: state.glyphs)
}
