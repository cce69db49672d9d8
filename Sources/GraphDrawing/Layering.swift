/// The column of each box: as far left as the boxes before it allow, then drawn towards what it feeds.
struct Layering {
  /// By box; columns of one connected part start at 0 and none is empty.
  private(set) var layer: [Int]
  /// The connected part of each box, numbered by its first box.
  private(set) var part: [Int]
  private(set) var partCount: Int

  init(boxCount: Int, nets: [Net]) {
    var arcs: [(tail: Int, head: Int)] = []
    for net in nets where !net.isLoop {
      for target in net.targets { arcs.append((net.source, target)) }
    }
    let after = Adjacency(count: boxCount, pairs: arcs)
    layer = Array(repeating: 0, count: boxCount)
    part = Array(repeating: -1, count: boxCount)
    partCount = 0
    let order = assignLongestPaths(arcs: arcs, after: after)
    pullRight(order: order, arcs: arcs, after: after)
    findParts(arcs: arcs)
    closeEmptyColumns()
  }

  /// Returns the boxes in topological order, declared order first.
  private mutating func assignLongestPaths(arcs: [(tail: Int, head: Int)], after: Adjacency) -> [Int] {
    var waiting = Array(repeating: 0, count: layer.count)
    for arc in arcs { waiting[arc.head] += 1 }
    var order = layer.indices.filter { waiting[$0] == 0 }
    var next = 0
    while next < order.count {
      let box = order[next]
      next += 1
      for head in after[box] {
        layer[head] = max(layer[head], layer[box] + 1)
        waiting[head] -= 1
        if waiting[head] == 0 { order.append(head) }
      }
    }
    precondition(order.count == layer.count, "a cycle is left")
    return order
  }

  /// Moves a box next to what it feeds where that shortens more links than it lengthens.
  private mutating func pullRight(order: [Int], arcs: [(tail: Int, head: Int)], after: Adjacency) {
    var incoming = Array(repeating: 0, count: layer.count)
    for arc in arcs { incoming[arc.head] += 1 }
    for box in order.reversed() where after[box].count > incoming[box] {
      if let nearest = after[box].map({ layer[$0] }).min() { layer[box] = max(layer[box], nearest - 1) }
    }
  }

  private mutating func findParts(arcs: [(tail: Int, head: Int)]) {
    let around = Adjacency(
      count: layer.count, pairs: arcs.map { ($0.tail, $0.head) } + arcs.map { ($0.head, $0.tail) })
    for root in part.indices where part[root] < 0 {
      part[root] = partCount
      var stack = [root]
      while let box = stack.popLast() {
        for other in around[box] where part[other] < 0 {
          part[other] = partCount
          stack.append(other)
        }
      }
      partCount += 1
    }
  }

  private mutating func closeEmptyColumns() {
    let columns = (layer.max() ?? 0) + 1
    // One row of flags for each part would be quadratic for thousands of lone boxes; sorting is not.
    let sorted = layer.indices.sorted { (part[$0], layer[$0], $0) < (part[$1], layer[$1], $1) }
    var old = -1
    var last = -1
    var new = 0
    for box in sorted {
      if part[box] != last {
        (last, old, new) = (part[box], layer[box], 0)
      } else if layer[box] != old {
        (old, new) = (layer[box], new + 1)
      }
      precondition(new < columns, "more columns than before")
      layer[box] = new
    }
  }
}
