import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

/// Method: small stream jobs run by the simulator, with one thing going wrong; what counts is how often each effect
/// took place and when.
@Suite struct StreamTests {
  /// Keyed state, a transactional sink and a plain one.
  static func job(_ settings: String = "", state: String = "{write: state, key: user}") -> String {
    """
    name: s
    channels: {clicks: {kind: topic, partitions: 1}}
    nodes:
      web: {kind: client, do: [{publish: clicks}]}
      job:
        kind: stream
        trigger: clicks
        \(settings)
        do:
          - \(state)
          - {publish: scores}
          - {effect: mail}
      sink: {trigger: scores, do: [{write: seen}]}
    """
  }

  private static func counts(_ bench: Bench) -> [String: Int] {
    Dictionary(bench.effects.map { ($0, 1) }, uniquingKeysWith: +)
  }

  private static let once = ["clicks": 3, "state": 3, "scores": 3, "mail": 3, "seen": 3]

  private static func node(_ name: String, _ text: String) throws -> NodeID {
    try #require(try graph(text).node(named: name))
  }

  private static func pause(
    _ name: String, _ point: FaultPoint, for length: SimDuration, in text: String
  ) throws -> PlannedFault<LabMachine> {
    let machine = MachineID(raw: try node(name, text).raw)
    return PlannedFault(
      .observed(ObservationPattern(point), nth: 2),
      [.init(.act(.pause(machine))), .init(after: length, .act(.resume(machine)))])
  }

  // MARK: Checkpoints

  @Test func `what a job does to its state and its topic shows at the checkpoint, what it does outside at once`()
    throws
  {
    let bench = try Bench.seen(Self.job(), roots: 3)
    #expect(bench.effects == ["clicks", "mail", "clicks", "mail", "clicks", "mail"].sorted() + bench.effects.suffix(9))
    #expect(Self.counts(bench) == Self.once)
    let checkpoints = bench.seen.compactMap { if case .checkpointed(_, let number) = $0 { number } else { nil } }
    #expect(checkpoints == [1, 1, 1], "one checkpoint for what came within its interval")
  }

  /// Every boundary of the second of three records: all come back to one state and one output each; the plain sink
  /// repeats whatever was done since the last checkpoint.
  @Test func `a crash at any boundary takes the job back to its last checkpoint`() throws {
    let text = Self.job()
    let (graph, job) = (try graph(text), try Self.node("job", text))
    let mail = try step("mail", in: graph)
    let repeated: [(FaultPoint, Int)] = [
      (.before(.work(job)), 1), (.before(.step(try step("state", in: graph))), 1),
      (.after(.step(try step("state", in: graph))), 1), (.before(.step(try step("scores", in: graph))), 1),
      (.after(.step(try step("scores", in: graph))), 1), (.before(.step(mail)), 1), (.after(.step(mail)), 2),
      (.after(.work(job)), 2),
    ]
    for (point, times) in repeated {
      let machine = MachineID(raw: job.raw)
      let crash = PlannedFault<LabMachine>(
        .observed(ObservationPattern(point), nth: 2),
        [.init(.act(.crash(machine, .losePending))), .init(after: .seconds(1), .act(.restart(machine)))])
      let bench = try Bench.seen(text, roots: 3, extra: [crash])
      var expected = Self.once
      expected["mail"] = 3 + times
      #expect(Self.counts(bench) == expected, "\(point)")
      #expect(bench.count { if case .acknowledged(let trigger) = $0 { trigger.consumer == job } else { false } } == 3)
    }
  }

  @Test func `a job that never comes up again has done nothing to its state`() throws {
    let text = Self.job()
    let job = try Self.node("job", text)
    let crash = PlannedFault<LabMachine>(
      .observed(ObservationPattern(.after(.work(job))), nth: 2),
      [.init(.act(.crash(MachineID(raw: job.raw), .keepPending)))])
    let bench = try Bench.seen(text, roots: 3, extra: [crash])
    #expect(Self.counts(bench) == ["clicks": 3, "mail": 2])
  }

  @Test func `a keyed effect outside is recognised when the job does it again`() throws {
    let text = Self.job().replacing("effect: mail", with: "effect: mail, key: user")
    let job = try Self.node("job", text)
    #expect(Self.counts(try Bench.seen(text, roots: 3, crashes: [("job", .after(.work(job)))])) == Self.once)
  }

  // MARK: Sessions

  @Test func `a job whose lease ran out is fenced, and the zombie's state counts nowhere`() throws {
    let text = Self.job()
    let mail = try step("mail", in: try graph(text))
    let bench = try Bench.seen(
      text, roots: 3, extra: [try Self.pause("job", .after(.step(mail)), for: .seconds(60), in: text)])
    var expected = Self.once
    expected["mail"] = 4
    #expect(Self.counts(bench) == expected)
    #expect(bench.count { if case .rewound = $0 { true } else { false } } == 1)
  }

