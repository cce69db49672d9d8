import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph

/// What can be done to a graph at one place of a run, as the search tries it (semantics.md, section 1): which faults,
/// and how long they last. Made once per graph.
struct FaultMenu: Sendable {
  /// Where a fault stands in the list of a graph's faults: an order that depends on the file alone, whatever run a
  /// fault was found in. Of two faults that lead to the same thing in as many steps, the first one is told.
  struct Rank: Hashable, Comparable, Sendable {
    enum Kind: UInt64, Sendable {
      case crash, checkpointCrash, replicaCrash, pause, outage, partition, message, poison
    }
    private let word: UInt64

    init(_ kind: Kind, _ subject: Int, _ place: Int = 0, nth: Int = 1) {
      word = kind.rawValue << 60 | UInt64(subject) << 44 | UInt64(place) << 28 | UInt64(min(nth, 1 << 28 - 1))
    }

    static func < (left: Rank, right: Rank) -> Bool { left.word < right.word }
  }

  let deployment: Deployment
  let texts: FaultText
  /// Half as long again as the longest wait, so that somebody notices.
  let pause: SimDuration
  /// Longer than anybody waits for a message.
  let delay: SimDuration
  /// Shorter than the retry budget, and longer.
  let outages: [SimDuration]
  /// Indexed by node: clients are outside, and what never started was never promised.
  let isWorker: [Bool]
  /// Indexed by step: how many points of its node stand before its own.
  private let pointsBefore: [Int]
  /// Indexed by machine; nil for what is no replica of a protocol, and for the engine's.
  private let targets: [FaultTarget?]

  init(_ deployment: Deployment) {
    self.deployment = deployment
    let graph = deployment.graph
    texts = FaultText(graph: graph)
    let budgets = RetryBudgets(graph: graph)
    pause = sayable(SimDuration(microseconds: budgets.longestWait.microseconds / 2 * 3))
    delay = sayable(budgets.longestWait + .seconds(1))
    let longest = max(budgets.longest, .seconds(1))
    outages = [sayable(SimDuration(microseconds: longest.microseconds / 2)), sayable(longest * 2)]
    isWorker = graph.nodeIDs.map { node in
      graph[node].kind != .client && !graph[node].handlers.isEmpty && !deployment.isTableJob(node)
    }
    var seen = Array(repeating: 0, count: graph.nodes.count)
    pointsBefore = graph.steps.map { step in
      let node = graph[step.handler].node.index
      seen[node] += 1
      return 3 * (seen[node] - 1) + 1
    }
    var targets: [FaultTarget?] = Array(repeating: nil, count: deployment.machineCount)
    for placement in deployment.placements where placement.runs != .ideal {
      for (position, replica) in placement.replicas.enumerated() {
        switch placement.owner {
        case .channel(let channel) where channel == deployment.engine: continue
        case .channel(let channel): targets[replica.index] = .logReplica(channel, position + 1)
        case .journal(let node): targets[replica.index] = .journalReplica(node, position + 1)
        case .table: preconditionFailure("snapshots lie in a log that never fails")
        }
      }
    }
    self.targets = targets
  }

  private var graph: Graph { deployment.graph }

  // MARK: At a point of a node's work

  /// A crash, and before work and steps, and in a wait, also a pause.
  func faults(at point: FaultPoint, nth: Int) -> [FaultSite.Offer] {
    let (site, place, hasPause): (FaultPoint.Site, Int, Bool) =
      switch point {
      case .before(let site): (site, 0, true)
      case .during(let site): (site, 1, isWait(site))
      case .after(let site): (site, 2, false)
      case .at: preconditionFailure("an instant is no point of a node's work")
      }
    let node = node(of: site)
    guard isWorker[node.index] else { return [] }
    let rank =
      switch site {
      case .work: place == 0 ? 0 : 3 * graph.steps.count + 1
      case .step(let step): pointsBefore[step.index] + place
      }
    let crash = FaultKind.crash(.node(node), restart: .seconds(1), disk: .keep)
    var offers = [offer(crash, point, nth, .init(.crash, node.index, rank, nth: nth))]
    if hasPause {
      offers.append(offer(.pause(.node(node), for: pause), point, nth, .init(.pause, node.index, rank, nth: nth)))
    }
    return offers
  }

  private func isWait(_ site: FaultPoint.Site) -> Bool {
    guard case .step(let step) = site, case .wait = graph[step].verb else { return false }
    return true
  }

  /// Nodes as the timers that trigger them go off first: a crash then makes them miss one.
  func crashesAtFirings() -> [FaultSite.Offer] {
    TimerSchedule(graph, load: .single).firings.filter { isWorker[$0.firing.node.index] }.enumerated()
      .map { number, due in
        let node = due.firing.node
        let instant = SimInstant.start + sayable(due.instant - .start)
        return offer(
          .crash(.node(node), restart: .seconds(1), disk: .keep), .at(instant), 1,
          .init(.crash, node.index, 3 * graph.steps.count + 2, nth: number + 1))
      }
  }

  private func node(of site: FaultPoint.Site) -> NodeID {
    switch site {
    case .work(let node): node
    case .step(let step): graph[graph[step].handler].node
    }
  }

