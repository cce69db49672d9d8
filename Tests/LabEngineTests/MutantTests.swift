import ClusterModel
import GraphFile
import GraphNodes
import IdealLog
import LabEngine
import LabWorld
import LogContract
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Simulation
import Testing

/// For every observer of work a broken machine that it must catch, in a run that is clean when nobody is broken: the
/// same graph, seed and fault, once with one machine's inputs or outputs tampered with and once without.
@Suite struct MutantTests {
  struct Mutant: CustomTestStringConvertible, Sendable {
    let code: AnomalyCode
    let sabotage: Saboteur.Sabotage
    /// The machine that is broken, by name.
    let machine: String
    let graph: String
    var crash: String?
    /// The field that two triggers share; nil for a single trigger.
    var shared: String?
    var choices = ForcedChoices.none
    var testDescription: String { "\(sabotage): \(code.rawValue)" }
  }

  static let queued = """
    name: queued
    channels: {orders: {kind: queue, lease: 5s, max_deliveries: 3, dlq: true}}
    nodes:
      web: {kind: client, do: [{send: orders, key: order_id}]}
      worker: {trigger: orders, work: idempotent, do: [{write: row, key: order_id}, {effect: mail, key: order_id}]}
    """

  static let inGroups = """
    name: in-groups
    channels: {orders: {kind: queue, fifo: true, lease: 5s}}
    nodes:
      web: {kind: client, do: [{send: orders, key: customer_id}]}
      worker: {trigger: orders, work: idempotent, do: [{write: balance}]}
    """

  static let called = """
    name: called
    nodes:
      web: {kind: client, do: [{call: shop}]}
      shop: {do: [{write: row}]}
    """

  static let undone = """
    name: undone
    channels: {orders: {kind: queue}}
    nodes:
      web: {kind: client, do: [{send: orders}]}
      plan:
        trigger: orders
        work: durable
        do:
          - {call: stock.take, key: order_id, undo: {call: stock.give, key: order_id}}
          - {fail: sold_out}
      stock: {work: idempotent, handlers: {
        take: [{write: taken, key: order_id}], give: [{write: given, key: order_id}]}}
    expect: {compensated_by: {taken: given}}
    """

  /// The branch that is decided first is the left one; whoever decides again decides for the right one.
  static let decided = """
    name: decided
    channels: {orders: {kind: queue}}
    nodes:
      web: {kind: client, do: [{send: orders}]}
      desk:
        kind: agent
        trigger: orders
        work: durable
        do: [{choose: {left: [{write: a, key: order_id}], right: [{write: b, key: order_id}]}}]
    """
  static let leftThenRight = ForcedChoices("1=1 2=2") ?? .none

  static let streamed = """
    name: streamed
    channels: {clicks: {kind: topic}}
    nodes:
      web: {kind: client, do: [{publish: clicks}]}
      job: {kind: stream, trigger: clicks, do: [{write: total}]}
    """

  /// The decision comes when the table has had time enough to take the fact in.
  static let table = """
    name: table
    channels: {facts: {kind: topic}, view: {kind: table, from: facts, every: 1m}}
    nodes:
      web: {kind: client, do: [{publish: facts}, {call: reader, timeout: 1h}]}
      reader: {do: [{compute: think, takes: 6m}, {read: view, max_age: 5m}, {effect: decision}]}
    """

  static let mutants: [Mutant] = [
    Mutant(code: .stale, sabotage: .neverCommits, machine: "view", graph: table),
    Mutant(code: .stuck, sabotage: .neverCommits, machine: "job", graph: streamed),
    Mutant(code: .lost, sabotage: .confirmsWithoutStoring, machine: "orders/front", graph: queued),
    Mutant(code: .lost, sabotage: .acknowledgesWithoutWork, machine: "worker", graph: queued),
    Mutant(
      code: .lost, sabotage: .acknowledgesOnArrival, machine: "worker", graph: queued,
      crash: "{crash: worker, before: work}"),
    Mutant(
      code: .stuck, sabotage: .neverRedelivers, machine: "orders/front", graph: queued,
      crash: "{crash: worker, before: work}"),
    Mutant(
      code: .parked, sabotage: .endsLeasesAtOnce, machine: "orders/front", graph: queued,
      crash: "{crash: worker, before: work}"),
    Mutant(code: .dup, sabotage: .appliesTwice, machine: "worker", graph: queued),
    Mutant(
      code: .dup, sabotage: .forgetsItsRows, machine: "worker", graph: queued, crash: "{crash: worker, after: work}"),
    Mutant(
      code: .partial, sabotage: .acknowledgesOnArrival, machine: "worker", graph: queued,
      crash: "{crash: worker, after: row}"),
    Mutant(
      code: .saga, sabotage: .forgetsItsUndos, machine: "plan", graph: undone,
      crash: "{crash: plan, before: stock.give}"),
    Mutant(
      code: .ooo, sabotage: .mixesUpGroups, machine: "orders/front", graph: inGroups,
      crash: "{crash: worker, before: work, restart: 500ms}", shared: "customer_id"),
    Mutant(
      code: .diverge, sabotage: .forgetsItsSteps, machine: "desk", graph: decided,
      crash: "{crash: desk, during: a}", choices: leftThenRight),
    Mutant(code: .orphan, sabotage: .swallowsReplies, machine: "shop", graph: called),
  ]