  @Test func `a front that comes up again takes nothing from a job that has it in hand or processed it`() throws {
    let text = Self.job()
    let graph = try graph(text)
    let front = Deployment(graph, logs: .ideal).front(of: try #require(graph.channel(named: "clicks")))
    for point in [
      FaultPoint.before(.step(try step("mail", in: graph))), .after(.work(try Self.node("job", text))),
    ] {
      let crash = PlannedFault<LabMachine>(
        .observed(ObservationPattern(point), nth: 2),
        [.init(.act(.crash(front, .losePending))), .init(after: .seconds(1), .act(.restart(front)))])
      let bench = try Bench.seen(text, roots: 3, extra: [crash])
      // What the front finds in its log again is announced again.
      let counts = Self.counts(bench).merging(["clicks": 3]) { $1 }
      #expect(counts == Self.once, "\(point)")
      #expect(bench.count { if case .rewound = $0 { true } else { false } } == 0)
    }
  }

  @Test func `a record whose commit never reached the channel is known by its offset`() throws {
    let text = Self.job()
    let (graph, job) = (try graph(text), try Self.node("job", text))
    let front = Deployment(graph, logs: .ideal).front(of: try #require(graph.channel(named: "clicks")))
    let commits = MessagePattern<LabMachine>(from: [MachineID(raw: job.raw)], to: [front]) { message, _ in
      if case .node(.acknowledge) = message { true } else { false }
    }
    let machine = MachineID(raw: job.raw)
    let bench = try Bench.seen(
      text, roots: 1,
      extra: [
        PlannedFault(.message(commits, nth: 1, .drop)),
        PlannedFault(
          .at(.start + .seconds(30)),
          [.init(.act(.crash(machine, .keepPending))), .init(after: .seconds(1), .act(.restart(machine)))]),
      ])
    #expect(Self.counts(bench) == ["clicks": 1, "state": 1, "scores": 1, "mail": 1, "seen": 1])
    #expect(bench.count { if case .acknowledged(let trigger) = $0 { trigger.consumer == job } else { false } } == 1)
  }

  @Test func `offsets committed before the work lose what a crash takes from memory`() throws {
    let text = Self.job("ack: before")
    let job = try Self.node("job", text)
    let bench = try Bench.seen(text, roots: 3, crashes: [("job", .after(.work(job)))])
    #expect(Self.counts(bench)["state"] == 2 && Self.counts(bench)["mail"] == 3)
  }

  // MARK: Poison

  private static func poison(_ label: String, in text: String) throws -> PlannedFault<LabMachine> {
    let machine = MachineID(raw: try node("job", text).raw)
    return PlannedFault(
      .at(.start), [.init(.act(.invoke(machine, .poison(try step(label, in: try graph(text)), nth: 2))))])
  }

  @Test func `a record that always fails keeps the whole job going round, and no checkpoint is ever made`() throws {
    let text = Self.job().replacing("partitions: 1", with: "partitions: 3")
    let bench = try Bench.seen(text, roots: 6, extra: [try Self.poison("mail", in: text)])
    #expect(bench.count { if case .checkpointed = $0 { true } else { false } } == 0, "on no partition")
    #expect(bench.count { if case .rewound = $0 { true } else { false } } > 60, "half a minute apart at last")
  }

  @Test(arguments: ["park", "drop"])
  func `a side output takes what always fails, and the rest goes on`(policy: String) throws {
    let text = Self.job("skip_poison: \(policy)").replacing(
      "partitions: 1", with: "partitions: 1, dlq: true, max_deliveries: 3, redrive: ops")
    let bench = try Bench.seen(text, roots: 3, extra: [try Self.poison("scores", in: text)])
    var expected = Self.once
    for name in ["state", "scores", "seen"] { expected[name] = 2 }
    // The first record was done again with each of three attempts at the second, and once more behind the last.
    expected["mail"] = 5
    #expect(Self.counts(bench) == expected)
    #expect(bench.count { if case .parked = $0 { true } else { false } } == (policy == "park" ? 1 : 0))
    #expect(bench.count { if case .dropped = $0 { true } else { false } } == (policy == "park" ? 0 : 1))
  }

  // MARK: The same record twice

  @Test func `state counts a repeated record twice unless it remembers ids`() throws {
    let repeated = PlannedFault<LabMachine>(.at(.start), [.init(.act(.invoke(MachineID(3), .storeTwice(nth: 1))))])
    for (settings, state, times) in [
      ("", "{write: state, key: user}", 2), ("work: idempotent", "{write: state, key: user}", 1),
      ("work: transactional", "{write: state, key: user}", 1), ("", "{tx: [{write: state, key: user}]}", 1),
      ("", "{tx: [{write: state, key: user}], dedup: false}", 2), ("", "{write: state, key: user, version: n}", 1),
    ] {
      let bench = try Bench.seen(Self.job(settings, state: state), extra: [repeated])
      #expect(Self.counts(bench)["state"] == times, "\(settings) \(state)")
    }
  }
}
