import Primitives
import ProgressGraph

/// Who is called and who is written to: the incoming side of every handler and channel.
struct Usage {
  /// Indexed by handler.
  private(set) var isCalled: [Bool]
  /// Indexed by channel. A table is written through its source, a dead-letter queue by what it parks for.
  private(set) var isWritten: [Bool]
  /// Handlers that a channel triggers, indexed by channel.
  private(set) var consumers: [[HandlerID]]

  init(_ graph: Graph) {
    isCalled = Array(repeating: false, count: graph.handlers.count)
    isWritten = Array(repeating: false, count: graph.channels.count)
    consumers = Array(repeating: [], count: graph.channels.count)
    for step in graph.steps {
      switch step.verb {
      case .call(let call): isCalled[call.handler.index] = true
      case .send(let send): isWritten[send.channel.index] = true
      case .publish(let publish): isWritten[publish.channel.index] = true
      case .compute, .write, .read, .effect, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .signal,
        .reply, .fail:
        break
      }
    }
    for (index, channel) in graph.channels.enumerated() {
      if let source = channel.source, isWritten[source.index] { isWritten[index] = true }
      if channel.parksFor != nil { isWritten[index] = true }
    }
    for (index, handler) in graph.handlers.enumerated() {
      for trigger in handler.triggers {
        if case .channel(let channel) = trigger { consumers[channel.index].append(HandlerID(index)) }
      }
    }
  }

  /// True when something can start this handler.
  func isTriggered(_ id: HandlerID, in graph: Graph) -> Bool {
    graph[id].triggers.contains { trigger in
      switch trigger {
      case .rpc: isCalled[id.index]
      case .channel(let channel): isWritten[channel.index]
      case .every, .cron, .start: true
      }
    }
  }

  func isTriggered(_ node: Node, in graph: Graph) -> Bool {
    node.handlers.contains { isTriggered($0, in: graph) }
  }
}
