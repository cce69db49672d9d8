import Screen

/// Where the connected parts of a diagram go: in shelves from left to right and top to bottom, in declared order.
struct Sheet {
  private(set) var origins: [Point] = []
  private(set) var width = 0
  private(set) var height = 0

  init(_ sizes: [(width: Int, height: Int)], detail: Detail) {
    let space = detail.columnsBetweenParts
    let widest = sizes.map(\.width).max() ?? 0
    var area = 0
    for size in sizes { area += (size.width + space) * (size.height + 1) }
    // About as wide as a screen: three columns for each row.
    var limit = widest
    while limit * limit < 3 * area { limit += 1 }
    var x = 0
    var y = 0
    var shelf = 0
    for size in sizes {
      if x > 0, x + size.width > limit {
        y += shelf + 1
        (x, shelf) = (0, 0)
      }
      origins.append(Point(x: x, y: y))
      width = max(width, x + size.width)
      shelf = max(shelf, size.height)
      height = y + shelf
      x += size.width + space
    }
  }
}
