import ProgressGraph

/// Where a wire touches a box or passes through a column: one cell per end.
struct Socket: Sendable {
  enum Side { case left, right, top, bottom, passing }
  var side: Side
  /// The row of the wire's horizontal part, counted from the top of the item.
  var row: Int
  /// Top and bottom: the column of the end, counted from the left edge of the box, or backwards from its right edge
  /// (-1 is the last column).
  var column: Int
  static let passing = Socket(side: .passing, row: 0, column: 0)
}

/// The rows an item takes in its column, from top to bottom: `above` for lines that enter or leave at the top, the
/// box itself, and `below` for lines that leave at the bottom. A passing line is one row.
struct Frame: Sendable {
  var above = 0
  var height = 1
  var below = 0
  var leastWidth = 0
  var rows: Int { above + height + below }
}

/// The ends of all wires of a part at one zoom.
///
/// Calls leave at the right, queues at the bottom; turned links leave and enter at the top. Without borders all ends
/// are at the left and right.
struct Sockets: Sendable {
  /// By item.
  private(set) var frames: [Frame]
  /// By gap and wire.
  private(set) var left: [[Socket]]
  /// By gap, wire and position in `Wire.right`.
  private(set) var right: [[[Socket]]]

  /// One end that waits for its place: in gap `gap`, of wire `wire`, at `Wire.right[target]` or at the left.
  private struct End {
    var gap: Int
    var wire: Int
    var target: Int?
    /// The mean row of what is at the other end: ends in that order do not cross.
    var key: Int
    var rows = 1
  }
  private struct Ends {
    var left: [End] = []
    var right: [End] = []
    var leavingTop: [End] = []
    var enteringTop: [End] = []
    var bottom: [End] = []
  }

  init(_ part: Part, nets: [Net], diagram: Diagram, detail: Detail) {
    frames = part.items.map { item in
      guard let box = item.box else { return Frame() }
      return Frame(leastWidth: detail.width(ofBoxTitled: diagram.boxes[box].title))
    }
    left = part.gaps.map { Array(repeating: .passing, count: $0.count) }
    right = part.gaps.map { gap in gap.map { Array(repeating: .passing, count: $0.right.count) } }
    let ends = Self.collectEnds(of: part, nets: nets, detail: detail)
    for (item, ends) in ends.enumerated() where part.items[item].box != nil {
      place(ends, at: item, detail: detail)
    }
  }

  private static func collectEnds(of part: Part, nets: [Net], detail: Detail) -> [Ends] {
    var row = Array(repeating: 0, count: part.items.count)
    for column in part.columns {
      for (place, item) in column.enumerated() { row[item] = place }
    }
    var ends = Array(repeating: Ends(), count: part.items.count)
    for (gap, wires) in part.gaps.enumerated() {
      for (index, wire) in wires.enumerated() {
        let net = nets[wire.net]
        let isTop = detail.usesTopAndBottom && net.isTurned
        let sum = wire.right.reduce(0) { $0 + row[$1] }
        var end = End(gap: gap, wire: index, target: nil, key: net.isLoop ? .max : sum * 5_040 / wire.right.count)
        if isTop {
          ends[wire.left].enteringTop.append(end)
        } else if detail.usesTopAndBottom && net.kind == .queue && !net.isLoop {
          ends[wire.left].bottom.append(end)
        } else {
          end.rows = net.isLoop ? 2 : 1
          ends[wire.left].right.append(end)
        }
        for (target, item) in wire.right.enumerated() {
          let end = End(gap: gap, wire: index, target: target, key: row[wire.left])
          if isTop { ends[item].leavingTop.append(end) } else { ends[item].left.append(end) }
        }
      }
    }
    return ends
  }

  private mutating func place(_ ends: Ends, at item: Int, detail: Detail) {
    let leaving = ordered(ends.leavingTop)
    let entering = ordered(ends.enteringTop)
    let bottom = ordered(ends.bottom)
    let rightRows = ends.right.reduce(0) { $0 + $1.rows }
    let content = max(detail.contentRows, ends.left.count, rightRows)
    // The head of an arrow takes the row at the box, so the lines that enter run one row higher.
    let above = max(leaving.count, entering.isEmpty ? 0 : entering.count + 1)
    var frame = Frame(above: above, height: content + 2 * detail.borderRows, below: bottom.count)
    frame.leastWidth = frames[item].leastWidth
    if detail.usesTopAndBottom {
      frame.leastWidth = max(frame.leastWidth, 2 + 2 * max(leaving.count + entering.count, bottom.count))
    }
    frames[item] = frame

    let top = above + detail.borderRows
    place(ordered(ends.left), side: .left, from: top + (detail.contentRows - ends.left.count) / 2, in: top)
    place(ordered(ends.right), side: .right, from: top + (detail.contentRows - rightRows) / 2, in: top)
    // Nested, so that they do not cross: the outermost line has its end farthest from where it goes.
    for (place, end) in leaving.enumerated() {
      let depth = leaving.count - 1 - place
      set(end, Socket(side: .top, row: above - 1 - depth, column: 1 + 2 * depth))
    }
    for (place, end) in entering.enumerated() {
      let depth = entering.count - 1 - place
      set(end, Socket(side: .top, row: above - 2 - depth, column: -2 - 2 * depth))
    }
    for (depth, end) in bottom.enumerated() {
      set(end, Socket(side: .bottom, row: above + frame.height + depth, column: -2 - 2 * depth))
    }
  }

  private mutating func place(_ ends: [End], side: Socket.Side, from start: Int, in top: Int) {
    var row = max(start, top)
    for end in ends {
      set(end, Socket(side: side, row: row, column: 0))
      row += end.rows
    }
  }

  private func ordered(_ ends: [End]) -> [End] {
    ends.sorted { ($0.key, $0.gap, $0.wire) < ($1.key, $1.gap, $1.wire) }
  }

  private mutating func set(_ end: End, _ socket: Socket) {
    if let target = end.target {
      right[end.gap][end.wire][target] = socket
    } else {
      left[end.gap][end.wire] = socket
    }
  }
}
