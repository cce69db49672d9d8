public import Screen

/// One of the four ways on the grid; `y` grows downwards.
public enum Direction: CaseIterable, Sendable {
  case up, right, down, left

  public var opposite: Direction {
    switch self {
    case .up: .down
    case .right: .left
    case .down: .up
    case .left: .right
    }
  }

  /// The way from one point to another on the same row or column; nil for the same point.
  init?(from start: Point, to end: Point) {
    if end.x > start.x { self = .right } else if end.x < start.x { self = .left }
    else if end.y > start.y { self = .down } else if end.y < start.y { self = .up } else { return nil }
  }
}

/// The cells of one link, from the box it leaves to the box it enters; both boxes are outside.
public struct Route: Hashable, Sendable {
  /// First cell, corners, last cell. Neighbours share a row or a column and differ. The last cell holds the head.
  public let points: [Point]
  /// The side of the box it leaves from.
  public let leaves: Direction
  /// The direction of the head.
  public let enters: Direction

  /// - Parameter points: may hold repeated points and points on a straight line.
  init(_ points: [Point], leaves: Direction) {
    var corners: [Point] = []
    for point in points where point != corners.last {
      if let last = corners.last, corners.count > 1,
        Direction(from: corners[corners.count - 2], to: last) == Direction(from: last, to: point)
      {
        corners.removeLast()
      }
      corners.append(point)
    }
    precondition(corners.count > 1, "a link has a first cell and a head")
    self.points = corners
    self.leaves = leaves
    enters = Direction(from: corners[corners.count - 2], to: corners[corners.count - 1]) ?? leaves
  }

  func moved(byX x: Int, y: Int) -> Route {
    Route(points.map { Point(x: $0.x + x, y: $0.y + y) }, leaves: leaves)
  }

  /// Every cell in order, for things that travel along the link. As many as `length`.
  public func cells() -> [Point] {
    var cells: [Point] = [points[0]]
    for (start, end) in zip(points, points.dropFirst()) {
      var point = start
      while point != end {
        point.x += (end.x - start.x).signum()
        point.y += (end.y - start.y).signum()
        cells.append(point)
      }
    }
    return cells
  }

  public var length: Int {
    zip(points, points.dropFirst()).reduce(1) { $0 + abs($1.1.x - $1.0.x) + abs($1.1.y - $1.0.y) }
  }
}

extension Point {
  static func + (left: Point, right: Point) -> Point { Point(x: left.x + right.x, y: left.y + right.y) }
  static func - (left: Point, right: Point) -> Point { Point(x: left.x - right.x, y: left.y - right.y) }

  func stepping(_ direction: Direction) -> Point {
    switch direction {
    case .up: Point(x: x, y: y - 1)
    case .right: Point(x: x + 1, y: y)
    case .down: Point(x: x, y: y + 1)
    case .left: Point(x: x - 1, y: y)
    }
  }
}
