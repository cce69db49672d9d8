import LabEngine
import Primitives
import ProgressGraph
import Testing

/// Laws that must hold for any design: small graphs are made by seed, changed in a way that must not matter (or only in
/// one direction), and both are run under the same fault.
@Suite struct LawTests {
  /// A small design as text, in parts that the laws change one at a time.
  struct Design {
    enum Entry: CaseIterable { case call, queue, topic }

    var entry: Entry
    var retry: Int
    var control: String
    var effects: Int
    var hasBystander = false
    var isKeyed = false
    var acknowledgesBefore = false
    var worker = "worker"
    var isReversed = false
    var fault: String

    init(_ generator: inout SeededGenerator) {
      func draw(_ count: Int) -> Int { Int(generator.next(below: UInt64(count))) }
      entry = Entry.allCases[draw(3)]
      retry = draw(3)
      control = ["none", "idempotent", "transactional", "durable"][draw(4)]
      effects = 1 + draw(3)
      let step = ["work", "e1", "e\(effects)"][draw(3)]
      fault =
        switch draw(5) {
        case 0: "crash: worker, before: \(step)"
        case 1: "crash: worker, after: \(step)"
        case 2: "crash: worker, after: \(step), restart: 40s"
        case 3: "down: worker, at: 0s, for: 3s"
        default: "pause: worker, before: \(step), for: 40s"
        }
    }

    var text: String {
      let key = isKeyed ? ", key: order_id" : ""
      let verb =
        switch entry {
        case .call: "call: \(worker), retry: \(retry)"
        case .queue: "send: jobs"
        case .topic: "publish: facts"
        }
      let trigger =
        switch entry {
        case .call: ""
        case .queue: "trigger: jobs, "
        case .topic: "trigger: facts, "
        }
      let steps = (1...effects).map { "{write: e\($0)\(key)}" }.joined(separator: ", ")
      let ack = acknowledgesBefore && entry != .call ? "ack: before, " : ""
      var nodes = [
        "  web: {kind: client, do: [{\(verb)}]}",
        "  \(worker): {\(trigger)\(ack)work: \(control), do: [\(steps)]}",
        "  idle: {do: [{write: nothing}]}",
      ]
      if hasBystander { nodes.append("  other: {trigger: facts, do: [{effect: seen}]}") }
      if isReversed { nodes.reverse() }
      return """
        name: law
        channels: {jobs: {kind: queue}, facts: {kind: topic}}
        nodes:
        \(nodes.joined(separator: "\n"))
        workflow: {start: web}
        """
    }

    /// Code and subject of every anomaly, as they would be called had the worker kept its name.
    func outcome(logs: LogChoice = .ideal) throws -> [String] {
      let loaded = try graph(text).loaded
      let renamed = "{\(fault.replacing("worker", with: worker))}"
      guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: [renamed], as: "fault") else {
        Issue.record("\(renamed) in\n\(text)")
        return []
      }
      let run = try #require(Lab.run(loaded, plan, RunOptions(seed: 5, logs: logs)).scenarios.first)
      #expect(run.isComplete)
      let names = run.anomalies.map { "\($0.code.rawValue) \($0.subject.replacing(worker, with: "worker")) \($0.key)" }
      return (names + ["FAIL \(run.failed)"]).sorted()
    }

