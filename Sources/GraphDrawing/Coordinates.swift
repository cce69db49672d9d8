/// The top row of every item of a part, from 0.
///
/// Items ask to be level with what they are wired to; each column then gives every item the nearest row that keeps
/// the order and the distances (isotonic regression by pooling adjacent violators, in integers). A fixed number of
/// sweeps; linear in the wires.
struct Coordinates: Sendable {
  /// By item.
  private(set) var top: [Int]
  private(set) var height: Int

  /// One wire end to end: the row of `other` that `item` wants to be level with is `top[other] + offset`.
  private struct Pull {
    var other: Int
    var offset: Int
    var weight: Int
  }

  init(_ part: Part, sockets: Sockets, detail: Detail) {
    top = Array(repeating: 0, count: part.items.count)
    height = 0
    let (leftwards, rightwards) = Self.pulls(of: part, sockets: sockets)
    for column in part.columns { stack(column, part: part, sockets: sockets, detail: detail) }
    for sweep in 0..<10 {
      let isRightwards = sweep % 2 == 1
      let order = isRightwards ? Array(part.columns.indices) : part.columns.indices.reversed()
      for column in order {
        // First each column follows one side, then it balances both, and in the end what follows is level with
        // what it follows.
        let isBalanced = sweep >= 6 && sweep < 9
        let pulls = isBalanced ? [leftwards, rightwards] : [isRightwards ? leftwards : rightwards]
        align(part.columns[column], pulls: pulls, part: part, sockets: sockets, detail: detail)
      }
    }
    closeUnusedRows(part, sockets: sockets, detail: detail)
  }

  private static func pulls(of part: Part, sockets: Sockets) -> ([[Pull]], [[Pull]]) {
    var leftwards = Array(repeating: [Pull](), count: part.items.count)
    var rightwards = leftwards
    for (gap, wires) in part.gaps.enumerated() {
      for (index, wire) in wires.enumerated() {
        for (target, item) in wire.right.enumerated() {
          let ends = (sockets.left[gap][index], sockets.right[gap][index][target])
          var rows = (ends.0.row, ends.1.row)
          var weight = 4
          if part.items[wire.left].box != nil, part.items[item].box != nil {
            // A line from the top or the bottom bends anyway: then the boxes are level instead, and count less.
            if ends.0.side != .right || ends.1.side != .left {
              rows = (titleRow(sockets.frames[wire.left]), titleRow(sockets.frames[item]))
              weight = 1
            }
          } else if part.items[wire.left].box == nil, part.items[item].box == nil {
            // A long line is kept straight before boxes are kept level.
            weight = 16
          }
          leftwards[item].append(Pull(other: wire.left, offset: rows.0 - rows.1, weight: weight))
          rightwards[wire.left].append(Pull(other: item, offset: rows.1 - rows.0, weight: weight))
        }
      }
    }
    return (leftwards, rightwards)
  }

  /// Borders have the same height at both ends, so they do not count.
  private static func titleRow(_ frame: Frame) -> Int { frame.above }

  private mutating func stack(_ column: [Int], part: Part, sockets: Sockets, detail: Detail) {
    var next = 0
    for (place, item) in column.enumerated() {
      if place > 0 { next += space(between: column[place - 1], and: item, part: part, detail: detail) }
      top[item] = next
      next += sockets.frames[item].rows
    }
  }

  private func space(between upper: Int, and lower: Int, part: Part, detail: Detail) -> Int {
    part.items[upper].box != nil && part.items[lower].box != nil ? detail.rowsBetweenBoxes : 0
  }

  private mutating func align(
    _ column: [Int], pulls: [[[Pull]]], part: Part, sockets: Sockets, detail: Detail
  ) {
    struct Block {
      var sum: Int
      var weight: Int
      var count: Int
      /// Rounded down, also below zero.
      var value: Int { sum >= 0 ? sum / weight : -((weight - 1 - sum) / weight) }
    }
    var blocks: [Block] = []
    // Distances are taken out first; what is left must only not decrease.
    var offset = 0
    var offsets: [Int] = []
    for (place, item) in column.enumerated() {
      if place > 0 {
        let upper = column[place - 1]
        offset += sockets.frames[upper].rows + space(between: upper, and: item, part: part, detail: detail)
      }
      offsets.append(offset)
      let (wish, weight) = wish(of: item, pulls: pulls)
      var block = Block(sum: (wish - offset) * weight, weight: weight, count: 1)
      while let last = blocks.last, last.value >= block.value {
        block = Block(sum: last.sum + block.sum, weight: last.weight + block.weight, count: last.count + block.count)
        blocks.removeLast()
      }
      blocks.append(block)
    }
    var place = 0
    for block in blocks {
      for _ in 0..<block.count {
        top[column[place]] = block.value + offsets[place]
        place += 1
      }
    }
  }

  /// The weighted median of what pulls, the mean of the two middle ones in a tie; its own row for a free item.
  private func wish(of item: Int, pulls: [[[Pull]]]) -> (row: Int, weight: Int) {
    var rows: [(row: Int, weight: Int)] = []
    for side in pulls {
      for pull in side[item] { rows.append((top[pull.other] + pull.offset, pull.weight)) }
    }
    guard rows.count > 1 else { return rows.first ?? (top[item], 1) }
    rows.sort { ($0.row, $0.weight) < ($1.row, $1.weight) }
    let total = rows.reduce(0) { $0 + $1.weight }
    var passed = 0
    for (index, entry) in rows.enumerated() {
      passed += entry.weight
      if passed * 2 > total { return (entry.row, total) }
      if passed * 2 == total { return ((entry.row + rows[index + 1].row) / 2, total) }
    }
    return (top[item], 1)
  }

  /// Takes out the rows that no item uses and starts at 0.
  private mutating func closeUnusedRows(_ part: Part, sockets: Sockets, detail: Detail) {
    guard let lowest = top.min() else { return }
    for item in top.indices { top[item] -= lowest }
    let count = top.indices.map { top[$0] + sockets.frames[$0].rows }.max() ?? 0
    // +1 where an item starts, -1 behind its end: a row is used while the sum is above 0.
    var starts = Array(repeating: 0, count: count + detail.rowsBetweenBoxes + 1)
    for item in top.indices {
      let space = part.items[item].box == nil ? 0 : detail.rowsBetweenBoxes
      starts[top[item]] += 1
      starts[top[item] + sockets.frames[item].rows + space] -= 1
    }
    var new = Array(repeating: 0, count: count + 1)
    var open = 0
    for row in 0..<count {
      open += starts[row]
      new[row + 1] = new[row] + (open > 0 ? 1 : 0)
    }
    for item in top.indices { top[item] = new[top[item]] }
    height = new[count]
  }
}