  /// Crashes of a stream job or table around a checkpoint: with everything since the last one still to lose, and with
  /// the news of it still on its way. No step lies there.
  func faults(atCheckpointOf node: NodeID, _ instant: SimInstant, nth: Int) -> [FaultSite.Offer] {
    let table = deployment.tableJobs.firstIndex(of: node).map { FaultTarget.front(ChannelID($0)) }
    return [instant + .milliseconds(-1), instant].enumerated().map { position, moment in
      let sayable = SimInstant.start + sayable(moment - .start)
      return offer(
        .crash(table ?? .node(node), restart: .seconds(1), disk: .keep), .at(max(.start, sayable)), 1,
        .init(.checkpointCrash, node.index, position, nth: nth))
    }
  }

  // MARK: At an append to a log

  /// Crashes of the replicas, with and without what is not synced.
  func faults(ofPlacement position: Int, at instant: SimInstant, nth: Int) -> [FaultSite.Offer] {
    var offers: [FaultSite.Offer] = []
    for (number, replica) in deployment.placements[position].replicas.enumerated() {
      guard let target = targets[replica.index] else { continue }
      for (fate, disk) in [DiskFate.keep, .loseUnsynced].enumerated() {
        offers.append(
          offer(
            .crash(target, restart: .seconds(1), disk: disk), .at(instant), 1,
            .init(.replicaCrash, graph.channels.count + position, 2 * number + fate, nth: nth)))
      }
    }
    return offers
  }

  /// The first whole millisecond after an instant: what began then is still being written.
  func next(_ instant: SimInstant) -> SimInstant {
    .start + sayable(instant - .start + SimDuration(microseconds: 1))
  }

  /// The crash of the front of a channel, as its log is first written.
  func frontCrash(of channel: ChannelID, at instant: SimInstant) -> FaultSite.Offer? {
    guard channel != deployment.engine, graph[channel].kind != .table else { return nil }
    return offer(
      .crash(.front(channel), restart: .seconds(1), disk: .keep), .at(instant), 1,
      .init(.replicaCrash, channel.index))
  }

  // MARK: To a message

  func faults(onMessage nth: Int, of link: FaultWalk.Link, number: Int, hasSuccessor: Bool) -> [FaultSite.Offer] {
    let place = FaultLink.link(from: end(link.from), to: end(link.to))
    var kinds: [MessageFault] = [.drop, .duplicate, .delay(by: delay)]
    if hasSuccessor { kinds.append(.reorder) }
    return kinds.enumerated().map { position, kind in
      offer(.message(kind, place), .at(.start), nth, .init(.message, number, 4 * nth + position))
    }
  }

  /// Where the engine makes a request on a node's behalf: to a file that is a message from that node
  /// (`FaultPlanner`), so that it counts on the node's link, too.
  func caller(of envelope: Envelope<LabMachine>) -> MachineID? {
    guard let engine = deployment.engine, envelope.from == deployment.front(of: engine),
      case .node(.request(let request)) = envelope.message
    else { return nil }
    return deployment.machine(of: graph[graph[request.step].handler].node)
  }

  // MARK: From the start

  func outages(of node: NodeID) -> [FaultSite.Offer] {
    guard isWorker[node.index] else { return [] }
    return outages.enumerated().map { position, length in
      offer(.down(node, for: length), .at(.start), 1, .init(.outage, node.index, position))
    }
  }

  func partitions(of link: FaultWalk.Link, number: Int) -> [FaultSite.Offer] {
    outages.enumerated().map { position, length in
      offer(
        .partition(end(link.from), end(link.to), oneWay: false, for: length), .at(.start), 1,
        .init(.partition, number, position))
    }
  }

  func poison(of step: StepID) -> FaultSite.Offer? {
    guard isWorker[graph[graph[step].handler].node.index] else { return nil }
    switch graph[step].verb {
    case .transaction, .fail: return nil
    case .compute, .call, .send, .publish, .write, .read, .effect, .checkpoint, .wait, .choose, .parallel, .each,
      .signal, .reply:
      return offer(.poison(step), .at(.start), 1, .init(.poison, step.index))
    }
  }

  /// A producer that stores its message twice.
  func doubledRecord(in channel: ChannelID) -> FaultSite.Offer? {
    guard channel != deployment.engine, graph[channel].kind != .table else { return nil }
    return offer(
      .message(.duplicate, .channel(channel)), .at(.start), 1, .init(.message, 1 << 15 + channel.index))
  }

  // MARK: What a file can say

  private func offer(_ kind: FaultKind, _ point: FaultPoint, _ nth: Int, _ rank: Rank) -> FaultSite.Offer {
    var fault = Fault(kind: kind, point: point, nth: nth, text: "")
    fault.text = texts.text(of: fault)
    return FaultSite.Offer(fault: fault, rank: rank)
  }

  func link(_ from: FaultEnd, _ to: FaultEnd) -> FaultWalk.Link {
    FaultWalk.Link(from: machine(at: from), to: machine(at: to))
  }

  private func machine(at end: FaultEnd) -> MachineID {
    switch end {
    case .node(let node): deployment.machine(of: node)
    case .channel(let channel): deployment.front(of: channel)
    }
  }

  private func end(_ machine: MachineID) -> FaultEnd {
    let node = NodeID(raw: machine.raw)
    if machine.index < graph.nodes.count, !deployment.isTableJob(node) { return .node(node) }
    guard let channel = deployment.fronts.firstIndex(of: machine) else {
      preconditionFailure("links join nodes and fronts")
    }
    return .channel(ChannelID(channel))
  }
}

/// The next whole millisecond: a file says nothing finer, and what the search finds is run again from its text.
private func sayable(_ length: SimDuration) -> SimDuration {
  .milliseconds(length.microseconds / 1_000 + (length.microseconds % 1_000 == 0 ? 0 : 1))
}

