import GraphDrawing
import LabEngine
import Primitives
import ProgressGraph
import Screen

/// Moving the selection, the view of the graph, and the cursors of panes.
extension AppState {
  mutating func move(_ direction: Direction) -> [Command] {
    switch focus {
    case .graph: select(direction)
    case .inspector:
      if direction == .up { inspectorOffset = max(0, inspectorOffset - 1) }
      if direction == .down { inspectorOffset = min(moment[selection].facts.count + 1, inspectorOffset + 1) }
    case .time:
      if direction == .left { return seek(moment.step - 1) }
      if direction == .right { return seek(moment.step + 1) }
    case .events:
      let events = history.events
      if direction == .up { return seek(events.last { $0.step < moment.step }?.step ?? 0) }
      if direction == .down { return seek(events.first { $0.step > moment.step }?.step) }
    case .properties:
      if direction == .up { propertyCursor = max(0, propertyCursor - 1) }
      if direction == .down { propertyCursor = min(max(0, moment.properties.count - 1), propertyCursor + 1) }
    case .progress:
      if direction == .up { progressCursor = max(0, progressCursor - 1) }
      if direction == .down { progressCursor = min(max(0, ProgressPane(self).lines().count - 1), progressCursor + 1) }
    }
    return []
  }

  mutating func scroll(by rows: Int) -> [Command] {
    guard focus == .events else {
      for _ in 0..<abs(rows) { _ = move(rows < 0 ? .up : .down) }
      return []
    }
    let present = history.events.lastIndex { $0.step <= moment.step } ?? 0
    let wanted = min(max(0, present + rows), max(0, history.events.count - 1))
    return seek(history.events.isEmpty ? nil : history.events[wanted].step)
  }

  /// Enter: what it opens depends on the pane.
  mutating func openLine() -> [Command] {
    switch focus {
    case .graph:
      focus(on: .inspector)
      return []
    case .properties:
      guard moment.properties.indices.contains(propertyCursor), let step = moment.properties[propertyCursor].step
      else {
        notice = "nothing broke this one so far"
        return []
      }
      return seek(step)
    case .events:
      // The line says where it happened; the selection follows.
      let event = history.events.last { $0.step <= moment.step }
      if let place = event.flatMap({ place(of: $0) }) { selection = place }
      return []
    case .inspector, .time, .progress: return []
    }
  }

  private mutating func select(_ direction: Direction) {
    inspectorOffset = 0
    guard showsDrawing, let drawing else { return selectInList(direction) }
    guard let box = drawing.diagram.boxes.firstIndex(where: { $0.id == selection }) else {
      // A channel drawn as a link: left is who fills it, everything else who drains it.
      let link = drawing.diagram.links.first { link in link.channel.map { selection == .channel($0) } ?? false }
      if let link { selection = drawing.diagram.boxes[direction == .left ? link.from : link.to].id }
      return
    }
    guard let next = drawing.box(direction, of: box) else { return }
    selection = drawing.diagram.boxes[next].id
    if let canvas { look.pan = canvas.scroll(showing: drawing.boxes[next]) }
  }

  /// The only way by keys to a channel that the drawing shows as a link.
  mutating func selectNextPlace() {
    let places = places
    let position = places.firstIndex(of: selection) ?? 0
    selection = places[(position + 1) % places.count]
    inspectorOffset = 0
    keepSelectionVisible()
  }

  private mutating func selectInList(_ direction: Direction) {
    let places = places
    let position = places.firstIndex(of: selection) ?? 0
    switch direction {
    case .up, .left: selection = places[max(0, position - 1)]
    case .down, .right: selection = places[min(places.count - 1, position + 1)]
    }
  }

  // MARK: The view of the graph

  mutating func pan(_ direction: Direction) {
    guard let canvas else { return }
    let (columns, rows) = (max(1, canvas.viewport.width / 4), max(1, canvas.viewport.height / 4))
    look.pan = canvas.scroll
    switch direction {
    case .left: look.pan.x -= columns
    case .right: look.pan.x += columns
    case .up: look.pan.y -= rows
    case .down: look.pan.y += rows
    }
    // What lies beyond the drawing is nowhere: the next key must not have to come back from there first.
    refreshDrawing()
    look.pan = self.canvas?.scroll ?? look.pan
  }

