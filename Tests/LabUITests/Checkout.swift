import LabEngine
import LabUI
import Primitives
import ProgressGraph
import Screen

/// A lab over a run that is made up by hand: no engine decides what these tests see.
enum Checkout {
  static let text = """
    name: checkout
    summary: A checkout to be looked at
    channels:
      orders: topic
      parcels: {kind: queue, dlq: true}
    nodes:
      web: {kind: client, do: [{call: shop, key: order_id, retry: 2}]}
      shop:
        do:
          - {call: stock}
          - {call: pay}
          - {write: order}
          - {publish: orders}
          - {send: parcels}
      stock: {do: [{write: reserved}]}
      pay: {work: idempotent, do: [{call: psp, key: order_id}]}
      mailer: {trigger: orders, do: [{effect: email}]}
      shipper: {trigger: parcels, do: [{effect: parcel}]}
      psp: {kind: external, idempotency: true}
    scenarios:
      payment-dies: {summary: The answer did not arrive, faults: [{crash: pay, after: work}]}
    """

  static func graph() throws -> Graph {
    let loaded = Lab.load(Array(text.utf8), file: "checkout.yaml")
    guard let graph = loaded.graph else { throw Mistake(diagnostics: loaded.diagnostics.map(\.message)) }
    return graph
  }

  struct Mistake: Error {
    var diagnostics: [String]
  }

  static let tip = 40

  static var story: [StoryEvent] {
    func event(_ step: Int, _ actor: String, _ text: String, _ kind: StoryEvent.Kind, _ cause: Int?) -> StoryEvent {
      StoryEvent(
        step: step, time: SimInstant(microseconds: Int64(step) * 11_500), actor: actor, text: text, kind: kind,
        cause: cause)
    }
    return [
      event(1, "web", "starts order-1", .note, nil),
      event(3, "web", "calls shop", .message, 0),
      event(5, "shop", "begins work for order-1", .message, 1),
      event(8, "stock", "writes reserved for order-1", .effect, 2),
      event(12, "psp", "does psp for order-1", .effect, 2),
      event(13, "pay", "crashes", .fault, nil),
      event(20, "shop", "gives up on pay: no answer in time", .failure, 2),
      event(22, "pay", "comes up again", .recovery, nil),
      event(25, "web", "calls shop, attempt 2", .message, 6),
      event(30, "stock", "writes reserved for order-1: second time", .anomaly, 8),
      event(38, "shipper", "does parcel for order-1", .effect, 8),
    ]
  }

  static let branches = [
    BranchSummary(name: "calm", tip: 36),
    BranchSummary(
      name: "crash-pay", origin: .init(branch: 0, step: 12), tip: tip, summary: "{crash: pay, at: 138ms}",
      codes: ["DUP"]),
  ]

  static var history: LabHistory {
    LabHistory(tip: tip, events: story, branches: branches, current: 1, canUndo: true)
  }

  /// What the made-up run shows at a step: pay is crashed from 13 to 21, stock doubles its write at 30.
  static func moment(_ step: Int, of graph: Graph) -> LabMoment {
    let nodes = graph.nodeIDs.map { node -> PlaceStatus in
      let work = graph[node].work.rawValue
      var status = PlaceStatus(facts: [Fact("state", "up"), Fact("work", work), Fact("inbox", "0")])
      switch graph[node].name {
      case "shop":
        status.note = "1 running"
        status.facts[2] = Fact("inbox", "1", before: "0")
      case "pay" where (13..<22).contains(step):
        status.health = .crashed
        status.facts[0] = Fact("state", "CRASHED", before: step == 13 ? "up" : nil)
      case "mailer" where step > 15: status.health = .paused
      case "shipper" where step > 15: status.health = .down
      case "psp" where step > 15: status.health = .slow
      default: break
      }
      return status
    }
    let channels = graph.channelIDs.map { channel in
      let name = graph[channel].name
      return PlaceStatus(note: "2 waiting", facts: [Fact("broker", "up"), Fact("waiting", "2"), Fact("log", name)])
    }
    var moment = LabMoment(
      step: step, time: SimInstant(microseconds: Int64(step) * 11_500), nodes: nodes, channels: channels,
      properties: properties(at: step))
    if step > 2, let web = graph.node(named: "web"), let shop = graph.node(named: "shop"),
      let orders = graph.channel(named: "orders")
    {
      moment.inFlight = [
        Flight(from: .node(web), to: .node(shop)), Flight(from: .node(shop), to: .channel(orders), isDuplicate: true),
        Flight(from: .node(shop), to: .node(web), isReply: true),
      ]
    }
    moment.progress = progress(at: step)
    if (13..<22).contains(step) { moment.activeFaults = ["pay is crashed"] }
    return moment
  }

  private static func progress(at step: Int) -> [WorkflowReport] {
    guard step > 0 else { return [] }
    let pay = WorkReport(
      place: "pay", state: "failed", attempts: 2, steps: [StepReport(step: "psp", state: "pending")])
    let shop = WorkReport(
      place: "shop", state: "running", attempts: 1,
      steps: [
        StepReport(step: "stock", state: "done", below: [WorkReport(place: "stock", state: "done", attempts: 1)]),
        StepReport(step: "pay", state: "running", waitsFor: "pay", retries: 1, below: [pay]),
        StepReport(step: "order", state: "pending"),
      ])
    let web = WorkReport(
      place: "web", state: "running", attempts: 1,
      steps: [StepReport(step: "shop", state: "running", waitsFor: "shop", below: [shop])])
    return [
      WorkflowReport(trigger: "order-1", isComplete: false, isCut: true, works: [web]),
      WorkflowReport(trigger: "order-2", isComplete: false, works: []),
    ]
  }

  private static func properties(at step: Int) -> [PropertyStatus] {
    [
      PropertyStatus("once psp", step == tip ? .holds : .open),
      step >= 30
        ? PropertyStatus("all_or_none shop", .violated, detail: "DUP reserved", step: 30)
        : PropertyStatus("all_or_none shop", .open),
      PropertyStatus("ORPHAN web", .observed, detail: "order-1, violates nothing", step: 20),
    ]
  }

  static func state(
    step: Int = 14, width: Int = 80, height: Int = 24, glyphs: GlyphSet = .unicode
  ) throws -> AppState {
    let graph = try graph()
    return AppState(
      graph: graph, file: "checkout.yaml", seed: 42, history: history, moment: moment(step, of: graph),
      glyphs: glyphs, width: width, height: height)
  }

  /// Carries out what the lab asks for, as the terminal loop would.
  static func perform(_ commands: [Command], on state: inout AppState) {
    for command in commands {
      if case .go(let step) = command { show(step, in: &state) }
    }
  }

  static func show(_ step: Int, in state: inout AppState) {
    _ = update(&state, .session(state.history, moment(min(max(0, step), tip), of: state.graph)))
  }

  /// Presses keys one after the other; a text stands for its characters.
  static func press(_ keys: [Key], on state: inout AppState) -> [Command] {
    var all: [Command] = []
    for key in keys {
      let commands = update(&state, .input(.key(key)))
      perform(commands, on: &state)
      all += commands
    }
    return all
  }

  static func press(_ text: String, on state: inout AppState) -> [Command] {
    press(text.unicodeScalars.map { .character($0) }, on: &state)
  }
}

extension AppState {
  func drawn() -> Grid {
    var grid = Grid(width: width, height: height)
    view(self, into: &grid)
    return grid
  }

  var text: String { drawn().lines().joined(separator: "\n") }
}
