import ClusterModel
import GraphFile
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Simulation
import Synchronization
import Testing

@testable import LabEngine

/// Compares the search with a slow reference that leaves no run out, and its faults with what the definition of the
/// single-fault search lists for each step, link and node.
@Suite struct FaultSearchTests {
  /// One of everything that can be broken: durable, transactional and reliable work, two handlers with steps of one
  /// name, and time-outs that are no whole milliseconds when halved.
  static let mixed = """
    name: mixed
    channels: {jobs: {kind: queue, lease: 5s, max_deliveries: 2, dlq: true}}
    nodes:
      web: {kind: client, do: [{call: desk, timeout: 5s}]}
      desk: {do: [{call: plan, reliable: true, timeout: 1501ms, retry: 1, key: order_id}, {send: jobs}]}
      plan:
        work: durable
        do: [{call: stock.take, key: order_id, undo: {call: stock.give, key: order_id}}, {write: done}]
      stock: {work: idempotent, latency: ~7ms, handlers: {take: [{write: row}], give: [{write: row}]}}
      worker: {trigger: jobs, work: transactional, do: [{tx: [{write: seen}, {publish: facts}]}]}
      reader: {trigger: facts, do: [{effect: mail}]}
    """

  private static func faults(of graph: Graph, logs: Deployment.LogChoice) -> (Deployment, [Fault]) {
    let deployment = Deployment(graph, logs: logs)
    var search = FaultSearch(deployment, seed: 1, depth: 0)
    search.run(limit: nil) { _ in .goOn }
    return (deployment, search.calmSites.map(\.offer.fault))
  }

  private static func search(_ graph: Graph, logs: Deployment.LogChoice) -> FaultSearch {
    var search = FaultSearch(Deployment(graph, logs: logs), seed: 1)
    search.run(limit: nil) { _ in .goOn }
    return search
  }

  // MARK: What it finds

  @Test func `the search finds what the naive checkout is known for`() throws {
    let graph = try #require(try Files.load("naive-checkout.yaml").graph)
    let search = Self.search(graph, logs: .ideal)
    #expect(search.isComplete)
    func found(_ code: AnomalyCode, _ subject: String) -> Bool {
      search.findings.contains { $0.anomaly?.code == code && $0.anomaly?.subject.name(in: graph) == subject }
    }
    for (code, subject) in [(AnomalyCode.dup, "charge"), (.dup, "email"), (.partial, "shop")] {
      let seen = search.findings.map { ($0.anomaly?.code, $0.faults.map(\.text)) }
      #expect(found(code, subject), "\(code) of \(subject): \(seen)")
    }
    #expect(search.observed[.dup] != nil)
    #expect(search.observed[.orphan] != nil && search.observed[.stuck] != nil)
    #expect(search.findings.allSatisfy { $0.faults.count == 1 }, "the calm run is clean")
  }

  struct Thing: Hashable {
    let code: AnomalyCode?
    let subject: AnomalySubject?
  }

  /// Every fault is run to its end; the shortest run for each thing found is kept.
  private static func reference(_ graph: Graph) -> (things: [Thing: Int], observed: Set<AnomalyCode>) {
    let (deployment, faults) = faults(of: graph, logs: .ideal)
    var things: [Thing: Int] = [:]
    var observed: Set<AnomalyCode> = []
    for fault in faults {
      var run = Execution(deployment, load: deployment.graph.usualLoad, faults: [fault], seed: 1)
      run.finish()
      let judgement = run.judgement
      observed.formUnion(judgement.outcome)
      for violation in judgement.violations {
        var thing = Thing(code: nil, subject: nil)
        if case .anomaly(let anomaly) = violation.cause { thing = Thing(code: anomaly.code, subject: anomaly.subject) }
        things[thing] = min(things[thing] ?? .max, run.simulator.steps)
      }
    }
    return (things, observed)
  }

