import Primitives
import ProgressGraph

/// A graph while it is put together from checked items.
///
/// Owner: one decode. Phases, in this order, because each needs what the earlier ones named: shapes, node and handler
/// names, logs, declared channels, nodes, steps (which imply channels), triggers (which may name implied channels),
/// dead-letter queues, workflow, expectations, scenarios, warnings.
struct GraphAssembly {
  /// What an identifier can count.
  static let most = 65_535

  var findings: Findings
  let root: Item
  var graph: Graph
  var sources: SourceMap

  var nodeIDs: [String: NodeID] = [:]
  var channelIDs: [String: ChannelID] = [:]
  var nameIDs: [String: NameID] = [:]
  /// Handlers by name, for each node; the single handler of `do` is under "".
  var handlerIDs: [[String: HandlerID]] = []
  var logs: [String: LogSpecification] = [:]
  /// How many strands the steps in hand run in: the product of the `each` around them.
  var strands = 1
  /// Of the steps that could not be understood.
  var unread = UnreadNames()
  private var reportedTooMany: Set<String> = []

  init(findings: Findings, root: Item) {
    self.findings = findings
    self.root = root
    graph = Graph(name: "")
    sources = SourceMap(source: findings.source)
    sources.root = root
  }

  mutating func readGraph() {
    findings.check(root, .table(Tables.graph))
    guard let pairs = root.pairs, !pairs.isEmpty else { return }
    readHeader()
    readNodeNames()
    readHandlerNames()
    readLogs()
    readChannels()
    readNodes()
    readAllSteps()
    readTriggers()
    readWorkflow()
    readExpectations()
    readBudgetsAndWaivers()
    readScenarios()
    addWarnings()
  }

  private mutating func readHeader() {
    if let version = root["headway"], let number = version.plainText, Int(number) != nil, number != "1" {
      findings.error(
        .unknownVersion, at: version, "format version \(number) is not known", hint: "this program reads version 1")
    }
    graph.name = root["name"]?.text ?? Self.name(ofFile: findings.source.file)
    graph.summary = root["summary"]?.text ?? ""
    if let network = root["network"], let latency = network["latency"]?.latency { graph.networkLatency = latency }
    if let horizon = root["horizon"]?.duration { graph.horizon = horizon }
  }

  /// `Graphs/checkout/saga.yaml` is `saga`.
  private static func name(ofFile file: String) -> String {
    let last = file.split(separator: "/").last ?? "graph"
    guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return String(last) }
    return String(last[..<dot])
  }

  // MARK: Names

  /// The identifier of a name, new or known. When there are too many names the first one stands for the rest: the
  /// error keeps the graph from being used.
  mutating func intern(_ text: String, at item: Item) -> NameID {
    if let known = nameIDs[text] { return known }
    guard hasRoom(graph.names.count, for: "names", at: item) else { return NameID(raw: 0) }
    let id = NameID(graph.names.count)
    graph.names.append(text)
    nameIDs[text] = id
    return id
  }

  mutating func intern(_ item: Item?) -> NameID? {
    guard let item, let text = item.text else { return nil }
    return intern(text, at: item)
  }

  /// Reports, once for each kind of thing, that an identifier cannot count further.
  mutating func hasRoom(_ count: Int, for things: String, at item: Item) -> Bool {
    if count < Self.most { return true }
    if reportedTooMany.insert(things).inserted {
      findings.error(.tooMany, at: item, "a graph has at most \(Self.most) \(things)")
    }
    return false
  }
}

/// Values of scalars whose shape has been checked; nil for what is absent or was reported.
extension Item {
  var duration: SimDuration? {
    guard let text, case .success(let value) = ScalarReading.duration(text) else { return nil }
    return value
  }

  var latency: DurationRange? {
    guard let text, case .success(let value) = ScalarReading.latency(text) else { return nil }
    return value
  }

  var percentage: Double? {
    guard let text, case .success(let value) = ScalarReading.percentage(text) else { return nil }
    return value
  }

  var count: Int? {
    guard let plainText, case .success(let value) = ScalarReading.count(plainText, in: 0...Int.max) else { return nil }
    return value
  }

  var flag: Bool? { plainText.flatMap(ScalarReading.flag) }

  func word<Word: RawRepresentable>(_: Word.Type) -> Word? where Word.RawValue == String {
    text.flatMap(Word.init(rawValue:))
  }
}
