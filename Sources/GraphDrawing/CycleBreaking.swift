/// Which links run against the direction of the drawing.
///
/// A depth-first walk in declared order, first from the boxes that nothing triggers: a link to a box that is still
/// being walked closes a cycle and is turned. What remains has no cycle. Links of a box to itself are not turned.
struct CycleBreaking {
  /// By link.
  private(set) var isTurned: [Bool]

  init(_ diagram: Diagram) {
    let outgoing = Adjacency(
      count: diagram.boxes.count, pairs: diagram.links.indices.map { (diagram.links[$0].from, $0) })
    isTurned = Array(repeating: false, count: diagram.links.count)
    var hasIncoming = Array(repeating: false, count: diagram.boxes.count)
    for link in diagram.links where link.from != link.to { hasIncoming[link.to] = true }

    var state = Array(repeating: State.unseen, count: diagram.boxes.count)
    let roots = diagram.boxes.indices.filter { !hasIncoming[$0] } + diagram.boxes.indices.filter { hasIncoming[$0] }
    // An explicit stack: a chain of thousands of boxes must not exhaust that of the thread.
    var stack: [(box: Int, next: Int)] = []
    for root in roots where state[root] == .unseen {
      state[root] = .open
      stack.append((root, 0))
      while let (box, next) = stack.last {
        let links = outgoing[box]
        guard next < links.count else {
          state[box] = .done
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let link = links[links.startIndex + next]
        let target = diagram.links[link].to
        switch state[target] {
        case .unseen:
          state[target] = .open
          stack.append((target, 0))
        case .open:
          isTurned[link] = target != box
        case .done:
          break
        }
      }
    }
  }

  private enum State { case unseen, open, done }
}
