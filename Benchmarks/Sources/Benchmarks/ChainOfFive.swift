import ClusterModel
import GraphFile
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation

/// P1: requests through five stations of two servers, tracing off, against SimPy and against a bare heap in C++.
///
/// A model event is an arrival or a completed visit, on every side. A kernel event is what the side's own machinery
/// schedules for it: for us an action on the cluster, for SimPy an event of its environment. The stations never fail,
/// on any side, because `fails` is not executable yet.
struct ChainOfFive {
  static let requests = 20_000
  private static let failureShare = "0"

  struct Outcome {
    let modelEvents: Int
    let kernelEvents: Int
    let seconds: Double
  }

  static func run(rounds: Int) throws -> Bool {
    let graph = try graph()
    _ = try simulate(graph, isCounting: true)
    let sample = try simulate(graph)
    print("P1  chain of five, tracing off: \(requests) requests, \(sample.modelEvents) model events")
    let nanoseconds = sample.seconds / Double(sample.kernelEvents) * 1e9
    print("  \(grouped(Double(sample.kernelEvents))) actions, \(shortened(nanoseconds)) ns each")
    let simpy = PeerProgram(
      ".build/peers/bin/python", [Folders.path("peers/chain_simpy.py"), String(requests), failureShare],
      missing: "Python or its package simpy cannot be had here")
    let bare = PeerProgram(
      ".build/peers/chain", [String(requests * 50), failureShare], missing: "there is no C++ compiler here")
    let model = Comparison(
      "model events", against: "SimPy", goal: .atLeast(20), ours: { try rate(of: simulate(graph), \.modelEvents) },
      peer: simpy.measured { rate(of: try outcome(of: $0), \.modelEvents) })
    let kernel = Comparison(
      "kernel events", against: "SimPy", goal: nil, ours: { try rate(of: simulate(graph), \.kernelEvents) },
      peer: simpy.measured { rate(of: try outcome(of: $0), \.kernelEvents) })
    let yardstick = Comparison(
      "model events", against: "C++ heap", goal: nil, ours: { try rate(of: simulate(graph), \.modelEvents) },
      peer: bare.measured { rate(of: try outcome(of: $0), \.modelEvents) })
    let isMissed = try model.run(rounds: rounds)
    _ = try kernel.run(rounds: rounds)
    _ = try yardstick.run(rounds: rounds)
    return isMissed
  }

  private static func rate(of outcome: Outcome, _ events: KeyPath<Outcome, Int>) -> Comparison.Measurement {
    .perSecond(Double(outcome[keyPath: events]) / outcome.seconds)
  }

  private static func graph() throws -> Graph {
    let decoded = GraphReader.decode(try Folders.graph("chain-of-five"), file: "chain-of-five.yaml")
    guard let graph = decoded.graph else {
      throw Program.Failure(description: decoded.diagnostics.map(\.message).joined(separator: "\n"))
    }
    return graph
  }

  /// One run on the simulator alone: no observer, no trace.
  ///
  /// - Parameter isCounting: looks at every event to see that all visits end well. Not to be timed.
  static func simulate(_ graph: Graph, isCounting: Bool = false) throws -> Outcome {
    let deployment = Deployment(graph, logs: .ideal)
    guard let source = graph.workflow.start else { throw Program.Failure(description: "the chain has no start") }
    var arrivals = SeededGenerator(seed: 1)
    var instant = SimInstant.start
    var actions: [(SimInstant, Action<LabMachine>)] = []
    for root in 1...UInt64(requests) {
      instant = instant + arrivals.draw(.exponential(mean: .seconds(1)))
      actions.append((instant, .invoke(deployment.machine(of: source), .trigger(root: root))))
    }
    let timing = TimingProfile(network: graph.networkLatency, disk: .exactly(.milliseconds(1)))
    var steps = 0
    var visits = 0
    let duration = processorSeconds {
      var simulator = Simulator(Cluster(deployment), timing: timing, seed: 1, actions: actions, faults: [])
      while case .acted = simulator.advance(until: .distantFuture) {
        if isCounting { visits += simulator.events.count(where: isEndOfVisit) }
      }
      steps = simulator.steps
    }
    guard !isCounting || visits == 5 * requests else {
      throw Program.Failure(description: "\(visits) visits ended instead of \(5 * requests)")
    }
    return Outcome(modelEvents: 6 * requests, kernelEvents: steps, seconds: duration)
  }

  private static func isEndOfVisit(_ event: Event<LabMachine>) -> Bool {
    if case .observed(_, .work(.replied(_, nil))) = event { true } else { false }
  }

  /// Reads a peer's line of `name=number` words.
  private static func outcome(of program: Program) throws -> Outcome {
    let line = try program.output()
    func number(_ name: String) throws -> Double {
      let word = line.split { $0 == " " || $0 == "\n" }.first { $0.hasPrefix(name + "=") }
      guard let value = word.flatMap({ Double($0.dropFirst(name.count + 1)) }) else {
        throw Program.Failure(description: "\(program.path) says no \(name): \(line)")
      }
      return value
    }
    return Outcome(
      modelEvents: Int(try number("events")), kernelEvents: Int(try number("kernel")), seconds: try number("seconds"))
  }
}
