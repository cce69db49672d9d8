import LogContract
import MachineContract
import Primitives
import ProgressGraph
import Testing

@testable import GraphNodes

/// Drives one front by hand: messages and timers in, and the log's answers when the test gives them. A class, because
/// `#expect` cannot mutate a value.
final class FrontBench {
  let deployment: Deployment
  let channel: ChannelID
  var front: FrontMachine
  /// What the log holds; asked for and answered, oldest first.
  private(set) var records: [Record] = []
  private var unanswered: [NodeMessage] = []
  /// What left the front since it was last looked at.
  fileprivate(set) var outputs: [Output<FrontMachine>] = []

  init(_ text: String, channel name: String) throws {
    deployment = Deployment(try GraphNodesTests.graph(text), logs: .ideal)
    channel = try #require(deployment.graph.channel(named: name))
    front = FrontMachine(channel, in: deployment)
    step(.start(incarnation: 0))
  }

  func step(_ input: Input<FrontMachine>) {
    var out = Outbox<FrontMachine>()
    front.step(input, into: &out)
    outputs += out.outputs
    for case .send(.log(let message), _) in out.outputs {
      switch message {
      case .append(let request, let record):
        records.append(record)
        unanswered.append(.log(.appended(request: request, index: UInt64(records.count))))
      case .read(let request, let position):
        unanswered.append(.log(.entries(request: request, from: position, records)))
      case .appended, .entries, .redirected: break
      }
    }
  }

  /// Answers what the log was asked, and what that leads to.
  func answerLog() {
    while !unanswered.isEmpty {
      step(.message(unanswered.removeFirst(), from: deployment.replicas(of: .channel(channel))[0]))
    }
  }

  func put(_ id: UInt64, key: UInt64? = nil, from sender: Int = 0) {
    step(.message(.put(message(id, key: key)), from: MachineID(sender)))
  }

  func message(_ id: UInt64, key: UInt64? = nil) -> ChannelMessage {
    ChannelMessage(
      id: id, channel: channel, root: id, path: 1, key: key, event: nil, effect: nil, isCompensation: false)
  }

  func acknowledge(_ lease: UInt64) {
    step(.message(.acknowledge(channel: channel, lease: lease), from: MachineID(1)))
  }

  func giveUp(_ lease: UInt64, wasRefused: Bool = false) {
    step(.message(.gaveUp(channel: channel, lease: lease, wasRefused: wasRefused), from: MachineID(1)))
  }

  /// The deliveries since the last look, oldest first.
  func deliveries() -> [Delivery] {
    defer { outputs = [] }
    return outputs.compactMap { if case .send(.deliver(let delivery), _) = $0 { delivery } else { nil } }
  }

  /// The confirmations since the last look, with their receivers.
  func confirmed() -> [String] {
    defer { outputs = [] }
    return outputs.compactMap { output in
      switch output {
      case .send(.stored(let message), let sender): "stored \(message) to \(sender.raw)"
      case .send(.acknowledged(_, let lease), let consumer): "acknowledged \(lease) to \(consumer.raw)"
      case .send(.leaseOver(_, let lease), let consumer): "lease \(lease) over for \(consumer.raw)"
      default: nil
      }
    }
  }

  func announced(_ fits: (WorkObservation) -> Bool) -> Bool {
    outputs.contains { if case .observe(.work(let observation)) = $0 { fits(observation) } else { false } }
  }

  func crashAndRestart(incarnation: UInt32) {
    front = FrontMachine.restart(from: NoStore(), previous: front)
    unanswered = []
    step(.start(incarnation: incarnation))
    answerLog()
  }
}

/// The rules of fronts, by hand: storing once, leases, dead letters, order, recovery.
@Suite struct FrontTests {
  static let queue = """
    name: q
    channels: {jobs: {kind: queue, max_deliveries: 2, dlq: true}}
    nodes:
      web: {kind: client, do: [{send: jobs}]}
      a: {trigger: jobs, concurrency: 2, do: [{write: one}]}
    """

  static let topic = """
    name: t
    channels: {facts: {kind: topic, key: order_id, partitions: 2}}
    nodes:
      web: {kind: client, do: [{publish: facts}]}
      a: {trigger: facts, concurrency: 9, do: [{write: one}]}
      b: {trigger: facts, concurrency: 9, do: [{write: two}]}
    """

