import LabEngine
import Primitives
import ProgressGraph
import Testing

@Suite struct LabSessionTests {
  private static let text = """
    name: naive-checkout
    nodes:
      web: {kind: client, do: [{call: shop, retry: 2}]}
      shop: {do: [{call: stock}, {call: pay}, {write: order}, {publish: orders}]}
      stock: {do: [{write: reserved}]}
      pay: {do: [{effect: charge}]}
      mailer: {trigger: orders, do: [{effect: email}]}
    scenarios:
      payment-dies: {faults: [{crash: pay, after: work}]}
    """

  private func session(seed: UInt64 = 1, logs: LogChoice = .replicated) throws -> LabSession {
    let graph = try #require(Lab.load(Array(Self.text.utf8), file: "naive.yaml").graph)
    return LabSession(graph, .calm(of: graph), RunOptions(seed: seed, logs: logs))
  }

  private func crash(_ name: String, in session: LabSession) throws -> Fault {
    let node = try #require(session.graph.node(named: name))
    return Fault(
      kind: .crash(.node(node), restart: .seconds(1), disk: .keep), point: .at(session.moment.time),
      text: "{crash: \(name), at: now}")
  }

  /// Method: every step of a run forward, then every step back, then at random: what is seen at a step is the same each
  /// time, changes included.
  @Test(arguments: [1, 2, 3] as [UInt64]) func everyStepIsReachedExactly(seed: UInt64) throws {
    var session = try session(seed: seed)
    session.start(try #require(Lab.plan(session.graph, scenario: "payment-dies", faults: [])))
    let tip = session.history.tip
    var forward: [LabMoment] = []
    for step in 0...tip {
      session.go(to: step)
      #expect(session.moment.step == step)
      forward.append(session.moment)
    }
    for step in (0...tip).reversed() {
      session.go(to: step)
      #expect(session.moment == forward[step])
    }
    var chance = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let step = Int.random(in: 0...tip, using: &chance)
      session.go(to: step)
      #expect(session.moment == forward[step])
    }
  }

  /// Method: a fault in the middle makes a second branch; the first still ends in the same state, and both share every
  /// step before the fault.
  @Test func aFaultLosesNothing() throws {
    var session = try session()
    let tip = session.history.tip
    session.go(to: tip)
    let end = session.moment
    session.go(to: 12)
    let fork = session.moment
    let isBroken = session.inject(try crash("pay", in: session))
    #expect(isBroken)
    #expect(session.history.branches.count == 2)
    #expect(session.history.branches[1].origin == .init(branch: 0, step: 12))
    #expect(session.moment.stateHash == fork.stateHash)
    let pay = try #require(session.graph.node(named: "pay"))
    session.go(to: 13)
    #expect(session.moment.nodes[pay.index].health == .crashed)
    session.go(to: session.history.tip)
    let broken = session.moment
    #expect(broken.stateHash != end.stateHash)
    for step in [3, 11, 12] {
      session.switchBranch(to: 1)
      session.go(to: step)
      let inBranch = session.moment.stateHash
      session.switchBranch(to: 0)
      session.go(to: step)
      #expect(session.moment.stateHash == inBranch)
    }
    session.go(to: tip)
    #expect(session.moment == end)
    session.switchBranch(to: 1)
    session.go(to: session.history.tip)
    #expect(session.moment == broken)
  }

  /// Method: undo returns to the branch and step of the action, redo to where undo was; the branch stays listed.
  @Test func undoAndRedoMoveBetweenBranches() throws {
    var session = try session()
    session.go(to: 9)
    #expect(!session.history.canUndo)
    session.inject(try crash("shop", in: session))
    session.go(to: 20)
    session.undo()
    #expect(session.history.current == 0 && session.moment.step == 9)
    #expect(session.history.branches.count == 2 && session.history.canRedo)
    session.redo()
    #expect(session.history.current == 1 && session.moment.step == 20)
  }

