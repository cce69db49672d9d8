import ClusterModel
import GraphFile
import GraphNodes
import LabWorld
import LogContract
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

/// Reads a graph; a mistake in it fails the test with its diagnostics.
func graph(_ text: String) throws -> Graph {
  let decoded = GraphReader.decode(text, file: "test.yaml")
  return try #require(decoded.graph, "\(decoded.diagnostics.map(\.message))\n\(text)")
}

/// A graph on ideal logs, run by the simulator, with everything that its machines announced.
struct Bench {
  let deployment: Deployment
  var simulator: Simulator<LabMachine>
  private(set) var seen: [WorkObservation] = []
  /// When the last action took place. The simulator's clock goes on to timers that were disarmed by then.
  private(set) var lastActionAt = SimInstant.start

  var graph: Graph { deployment.graph }

  /// - Parameters:
  ///   - roots: how many triggers reach the start, all at once.
  ///   - crashes: by the point at which they strike, each with a restart a second later.
  ///   - choices: those that are not drawn.
  init(
    _ text: String, roots: Int = 1, crashes: [(String, FaultPoint)] = [], extra: [PlannedFault<LabMachine>] = [],
    choices: ForcedChoices = .none, seed: UInt64 = 1
  ) throws {
    let graph = try GraphNodesTests.graph(text)
    let deployment = Deployment(graph, logs: .ideal)
    self.deployment = deployment
    let start = deployment.machine(of: try #require(graph.workflow.start))
    let faults = try crashes.map { name, point in
      let machine = deployment.machine(of: try #require(graph.node(named: name)))
      return PlannedFault<LabMachine>(
        .observed(ObservationPattern(point), nth: 1),
        [.init(.act(.crash(machine, .losePending))), .init(after: .seconds(1), .act(.restart(machine)))])
    }
    simulator = Simulator(
      Cluster(deployment), timing: TimingProfile(), seed: seed,
      actions: (0..<roots).map { (.start, .invoke(start, .trigger(root: UInt64($0 + 1)))) }, faults: faults + extra,
      choices: choices)
  }

  mutating func run(for limit: SimDuration = .hours(1)) {
    while case .acted = simulator.advance(until: .start + limit) {
      lastActionAt = simulator.now
      for case .observed(_, .work(let observation)) in simulator.events { seen.append(observation) }
    }
  }

  static func seen(
    _ text: String, roots: Int = 1, crashes: [(String, FaultPoint)] = [], extra: [PlannedFault<LabMachine>] = [],
    choices: ForcedChoices = .none, seed: UInt64 = 1
  ) throws -> Bench {
    var bench = try Bench(text, roots: roots, crashes: crashes, extra: extra, choices: choices, seed: seed)
    bench.run()
    return bench
  }

  /// The names of the effects, in the order in which they took place.
  var effects: [String] {
    seen.compactMap { if case .effect(let effect) = $0 { graph[effect.name] } else { nil } }
  }

  /// The steps that took place or were recognised, skipped or tried again, as `verb step`.
  var steps: [String] {
    seen.compactMap { observation in
      switch observation {
      case .performed(_, let step): "did \(graph[step].label)"
      case .replayed(_, let step): "skipped \(graph[step].label)"
      case .deduplicated(_, let step): "knew \(graph[step].label)"
      case .outdated(_, let step): "rejected \(graph[step].label)"
      default: nil
      }
    }
  }

  func count(_ fits: (WorkObservation) -> Bool) -> Int { seen.count(where: fits) }
}

/// The step with this label, in the order of the file.
func step(_ label: String, in graph: Graph) throws -> StepID {
  try #require(graph.stepIDs.first { graph[$0].label == label }, "\(graph.steps.map(\.label))")
}
