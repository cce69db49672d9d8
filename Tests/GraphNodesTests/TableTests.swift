import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

/// Method: a topic made into a table, run by the simulator, with its job crashed at each of its moments.
@Suite struct TableTests {
  static let text = """
    name: t
    channels:
      facts: {kind: topic, key: user}
      view: {kind: table, from: facts, every: 1m}
    nodes:
      web: {kind: client, do: [{publish: facts}, {call: reader, timeout: 1h}]}
      reader: {concurrency: 9, do: [{compute: think, takes: 2m}, {read: view}, {effect: decision}]}
    """

  private static func seen(_ text: String = text, roots: Int = 1, crashAt instant: SimDuration? = nil, up: Bool = true)
    throws -> Bench
  {
    let deployment = Deployment(try graph(text), logs: .ideal)
    let job = deployment.front(of: try #require(deployment.graph.channel(named: "view")))
    let crash = instant.map { instant in
      PlannedFault<LabMachine>(
        .at(.start + instant),
        [.init(.act(.crash(job, .losePending)))] + (up ? [.init(after: .seconds(1), .act(.restart(job)))] : []))
    }
    return try Bench.seen(text, roots: roots, extra: crash.map { [$0] } ?? [])
  }

  private static func snapshots(_ bench: Bench) -> [UInt64] {
    bench.seen.compactMap { if case .read(_, _, _, let snapshot) = $0 { snapshot } else { nil } }
  }

  @Test func `a table takes its topic in once a minute, and a read gets the snapshot that lies there`() throws {
    let bench = try Self.seen(roots: 2)
    #expect(bench.effects.filter { $0 == "view" }.count == 2)
    #expect(Self.snapshots(bench) == [1, 1])
    let early = try Self.seen(Self.text.replacing("takes: 2m", with: "takes: 1s"))
    #expect(Self.snapshots(early) == [0], "nothing was committed yet")
  }

  /// Before the first snapshot, while it is on its way into its log (two milliseconds), and after it.
  @Test(arguments: [5_000, 60_010, 60_011, 60_012, 60_013, 60_014, 60_015, 60_016, 60_017, 60_018, 60_030])
  func `offsets lie in the snapshot, so a crash of the job doubles and loses nothing`(ms: Int64) throws {
    let bench = try Self.seen(roots: 2, crashAt: .milliseconds(ms))
    // What lies in the log is told again by whoever comes up from it, and counts once.
    let rows = bench.seen.compactMap { observation -> UInt64? in
      if case .effect(let effect) = observation, bench.graph[effect.name] == "view" { effect.record } else { nil }
    }
    #expect(Set(rows).count == 2)
    let table = try #require(bench.graph.node(named: "view"))
    let done = bench.seen.compactMap { observation -> UInt64? in
      if case .acknowledged(let trigger) = observation, trigger.consumer == table { trigger.message } else { nil }
    }
    #expect(Set(done).count == 2 && done.count == 2)
  }

  @Test func `a table with a key takes a repeated record in as the same row, one without as another row`() throws {
    for (key, count) in [(", key: user", 1), ("", 2)] {
      let text = Self.text.replacing("every: 1m", with: "every: 1m\(key)")
      let deployment = Deployment(try graph(text), logs: .ideal)
      let facts = deployment.front(of: try #require(deployment.graph.channel(named: "facts")))
      let repeated = PlannedFault<LabMachine>(.at(.start), [.init(.act(.invoke(facts, .storeTwice(nth: 1))))])
      let bench = try Bench.seen(text, extra: [repeated])
      let rows = bench.seen.compactMap { observation -> UInt64? in
        if case .effect(let effect) = observation, bench.graph[effect.name] == "view" { effect.record } else { nil }
      }
      #expect(rows.count == 2 && Set(rows).count == count, "\(key)")
    }
  }

  @Test func `files that many share can be read while the job that writes them is down`() throws {
    let bench = try Self.seen(crashAt: .seconds(90), up: false)
    #expect(Self.snapshots(bench) == [1] && bench.effects.contains("decision"))
  }
}
