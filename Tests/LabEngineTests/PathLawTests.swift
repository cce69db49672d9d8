import ClusterModel
import GraphNodes
import LabWorld
import Primitives
import ProgressGraph
import Simulation
import Testing

@testable import LabEngine

/// What the simulator does under any seed is a path of the graph of interleavings.
///
/// Method: the library and random designs with a network of uneven latency, run under several seeds. Each action has to
/// be among those that the rules of the explorer offer at that state, with any number of timers ahead of their turn.
/// Small designs are explored whole in `GraphExplorationTests`.
@Suite struct PathLawTests {
  private func follow(_ text: String, seed: UInt64) throws -> Int {
    let jittered = text.contains("\nnetwork:") ? text : text + "\nnetwork: {latency: 1ms..9ms}\n"
    let deployment = Deployment(try graph(jittered).graph, logs: .ideal)
    let rules = GraphRules(deployment)
    var (cluster, memory) = rules.start(GraphRules.Budgets(early: nil))
    var scratch = Cluster<LabMachine>.Scratch()
    var run = Execution(deployment, load: deployment.graph.usualLoad, faults: [], seed: seed)
    while run.simulator.steps < 400, let action = run.advance() {
      let choices = rules.choices(cluster, memory)
      try #require(choices.contains(action), "seed \(seed), step \(run.simulator.steps): \(action)")
      let before = cluster
      #expect(cluster.apply(action, into: &scratch))
      rules.follow(action, scratch.events, before: before, depth: run.simulator.steps, memory: &memory)
    }
    return run.simulator.steps
  }

  @Test(arguments: Files.library)
  func `of every design of the library`(name: String) throws {
    for seed in 1...2 as ClosedRange<UInt64> { #expect(try follow(Files.text(name), seed: seed) > 5) }
  }

  @Test(arguments: 0..<10)
  func `of random designs`(batch: UInt64) throws {
    for seed in batch * 10..<batch * 10 + 10 {
      var design = RandomGraph(seed: seed)
      _ = try follow(design.text(), seed: seed)
    }
  }
}
