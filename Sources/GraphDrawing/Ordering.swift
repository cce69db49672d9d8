extension Part {
  /// Orders each column so that few lines cross: barycentre sweeps to and fro, each followed by swaps of neighbours,
  /// a fixed number of times. The best order seen is kept, the first one in a tie.
  mutating func reduceCrossings() {
    guard columns.contains(where: { $0.count > 1 }) else { return }
    var ordering = Ordering(self)
    // Large parts get fewer sweeps: by size, never by a clock, because the result must not depend on the machine.
    let sweeps = items.count > 20_000 ? 6 : items.count > 4_000 ? 10 : 24
    var best = columns
    var fewest = ordering.crossings()
    for sweep in 0..<sweeps where fewest > 0 {
      ordering.sweep(rightwards: sweep % 2 == 0, preferringLater: sweep % 4 >= 2)
      let count = ordering.crossings()
      if count < fewest {
        fewest = count
        best = ordering.columns
      }
    }
    columns = best
  }

  /// Pairs of lines that cross between columns, ports and lanes aside.
  func crossings() -> Int { Ordering(self).crossings() }
}

/// The state of the crossing reduction of one part.
private struct Ordering {
  var columns: [[Int]]
  /// By item: its row in its column.
  var row: [Int]
  let left: Adjacency
  let right: Adjacency

  init(_ part: Part) {
    columns = part.columns
    row = Array(repeating: 0, count: part.items.count)
    var pairs: [(Int, Int)] = []
    for gap in part.gaps {
      for wire in gap {
        for item in wire.right { pairs.append((wire.left, item)) }
      }
    }
    right = Adjacency(count: row.count, pairs: pairs)
    left = Adjacency(count: row.count, pairs: pairs.map { ($0.1, $0.0) })
    for column in columns { number(column) }
  }

  mutating func sweep(rightwards: Bool, preferringLater: Bool) {
    let order = rightwards ? Array(columns.indices.dropFirst()) : columns.indices.dropLast().reversed()
    for column in order {
      sortByBarycentre(column, neighbours: rightwards ? left : right, preferringLater: preferringLater)
      swapNeighbours(column)
    }
  }

  func crossings() -> Int {
    var total = 0
    var rows: [Int] = []
    for (index, column) in columns.enumerated().dropLast() {
      rows.removeAll(keepingCapacity: true)
      for item in column { rows += sortedRows(of: right[item]) }
      total += inversions(rows, below: columns[index + 1].count)
    }
    return total
  }

  /// Items without a neighbour on that side keep their row; the others are sorted among the remaining rows.
  private mutating func sortByBarycentre(_ index: Int, neighbours: Adjacency, preferringLater: Bool) {
    let column = columns[index]
    var keyed: [(key: Int, tie: Int, item: Int)] = []
    for (place, item) in column.enumerated() where !neighbours[item].isEmpty {
      var sum = 0
      for other in neighbours[item] { sum += row[other] }
      // Scaled, because a mean of integers is rarely one.
      let key = sum * 5_040 / neighbours[item].count
      keyed.append((key, preferringLater ? -place : place, item))
    }
    keyed.sort { ($0.key, $0.tie) < ($1.key, $1.tie) }
    var next = 0
    columns[index] = column.map { item in
      guard !neighbours[item].isEmpty else { return item }
      next += 1
      return keyed[next - 1].item
    }
    number(columns[index])
  }

  /// Swaps adjacent items while that saves crossings, in at most four passes.
  private mutating func swapNeighbours(_ index: Int) {
    var column = columns[index]
    guard column.count > 1 else { return }
    let leftRows = column.map { sortedRows(of: left[$0]) }
    let rightRows = column.map { sortedRows(of: right[$0]) }
    // Positions in the two arrays above, in the present order.
    var order = Array(column.indices)
    for _ in 0..<4 {
      var isImproved = false
      for place in 0..<(order.count - 1) {
        let (upper, lower) = (order[place], order[place + 1])
        let now = crossings(leftRows[upper], leftRows[lower]) + crossings(rightRows[upper], rightRows[lower])
        if now == 0 { continue }
        let swapped = crossings(leftRows[lower], leftRows[upper]) + crossings(rightRows[lower], rightRows[upper])
        if swapped < now {
          order.swapAt(place, place + 1)
          isImproved = true
        }
      }
      if !isImproved { break }
    }
    column = order.map { column[$0] }
    columns[index] = column
    number(column)
  }

  private mutating func number(_ column: [Int]) {
    for (place, item) in column.enumerated() { row[item] = place }
  }

  private func sortedRows(of items: ArraySlice<Int>) -> [Int] {
    var rows = items.map { row[$0] }
    if rows.count > 1 { rows.sort() }
    return rows
  }

  /// Pairs of an upper and a lower line that end in the wrong order. Both lists are sorted.
  private func crossings(_ upper: [Int], _ lower: [Int]) -> Int {
    var count = 0
    var passed = 0
    for row in upper {
      while passed < lower.count, lower[passed] < row { passed += 1 }
      count += passed
    }
    return count
  }

  /// Pairs in the wrong order, by a Fenwick tree over `0..<bound`: n log n.
  private func inversions(_ values: [Int], below bound: Int) -> Int {
    var tree = Array(repeating: 0, count: bound + 1)
    var count = 0
    for (seen, value) in values.enumerated() {
      var index = value + 1
      var notGreater = 0
      while index > 0 {
        notGreater += tree[index]
        index &= index - 1
      }
      count += seen - notGreater
      index = value + 1
      while index <= bound {
        tree[index] += 1
        index += index & -index
      }
    }
    return count
  }
}