    func codes() throws -> Set<String> {
      Set(try outcome().compactMap { $0.split(separator: " ").first.map(String.init) }).subtracting(["FAIL"])
    }
  }

  static let seeds = 1...60 as ClosedRange<UInt64>

  static func design(_ seed: UInt64) -> Design {
    var generator = SeededGenerator(seed: seed)
    return Design(&generator)
  }

  @Test func `the designs are of many kinds and often go wrong`() throws {
    let outcomes = try Self.seeds.map { try Self.design($0).outcome() }
    let kinds = Set(outcomes)
    #expect(kinds.count > 5, "\(kinds)")
    #expect(outcomes.count { $0 == ["FAIL 0"] } < 45)
  }

  @Test(arguments: seeds) func `renaming and reordering nodes changes no outcome`(seed: UInt64) throws {
    let design = Self.design(seed)
    var other = design
    other.worker = "zebra"
    other.isReversed = true
    #expect(try design.outcome() == other.outcome(), "\(design.fault)\n\(design.text)")
  }

  @Test(arguments: seeds) func `another consumer of a topic changes nothing for the others`(seed: UInt64) throws {
    var design = Self.design(seed)
    design.entry = .topic
    var other = design
    other.hasBystander = true
    #expect(try design.outcome() == other.outcome(), "\(design.fault)\n\(design.text)")
  }

  @Test(arguments: seeds) func `keys that are unique per trigger never add an anomaly`(seed: UInt64) throws {
    let design = Self.design(seed)
    var keyed = design
    keyed.isKeyed = true
    #expect(try keyed.codes().isSubset(of: design.codes()), "\(design.fault)\n\(design.text)")
  }

  @Test(arguments: seeds) func `acknowledging before the work never removes lost work`(seed: UInt64) throws {
    var design = Self.design(seed)
    if design.entry == .call { design.entry = .queue }
    var early = design
    early.acknowledgesBefore = true
    let isLost = try design.codes().contains("LOST")
    #expect(try !isLost || early.codes().contains("LOST"), "\(design.fault)\n\(design.text)")
  }

  /// A durable edge turns a FAIL into OK, PARKED or STUCK; what it is given it keeps. The faults are shorter than any
  /// retention.
  @Test(arguments: seeds, [Design.Entry.queue, .topic])
  func `a durable edge never adds lost work`(seed: UInt64, entry: Design.Entry) throws {
    var call = Self.design(seed)
    call.entry = .call
    var durable = call
    durable.entry = entry
    let isLost = try durable.codes().contains("LOST")
    #expect(try !isLost || call.codes().contains("LOST"), "\(durable.fault)\n\(durable.text)")
  }

  /// Method: the same over the fire-and-forget call, which does lose work: a durable edge in its place ends that.
  @Test func `a durable edge ends what a call that nobody waits for loses`() throws {
    func codes(_ entry: String, _ trigger: String) throws -> [AnomalyCode] {
      let (loaded, _) = try graph(
        """
        name: law
        channels: {jobs: queue}
        nodes: {web: {kind: client, do: [\(entry)]}, worker: {\(trigger)do: [{write: e1}]}}
        """)
      guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: ["{crash: worker, before: work}"], as: "f")
      else { return [] }
      return try #require(Lab.run(loaded, plan, RunOptions(logs: .ideal)).scenarios.first).outcome
    }
    #expect(try codes("{call: worker, await: false}", "") == [.lost])
    #expect(try codes("{send: jobs}", "trigger: jobs, ") == [])
  }

  @Test func `acknowledging before the work loses some of it`() throws {
    let lost = try Self.seeds.filter { seed in
      var early = Self.design(seed)
      if early.entry == .call { early.entry = .queue }
      early.acknowledgesBefore = true
      return try early.codes().contains("LOST")
    }
    #expect(!lost.isEmpty)
  }

  @Test(arguments: seeds) func `ideal and replicated logs agree where no replica is touched`(seed: UInt64) throws {
    let design = Self.design(seed)
    #expect(try design.outcome(logs: .ideal) == design.outcome(logs: .replicated), "\(design.fault)\n\(design.text)")
  }

  /// Method: every design of the library with what its first scenario breaks, twice. Every event, state and time is the
  /// same.
  @Test(arguments: Files.library)
  func `the same seed tells the same story`(name: String) throws {
    let loaded = try Files.load(name)
    let graph = try #require(loaded.graph)
    let scenario = graph.scenarios.first { !$0.faults.isEmpty } ?? graph.scenarios.first
    let plan = try #require(Lab.plan(graph, scenario: scenario?.name, faults: []))
    let options = RunOptions(seed: 7, logs: .replicated)
    let first = Lab.run(loaded, plan, options)
    #expect(first.scenarios.first?.story.isEmpty == false)
    #expect(first == Lab.run(loaded, plan, options))
  }
}