  mutating func zoom(by levels: Int) {
    guard let drawing else { return }
    look.zoom = min(3, max(0, drawing.zoom + levels))
    refreshDrawing()
    keepSelectionVisible()
  }

  mutating func fit() {
    look.zoom = nil
    look.pan = Point(x: 0, y: 0)
    refreshDrawing()
    keepSelectionVisible()
  }

  mutating func keepSelectionVisible() {
    guard let drawing, let canvas, let box = drawing.diagram.boxes.firstIndex(where: { $0.id == selection })
    else { return }
    look.pan = canvas.scroll(showing: drawing.boxes[box])
  }

  // MARK: The mouse

  mutating func click(_ press: MousePress) -> [Command] {
    guard layers.isEmpty, size > .tiny else { return [] }
    notice = ""
    let layout = LabLayout(self)
    switch press.button {
    case .wheelUp: return wheel(at: press.point, layout, rows: -1)
    case .wheelDown: return wheel(at: press.point, layout, rows: 1)
    case .right:
      _ = clickPane(at: press.point, layout)
      return perform(.faultMenu)
    case .left: break
    }
    if layout.keyBar.contains(press.point) {
      let placed = KeyBar(hints.map(\.hint)).placed(in: layout.keyBar.width, glyphs: glyphs)
      guard let position = placed.firstIndex(where: { $0.columns.contains(press.point.x) }) else { return [] }
      return perform(hints[position].action)
    }
    return clickPane(at: press.point, layout)
  }

  private mutating func wheel(at point: Point, _ layout: LabLayout, rows: Int) -> [Command] {
    guard let pane = layout.pane(at: point) else { return [] }
    if pane == .graph, showsDrawing {
      pan(rows < 0 ? .up : .down)
      return []
    }
    let older = focus
    defer { focus = older }
    focus = pane
    return move(rows < 0 ? .up : .down)
  }

  private mutating func clickPane(at point: Point, _ layout: LabLayout) -> [Command] {
    guard let pane = layout.pane(at: point) else { return [] }
    focus(on: pane)
    switch pane {
    case .graph:
      if showsDrawing, let drawing, let canvas, let box = drawing.box(at: canvas.point(at: point)) {
        selection = drawing.diagram.boxes[box].id
        inspectorOffset = 0
      } else if showsDrawing, let channel = channel(at: point) {
        selection = .channel(channel)
        inspectorOffset = 0
      } else if !showsDrawing, let area = layout.inside(.graph) {
        selectInList(at: point, in: area)
      }
      return []
    case .time:
      let line = layout.isLine(.time) ? timeLine(in: layout) : layout.inside(.time)
      guard let line, point.y == line.y else { return [] }
      let columns = TimelinePane.rulerColumns(self, in: line)
      guard columns.contains(point.x), columns.count > 1 else { return [] }
      return seek((point.x - columns.lowerBound) * history.tip / (columns.count - 1))
    case .inspector, .events, .properties, .progress: return []
    }
  }

  /// The channel whose link passes through a cell of the screen.
  private func channel(at point: Point) -> ChannelID? {
    guard let drawing, let canvas else { return nil }
    return drawing.link(at: canvas.point(at: point)).flatMap { drawing.diagram.links[$0].channel }
  }

  private mutating func selectInList(at point: Point, in area: Rect) {
    let rows = PlaceListPane(self, showsLinks: size >= .narrow).rows()
    let cursor = rows.firstIndex { $0.place == selection }
    let row = ScrolledList.offset(count: rows.count, cursor: cursor, height: area.height) + point.y - area.y
    if rows.indices.contains(row) { selection = rows[row].place }
  }

  /// The part of a timeline of one row that is right of its title.
  func timeLine(in layout: LabLayout) -> Rect? { layout[.time]?.cut(left: Self.timeTitle.utf8.count).1 }
  static var timeTitle: String { " 3 Time  " }
}