  @Test(arguments: mutants)
  func `a broken machine is caught, and the same run unbroken is clean`(mutant: Mutant) throws {
    #expect(try outcome(of: mutant, sabotage: .none) == [])
    #expect(try outcome(of: mutant, sabotage: mutant.sabotage).contains(mutant.code))
  }

  @Test func `every observer that this version has is shown to see`() {
    let seen = Set(Self.mutants.map(\.code))
    #expect(seen == Set(AnomalyCode.allCases))
    #expect(Set(Self.mutants.map(\.sabotage)) == Set(Saboteur.Sabotage.allCases).subtracting([.none]))
  }

  // MARK: Running

  private func outcome(of mutant: Mutant, sabotage: Saboteur.Sabotage) throws -> [AnomalyCode] {
    let source = try graph(mutant.graph).graph
    let same = source.names.indices.map { NameID($0) }.filter { source[$0] == mutant.shared }
    let deployment = Deployment(source, logs: .ideal).sharing(same)
    let cluster = saboteurs(deployment, sabotage, at: mutant.machine)
    let faults = try mutant.crash.map { [try crash($0, in: deployment)] } ?? []
    let start = deployment.machine(of: try #require(source.workflow.start))
    let roots: ClosedRange<UInt64> = 1...(same.isEmpty ? 1 : 2)
    var simulator = Simulator(
      cluster, timing: TimingProfile(), seed: 1, actions: roots.map { (.start, .invoke(start, .trigger(root: $0))) },
      faults: faults, choices: mutant.choices)
    var judge = WorkJudge(graph: deployment.graph, same: same)
    var stored: Set<UInt64> = []
    while case .acted = simulator.advance(until: simulator.lastFault + source.horizon), simulator.steps < 50_000 {
      for case .observed(_, .work(let observation)) in simulator.events {
        judge.observe(observation, step: simulator.steps, at: simulator.now)
        if case .stored(let trigger) = observation { stored.insert(trigger.message) }
      }
    }
    #expect(simulator.steps < 50_000 && (faults.isEmpty || simulator.hasStruck))
    let facts = RunFacts(missing: stored.subtracting(held(by: simulator.cluster)))
    return judge.verdict(settled: true, facts: facts).outcome
  }

  private func saboteurs(
    _ deployment: Deployment, _ sabotage: Saboteur.Sabotage, at name: String
  ) -> Cluster<Saboteur> {
    let honest = Cluster<LabMachine>(deployment)
    return Cluster<Saboteur>(
      honest.machineIDs.map { id in
        let isBroken = deployment.name(of: id) == name
        return (Saboteur(honest: honest[id].machine, sabotage: isBroken ? sabotage : .none), honest[id].store)
      })
  }

  private func crash(_ text: String, in deployment: Deployment) throws -> PlannedFault<Saboteur> {
    let fault = try GraphReader.decodeFault(text, in: deployment.graph).get()
    guard case .crash(.node(let node), let restart?, _) = fault.kind else { throw NotACrash() }
    let machine = deployment.machine(of: node)
    let trigger: PlannedFault<Saboteur>.Trigger =
      if case .at(let instant) = fault.point { .at(instant) } else {
        .observed(ObservationPattern(fault.point), nth: fault.nth)
      }
    return PlannedFault(
      trigger,
      [.init(.act(.crash(machine, .keepPending))), .init(after: restart, .act(.restart(machine)))])
  }

  private struct NotACrash: Error {}

  /// The ids of all messages in all logs.
  private func held(by cluster: Cluster<Saboteur>) -> Set<UInt64> {
    var ids: Set<UInt64> = []
    for slot in cluster.slots {
      guard case .ideal(let log) = slot.machine.honest else { continue }
      for case .message(let message) in log.payloads { ids.insert(message.id) }
    }
    return ids
  }
}
