/// Finds the name a person probably meant.
///
/// The budget bounds the work of one file: a file with ten thousand unknown names among ten thousand known ones gets
/// its diagnostics in time, the later ones without a guess.
struct NearestName {
  private var comparisons = 100_000

  var isExhausted: Bool { comparisons <= 0 }

  /// The nearest candidate within a third of the word's length (one edit for short words, at most three); the first
  /// of equally near ones.
  mutating func nearest(to word: String, among candidates: [String]) -> String? {
    let letters = Array(word.lowercased().utf8.prefix(64))
    guard !letters.isEmpty else { return nil }
    var limit = min(3, max(1, letters.count / 3))
    var best: String?
    for candidate in candidates where candidate != word {
      guard comparisons > 0 else { break }
      comparisons -= 1
      let other = Array(candidate.lowercased().utf8.prefix(64))
      guard abs(other.count - letters.count) <= limit else { continue }
      let distance = editDistance(letters, other, limit: limit)
      if distance < limit || (distance == limit && best == nil) {
        best = candidate
        limit = distance
      }
      if limit == 0 { break }
    }
    return best
  }
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other (optimal string
/// alignment); `limit + 1` for anything beyond the limit.
func editDistance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for i in 0..<left.count {
    var row = [i + 1]
    row.reserveCapacity(right.count + 1)
    for j in 0..<right.count {
      var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, beforeLast[j - 1] + 1) }
      row.append(cost)
    }
    if row.allSatisfy({ $0 > limit }) { return limit + 1 }
    beforeLast = last
    last = row
  }
  return last[right.count]
}
