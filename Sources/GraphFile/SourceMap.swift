public import Primitives

/// Where the parts of a graph stand in its file.
///
/// Look-ups are by identifier; spans are computed when asked for. What the file only implies (an undeclared call
/// target, a dead-letter queue) points at what implies it. Indexed like the graph's own arrays.
public struct SourceMap: Sendable {
  public let source: SourceText
  var root = Item(content: .empty, place: .start)
  var nodes: [Pair] = []
  var channels: [Pair] = []
  var handlers: [Pair] = []
  var steps: [Item] = []
  var scenarios: [Pair] = []

  init(source: SourceText) { self.source = source }

  // MARK: Nodes, channels, handlers

  /// The node's name.
  public func span(of node: NodeID) -> SourceSpan { source.span(of: nodes[node.index].key) }
  /// The value of one of the node's keys; the node's name where the file does not have the key.
  public func span(of node: NodeID, key: String) -> SourceSpan { span(nodes[node.index], key) }
  /// The channel's name.
  public func span(of channel: ChannelID) -> SourceSpan { source.span(of: channels[channel.index].key) }
  /// The value of one of the channel's keys; the channel's name where the file does not have the key.
  public func span(of channel: ChannelID, key: String) -> SourceSpan { span(channels[channel.index], key) }
  /// The key that introduces the handler: its name, or `do`.
  public func span(of handler: HandlerID) -> SourceSpan { source.span(of: handlers[handler.index].key) }

  private func span(_ pair: Pair, _ key: String) -> SourceSpan {
    source.span(of: pair.value[key] ?? pair.key)
  }

  // MARK: Steps

  /// The step's verb with its object: `write: order`; the verb alone where the object is a collection.
  public func span(of step: StepID) -> SourceSpan {
    let item = steps[step.index]
    guard let pair = item.pairs?.first(where: { StepTables.steps.table($0.name) != nil }) else {
      return source.span(of: item)
    }
    let key = source.span(of: pair.key)
    guard pair.value.text != nil else { return key }
    let value = source.span(of: pair.value)
    guard value.line == key.line else { return key }
    return SourceSpan(line: key.line, column: key.column, endLine: value.endLine, endColumn: value.endColumn)
  }

  /// The value of one of the step's keys, modifiers included; the step itself where it does not have the key.
  public func span(of step: StepID, key: String) -> SourceSpan {
    guard let value = steps[step.index][key] else { return span(of: step) }
    return source.span(of: value)
  }

  // MARK: Everything else

  /// The scenario's name, by its position in `Graph.scenarios`.
  public func span(ofScenario index: Int) -> SourceSpan {
    scenarios.indices.contains(index) ? source.span(of: scenarios[index].key) : .fileStart
  }

  /// The value of one of the scenario's keys; its name where it does not have the key.
  public func span(ofScenario index: Int, key: String) -> SourceSpan {
    scenarios.indices.contains(index) ? span(scenarios[index], key) : .fileStart
  }

  /// A fault, by its position in `Scenario.faults`.
  public func span(ofFault fault: Int, inScenario index: Int) -> SourceSpan {
    guard scenarios.indices.contains(index), let faults = scenarios[index].value["faults"]?.elements,
      faults.indices.contains(fault)
    else { return span(ofScenario: index) }
    return source.span(of: faults[fault])
  }

  /// A value by its path from the top of the file: `["expect", "once", "0"]`, `["budgets", "availability"]`. List
  /// entries are named by their position. Nil where the file has no such value.
  public func span(at path: [String]) -> SourceSpan? {
    var item = root
    for name in path {
      if let elements = item.elements {
        guard let index = Int(name), elements.indices.contains(index) else { return nil }
        item = elements[index]
      } else if let value = item[name] {
        item = value
      } else {
        return nil
      }
    }
    return source.span(of: item)
  }

  /// The key at a path, as `span(at:)`.
  public func keySpan(at path: [String]) -> SourceSpan? {
    guard let last = path.last else { return nil }
    var item = root
    for name in path.dropLast() {
      guard let value = item[name] else { return nil }
      item = value
    }
    return item.pair(last).map { source.span(of: $0.key) }
  }
}
