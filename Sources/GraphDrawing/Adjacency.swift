/// Lists by position in one flat array: `self[3]` is what belongs to 3, in the order it was given.
struct Adjacency {
  /// Length `count + 1`; the list of `i` is `values[offsets[i]..<offsets[i + 1]]`.
  private var offsets: [Int]
  private var values: [Int]

  init(count: Int, pairs: [(Int, Int)]) {
    offsets = Array(repeating: 0, count: count + 1)
    for (key, _) in pairs { offsets[key + 1] += 1 }
    for key in 0..<count { offsets[key + 1] += offsets[key] }
    values = Array(repeating: 0, count: pairs.count)
    var next = offsets
    for (key, value) in pairs {
      values[next[key]] = value
      next[key] += 1
    }
  }

  subscript(_ key: Int) -> ArraySlice<Int> { values[offsets[key]..<offsets[key + 1]] }
}
