import Primitives
import ProgressGraph

/// The steps that run when nothing goes wrong and nothing is left to chance: those reached from the roots without
/// passing an `undo`, an `else`, an `on_error` or a branch of a `choose`.
///
/// A step restricted by `when` is on the main path once its event is published there.
struct MainPath {
  private struct Event: Hashable {
    var channel: ChannelID
    var name: NameID
  }
  private struct Expected: Hashable {
    var handler: HandlerID
    var event: NameID
  }

  private let graph: Graph
  private let usage: Usage
  /// Indexed by step: it hangs off its parent by a conditional link.
  private var isConditional: [Bool]
  /// Indexed by step: the first step behind its nested ones.
  private var ends: [Int]
  private var isReached: [Bool]
  private var events: Set<Event> = []
  private var expecting: [Expected: [Int]] = [:]
  private var handlersToDo: [HandlerID] = []
  private var stepsToDo: [Int] = []

  /// Indexed by step.
  private(set) var steps: [Bool]

  /// - Parameter roots: the handlers that start by themselves.
  init(_ graph: Graph, usage: Usage, roots: [HandlerID]) {
    self.graph = graph
    self.usage = usage
    isConditional = Array(repeating: false, count: graph.steps.count)
    ends = Array(1..<(graph.steps.count + 1))
    isReached = Array(repeating: false, count: graph.handlers.count)
    steps = Array(repeating: false, count: graph.steps.count)
    markConditional()
    for root in roots { reach(root) }
    while true {
      if let handler = handlersToDo.popLast() {
        // The steps of a handler are contiguous.
        guard let first = graph[handler].steps.first, let last = graph[handler].steps.last else { continue }
        walk(first.index..<ends[last.index], handler)
      } else if let step = stepsToDo.popLast() {
        walk(step..<ends[step], graph.steps[step].handler)
      } else {
        break
      }
    }
  }

  private mutating func markConditional() {
    func mark(_ ids: [StepID], _ flags: inout [Bool]) { for id in ids { flags[id.index] = true } }
    for step in graph.steps {
      if let undo = step.undo { isConditional[undo.index] = true }
      switch step.verb {
      case .wait(let wait): mark(wait.otherwise, &isConditional)
      case .choose(let choose): for branch in choose.branches { mark(branch.steps, &isConditional) }
      case .call(let call): if case .steps(let ids) = call.onError { mark(ids, &isConditional) }
      case .compute, .send, .publish, .write, .read, .effect, .transaction, .checkpoint, .parallel, .each, .signal,
        .reply, .fail:
        break
      }
    }
    for index in graph.steps.indices.reversed() {
      if let parent = graph.steps[index].parent { ends[parent.index] = max(ends[parent.index], ends[index]) }
    }
  }

  private mutating func reach(_ handler: HandlerID) {
    guard !isReached[handler.index] else { return }
    isReached[handler.index] = true
    handlersToDo.append(handler)
  }

  private mutating func walk(_ range: Range<Int>, _ handler: HandlerID) {
    var index = range.lowerBound
    while index < range.upperBound {
      let step = graph.steps[index]
      if isConditional[index] && !(index == range.lowerBound && steps[index]) {
        index = ends[index]
      } else if let event = step.when, !steps[index], !hears(event, handler) {
        expecting[Expected(handler: handler, event: event), default: []].append(index)
        index = ends[index]
      } else {
        steps[index] = true
        follow(step.verb)
        index += 1
      }
    }
  }

  private func hears(_ event: NameID, _ handler: HandlerID) -> Bool {
    graph[handler].triggers.contains { trigger in
      if case .channel(let channel) = trigger { return events.contains(Event(channel: channel, name: event)) }
      return false
    }
  }

  private mutating func follow(_ verb: Verb) {
    switch verb {
    case .call(let call): reach(call.handler)
    case .send(let send): for handler in usage.consumers[send.channel.index] { reach(handler) }
    case .publish(let publish):
      for handler in usage.consumers[publish.channel.index] { reach(handler) }
      guard let name = publish.event, events.insert(Event(channel: publish.channel, name: name)).inserted
      else { return }
      for handler in usage.consumers[publish.channel.index] {
        stepsToDo += expecting.removeValue(forKey: Expected(handler: handler, event: name)) ?? []
      }
    case .compute, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .signal,
      .reply, .fail:
      break
    }
  }
}
