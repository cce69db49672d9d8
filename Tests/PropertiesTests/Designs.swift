import MachineContract
import Primitives
import ProgressGraph
import Properties

/// Builds a graph by hand, so that these tests depend on no reader of files.
struct DesignBuilder {
  var graph = Graph(name: "design")

  mutating func name(_ text: String) -> NameID {
    if let known = graph.names.firstIndex(of: text) { return NameID(known) }
    graph.names.append(text)
    return NameID(graph.names.count - 1)
  }

  mutating func node(_ name: String, kind: NodeKind = .service, work: WorkControl = .none) -> NodeID {
    var node = Node(name: name, kind: kind)
    node.work = work
    graph.nodes.append(node)
    return NodeID(graph.nodes.count - 1)
  }

  mutating func channel(_ name: String, _ kind: ChannelKind) -> ChannelID {
    _ = self.name(name)
    graph.channels.append(Channel(name: name, kind: kind))
    return ChannelID(graph.channels.count - 1)
  }

  mutating func handler(_ node: NodeID, _ trigger: Trigger = .rpc, name: String? = nil) -> HandlerID {
    graph.handlers.append(Handler(name: name, node: node, triggers: [trigger], steps: []))
    let id = HandlerID(graph.handlers.count - 1)
    graph.nodes[node.index].handlers.append(id)
    return id
  }

  /// A step; without a parent it is appended to its handler's own steps.
  mutating func step(_ handler: HandlerID, _ verb: Verb, in parent: StepID? = nil, when: NameID? = nil) -> StepID {
    graph.steps.append(Step(handler: handler, parent: parent, label: "step", verb: verb, when: when))
    let id = StepID(graph.steps.count - 1)
    if parent == nil { graph.handlers[handler.index].steps.append(id) }
    return id
  }

  mutating func write(_ handler: HandlerID, _ effect: String, in parent: StepID? = nil) -> StepID {
    step(handler, .write(effect: name(effect), key: nil, version: nil), in: parent)
  }

  /// Registers a write as the compensation of a step.
  mutating func undo(_ step: StepID, by effect: String) -> StepID {
    let undo = write(graph[step].handler, effect, in: step)
    graph.steps[step.index].undo = undo
    return undo
  }

  mutating func call(_ handler: HandlerID, _ target: HandlerID, in parent: StepID? = nil) -> StepID {
    step(handler, .call(Call(target: graph[target].node, handler: target)), in: parent)
  }
}

/// `web` calls `shop`, which writes `a` and then `b`.
struct CallDesign {
  var builder = DesignBuilder()
  let web, shop: NodeID
  let webHandler, shopHandler: HandlerID
  let call, a, b: StepID

  init(work: WorkControl = .none, isReliable: Bool = false) {
    web = builder.node("web", kind: .client)
    shop = builder.node("shop", work: work)
    webHandler = builder.handler(web, .start)
    shopHandler = builder.handler(shop)
    call = builder.call(webHandler, shopHandler)
    if isReliable {
      var reliable = Call(target: shop, handler: shopHandler)
      reliable.isReliable = true
      builder.graph.steps[call.index].verb = .call(reliable)
    }
    a = builder.write(shopHandler, "a")
    b = builder.write(shopHandler, "b")
    builder.graph.workflow.start = web
  }

  func webUnit(root: UInt64 = 1) -> WorkUnit {
    WorkUnit(node: web, handler: webHandler, root: root, path: 10, trigger: root)
  }

  func shopUnit(root: UInt64 = 1, request: UInt64 = 100) -> WorkUnit {
    WorkUnit(node: shop, handler: shopHandler, root: root, path: 20, trigger: request)
  }
}

/// `worker` consumes the queue or topic `jobs` and writes `a`, then `b`.
struct QueueDesign {
  var builder = DesignBuilder()
  let jobs: ChannelID
  let worker: NodeID
  let handler: HandlerID
  let a, b: StepID