  /// The job behind a table is no node of the file, and its step no step of it.
  @Test func `what becomes of a table's rows is shown where the file names the table`() throws {
    let text = """
      name: t
      channels:
        facts: topic
        view: {kind: table, from: facts}
      nodes: {web: {kind: client, do: [{publish: facts}]}}
      expect: {once: [view]}
      """
    let report = Lab.check(Lab.load(Array(text.utf8), file: "t.yaml"), CheckOptions(run: RunOptions(logs: .ideal)))
    let doubled = try #require(report.search?.violations.first { $0.code == .dup && $0.subject == "view" })
    #expect(doubled.span?.line == 4)
  }

  @Test(arguments: [
    "naive-checkout.yaml", "checkout/queue-entry.yaml", "checkout/sync-chain.yaml",
  ])
  func `leaving runs out loses no finding and no shorter run`(name: String) throws {
    let graph = try #require(try Files.load(name).graph)
    let search = Self.search(graph, logs: .ideal)
    let reference = Self.reference(graph)
    var found: [Thing: Int] = [:]
    for finding in search.findings {
      found[Thing(code: finding.anomaly?.code, subject: finding.anomaly?.subject)] = finding.steps
    }
    #expect(found == reference.things)
    #expect(Set(search.observed.keys) == reference.observed)
  }

  // MARK: What it tries

  @Test(arguments: Files.names)
  func `every fault reads back from its text as an equal fault`(name: String) throws {
    let graph = try #require(try Files.load(name).graph)
    try Self.expectReadable(graph)
  }

  @Test func `faults of every kind of node read back, in fractions of milliseconds and at the engine too`() throws {
    try Self.expectReadable(try graph(Self.mixed).graph)
  }

  private static func expectReadable(_ graph: Graph) throws {
    for logs in Deployment.LogChoice.allCases {
      let (deployment, faults) = faults(of: graph, logs: logs)
      #expect(faults.count > 20)
      for fault in faults {
        let read = try? GraphReader.decodeFault(fault.text, in: deployment.graph).get()
        #expect(read?.kind == fault.kind && read?.point == fault.point && read?.nth == fault.nth, "\(fault.text)")
      }
      #expect(Set(faults.map(\.text)).count == faults.count, "no fault twice")
    }
  }

  @Test func `every step that begins has its points, half points where there is a record, and its poison`() throws {
    let graph = try graph(Self.mixed).graph
    let (deployment, faults) = Self.faults(of: graph, logs: .replicated)
    var begun: Set<StepID> = []
    var calm = Execution(deployment, load: deployment.graph.usualLoad, faults: [], seed: 1)
    while calm.advance() != nil {
      for case .observed(_, .work(.began(_, let step))) in calm.simulator.events { begun.insert(step) }
    }
    #expect(begun.count == graph.steps.count - 2, "all but the undo step and what it calls")
    let crashes = faults.filter { if case .crash(.node, _, _) = $0.kind { true } else { false } }.map(\.point)
    let pauses = faults.filter { if case .pause(.node, _) = $0.kind { true } else { false } }.map(\.point)
    for node in graph.nodeIDs where graph[node].kind != .client {
      #expect(crashes.contains(.before(.work(node))) && pauses.contains(.before(.work(node))))
      let lengths = faults.compactMap { if case .down(node, let length) = $0.kind { length } else { nil } }
      #expect(lengths.count == 2 && lengths[0] < lengths[1])
    }
    for step in graph.stepIDs where begun.contains(step) {
      let node = graph[graph[step].handler].node
      let isWorker = graph[node].kind != .client
      let isTransaction = if case .transaction = graph[step].verb { true } else { false }
      #expect(crashes.contains(.during(.step(step))) == (graph[node].work == .durable))
      #expect(faults.contains { $0.kind == .poison(step) } == (isWorker && !isTransaction))
    }
    for placement in deployment.placements where placement.owner != deployment.engine.map({ .channel($0) }) {
      for number in placement.replicas.indices {
        let target: FaultTarget =
          switch placement.owner {
          case .channel(let channel): .logReplica(channel, number + 1)
          case .journal(let node): .journalReplica(node, number + 1)
          case .table(let channel): .front(channel)
          }
        for disk in [DiskFate.keep, .loseUnsynced] {
          let isTried = faults.contains { $0.kind == .crash(target, restart: .seconds(1), disk: disk) }
          // Nothing is parked in the calm run, so nothing is written to that log.
          #expect(isTried || placement.owner == graph.channel(named: "jobs.dlq").map { .channel($0) }, "\(target)")
        }
      }
    }
  }

