import Primitives
import ProgressGraph

/// Finds the step that a fault means.
///
/// A label stands for one step of a handler. The fault's own node is searched first, then the whole graph; a label that
/// several handlers have needs the handler's name in front, or the node's.
struct StepIndex {
  enum Outcome {
    case found(StepID)
    case unknown
    /// The unambiguous names of the candidates, at most a few.
    case ambiguous([String])
  }

  private struct NodeLabel: Hashable {
    var node: NodeID
    var label: String
  }
  /// As many steps as a message about ambiguity lists.
  private static let listed = 6

  private let graph: Graph
  private let nodes: [String: NodeID]
  /// The step of the label in each handler, for a few handlers.
  private var byNode: [NodeLabel: [StepID]] = [:]
  private var byLabel: [String: [StepID]] = [:]

  init(_ graph: Graph, nodes: [String: NodeID]) {
    self.graph = graph
    self.nodes = nodes
    for (index, step) in graph.steps.enumerated() {
      let id = StepID(index)
      Self.add(id, to: &byNode[NodeLabel(node: graph[step.handler].node, label: step.label), default: []])
      Self.add(id, to: &byLabel[step.label, default: []])
    }
  }

  /// Static: a method would borrow the whole index, and each change would copy a dictionary.
  private static func add(_ id: StepID, to list: inout [StepID]) {
    if list.count < listed { list.append(id) }
  }

  /// - Parameter own: the node the fault strikes, where it strikes one.
  func find(_ text: String, own: NodeID?) -> Outcome {
    if let own, let found = outcome(byNode[NodeLabel(node: own, label: text)], own: own) { return found }
    if let found = outcome(byLabel[text], own: nil) { return found }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2 {
      if let own, let step = step(parts[1], handler: parts[0], of: own) { return .found(step) }
      let inHandlers = (byLabel[parts[1]] ?? []).filter { graph[graph[$0].handler].name == parts[0] }
      if let found = outcome(inHandlers, own: nil) { return found }
    }
    guard let first = parts.first, let node = nodes[first], parts.count > 1 else { return .unknown }
    return find(inside: node, parts.dropFirst().joined(separator: "/"))
  }

  /// `STEP` or `handler/STEP` of one node.
  func find(inside node: NodeID, _ text: String) -> Outcome {
    if let found = outcome(byNode[NodeLabel(node: node, label: text)], own: node) { return found }
    guard let slash = text.firstIndex(of: "/") else { return .unknown }
    let (handler, label) = (String(text[..<slash]), String(text[text.index(after: slash)...]))
    return step(label, handler: handler, of: node).map { .found($0) } ?? .unknown
  }

  private func step(_ label: String, handler: String, of node: NodeID) -> StepID? {
    if let listed = (byNode[NodeLabel(node: node, label: label)] ?? []).first(where: {
      graph[graph[$0].handler].name == handler
    }) {
      return listed
    }
    return graph.steps.firstIndex { step in
      step.label == label && graph[step.handler].node == node && graph[step.handler].name == handler
    }.map { StepID($0) }
  }

  private func outcome(_ steps: [StepID]?, own: NodeID?) -> Outcome? {
    guard let steps, let first = steps.first else { return nil }
    if steps.count == 1 { return .found(first) }
    return .ambiguous(steps.map { name(of: $0, isOwn: own != nil) })
  }

  private func name(of id: StepID, isOwn: Bool) -> String {
    let step = graph[id]
    let handler = graph[step.handler]
    let inside = handler.name.map { "\($0)/\(step.label)" } ?? step.label
    return isOwn ? inside : "\(graph[handler.node].name)/\(inside)"
  }

  /// The labels of one node, or of the whole graph, for guessing.
  func labels(of node: NodeID?) -> [String] {
    graph.steps.filter { node == nil || graph[$0.handler].node == node }.map(\.label)
  }
}