  init(work: WorkControl = .none, kind: ChannelKind = .queue) {
    jobs = builder.channel("jobs", kind)
    worker = builder.node("worker", work: work)
    handler = builder.handler(worker, .channel(jobs))
    a = builder.write(handler, "a")
    b = builder.write(handler, "b")
  }

  func unit(root: UInt64 = 1, message: UInt64 = 500) -> WorkUnit {
    WorkUnit(node: worker, handler: handler, root: root, path: 30, trigger: message)
  }

  func record(root: UInt64 = 1, message: UInt64 = 500, to consumer: NodeID? = nil) -> StoredTrigger {
    StoredTrigger(channel: jobs, message: message, root: root, path: 30, consumer: consumer)
  }
}

/// A run told by hand: each observation is one event.
struct Story {
  let graph: Graph
  var judge: WorkJudge
  private(set) var steps = 0
  var now = SimInstant.start

  init(_ graph: Graph) {
    self.graph = graph
    judge = WorkJudge(graph: graph)
  }

  mutating func tell(_ observations: WorkObservation...) {
    for observation in observations {
      judge.observe(observation, step: steps, at: now)
      steps += 1
    }
  }

  /// The unit applies the effect of this step, counted by its root unless a key is given.
  mutating func apply(_ unit: WorkUnit, _ step: StepID, key: UInt64? = nil, record: UInt64? = nil) {
    let name: NameID
    switch graph[step].verb {
    case .write(let effect, _, _), .effect(let effect, _): name = effect
    case .send(let send): name = NameID(graph.names.firstIndex(of: graph[send.channel].name)!)
    case .call(let call): name = NameID(graph.names.firstIndex(of: graph[call.target].name)!)
    default: preconditionFailure("no effect")
    }
    let isCompensation = graph[step].parent.map { graph[$0].undo == step } ?? false
    tell(
      .began(unit, step),
      .effect(
        AppliedEffect(
          unit: unit, step: step, name: name, key: key ?? unit.root, isCompensation: isCompensation, record: record)),
      .performed(unit, step), .ended(unit, step))
  }

  func verdict(settled: Bool = true, facts: RunFacts = RunFacts()) -> Judgement {
    judge.verdict(settled: settled, facts: facts)
  }

  /// The codes of the settled run.
  var outcome: [AnomalyCode] { verdict().outcome }
}

/// The beginning of most calls: the client starts and asks.
extension Story {
  mutating func ask(_ design: CallDesign, root: UInt64 = 1, request: UInt64 = 100, isFirst: Bool = true) {
    if isFirst {
      tell(
        .started(design.web, root: root), .arrived(design.webUnit(root: root), attempt: 1),
        .began(design.webUnit(root: root), design.call))
    }
    tell(.called(design.webUnit(root: root), design.call, request: request, attempt: isFirst ? 1 : 2))
  }

  mutating func serve(_ design: CallDesign, root: UInt64 = 1, request: UInt64 = 100, _ steps: [StepID]) {
    let unit = design.shopUnit(root: root, request: request)
    tell(.arrived(unit, attempt: 1))
    for step in steps { apply(unit, step) }
  }

  mutating func finish(_ design: CallDesign, root: UInt64 = 1, request: UInt64 = 100) {
    let unit = design.shopUnit(root: root, request: request)
    tell(.finished(unit), .replied(unit, nil))
  }

  mutating func answer(_ design: CallDesign, root: UInt64 = 1, request: UInt64 = 100) {
    let unit = design.webUnit(root: root)
    tell(
      .answered(unit, design.call, request: request), .performed(unit, design.call), .ended(unit, design.call),
      .finished(unit))
  }

  mutating func giveUp(
    _ design: CallDesign, root: UInt64 = 1, request: UInt64 = 100, _ reason: FailureReason = .timedOut
  ) {
    let unit = design.webUnit(root: root)
    tell(.callFailed(unit, design.call, request: request, reason), .failed(unit, design.call, reason))
  }
}