  @Test func `a message is confirmed once the log has it, to everybody who sent it, and delivered once`() throws {
    let bench = try FrontBench(Self.queue, channel: "jobs")
    bench.put(7, from: 0)
    bench.put(7, from: 1)
    bench.put(7, from: 0)
    #expect(bench.confirmed() == [])
    bench.answerLog()
    #expect(bench.records == [.message(bench.message(7))])
    #expect(bench.confirmed() == ["stored 7 to 0", "stored 7 to 1"])
    bench.put(7, from: 0)
    #expect(bench.confirmed() == ["stored 7 to 0"])
    #expect(bench.front.lanes.map(\.entries.count) == [1])
  }

  @Test func `a delivery whose lease ends comes again under a new lease, and the old one counts no more`() throws {
    let bench = try FrontBench(Self.queue, channel: "jobs")
    bench.put(7)
    bench.answerLog()
    let first = try #require(bench.deliveries().first)
    #expect(first.attempt == 1)
    bench.step(.timer(.lease(first.lease)))
    let second = try #require(bench.deliveries().first)
    #expect(second.attempt == 2 && second.lease != first.lease)
    bench.acknowledge(first.lease)
    bench.answerLog()
    #expect(bench.confirmed() == [] && bench.front.lanes[0].entries.count == 1)
    bench.acknowledge(second.lease)
    bench.answerLog()
    #expect(bench.confirmed() == ["acknowledged \(second.lease) to 1"] && bench.front.lanes[0].entries.isEmpty)
    bench.acknowledge(second.lease)
    #expect(bench.confirmed() == ["acknowledged \(second.lease) to 1"], "asked again, confirmed again")
    bench.step(.timer(.lease(second.lease)))
    #expect(bench.deliveries().isEmpty)
  }

  @Test func `who asks for an acknowledgement before its work is told when the lease is over`() throws {
    let bench = try FrontBench(Self.queue.replacing("concurrency: 2", with: "ack: before"), channel: "jobs")
    bench.put(7)
    bench.answerLog()
    let first = try #require(bench.deliveries().first)
    bench.acknowledge(first.lease)
    bench.acknowledge(first.lease)
    #expect(bench.confirmed() == [], "on its way into the log")
    bench.answerLog()
    #expect(bench.confirmed() == ["acknowledged \(first.lease) to 1"])
    bench.put(8)
    bench.answerLog()
    let second = try #require(bench.deliveries().first)
    bench.step(.timer(.lease(second.lease)))
    _ = bench.deliveries()
    bench.acknowledge(second.lease)
    #expect(bench.confirmed() == ["lease \(second.lease) over for 1"])
  }

  @Test func `after the last delivery a message goes to the dead letters, and is retired once they have it`() throws {
    let bench = try FrontBench(Self.queue, channel: "jobs")
    bench.put(7)
    bench.answerLog()
    for _ in 1...2 {
      let delivery = try #require(bench.deliveries().first)
      bench.giveUp(delivery.lease)
      #expect(bench.deliveries().isEmpty, "giving up ends no lease")
      bench.step(.timer(.lease(delivery.lease)))
    }
    let parked = bench.outputs.compactMap { if case .send(.put(let put), _) = $0 { put } else { nil } }
    #expect(parked.count == 1 && parked[0].channel != bench.channel && parked[0].root == 7)
    bench.step(.timer(.parking(parked[0].id)))
    #expect(bench.outputs.count { if case .send(.put, _) = $0 { true } else { false } } == 2, "not confirmed: again")
    bench.step(.message(.stored(message: parked[0].id), from: bench.deployment.front(of: parked[0].channel)))
    bench.answerLog()
    #expect(bench.announced { if case .parked = $0 { true } else { false } })
    #expect(bench.front.lanes[0].entries.isEmpty)
  }

