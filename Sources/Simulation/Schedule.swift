import Primitives

/// What a simulator will do at an instant.
struct Due<Content>: Sendable where Content: Sendable {
  var instant: SimInstant
  /// Breaks ties: of two things due at one instant the one scheduled first comes first.
  let sequence: UInt64
  let content: Content

  func precedes(_ other: Due) -> Bool {
    instant != other.instant ? instant < other.instant : sequence < other.sequence
  }
}

/// A binary heap of what is due, earliest first.
struct Schedule<Content: Sendable>: Sendable {
  private var heap: [Due<Content>] = []

  var first: Due<Content>? { heap.first }
  var isEmpty: Bool { heap.isEmpty }
  var count: Int { heap.count }

  /// Everything in the order in which it is due. O(n log n).
  var inOrder: [Due<Content>] { heap.sorted { $0.precedes($1) } }

  mutating func insert(_ due: Due<Content>) {
    heap.append(due)
    var hole = heap.count - 1
    while hole > 0 {
      let parent = (hole - 1) / 2
      guard due.precedes(heap[parent]) else { break }
      heap[hole] = heap[parent]
      hole = parent
    }
    heap[hole] = due
  }

  mutating func popFirst() -> Due<Content>? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty { settle(last, at: 0) }
    return first
  }

  /// Moves everything to another instant. O(n).
  mutating func move(_ instant: (Due<Content>) -> SimInstant) {
    for position in heap.indices { heap[position].instant = instant(heap[position]) }
    for position in stride(from: heap.count / 2 - 1, through: 0, by: -1) { settle(heap[position], at: position) }
  }

  private mutating func settle(_ due: Due<Content>, at position: Int) {
    var hole = position
    while true {
      var child = 2 * hole + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(due) else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = due
  }
}
