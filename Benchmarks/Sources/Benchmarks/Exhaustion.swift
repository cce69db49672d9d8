import ClusterModel
import Dispatch
import Exploration
import Foundation
import Primitives
import Synchronization

/// P2: every interleaving of a queue with leases, against SPIN without partial-order reduction on the same model at the
/// same granularity, in distinct states a second of one processor. P5: the same search on two threads against one.
enum Exhaustion {
  private struct Outcome {
    let states: Int
    let transitions: Int
    let depth: Int
  }

  private static let small = LeasedQueue.Bounds()
  /// More than ten million states.
  private static let large = LeasedQueue.Bounds(messages: 3, redeliveries: 3, crashes: 3)

  private static func explore(_ bounds: LeasedQueue.Bounds, crew: any Crew = OneByOne()) throws -> Outcome {
    var cluster = Cluster([(machine: LeasedQueue(bounds), store: 0 as UInt64)])
    var scratch = Cluster<LeasedQueue>.Scratch()
    cluster.start(into: &scratch)
    var explorer = Explorer(
      EveryMove(), from: cluster, EveryMove.Nothing(), bounds: ExplorationBounds(states: 100_000_000))
    guard explorer.run(crew: crew, visit: { _ in true }) == .exhausted else {
      throw Program.Failure(description: "the queue has more states than were thought")
    }
    return Outcome(states: explorer.stateCount, transitions: explorer.transitions, depth: explorer.depth)
  }

  static func run(rounds: Int) throws -> Bool {
    print("P2  every interleaving of a leased queue, one thread")
    let ours = try explore(small)
    print("  \(grouped(Double(ours.states))) distinct states, \(grouped(Double(ours.transitions))) transitions")
    let spin = PeerProgram(
      ".build/peers/pan", ["-E", "-m100000", "-w24"], missing: "SPIN or a C compiler cannot be had here")
    let comparison = Comparison(
      "distinct states", against: "SPIN", goal: .atLeast(0.25),
      ours: { .perSecond(Double(ours.states) / (try processorSeconds { _ = try explore(small) })) },
      peer: spin.measured { .perSecond(try rate(of: $0, states: ours.states)) })
    return try comparison.run(rounds: rounds)
  }

  /// What SPIN says of its own speed, once it went through as many states as we did.
  private static func rate(of program: Program, states: Int) throws -> Double {
    let words = try program.output().split { $0 == " " || $0 == "\n" || $0 == "\t" }
    func number(before word: String) throws -> Double {
      guard let place = words.firstIndex(where: { $0 == word }), place > 0, let value = Double(words[place - 1]) else {
        throw Program.Failure(description: "SPIN does not say how many \(word)")
      }
      return value
    }
    let theirs = Int(try number(before: "states,"))
    guard theirs == states else {
      throw Program.Failure(description: "the models differ: \(states) states are ours, \(theirs) are SPIN's")
    }
    return try number(before: "states/second")
  }

  // MARK: Two threads

  /// Threads of the system, as many as it has processors.
  private struct Threads: Crew {
    func map<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result] {
      let results = Mutex([Result?](repeating: nil, count: count))
      DispatchQueue.concurrentPerform(iterations: count) { position in
        let result = body(position)
        results.withLock { $0[position] = result }
      }
      return results.withLock { $0.compactMap { $0 } }
    }
  }

  static func runOnTwo(rounds: Int) throws -> Bool {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    print("P5  the same on \(processors) threads against one, on the wall clock")
    guard processors > 1 else {
      print("  not measurable: this machine has one processor")
      return true
    }
    let alone = try explore(large)
    print("  \(grouped(Double(alone.states))) distinct states, \(grouped(Double(alone.transitions))) transitions")
    let comparison = Comparison(
      "distinct states", against: "one thread", goal: .atLeast(1.6),
      ours: { .perSecond(Double(alone.states) / (try seconds { try check(explore(large, crew: Threads()), alone) })) },
      peer: .found { .perSecond(Double(alone.states) / (try seconds { try check(explore(large), alone) })) })
    return try comparison.run(rounds: min(rounds, 3))
  }

  private static func check(_ outcome: Outcome, _ expected: Outcome) throws {
    let isSame = (outcome.states, outcome.transitions) == (expected.states, expected.transitions)
    guard isSame, outcome.depth == expected.depth else {
      throw Program.Failure(description: "two searches of one model are not the same")
    }
  }
}
