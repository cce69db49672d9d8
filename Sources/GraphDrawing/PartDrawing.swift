import Screen

/// One connected part with all positions, its upper left corner at 0,0.
struct PartDrawing {
  private(set) var width = 0
  private(set) var height: Int
  private(set) var boxes: [(box: Int, rect: Rect)] = []
  private(set) var routes: [(link: Int, route: Route)] = []
  private(set) var labels: [Drawing.Label] = []

  private let part: Part
  private let nets: [Net]
  private let sockets: Sockets
  private let top: [Int]
  private var gaps: [GapRouting] = []
  /// By column: its left edge and its width; the gap is right of it.
  private var columnX: [Int] = []
  private var columnWidth: [Int] = []
  /// By gap: where the lanes begin.
  private var laneX: [Int] = []

  init(_ part: Part, arrangement: Arrangement, texts: Labels, detail: Detail) {
    self.part = part
    nets = arrangement.nets
    sockets = Sockets(part, nets: nets, diagram: arrangement.diagram, detail: detail)
    let coordinates = Coordinates(part, sockets: sockets, detail: detail)
    top = coordinates.top
    height = coordinates.height
    for gap in part.gaps.indices { routeGap(gap, height: coordinates.height) }
    placeColumns(texts: texts, detail: detail)
    placeBoxes()
    placeRoutes()
    placeLabels(texts: texts, detail: detail)
  }

  private mutating func routeGap(_ gap: Int, height: Int) {
    let requests = part.gaps[gap].indices.map { wire in
      let left = leftRow(gap: gap, wire: wire)
      let isLoop = part.gaps[gap][wire].right.isEmpty
      return GapRouting.Request(
        left: isLoop ? [left, left + 1] : [left],
        right: part.gaps[gap][wire].right.indices.map { rightRow(gap: gap, wire: wire, target: $0) })
    }
    gaps.append(GapRouting(requests, height: height))
    self.height = max(self.height, gaps[gap].height)
  }

  private mutating func placeColumns(texts: Labels, detail: Detail) {
    var x = 0
    for (column, items) in part.columns.enumerated() {
      columnX.append(x)
      columnWidth.append(items.map { sockets.frames[$0].leastWidth }.max() ?? 0)
      x += columnWidth[column]
      var label = 0
      for wire in part.gaps[column] where part.items[wire.left].box != nil {
        label = max(label, TextWidth.of(texts.shown[wire.net], glyphs: detail.glyphs))
      }
      // One cell of line before the label and one behind it.
      laneX.append(x + 1 + (label > 0 ? label + 1 : 0))
      let isLast = column == part.columns.count - 1
      if !isLast || !part.gaps[column].isEmpty {
        let lanes = laneX[column] - x + gaps[column].laneCount
        x += isLast ? lanes : max(detail.zoom == 0 ? 2 : 3, lanes + 1)
      }
    }
    width = x
  }

  private mutating func placeBoxes() {
    for (index, item) in part.items.enumerated() {
      guard let box = item.box else { continue }
      let frame = sockets.frames[index]
      boxes.append(
        (
          box,
          Rect(
            x: columnX[item.column], y: top[index] + frame.above, width: columnWidth[item.column],
            height: frame.height)
        ))
    }
  }

  private mutating func placeRoutes() {
    var wiresOfNet: [Int: [(gap: Int, wire: Int)]] = [:]
    for (gap, wires) in part.gaps.enumerated() {
      for (index, wire) in wires.enumerated() { wiresOfNet[wire.net, default: []].append((gap, index)) }
    }
    // In the order of the wires, so that nothing depends on the order of a dictionary.
    for (gap, wires) in part.gaps.enumerated() {
      for wire in wires where part.items[wire.left].box != nil {
        let own = wiresOfNet[wire.net] ?? []
        if nets[wire.net].isLoop {
          routes.append((nets[wire.net].links[0], loop(own[0])))
          continue
        }
        for (position, link) in nets[wire.net].links.enumerated() {
          let box = nets[wire.net].targets[position]
          routes.append((link, route(to: box, from: gap, along: own, isTurned: nets[wire.net].isTurned)))
        }
      }
    }
  }