  /// Method: a fault on a branch of a branch, both at one step; and one at the tip, where the run had settled.
  @Test func branchesOfBranches() throws {
    var session = try session()
    session.go(to: 12)
    session.inject(try crash("pay", in: session))
    session.inject(try crash("stock", in: session))
    #expect(session.history.branches.map(\.name) == ["calm", "crash-pay", "crash-stock"])
    session.go(to: 14)
    let health = session.graph.nodeIDs.map { session.moment.nodes[$0.index].health }
    #expect(health.filter { $0 == .crashed }.count == 2)
    session.go(to: session.history.tip)
    let tip = session.moment.step
    session.inject(try crash("mailer", in: session))
    #expect(session.history.tip > tip)
    session.go(to: tip + 1)
    let mailer = try #require(session.graph.node(named: "mailer"))
    #expect(session.moment.nodes[mailer.index].health == .crashed)
  }

  /// Method: a branch of a branch that is long enough to thin its snapshots; between the two forks it still shows what
  /// its parent shows.
  @Test func aLongBranchKeepsTheFaultsOfItsParents() throws {
    let graph = try #require(Lab.load(Array(Self.text.utf8), file: "naive.yaml").graph)
    var plan = RunPlan.calm(of: graph)
    plan.load = Load(count: 60, every: .milliseconds(20))
    var session = LabSession(graph, plan, RunOptions())
    session.go(to: 50)
    session.inject(try crash("pay", in: session))
    session.go(to: 60)
    let parent = session.moment.stateHash
    session.go(to: 100)
    session.inject(try crash("stock", in: session))
    // More than the 64 snapshots, 32 steps apart, that a branch keeps.
    #expect(session.history.tip > 64 * 32)
    session.go(to: 60)
    #expect(session.moment.stateHash == parent)
  }

  /// Method: the branch of a scenario comes to what `headway run` says about it, and its violations appear at their
  /// steps.
  @Test func theJudgementIsThatOfARun() throws {
    let loaded = Lab.load(Array(Self.text.utf8), file: "naive.yaml")
    let graph = try #require(loaded.graph)
    let plan = try #require(Lab.plan(graph, scenario: "payment-dies", faults: []))
    let report = Lab.run(loaded, plan, RunOptions()).scenarios[0]
    var session = LabSession(graph, plan, RunOptions())
    #expect(session.history.branches[0].codes == report.outcome.map(\.rawValue))
    #expect(session.history.events == report.story)
    session.go(to: session.history.tip)
    #expect(session.moment.stateHash == report.stateHash)
    #expect(session.moment.properties.filter { $0.verdict == .violated }.map(\.name) == report.violated)
    #expect(!report.violated.isEmpty)
    session.go(to: 0)
    #expect(!session.moment.properties.contains { $0.verdict == .violated })
  }

  /// Method: a scenario run twice is one branch; one of the same name and another load is another.
  @Test func equalRunsAreOneBranch() throws {
    var session = try session()
    let plan = try #require(Lab.plan(session.graph, scenario: "payment-dies", faults: []))
    session.start(plan)
    session.start(.calm(of: session.graph))
    session.start(plan)
    #expect(session.history.branches.map(\.name) == ["calm", "payment-dies"])
    #expect(session.history.current == 1)
    var busy = plan
    busy.load = Load(count: 2, every: .zero)
    session.start(busy)
    #expect(session.history.branches.map(\.name) == ["calm", "payment-dies", "payment-dies-2"])
  }

  /// Method: a fault on a replica that does not run changes nothing and says so.
  @Test func nothingToBreakMakesNoBranch() throws {
    var session = try session(logs: .ideal)
    let orders = try #require(session.graph.channel(named: "orders"))
    let fault = Fault(
      kind: .crash(.logReplica(orders, 2), restart: nil, disk: .keep), point: .at(.start),
      text: "{crash: orders/log/2}")
    let isBroken = session.inject(fault)
    #expect(!isBroken)
    #expect(session.history.branches.count == 1 && !session.history.canUndo)
  }
}
