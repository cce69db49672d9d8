import Primitives

/// When something is due.
struct Turn: Comparable, Sendable {
  var instant: SimInstant
  /// Breaks ties: of two things due at one instant the one scheduled first comes first.
  let sequence: UInt64

  static func < (left: Turn, right: Turn) -> Bool {
    left.instant != right.instant ? left.instant < right.instant : left.sequence < right.sequence
  }
}

/// What a simulator will do, and when.
struct Due<Content: Sendable>: Sendable {
  var turn: Turn
  let content: Content

  init(instant: SimInstant, sequence: UInt64, content: Content) {
    turn = Turn(instant: instant, sequence: sequence)
    self.content = content
  }

  func precedes(_ other: Due) -> Bool { turn < other.turn }
}

/// What is due, earliest first: a binary heap, and apart from it what was known from the start, which would only make
/// the heap deep.
struct Schedule<Content: Sendable>: Sendable {
  private var heap: [Due<Content>] = []
  /// Latest first.
  private var foreseen: [Due<Content>] = []

  /// Nil where nothing is due. The turn alone: what is due is large, and this is asked several times an action.
  var first: Turn? { isForeseenFirst ? foreseen.last?.turn : heap.first?.turn }

  var isEmpty: Bool { heap.isEmpty && foreseen.isEmpty }
  var count: Int { heap.count + foreseen.count }

  /// Everything in the order in which it is due. O(n log n).
  var inOrder: [Due<Content>] { (heap + foreseen).sorted { $0.precedes($1) } }

  private var isForeseenFirst: Bool {
    guard let next = foreseen.last else { return false }
    return heap.first.map { next.precedes($0) } ?? true
  }

  /// Adds many at once: costs a sort, and nothing when others come and go.
  mutating func foresee(_ dues: [Due<Content>]) {
    foreseen = (foreseen + dues).sorted { $1.precedes($0) }
  }

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
    if isForeseenFirst { return foreseen.popLast() }
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty { settle(last, at: 0) }
    return first
  }

  /// Moves everything to another instant, to which the order is kept. O(n).
  mutating func move(_ instant: (Due<Content>) -> SimInstant) {
    for position in heap.indices { heap[position].turn.instant = instant(heap[position]) }
    for position in stride(from: heap.count / 2 - 1, through: 0, by: -1) { settle(heap[position], at: position) }
    for position in foreseen.indices { foreseen[position].turn.instant = instant(foreseen[position]) }
    foreseen.sort { $1.precedes($0) }
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
