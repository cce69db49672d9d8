import LabEngine
import Screen

/// Where everything is on a screen of this size: the rungs of the size ladder. View and mouse read the same layout.
struct LabLayout {
  var title: Rect
  /// Outer rectangles, borders included, of the panes that are visible; a pane that is not is absent.
  private(set) var panes: [(pane: Pane, area: Rect)] = []
  /// True where panes have a border.
  var hasBorders: Bool
  /// The panes that share the strip at the bottom, one of them visible.
  private(set) var tabs: [Pane] = []
  var keyBar: Rect
  var notice: Rect

  init(_ state: AppState) {
    let screen = Rect(x: 0, y: 0, width: state.width, height: state.height)
    var rest: Rect
    (title, rest) = screen.cut(top: 1)
    (notice, rest) = rest.cut(bottom: 1)
    (keyBar, rest) = rest.cut(bottom: 1)
    hasBorders = state.size >= .standard
    guard state.size >= .standard else {
      if state.size == .narrow {
        let (line, above) = rest.cut(bottom: 1)
        panes = [(.time, line), (state.single, above)]
      } else {
        panes = [(state.focus == .time ? .time : state.single, rest)]
      }
      return
    }
    if state.isEnlarged {
      panes = [(state.focus, rest)]
      return
    }
    if state.size == .full {
      placeAll(in: rest, state)
    } else {
      placeTabbed(in: rest, state)
    }
  }

  subscript(_ pane: Pane) -> Rect? { panes.first { $0.pane == pane }?.area }

  /// Inside the border.
  func inside(_ pane: Pane) -> Rect? { self[pane].map { hasBorders && !isLine(pane) ? $0.inset(by: 1) : $0 } }

  /// A pane of one row has no border.
  func isLine(_ pane: Pane) -> Bool { self[pane]?.height == 1 }

  func pane(at point: Point) -> Pane? { panes.first { $0.area.contains(point) }?.pane }

  private mutating func placeAll(in rest: Rect, _ state: AppState) {
    tabs = [.events, .progress]
    let (strip, upper) = rest.cut(bottom: max(12, rest.height / 4))
    let (time, above) = upper.cut(bottom: 2 + min(4, max(1, state.history.branches.count)))
    let (side, graph) = above.cut(right: max(56, above.width / 3))
    let (inspector, properties) = side.cut(top: (side.height * 3) / 5)
    panes = [
      (.graph, graph), (.inspector, inspector), (.properties, properties), (.time, time),
      (state.bottom == .progress ? .progress : .events, strip),
    ]
  }

  private mutating func placeTabbed(in rest: Rect, _ state: AppState) {
    tabs = [.events, .properties, .progress]
    let (strip, upper) = rest.cut(bottom: max(8, rest.height / 3))
    let (time, above) = upper.cut(bottom: 1)
    let (inspector, graph) = above.cut(right: max(27, above.width / 3))
    panes = [(.graph, graph), (.inspector, inspector), (.time, time), (state.bottom, strip)]
  }
}