  private func loop(_ place: (gap: Int, wire: Int)) -> Route {
    let row = leftRow(gap: place.gap, wire: place.wire)
    let start = Point(x: columnX[place.gap] + columnWidth[place.gap], y: row)
    var x = laneX[place.gap]
    if case .riser(let lane) = gaps[place.gap].ways[place.wire][0] { x += lane }
    return Route(
      [start, Point(x: x, y: row), Point(x: x, y: row + 1), Point(x: start.x, y: row + 1)], leaves: .right)
  }

  /// From the left end of a net to one of its boxes, turned round where the link runs the other way.
  private func route(to box: Int, from first: Int, along wires: [(gap: Int, wire: Int)], isTurned: Bool) -> Route {
    var points: [Point] = []
    var start = Direction.right
    var end = Direction.left
    for (gap, wire) in wires {
      let item = part.gaps[gap][wire]
      if gap == first { start = leave(item.left, sockets.left[gap][wire], into: &points) }
      let arrived = item.right.firstIndex { part.items[$0].box == box }
      guard let target = arrived ?? item.right.firstIndex(where: { part.items[$0].box == nil }) else { break }
      append(gaps[gap].ways[wire][target], gap: gap, wire: wire, target: target, to: &points)
      if arrived != nil {
        end = arrive(item.right[target], sockets.right[gap][wire][target], into: &points)
        break
      }
    }
    return isTurned ? Route(points.reversed(), leaves: end) : Route(points, leaves: start)
  }

  private func append(_ way: GapRouting.Way, gap: Int, wire: Int, target: Int, to points: inout [Point]) {
    let (from, to) = (leftRow(gap: gap, wire: wire), rightRow(gap: gap, wire: wire, target: target))
    switch way {
    case .straight:
      break
    case .riser(let lane):
      points.append(Point(x: laneX[gap] + lane, y: from))
      points.append(Point(x: laneX[gap] + lane, y: to))
    case .detour(let first, let row, let second):
      points.append(Point(x: laneX[gap] + first, y: from))
      points.append(Point(x: laneX[gap] + first, y: row))
      points.append(Point(x: laneX[gap] + second, y: row))
      points.append(Point(x: laneX[gap] + second, y: to))
    }
  }

  /// The cells from a box to the row of its wire; returns the side of the box.
  private func leave(_ item: Int, _ socket: Socket, into points: inout [Point]) -> Direction {
    let column = part.items[item].column
    let frame = sockets.frames[item]
    let right = columnX[column] + columnWidth[column]
    let row = top[item] + socket.row
    switch socket.side {
    case .right, .left, .passing:
      points.append(Point(x: right, y: row))
      return .right
    case .top:
      points.append(Point(x: right + socket.column, y: top[item] + frame.above - 1))
      points.append(Point(x: right + socket.column, y: row))
      return .up
    case .bottom:
      points.append(Point(x: right + socket.column, y: top[item] + frame.above + frame.height))
      points.append(Point(x: right + socket.column, y: row))
      return .down
    }
  }

  /// The cells from the row of a wire to a box; returns the side of the box.
  private func arrive(_ item: Int, _ socket: Socket, into points: inout [Point]) -> Direction {
    let x = columnX[part.items[item].column]
    let row = top[item] + socket.row
    switch socket.side {
    case .left, .right, .passing, .bottom:
      points.append(Point(x: x - 1, y: row))
      return .left
    case .top:
      points.append(Point(x: x + socket.column, y: row))
      points.append(Point(x: x + socket.column, y: top[item] + sockets.frames[item].above - 1))
      return .up
    }
  }

  private mutating func placeLabels(texts: Labels, detail: Detail) {
    for (gap, wires) in part.gaps.enumerated() {
      for (index, wire) in wires.enumerated() where part.items[wire.left].box != nil {
        let text = texts.shown[wire.net]
        if text.isEmpty { continue }
        let place = Point(x: columnX[gap] + columnWidth[gap] + 1, y: leftRow(gap: gap, wire: index))
        labels.append(
          Drawing.Label(
            links: nets[wire.net].links, text: text, position: place,
            width: TextWidth.of(text, glyphs: detail.glyphs)))
      }
    }
  }

  private func leftRow(gap: Int, wire: Int) -> Int {
    top[part.gaps[gap][wire].left] + sockets.left[gap][wire].row
  }

  private func rightRow(gap: Int, wire: Int, target: Int) -> Int {
    top[part.gaps[gap][wire].right[target]] + sockets.right[gap][wire][target].row
  }
}
