/// Cutting a rectangle into two. The first part never takes more than there is.
extension Rect {
  /// The top `rows` rows, and what is below.
  public func cut(top rows: Int) -> (Rect, Rect) {
    let taken = min(max(0, rows), height)
    return (
      Rect(x: x, y: y, width: width, height: taken),
      Rect(x: x, y: y + taken, width: width, height: height - taken)
    )
  }

  /// The bottom `rows` rows, and what is above.
  public func cut(bottom rows: Int) -> (Rect, Rect) {
    let (rest, taken) = cut(top: height - min(max(0, rows), height))
    return (taken, rest)
  }

  /// The left `columns` columns, and what is to the right.
  public func cut(left columns: Int) -> (Rect, Rect) {
    let taken = min(max(0, columns), width)
    return (
      Rect(x: x, y: y, width: taken, height: height),
      Rect(x: x + taken, y: y, width: width - taken, height: height)
    )
  }

  /// The right `columns` columns, and what is to the left.
  public func cut(right columns: Int) -> (Rect, Rect) {
    let (rest, taken) = cut(left: width - min(max(0, columns), width))
    return (taken, rest)
  }
}
