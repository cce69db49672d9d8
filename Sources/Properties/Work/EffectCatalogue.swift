import Primitives
import ProgressGraph

/// What the graph says about effects before anything runs. Owner: the judge, made once per graph and shared by copies.
struct EffectCatalogue: Sendable {
  /// Where a step stands in its handler.
  enum Place: Sendable {
    /// On the way to the goal.
    case forward
    /// Inside an `undo`.
    case compensating
    /// Inside an `else` or `on_error`.
    case fallback
  }

  struct Consumer: Sendable {
    var node: NodeID
    var handler: HandlerID
  }

  let graph: Graph
  /// Indexed by step.
  private(set) var places: [Place] = []
  /// Indexed by step: which one it is among the steps of its handler that share an effect name. A handler that names
  /// an effect twice means two effects.
  private(set) var ordinals: [Int] = []
  /// Indexed by step: the names an expectation may use for its effect; empty for a step without one.
  private(set) var names: [[NameID]] = []
  /// Indexed by step: the `undo` of the step or of the nearest step around it.
  private(set) var undos: [StepID?] = []
  /// Indexed by step: the branches around it, innermost first.
  private(set) var decisions: [[BranchPlace]] = []
  /// False in a graph without a `choose`.
  private(set) var hasDecisions = false
  /// Indexed by handler: the forward steps with an effect of their own.
  private(set) var effectSteps: [[StepID]] = []
  /// Indexed by handler: the names of all effects it leads to, over calls and channels, on the way forward.
  private(set) var reach: [IdentifierSet<NameID>] = []
  /// Indexed by handler: true when it has an effect or a call, so that skipping it loses something.
  private(set) var bearsWork: [Bool] = []
  /// Indexed by handler: the names of the signals it waits for.
  private var awaited: [IdentifierSet<NameID>] = []
  /// Indexed by channel, in the order of the file.
  private(set) var consumers: [[Consumer]] = []
  /// Indexed by node.
  let isDurable: [Bool]
  /// Indexed by node: work of a stream job is done at its checkpoint, not at its last step.
  let isStream: [Bool]
  /// Tables that somebody reads with a bound on their age, with the job that makes each.
  private(set) var boundedTables: [(table: ChannelID, job: NodeID)] = []
  /// Indexed by handler: the fields by whose value its triggers have an order.
  private(set) var orderFields: [[NameID]] = []
  /// Fields that have one value for all triggers of the load.
  let shared: [NameID]
  /// Indexed by `exclusive` group: its members are branches of one decision, and a turn of it takes one of them.
  private(set) var isDecidedByTurns: [Bool] = []
  /// Names that stand on the right of `compensated_by`.
  private(set) var compensatingNames = IdentifierSet<NameID>()

  init(graph: Graph, same shared: [NameID]) {
    self.graph = graph
    self.shared = shared
    isDurable = graph.nodes.map { $0.work == .durable }
    isStream = graph.nodes.map { $0.kind == .stream }
    indexSteps()
    indexHandlers()
    hasDecisions = decisions.contains { !$0.isEmpty }
    indexTables()
    orderFields = graph.handlerIDs.map { orderFields(of: $0) }
    let exclusive = ExclusiveGroups(self)
    isDecidedByTurns = graph.expectations.exclusive.map { exclusive.areBranches($0) }
    for compensation in graph.expectations.compensatedBy { compensatingNames.insert(compensation.undoneBy) }
  }

  // MARK: Queries

  /// True when this effect, done by this step, is what an expectation calls by this name.
  func isNamed(_ name: NameID, effect: NameID, step: StepID) -> Bool {
    effect == name || names[step.index].contains(name)
  }

  /// True for an external that only answers: its work is one effect, done under the calling step.
  func isSingleEffect(_ handler: HandlerID) -> Bool { graph[handler].steps.isEmpty }

  /// True for a handler with a wait of this name.
  func waits(_ handler: HandlerID, for name: NameID) -> Bool { awaited[handler.index].contains(name) }

  /// The nodes that bear an effect of this name on the way forward.
  func nodes(bearing name: NameID) -> IdentifierSet<NodeID> {
    var nodes = IdentifierSet<NodeID>()
    for step in graph.stepIDs where names[step.index].contains(name) && places[step.index] == .forward {
      nodes.insert(graph[graph[step].handler].node)
    }
    return nodes
  }

  // MARK: Making

  private mutating func indexSteps() {
    var latest: [[Int]] = Array(repeating: [], count: graph.handlers.count)
    awaited = Array(repeating: IdentifierSet(), count: graph.handlers.count)
    for id in graph.stepIDs {
      let step = graph[id]
      if case .wait(let wait) = step.verb, case .signal(let name) = wait.subject {
        awaited[step.handler.index].insert(name)
      }
      places.append(place(of: id))
      undos.append(undo(around: id))
      decisions.append(decisions(around: id))
      let own = effectNames(of: step)
      names.append(own)
      ordinals.append(ordinal(of: id, named: own, seen: &latest[step.handler.index]))
    }
  }