  @Test func `dead letters that are not confirmed are sent every second for a minute, then ever later`() throws {
    let bench = try FrontBench(Self.queue, channel: "jobs")
    bench.put(7)
    bench.answerLog()
    for _ in 1...2 {
      let delivery = try #require(bench.deliveries().first)
      bench.step(.timer(.lease(delivery.lease)))
    }
    let parked = bench.outputs.compactMap { if case .send(.put(let put), _) = $0 { put } else { nil } }
    for _ in 1...67 { bench.step(.timer(.parking(try #require(parked.first).id))) }
    let pauses = bench.outputs.compactMap { output in
      if case .arm(.parking, after: let pause, purpose: _) = output { pause } else { nil }
    }
    let seconds = Array(repeating: 1, count: 60) + [2, 4, 8, 16, 32, 64, 64, 64]
    #expect(pauses == seconds.map { .exactly(.seconds(Int64($0))) })
  }

  @Test func `a delivery that was refused is no attempt`() throws {
    let bench = try FrontBench(Self.queue, channel: "jobs")
    bench.put(7)
    bench.answerLog()
    for _ in 1...5 {
      let delivery = try #require(bench.deliveries().first)
      #expect(delivery.attempt == 1)
      bench.giveUp(delivery.lease, wasRefused: true)
      bench.step(.timer(.lease(delivery.lease)))
    }
  }

  @Test func `a consumer holds no more deliveries than it has room for`() throws {
    let bench = try FrontBench(Self.queue, channel: "jobs")
    for id in 1...4 as ClosedRange<UInt64> { bench.put(id) }
    bench.answerLog()
    let first = bench.deliveries()
    #expect(first.map(\.message.id) == [1, 2])
    bench.acknowledge(first[1].lease)
    #expect(bench.deliveries().map(\.message.id) == [3])
    bench.step(.message(.subscribe(channel: bench.channel, session: 0), from: MachineID(1)))
    #expect(bench.deliveries().map(\.message.id) == [4], "a consumer that came up holds nothing")
  }

  /// A job asks for its session until that is confirmed: what arrives late, or twice, ends nothing.
  @Test func `a session begins once, however often a job asks for it`() throws {
    let bench = try FrontBench(Self.streamed, channel: "clicks")
    bench.put(1)
    bench.answerLog()
    #expect(bench.deliveries().map(\.attempt) == [1])
    func subscribe(_ session: UInt64) {
      bench.step(.message(.subscribe(channel: bench.channel, session: session), from: MachineID(1)))
    }
    subscribe(2)
    #expect(bench.deliveries().map(\.attempt) == [2], "what the job had in hand comes again")
    for session in [2, 1] as [UInt64] {
      subscribe(session)
      #expect(bench.deliveries().isEmpty)
    }
    subscribe(3)
    #expect(bench.deliveries().map(\.attempt) == [3])
  }

  static let streamed = """
    name: s
    channels: {clicks: {kind: topic, partitions: 1}}
    nodes:
      web: {kind: client, do: [{publish: clicks}]}
      job: {kind: stream, trigger: clicks, do: [{write: seen}]}
    """

  static let fifo = """
    name: f
    channels: {jobs: {kind: queue, fifo: true, key: customer_id, max_deliveries: 2, dlq: true}}
    nodes:
      web: {kind: client, do: [{send: jobs}]}
      a: {trigger: jobs, concurrency: 9, do: [{write: one}]}
    """

  @Test func `of a message group only the oldest is ever out, and the next comes once it is done or parked`() throws {
    let bench = try FrontBench(Self.fifo, channel: "jobs")
    for (id, key) in [(1, 7), (2, 7), (3, 8), (4, 7), (5, nil), (6, nil)] as [(UInt64, UInt64?)] {
      bench.put(id, key: key)
    }
    bench.answerLog()
    let heads = bench.deliveries()
    #expect(heads.map(\.message.id) == [1, 3, 5], "messages without a key are one group")
    bench.giveUp(heads[0].lease)
    #expect(bench.deliveries().isEmpty, "the next waits for the redelivery")
    bench.step(.timer(.lease(heads[0].lease)))
    let again = bench.deliveries()
    #expect(again.map(\.message.id) == [1] && again[0].attempt == 2)
    bench.step(.timer(.lease(again[0].lease)))
    let put = try #require(bench.outputs.compactMap { if case .send(.put(let put), _) = $0 { put } else { nil } }.first)
    #expect(bench.deliveries().isEmpty, "nor does it overtake one that is on its way to the dead letters")
    bench.step(.message(.stored(message: put.id), from: bench.deployment.front(of: put.channel)))
    bench.answerLog()
    let next = bench.deliveries()
    #expect(next.map(\.message.id) == [2], "parked: later ones of the group go on")
    bench.acknowledge(next[0].lease)
    #expect(bench.deliveries().isEmpty, "not before the log has the acknowledgement")
    bench.answerLog()
    #expect(bench.deliveries().map(\.message.id) == [4])
  }

  @Test func `a topic delivers to every group in order, and what is stuck holds up only its own partition`() throws {
    let bench = try FrontBench(Self.topic, channel: "facts")
    for id in 1...12 as ClosedRange<UInt64> { bench.put(id, key: id % 4) }
    bench.answerLog()
    #expect(bench.front.lanes.count == 4)
    for lane in bench.front.lanes {
      let keys = Set(lane.entries.compactMap(\.message.key))
      #expect(lane.entries.map(\.message.id) == lane.entries.map(\.message.id).sorted())
      let others = bench.front.lanes.filter { $0.group == lane.group && $0.partition != lane.partition }
      #expect(others.allSatisfy { keys.isDisjoint(with: $0.entries.compactMap(\.message.key)) })
    }
    #expect(bench.front.lanes.map(\.entries.count).reduce(0, +) == 24, "each group has all twelve")
    // One out per lane that holds anything; the lane that is never acknowledged stays where it is.
    var open = bench.deliveries()
    #expect(open.count == bench.front.lanes.count { !$0.entries.isEmpty })
    let stuck = open.removeFirst()
    let stuckLane = try #require(
      bench.front.lanes.firstIndex { $0.entries.first?.message.id == stuck.message.id })
    var seen: [UInt64] = []
    while let next = open.first {
      open.removeFirst()
      seen.append(next.message.id)
      bench.acknowledge(next.lease)
      bench.answerLog()
      open += bench.deliveries()
    }
    #expect(bench.front.lanes.indices.allSatisfy { ($0 == stuckLane) != bench.front.lanes[$0].entries.isEmpty })
    #expect(seen.count == 24 - bench.front.lanes[stuckLane].entries.count)
  }

  /// Leases, attempts and numbers are soft; which messages are known, and which lie where, is not.
  @Test(arguments: [queue, topic]) func `what a front reads from its log is what it had before`(text: String) throws {
    for seed in 1...30 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let bench = try FrontBench(text, channel: text == Self.queue ? "jobs" : "facts")
      var open: [Delivery] = []
      for _ in 0..<40 {
        switch generator.next(below: 4) {
        case 0, 1: bench.put(1 + generator.next(below: 20), key: generator.next(below: 3))
        case 2: if !open.isEmpty { bench.acknowledge(open.removeFirst().lease) }
        default: if let delivery = open.last { bench.giveUp(delivery.lease) }
        }
        bench.answerLog()
        open += bench.deliveries()
      }
      let before = bench.front
      bench.crashAndRestart(incarnation: 1)
      #expect(bench.front.known == before.known, "seed \(seed)")
      #expect(
        bench.front.lanes.map { $0.entries.map(\.message) } == before.lanes.map { $0.entries.map(\.message) },
        "seed \(seed)")
      #expect(!bench.front.isReading && bench.front.storing.isEmpty)
    }
  }

  // MARK: Retention

  @Test func `a record that nobody took within the retention is deleted for the groups that still lack it`() throws {
    let bench = try FrontBench(Self.topic.replacing("partitions: 2", with: "partitions: 1"), channel: "facts")
    for id in 1...2 as ClosedRange<UInt64> { bench.put(id) }
    bench.answerLog()
    let first = bench.deliveries()
    #expect(first.map(\.message.id) == [1, 1])
    bench.acknowledge(first[0].lease)
    bench.answerLog()
    #expect(
      bench.outputs.contains { if case .disarm(.retention(lane: 0, offset: 0)) = $0 { true } else { false } },
      "what is done needs no timer")
    bench.acknowledge(try #require(bench.deliveries().first).lease)
    bench.answerLog()
    _ = bench.deliveries()
    bench.step(.timer(.retention(lane: 1, offset: 1)))
    bench.answerLog()
    #expect(bench.expired() == [2], "the second group has not begun with it")
    bench.step(.timer(.retention(lane: 1, offset: 0)))
    bench.answerLog()
    #expect(bench.expired() == [], "it has the first in hand")
    bench.crashAndRestart(incarnation: 1)
    #expect(bench.front.lanes.map { $0.entries.map(\.message.id) } == [[], [1]])
  }

  @Test func `a record in hand when its time is over is deleted if that delivery comes to nothing`() throws {
    for isDone in [true, false] {
      let bench = try FrontBench(Self.queue, channel: "jobs")
      bench.put(7)
      bench.answerLog()
      let delivery = try #require(bench.deliveries().first)
      bench.step(.timer(.retention(lane: 0, offset: 0)))
      if isDone { bench.acknowledge(delivery.lease) }
      bench.step(.timer(.lease(delivery.lease)))
      bench.answerLog()
      #expect(bench.expired() == (isDone ? [] : [7]))
      #expect(bench.front.lanes[0].entries.isEmpty && bench.deliveries().isEmpty)
    }
  }

  @Test func `two groups that park the same record put two on the dead letters`() throws {
    let text = Self.topic.replacing("partitions: 2", with: "partitions: 1, dlq: true, max_deliveries: 1")
    let bench = try FrontBench(text, channel: "facts")
    bench.put(7)
    bench.answerLog()
    for delivery in bench.deliveries() { bench.step(.timer(.lease(delivery.lease))) }
    let puts = bench.outputs.compactMap { if case .send(.put(let put), _) = $0 { put.id } else { nil } }
    #expect(Set(puts).count == 2)
    for id in puts { bench.step(.message(.stored(message: id), from: MachineID(0))) }
    bench.answerLog()
    #expect(bench.front.lanes.allSatisfy { $0.entries.isEmpty })
  }

  @Test func `nothing is stored or served while the log is being read`() throws {
    let bench = try FrontBench(Self.queue, channel: "jobs")
    bench.put(7)
    bench.answerLog()
    _ = bench.deliveries()
    bench.front = FrontMachine.restart(from: NoStore(), previous: bench.front)
    bench.step(.start(incarnation: 1))
    bench.put(8)
    #expect(bench.records.count == 1 && bench.deliveries().isEmpty)
    bench.answerLog()
    #expect(bench.deliveries().map(\.message.id) == [7])
  }

  // MARK: The engine

  private static func engine(retry: String) throws -> (FrontBench, ChannelMessage) {
    let bench = try FrontBench(
      """
      name: e
      nodes:
        web: {kind: client, do: [{call: a}]}
        a: {do: [{call: b, reliable: true\(retry)}]}
        b: {do: [{write: one}]}
      """, channel: "engine")
    let call = try #require(
      bench.graph.stepIDs.first { if case .call(let call) = bench.graph[$0].verb { call.isReliable } else { false } })
    var message = bench.message(7)
    message.invocation = Invocation(step: call, caller: NodeID(1), isAwaited: true, countedKey: 7)
    bench.step(.message(.put(message), from: MachineID(1)))
    bench.answerLog()
    return (bench, message)
  }

