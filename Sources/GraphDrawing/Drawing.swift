public import Screen

/// A diagram with all positions, in cells from its upper left corner. Painting it needs no more decisions.
public struct Drawing: Equatable, Sendable {
  /// A text on a line of its own links; it replaces cells of that line.
  public struct Label: Hashable, Sendable {
    /// One link, or all links of a trunk.
    public var links: [Int]
    /// As painted: whole, cut, or the number of a legend line.
    public var text: String
    public var position: Point
    public var width: Int
  }

  public let diagram: Diagram
  /// 0...3.
  public let zoom: Int
  public let glyphs: GlyphSet
  public let width: Int
  public let height: Int
  /// By box.
  public let boxes: [Rect]
  /// By link.
  public let routes: [Route]
  /// Each label of the diagram once per link or trunk; none at zoom 0.
  public let labels: [Label]
  /// The labels that only have a number in the drawing: painted below it, one a row.
  public let legend: [String]

  /// - Parameter zoom: 0 dots, 1 names, 2 name and state, 3 name, state and two more lines.
  public init(_ arrangement: Arrangement, zoom: Int, glyphs: GlyphSet) {
    let detail = Detail(zoom: zoom, glyphs: glyphs)
    let texts = Labels(arrangement.nets, diagram: arrangement.diagram, detail: detail)
    let parts = arrangement.parts.map {
      PartDrawing($0, arrangement: arrangement, texts: texts, detail: detail)
    }
    let sheet = Sheet(parts.map { ($0.width, $0.height) }, detail: detail)
    var boxes = Array(repeating: Rect(x: 0, y: 0, width: 0, height: 0), count: arrangement.diagram.boxes.count)
    var routes = Array(repeating: Route?.none, count: arrangement.diagram.links.count)
    var labels: [Label] = []
    for (part, origin) in zip(parts, sheet.origins) {
      for (box, rect) in part.boxes {
        boxes[box] = Rect(x: rect.x + origin.x, y: rect.y + origin.y, width: rect.width, height: rect.height)
      }
      for (link, route) in part.routes { routes[link] = route.moved(byX: origin.x, y: origin.y) }
      for var label in part.labels {
        label.position.x += origin.x
        label.position.y += origin.y
        labels.append(label)
      }
    }
    diagram = arrangement.diagram
    self.zoom = detail.zoom
    self.glyphs = glyphs
    self.boxes = boxes
    self.routes = routes.compactMap { $0 }
    precondition(self.routes.count == diagram.links.count, "a link without a route")
    self.labels = labels
    legend = texts.legend
    width = max(sheet.width, legend.map { TextWidth.of($0, glyphs: glyphs) }.max() ?? 0)
    height = sheet.height + legend.count
  }

  /// The row of the first legend line.
  var legendRow: Int { height - legend.count }

  /// The box that contains a point, nil beside them all.
  public func box(at point: Point) -> Int? { boxes.firstIndex { $0.contains(point) } }

  /// The link whose line passes through a point, nil where there is none. Of two that cross, the first.
  public func link(at point: Point) -> Int? {
    routes.firstIndex { route in
      zip(route.points, route.points.dropFirst()).contains { start, end in
        point.x >= min(start.x, end.x) && point.x <= max(start.x, end.x) && point.y >= min(start.y, end.y)
          && point.y <= max(start.y, end.y)
      }
    }
  }

  /// The nearest box in a direction: the least distance along it, with distance across counted double. Rows count
  /// double, because a cell is about twice as high as wide. Nil where nothing lies that way.
  public func box(_ direction: Direction, of box: Int) -> Int? {
    let start = centre(of: box)
    var best: (cost: Int, box: Int)?
    for other in boxes.indices where other != box {
      let end = centre(of: other)
      let (along, across) =
        switch direction {
        case .up: (start.y - end.y, abs(start.x - end.x))
        case .down: (end.y - start.y, abs(start.x - end.x))
        case .left: (start.x - end.x, abs(start.y - end.y))
        case .right: (end.x - start.x, abs(start.y - end.y))
        }
      let cost = along + 2 * across
      if along > 0, cost < best?.cost ?? .max { best = (cost, other) }
    }
    return best?.box
  }

  /// In half columns and, for rows, doubled again: distances compare as they look.
  private func centre(of box: Int) -> Point {
    let rect = boxes[box]
    return Point(x: 2 * rect.x + rect.width, y: 4 * rect.y + 2 * rect.height)
  }
}

/// Arranges a diagram and places it in one go.
public func draw(_ diagram: Diagram, zoom: Int, glyphs: GlyphSet) -> Drawing {
  Drawing(Arrangement(diagram), zoom: zoom, glyphs: glyphs)
}

/// The drawing at the highest zoom at which every box is visible in this many cells; at `lowest` where none is, so
/// that the rest is reached by panning.
public func fit(
  _ arrangement: Arrangement, width: Int, height: Int, glyphs: GlyphSet, lowest: Int = 1
) -> Drawing {
  for zoom in stride(from: 3, to: lowest, by: -1) {
    let drawing = Drawing(arrangement, zoom: zoom, glyphs: glyphs)
    if drawing.width <= width, drawing.height <= height { return drawing }
  }
  return Drawing(arrangement, zoom: lowest, glyphs: glyphs)
}
