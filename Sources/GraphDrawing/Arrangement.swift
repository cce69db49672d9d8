/// Everything about a drawing that does not depend on the zoom: which column each box is in, in which order the
/// columns are stacked, and which lines run between neighbouring columns.
///
/// Computed once from the topology; the same diagram gives the same arrangement.
public struct Arrangement: Sendable {
  public let diagram: Diagram
  let nets: [Net]
  let parts: [Part]

  /// - Parameter previous: an older arrangement of nearly the same diagram. Its order is where the new one starts
  ///   from, so that a box added or removed moves the others as little as possible.
  public init(_ diagram: Diagram, after previous: Arrangement? = nil) {
    self.diagram = diagram
    let turned = CycleBreaking(diagram).isTurned
    nets = diagram.nets(turned: turned)
    let layering = Layering(boxCount: diagram.boxes.count, nets: nets)
    let rank = previous.map { $0.rank(of: diagram.boxes) } ?? Array(diagram.boxes.indices)
    var boxesOfPart = Array(repeating: [Int](), count: layering.partCount)
    var netsOfPart = boxesOfPart
    for box in diagram.boxes.indices { boxesOfPart[layering.part[box]].append(box) }
    for net in nets.indices { netsOfPart[layering.part[nets[net].source]].append(net) }
    var parts: [Part] = []
    for index in 0..<layering.partCount {
      var part = Part(
        boxes: boxesOfPart[index], nets: netsOfPart[index], of: nets, layer: layering.layer, rank: rank)
      part.reduceCrossings()
      parts.append(part)
    }
    self.parts = parts
  }

  /// For each of these boxes its place in this arrangement, read column by column; unknown ones keep the place
  /// behind the known box before them.
  private func rank(of boxes: [Diagram.Box]) -> [Int] {
    // By name: identifiers are positions, and those shift when a node is added.
    struct Name: Hashable {
      var title: String
      var kind: Diagram.Box.Kind
    }
    var known: [Name: Int] = [:]
    for part in parts {
      for column in part.columns {
        for (row, item) in column.enumerated() {
          guard let box = part.items[item].box.map({ diagram.boxes[$0] }) else { continue }
          known[Name(title: box.title, kind: box.kind)] = row
        }
      }
    }
    var last = 0
    return boxes.map { box in
      if let row = known[Name(title: box.title, kind: box.kind)] { last = row }
      return last
    }
  }
}

/// A connected part of the diagram, in columns.
struct Part: Sendable {
  /// A box, or the place where a line passes through a column.
  struct Item: Sendable {
    /// Nil for a passing line.
    var box: Int?
    var net: Int?
    var column: Int
  }

  /// What a net does in the gap right of one column: from `left` to each of `right`. A loop has no `right`.
  struct Wire: Sendable {
    var net: Int
    var left: Int
    var right: [Int]
  }

  var items: [Item] = []
  /// By column, positions in `items` from top to bottom.
  var columns: [[Int]]
  /// By gap; gap `k` is right of column `k`, as many as columns.
  var gaps: [[Wire]]

  /// - Parameter layer: the column of each box of the diagram.
  /// - Parameter rank: the box with the lower rank starts above.
  init(boxes: [Int], nets: [Int], of all: [Net], layer: [Int], rank: [Int]) {
    let count = (boxes.map { layer[$0] }.max() ?? 0) + 1
    columns = Array(repeating: [], count: count)
    gaps = Array(repeating: [], count: count)
    var itemOfBox: [Int: Int] = [:]
    for box in boxes.sorted(by: { (rank[$0], $0) < (rank[$1], $1) }) {
      itemOfBox[box] = items.count
      columns[layer[box]].append(items.count)
      items.append(Item(box: box, net: nil, column: layer[box]))
    }
    for net in nets {
      guard var left = itemOfBox[all[net].source] else { continue }
      var column = items[left].column
      if all[net].isLoop {
        gaps[column].append(Wire(net: net, left: left, right: []))
        continue
      }
      let targets = all[net].targets.compactMap { itemOfBox[$0] }
      let last = targets.map { items[$0].column }.max() ?? column
      while column < last {
        var right = targets.filter { items[$0].column == column + 1 }
        var passing = left
        if column + 1 < last {
          passing = items.count
          columns[column + 1].append(passing)
          right.append(passing)
          items.append(Item(box: nil, net: net, column: column + 1))
        }
        gaps[column].append(Wire(net: net, left: left, right: right))
        left = passing
        column += 1
      }
    }
  }
}