  @Test func `every message is dropped, doubled and delayed, and every link is cut for two lengths`() throws {
    let graph = try graph(Self.mixed).graph
    let (deployment, faults) = Self.faults(of: graph, logs: .ideal)
    var sent: [FaultWalk.Link: Int] = [:]
    var calm = Execution(deployment, load: deployment.graph.usualLoad, faults: [], seed: 1)
    while calm.advance() != nil {
      for case .sent(let id) in calm.simulator.events {
        guard let envelope = calm.simulator.cluster[id], envelope.from.index < deployment.firstReplica,
          envelope.to.index < deployment.firstReplica
        else { continue }
        sent[FaultWalk.Link(from: envelope.from, to: envelope.to), default: 0] += 1
      }
    }
    let links = sent.keys.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
    let messages = links.reduce(0) { $0 + (sent[$1] ?? 0) }
    func count(_ isWanted: (FaultKind) -> Bool) -> Int { faults.count { isWanted($0.kind) } }
    #expect(count { if case .message(.drop, .link) = $0 { true } else { false } } == messages)
    #expect(count { if case .message(.duplicate, .link) = $0 { true } else { false } } == messages)
    #expect(count { if case .message(.delay, .link) = $0 { true } else { false } } == messages)
    #expect(
      count { if case .message(.reorder, .link) = $0 { true } else { false } } == messages - links.count,
      "the last message of a link has no successor")
    var pairs: Set<Set<UInt16>> = []
    for link in links { pairs.insert([link.from.raw, link.to.raw]) }
    #expect(count { if case .partition = $0 { true } else { false } } == 2 * pairs.count)
  }

  // MARK: Stopping

  @Test func `a search that is stopped says that it is incomplete`() throws {
    let graph = try graph(Self.mixed).graph
    var search = FaultSearch(Deployment(graph, logs: .ideal), seed: 1)
    search.run(limit: nil) { $0.runs >= 3 ? .stop : .goOn }
    #expect(!search.isComplete && search.runs > 1 && search.runs <= 4, "\(search.runs)")
    var bounded = FaultSearch(Deployment(graph, logs: .ideal), seed: 1)
    bounded.run(limit: 5) { _ in .goOn }
    #expect(!bounded.isComplete && bounded.stateCount >= 5 && bounded.stateCount <= 7)
  }

  @Test func `a check that is stopped reports an incomplete search`() throws {
    let loaded = try Files.load("naive-checkout.yaml")
    let report = Lab.check(loaded, CheckOptions()) { $0.part == .search && $0.runs > 2 ? .stop : .goOn }
    #expect(report.search?.isComplete == false)
    let early = Lab.check(loaded, CheckOptions()) { _ in .stop }
    #expect(early.search?.isComplete == false && early.scenarios.isEmpty)
  }

  /// Method: a loop that feeds itself is judged as endless; the search then tries no fault, and a question asked during
  /// that one run stops it long before.
  @Test func `a calm run that does not settle ends the search`() throws {
    let text = """
      name: loop
      horizon: 1000d
      nodes:
        web: {kind: client, do: [{send: jobs}]}
        worker: {trigger: jobs, do: [{send: jobs}]}
      """
    let loaded = Lab.load(Array(text.utf8), file: "loop.yaml")
    let graph = try #require(loaded.graph)
    let asked = Mutex(0)
    var stopped = FaultSearch(Deployment(graph, logs: .ideal), seed: 1)
    stopped.run(limit: nil) { _ in
      asked.withLock { count in
        count += 1
        return count > 3 ? .stop : .goOn
      }
    }
    #expect(!stopped.isComplete && stopped.runs == 0 && asked.withLock { $0 } == 4)
    var search = FaultSearch(Deployment(graph, logs: .ideal), seed: 1)
    search.run(limit: nil) { _ in .goOn }
    #expect(search.isComplete && search.runs == 1 && !search.hasSettled)
    #expect(search.findings.contains { $0.anomaly?.code == .stuck && $0.expectations.contains(.settles) })
  }
}