  /// - Parameter seen: the earlier steps of the handler, by index.
  private func ordinal(of id: StepID, named own: [NameID], seen: inout [Int]) -> Int {
    // The effect of an external is a request, and two steps that call it make two requests: no ordinal in common.
    if case .call = graph[id].verb { return graph.steps.count + id.index }
    var ordinal = 0
    for earlier in seen where names[earlier].contains(where: own.contains) {
      ordinal = max(ordinal, ordinals[earlier] + 1)
    }
    if !own.isEmpty { seen.append(id.index) }
    return ordinal
  }

  private mutating func indexTables() {
    for step in graph.steps {
      guard case .read(_, let table?, _?) = step.verb, !boundedTables.contains(where: { $0.table == table }),
        let source = graph[table].source
      else { continue }
      // The deployment adds the job under the table's name.
      let job = consumers[source.index].map(\.node).first { isStream[$0.index] && graph[$0].name == graph[table].name }
      if let job { boundedTables.append((table, job)) }
    }
  }

  private func place(of id: StepID) -> Place {
    guard let parent = graph[id].parent else { return .forward }
    if graph[parent].undo == id { return .compensating }
    switch graph[parent].verb {
    case .call(let call):
      if case .steps(let steps) = call.onError, steps.contains(id) { return .fallback }
    case .wait(let wait):
      if wait.otherwise.contains(id) { return .fallback }
    case .compute, .send, .publish, .write, .read, .effect, .transaction, .checkpoint, .choose, .parallel, .each,
      .signal, .reply, .fail:
      break
    }
    // Parents come before their children in the order of the file.
    return parent < id ? places[parent.index] : place(of: parent)
  }

  private func undo(around id: StepID) -> StepID? {
    var current = id
    while true {
      if let undo = graph[current].undo { return undo }
      guard let parent = graph[current].parent, graph[parent].undo != current else { return nil }
      switch graph[parent].verb {
      case .transaction, .choose, .parallel, .each: current = parent
      // What stands under these runs because the step failed: the step's own undo does not take it back.
      case .call, .wait, .compute, .send, .publish, .write, .read, .effect, .checkpoint, .signal, .reply, .fail:
        return nil
      }
    }
  }

  private func effectNames(of step: Step) -> [NameID] {
    switch step.verb {
    case .write(let effect, _, _), .effect(let effect, _): [effect]
    case .send(let send): named(graph[send.channel].name)
    case .publish(let publish): (publish.event.map { [$0] } ?? []) + named(graph[publish.channel].name)
    case .call(let call): isSingleEffect(call.handler) ? named(graph[call.target].name) : []
    case .compute, .read, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .signal, .reply, .fail: []
    }
  }

  private func named(_ text: String) -> [NameID] {
    graph.names.firstIndex(of: text).map { [NameID($0)] } ?? []
  }

  private mutating func indexHandlers() {
    consumers = Array(repeating: [], count: graph.channels.count)
    effectSteps = Array(repeating: [], count: graph.handlers.count)
    bearsWork = graph.handlers.map(\.steps.isEmpty)
    for id in graph.handlerIDs {
      for case .channel(let channel) in graph[id].triggers {
        consumers[channel.index].append(Consumer(node: graph[id].node, handler: id))
      }
    }
    var reached: [IdentifierSet<NameID>] = Array(repeating: IdentifierSet(), count: graph.handlers.count)
    var next: [[HandlerID]] = Array(repeating: [], count: graph.handlers.count)
    for id in graph.stepIDs where places[id.index] == .forward {
      let handler = graph[id].handler.index
      for name in names[id.index] { reached[handler].insert(name) }
      switch graph[id].verb {
      case .write, .effect: effectSteps[handler].append(id)
      case .send(let send):
        effectSteps[handler].append(id)
        next[handler] += consumers[send.channel.index].map(\.handler)
      case .publish(let publish):
        effectSteps[handler].append(id)
        next[handler] += consumers[publish.channel.index].map(\.handler)
      case .call(let call):
        bearsWork[handler] = true
        next[handler].append(call.handler)
      case .compute, .read, .transaction, .checkpoint, .wait, .choose, .parallel, .each, .signal, .reply, .fail:
        break
      }
      if !effectSteps[handler].isEmpty { bearsWork[handler] = true }
    }
    reach = closure(of: reached, over: next)
  }

  /// What each handler reaches in any number of hops; graphs may have cycles.
  private func closure(
    of own: [IdentifierSet<NameID>], over next: [[HandlerID]]
  ) -> [IdentifierSet<NameID>] {
    var reach = own
    var changed = true
    while changed {
      changed = false
      for handler in reach.indices {
        let before = reach[handler]
        for follower in next[handler] { reach[handler].formUnion(reach[follower.index]) }
        if reach[handler] != before { changed = true }
      }
    }
    return reach
  }
}
