public import LabEngine
import Primitives
public import ProgressGraph

/// What a pane of the lab shows at one step, as lines that can be read, compared and searched without a screen.
public struct MomentText {
  public enum Pane: String, CaseIterable, Sendable {
    /// Every place with its state, and below it where its messages go.
    case graph
    /// Everything that is known of every place.
    case inspector
    /// The replicas of every log and journal.
    case log
    /// What must hold, and whether it does.
    case properties
    /// For every trigger the tree of its work: which steps are done, in flight, waiting for whom.
    case progress
  }

  private let graph: Graph
  private let history: LabHistory
  private let moment: LabMoment

  public init(graph: Graph, history: LabHistory, moment: LabMoment) {
    self.graph = graph
    self.history = history
    self.moment = moment
  }

  public func bytes(pane: Pane, seed: UInt64, style: TextStyle) -> [UInt8] {
    var text = StyledText(style: style)
    writeTitle(seed: seed, to: &text)
    switch pane {
    case .graph: writeGraph(to: &text)
    case .inspector: writeInspector(to: &text)
    case .log: writeLogs(to: &text)
    case .properties: writeProperties(to: &text)
    case .progress:
      ProgressText(workflows: moment.progress).write(to: &text)
      if moment.progress.isEmpty { text.line("Nothing has started yet.", .muted) }
    }
    return text.bytes
  }

  // MARK: Panes

  private func writeTitle(seed: UInt64, to text: inout StyledText) {
    text.add(graph.name, .strong)
    let branch = history.branches.indices.contains(history.current) ? history.branches[history.current].name : "run"
    let step = "step \(moment.step)/\(history.tip)"
    for part in ["scenario \(branch)", "seed \(seed)", step, "t=\(clock(moment.time))"] {
      text.add(" ")
      text.add(.separator, .muted)
      text.add(" \(part)")
    }
    text.line()
    for fault in moment.activeFaults {
      text.add("now    ", .muted)
      text.line(fault, .bad)
    }
    for event in history.events where event.step == moment.step && moment.step > 0 {
      text.add("event  ", .muted)
      text.line("\(event.actor) \(event.text)")
    }
    text.line()
  }

  private func writeGraph(to text: inout StyledText) {
    let column = places.map { displayWidth(name(of: $0)) }.max() ?? 0
    let edges = graph.edges()
    for place in places {
      let status = moment[place]
      text.add(name(of: place), padded: column + 2, .strong)
      text.add(kind(of: place), padded: 10, .muted)
      text.add(status.health.rawValue, padded: 9, ink(of: status.health))
      text.line(status.note)
      for edge in edges where edge.from == place { write(edge, to: &text) }
    }
  }

  private func write(_ edge: Edge, to text: inout StyledText) {
    text.blanks(4)
    text.add("-\(edge.kind.rawValue)\(edge.isOneWay ? " one-way" : "")-> ", .muted)
    text.add(name(of: edge.to))
    let there = moment.inFlight.count { ($0.from, $0.to) == (edge.from, edge.to) && !$0.isReply }
    let back = moment.inFlight.count { ($0.to, $0.from) == (edge.from, edge.to) && $0.isReply }
    if there > 0 { text.add("  (\(there) in flight)", .accent) }
    if back > 0 { text.add("  (\(counted(back, "answer")) coming back)", .accent) }
    text.line()
  }

  private func writeInspector(to text: inout StyledText) {
    for (position, place) in places.enumerated() {
      if position > 0 { text.line() }
      text.add(name(of: place), .strong)
      text.line("  \(kind(of: place))", .muted)
      write(moment[place].facts, to: &text)
    }
  }

  /// A log's facts start at the one labelled `log` (LabMoment's convention), and end with the last replica.
  private func writeLogs(to text: inout StyledText) {
    var isEmpty = true
    for place in places {
      let facts = moment[place].facts
      guard let start = facts.firstIndex(where: { $0.label == "log" }) else { continue }
      if !isEmpty { text.line() }
      isEmpty = false
      text.add(name(of: place), .strong)
      text.line(isNode(place) ? "  journal" : "  log", .muted)
      write(Array(facts[start...]), to: &text)
    }
    if isEmpty { text.line("This graph has no log: no channel, and no durable node.", .muted) }
  }

  private func write(_ facts: [Fact], to text: inout StyledText) {
    let column = facts.map { displayWidth($0.label) }.max() ?? 0
    for fact in facts {
      text.blanks(2)
      text.add(fact.label, padded: column + 2, .muted)
      text.add(fact.value)
      if let before = fact.before { text.add("  (was \(before.isEmpty ? "nothing" : before))", .accent) }
      text.line()
    }
  }

  private func writeProperties(to text: inout StyledText) {
    let column = moment.properties.map { displayWidth($0.name) }.max() ?? 0
    for property in moment.properties {
      let (word, ink) = words(for: property.verdict)
      text.add(word, padded: 10, ink)
      text.add(property.name, padded: column + 2)
      if let step = property.step { text.add("step \(step)  ", .muted) }
      text.line(property.detail)
    }
    if moment.properties.isEmpty { text.line("The file expects nothing, and nothing was seen.", .muted) }
  }

  // MARK: Words

  private var places: [Edge.End] { graph.nodeIDs.map { .node($0) } + graph.channelIDs.map { .channel($0) } }

  private func name(of place: Edge.End) -> String {
    switch place {
    case .node(let node): graph[node].name
    case .channel(let channel): graph[channel].name
    }
  }

  private func kind(of place: Edge.End) -> String {
    switch place {
    case .node(let node): graph[node].kind.rawValue
    case .channel(let channel): graph[channel].kind.rawValue
    }
  }

  private func isNode(_ place: Edge.End) -> Bool {
    switch place {
    case .node: true
    case .channel: false
    }
  }

  private func ink(of health: PlaceStatus.Health) -> Ink {
    switch health {
    case .up: .good
    case .slow, .paused: .warning
    case .crashed, .down: .bad
    }
  }

  private func words(for verdict: PropertyStatus.Verdict) -> (String, Ink) {
    switch verdict {
    case .holds: ("holds", .good)
    case .violated: ("VIOLATED", .bad)
    case .open: ("open", .muted)
    case .observed: ("seen", .warning)
    }
  }
}