  @Test func `the engine calls until the target succeeds, then tells the caller, also when it is asked again`() throws {
    for failure in [nil, FailureReason.terminal] {
      let (bench, message) = try Self.engine(retry: "")
      #expect(bench.requests() == [1])
      bench.step(.message(.reply(Reply(request: 7, failure: .failed)), from: MachineID(2)))
      #expect(bench.requests() == [])
      let wait = try #require(bench.front.lanes[0].entries.first?.leaseNumber)
      bench.step(.timer(.lease(wait)))
      #expect(bench.requests() == [2])
      bench.step(.message(.reply(Reply(request: 7, failure: failure)), from: MachineID(2)))
      #expect(bench.replies() == [], "not before the log has it")
      bench.answerLog()
      #expect(bench.replies() == [failure])
      bench.step(.message(.put(message), from: MachineID(1)))
      #expect(bench.replies() == [failure])
      bench.crashAndRestart(incarnation: 1)
      _ = bench.replies()
      bench.step(.message(.put(message), from: MachineID(1)))
      #expect(bench.replies() == [failure], "and after a crash too")
    }
  }

  @Test func `an invocation that used up its attempts is told and kept`() throws {
    let (bench, _) = try Self.engine(retry: ", retry: 1")
    for _ in 1...2 {
      bench.step(.message(.reply(Reply(request: 7, failure: .failed)), from: MachineID(2)))
      if let wait = bench.front.lanes[0].entries.first?.leaseNumber { bench.step(.timer(.lease(wait))) }
    }
    #expect(bench.front.lanes[0].entries.map(\.state) == [.exhausted])
    #expect(bench.replies() == [.failed])
  }
}

extension FrontBench {
  var graph: Graph { deployment.graph }

  /// The attempts of the requests since the last look.
  func requests() -> [Int] {
    defer { outputs = [] }
    return outputs.compactMap { if case .send(.request(let request), _) = $0 { request.attempt } else { nil } }
  }

  /// What was deleted since the last look.
  func expired() -> [UInt64] {
    defer { outputs = [] }
    return outputs.compactMap { if case .observe(.work(.expired(let trigger))) = $0 { trigger.message } else { nil } }
  }

  func replies() -> [FailureReason?] {
    defer { outputs = [] }
    return outputs.compactMap { output -> FailureReason?? in
      if case .send(.reply(let reply), _) = output { .some(reply.failure) } else { nil }
    }
  }
}

extension LaneEntry {
  var leaseNumber: UInt64? {
    if case .leased(let number, _, _) = state { number } else { nil }
  }
}
