/// The lanes of one gap between two columns.
///
/// A wire comes in on a row at the left and leaves on rows at the right; a riser in a lane joins them. Lanes keep
/// four promises, from which it follows that no two wires ever share a cell except where one crosses the other:
/// - risers in one lane have a free row between them;
/// - where one wire ends on the row on which another begins, its riser is at least two lanes to the left;
/// - a ring of such wishes is broken by a detour over a row that nobody else uses;
/// - a riser never meets its own wire in four directions, so that a `┼` is always a crossing.
struct GapRouting {
  /// A wire of the gap by its rows.
  struct Request {
    /// One row, two for a loop.
    var left: [Int]
    var right: [Int]
  }

  /// How a wire gets from its left row to one of its right rows: straight on, or by one riser, or by two and the
  /// row between them.
  enum Way: Equatable {
    case straight
    case riser(lane: Int)
    case detour(first: Int, row: Int, second: Int)
  }

  /// By request and right row; a loop has one way.
  private(set) var ways: [[Way]] = []
  private(set) var laneCount = 0
  /// Rows that the detours reach beyond those of the items are counted.
  private(set) var height: Int

  private struct Riser {
    var low: Int
    var high: Int
    /// The row it begins at on the left, nil where it continues a detour.
    var start: Int?
    /// Rows it leaves on, to the right.
    var ends: [Int]
    var order: Order
    var lane: Int?
    /// Set when a detour takes the place of the start: the lane before it and the row between.
    var detour: (lane: Int, row: Int)?
  }
  /// Loops first, then lines that go down, lowest first, then lines that go up, highest first: parallel lines nest
  /// and do not cross.
  private struct Order: Comparable {
    var group: Int
    var key: Int
    var index: Int
    static func < (left: Order, right: Order) -> Bool {
      (left.group, left.key, left.index) < (right.group, right.key, right.index)
    }
  }

  private var risers: [Riser] = []
  /// By row: the riser that begins there, which has to be left of any other that ends there.
  private var starting: [Int?]
  private var isUsed: [Bool]
  /// By row: the first lane that is free from there on.
  private var frontier: [Int]

  init(_ requests: [Request], height: Int) {
    self.height = height
    // Each detour can take one more row at the bottom, and reading one row beyond must be possible.
    let rows = height + 2 * requests.count + 2
    starting = Array(repeating: nil, count: rows)
    isUsed = Array(repeating: false, count: rows)
    frontier = Array(repeating: 0, count: rows)
    for request in requests {
      for row in request.left + request.right { isUsed[row] = true }
    }
    var risersOfRequest: [(up: Int?, down: Int?)] = []
    for (index, request) in requests.enumerated() { risersOfRequest.append(addRisers(request, index: index)) }
    for riser in risers.indices.sorted(by: { risers[$0].order < risers[$1].order }) { place(riser) }
    for (request, own) in zip(requests, risersOfRequest) {
      ways.append(request.right.isEmpty ? [way(own.down)] : request.right.map { row in
        if row == request.left[0] { return .straight }
        return way(row < request.left[0] ? own.up : own.down)
      })
    }
    laneCount = frontier.max() ?? 0
  }

  /// One riser, or two where the wire goes up, down and straight on.
  private mutating func addRisers(_ request: Request, index: Int) -> (up: Int?, down: Int?) {
    let start = request.left[0]
    if request.right.isEmpty {
      let high = request.left.max() ?? start
      let order = Order(group: 0, key: start, index: index)
      return (nil, add(Riser(low: start, high: high, start: start, ends: [], order: order), starts: request.left))
    }
    let above = request.right.filter { $0 < start }
    let below = request.right.filter { $0 > start }
    if !above.isEmpty, !below.isEmpty, above.count + below.count == request.right.count {
      let order = Order(group: 1, key: -start, index: index)
      let riser = add(
        Riser(
          low: above.min() ?? start, high: below.max() ?? start, start: start, ends: request.right, order: order),
        starts: [start])
      return (riser, riser)
    }
    var own: (up: Int?, down: Int?) = (nil, nil)
    // A wire that also goes straight on has that row for itself from side to side, so nobody has to keep right of it.
    let starts = above.count + below.count == request.right.count ? [start] : []
    if let lowest = above.min() {
      let order = Order(group: 2, key: start, index: index)
      own.up = add(Riser(low: lowest, high: start, start: start, ends: above, order: order), starts: starts)
    }
    if let highest = below.max() {
      let order = Order(group: 1, key: -start, index: index)
      own.down = add(Riser(low: start, high: highest, start: start, ends: below, order: order), starts: starts)
    }
    return own
  }

  private mutating func add(_ riser: Riser, starts: [Int]) -> Int {
    for row in starts { starting[row] = risers.count }
    risers.append(riser)
    return risers.count - 1
  }

  /// Gives a riser the first lane behind everything it would touch, after those that must be left of it.
  private mutating func place(_ first: Int) {
    var stack = [first]
    var isOpen: Set<Int> = [first]
    while let riser = stack.last {
      if risers[riser].lane != nil {
        stack.removeLast()
        continue
      }
      if let before = blocker(of: riser) {
        if isOpen.insert(before).inserted {
          stack.append(before)
        } else {
          makeDetour(before)
        }
        continue
      }
      takeLane(riser)
      stack.removeLast()
    }
  }

  /// A riser that begins on a row this one ends on and has no lane yet.
  private func blocker(of riser: Int) -> Int? {
    for row in risers[riser].ends {
      if let other = starting[row], other != riser, risers[other].lane == nil, risers[other].detour == nil {
        return other
      }
    }
    return nil
  }

  private mutating func takeLane(_ riser: Int) {
    var lane = 0
    for row in risers[riser].ends {
      guard let other = starting[row], other != riser else { continue }
      if let before = risers[other].detour?.lane ?? risers[other].lane { lane = max(lane, before + 2) }
    }
    risers[riser].lane = occupy(risers[riser].low...risers[riser].high, from: lane)
  }

  /// Breaks a ring: the wire leaves its row at once, for a row of its own, and waits there for its turn.
  private mutating func makeDetour(_ riser: Int) {
    guard let start = risers[riser].start else { return }
    let row = freeRow(near: (risers[riser].low + risers[riser].high) / 2)
    isUsed[row] = true
    height = max(height, row + 1)
    let lane = occupy(min(start, row)...max(start, row), from: 0)
    risers[riser].detour = (lane, row)
    risers[riser].start = nil
    risers[riser].low = min(row, risers[riser].ends.min() ?? row)
    risers[riser].high = max(row, risers[riser].ends.max() ?? row)
  }

  private mutating func occupy(_ rows: ClosedRange<Int>, from least: Int) -> Int {
    var lane = least
    for row in max(0, rows.lowerBound - 1)...(rows.upperBound + 1) { lane = max(lane, frontier[row]) }
    for row in rows { frontier[row] = lane + 1 }
    return lane
  }

  private func freeRow(near middle: Int) -> Int {
    var distance = 0
    while true {
      for row in [middle - distance, middle + distance] where row >= 0 && (row >= isUsed.count || !isUsed[row]) {
        return row
      }
      distance += 1
    }
  }

  private func way(_ riser: Int?) -> Way {
    guard let riser, let lane = risers[riser].lane else { return .straight }
    guard let detour = risers[riser].detour else { return .riser(lane: lane) }
    return .detour(first: detour.lane, row: detour.row, second: lane)
  }
}
