import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph

/// What the calm run shows about where faults can strike: how many messages each link carries, and when logs are
/// written.
struct FaultSites: Sendable {
  struct Link: Hashable {
    let from: MachineID
    let to: MachineID
  }
  /// In the order of their first message.
  private(set) var links: [Link] = []
  private(set) var messages: [Link: Int] = [:]
  /// When something was appended to each log, in order, each instant once.
  private(set) var appends: [[SimInstant]]
  /// When each stream job, or table, made a checkpoint, in order, each instant once. Indexed by node.
  private(set) var checkpoints: [[SimInstant]]
  private let deployment: Deployment
  private let placementOfReplica: [MachineID: Int]

  init(_ deployment: Deployment) {
    self.deployment = deployment
    appends = Array(repeating: [], count: deployment.placements.count)
    checkpoints = Array(repeating: [], count: deployment.graph.nodes.count)
    var placementOfReplica: [MachineID: Int] = [:]
    for (position, placement) in deployment.placements.enumerated() {
      for replica in placement.replicas { placementOfReplica[replica] = position }
    }
    self.placementOfReplica = placementOfReplica
  }

  mutating func observe(_ events: [Event<LabMachine>], at time: SimInstant) {
    for event in events {
      switch event {
      case .delivered(let envelope): count(envelope)
      case .observed(let machine, .log(.appended)):
        guard let placement = placementOfReplica[machine], appends[placement].last != time else { continue }
        appends[placement].append(time)
      case .observed(_, .work(.checkpointed(let unit, _))):
        if checkpoints[unit.node.index].last != time { checkpoints[unit.node.index].append(time) }
      case .sent, .lost, .refused, .armed, .disarmed, .fired, .choiceOpened, .chosen, .choiceAbandoned, .writeStarted,
        .writeCompleted, .writeAbandoned, .crashed, .restarted, .paused, .resumed, .refusing, .accepting, .severed,
        .healed, .observed:
        break
      }
    }
  }

  /// Only messages among nodes and fronts: what a log says to itself is the log's affair.
  private mutating func count(_ envelope: Envelope<LabMachine>) {
    guard envelope.from.index < deployment.firstReplica, envelope.to.index < deployment.firstReplica else { return }
    let link = Link(from: envelope.from, to: envelope.to)
    if messages[link] == nil { links.append(link) }
    messages[link, default: 0] += 1
  }
}

/// All single faults of a graph (semantics.md, section 1), in an order that depends on the file alone.
struct SingleFaults {
  let deployment: Deployment
  let sites: FaultSites

  private var graph: Graph { deployment.graph }
  private var budgets: RetryBudgets { RetryBudgets(graph: graph) }

  func all() -> [Fault] {
    let kinds: [(FaultKind, FaultPoint, nth: Int)] =
      crashes() + checkpointCrashes() + replicaCrashes() + pauses() + outages() + partitions() + messageFaults()
      + poisons()
    let texts = FaultText(graph: graph)
    return kinds.map { kind, point, nth in
      var fault = Fault(kind: kind, point: point, nth: nth, text: "")
      fault.text = texts.text(of: fault)
      return fault
    }
  }

  private typealias Plan = (FaultKind, FaultPoint, nth: Int)

  /// Clients are outside: what never started was never promised.
  private var workers: [NodeID] {
    graph.nodeIDs.filter { graph[$0].kind != .client && !graph[$0].handlers.isEmpty && !deployment.isTableJob($0) }
  }

  private func steps(of node: NodeID) -> [StepID] {
    graph.stepIDs.filter { graph[graph[$0].handler].node == node }
  }

  private func points(of node: NodeID) -> [FaultPoint] {
    var points: [FaultPoint] = [.before(.work(node))]
    for step in steps(of: node) {
      points.append(.before(.step(step)))
      // Without a record, done and recorded are one state.
      if graph[node].work == .durable { points.append(.during(.step(step))) }
      points.append(.after(.step(step)))
    }
    points.append(.after(.work(node)))
    return points
  }

  private func crashes() -> [Plan] {
    workers.flatMap { node in
      points(of: node).map { (.crash(.node(node), restart: .seconds(1), disk: .keep), $0, 1) }
    }
  }

  /// Stream jobs and tables around their checkpoints: with everything since the last one still to lose, and with the
  /// news of it still on its way. No step lies there.
  private func checkpointCrashes() -> [Plan] {
    var plans: [Plan] = []
    for node in graph.nodeIDs {
      let table = deployment.tableJobs.firstIndex(of: node).map { FaultTarget.front(ChannelID($0)) }
      for instant in sites.checkpoints[node.index].prefix(4) {
        for moment in [instant + .milliseconds(-1), instant] {
          plans.append(
            (.crash(table ?? .node(node), restart: .seconds(1), disk: .keep), .at(sayable(moment)), 1))
        }
      }
    }
    return plans
  }

  private func replicaCrashes() -> [Plan] {
    var plans: [Plan] = []
    for channel in graph.channelIDs where graph[channel].kind != .table && channel != deployment.engine {
      plans.append((.crash(.front(channel), restart: .seconds(1), disk: .keep), .at(firstAppend(.channel(channel))), 1))
    }
    for (position, placement) in deployment.placements.enumerated()
    where placement.runs != .ideal && placement.owner != deployment.engine.map({ .channel($0) }) {
      for instant in sites.appends[position].prefix(4) {
        for number in placement.replicas.indices {
          let target: FaultTarget =
            switch placement.owner {
            case .channel(let channel): .logReplica(channel, number + 1)
            case .journal(let node): .journalReplica(node, number + 1)
            case .table: preconditionFailure("snapshots lie in a log that never fails")
            }
          for disk in [DiskFate.keep, .loseUnsynced] {
            plans.append((.crash(target, restart: .seconds(1), disk: disk), .at(sayable(instant)), 1))
          }
        }
      }
    }
    return plans
  }

  private func firstAppend(_ owner: Deployment.LogOwner) -> SimInstant {
    let position = deployment.placements.firstIndex { $0.owner == owner }
    return sayable(position.flatMap { sites.appends[$0].first } ?? .start)
  }

  /// Half as long again as the longest wait, so that somebody notices.
  private func pauses() -> [Plan] {
    let length = sayable(SimDuration(microseconds: budgets.longestWait.microseconds / 2 * 3))
    return workers.flatMap { node in
      ([.work(node)] + steps(of: node).map { .step($0) }).map { site in
        (.pause(.node(node), for: length), .before(site), 1)
      }
    }
  }

  /// Shorter than the retry budget, and longer.
  private var outageLengths: [SimDuration] {
    let longest = max(budgets.longest, .seconds(1))
    return [sayable(SimDuration(microseconds: longest.microseconds / 2)), sayable(longest * 2)]
  }

  private func outages() -> [Plan] {
    workers.flatMap { node in outageLengths.map { (.down(node, for: $0), .at(.start), 1) } }
  }

  private func partitions() -> [Plan] {
    var seen: Set<FaultSites.Link> = []
    var plans: [Plan] = []
    for link in sites.links {
      guard seen.insert(link).inserted, seen.insert(.init(from: link.to, to: link.from)).inserted else { continue }
      for length in outageLengths {
        plans.append((.partition(end(link.from), end(link.to), oneWay: false, for: length), .at(.start), 1))
      }
    }
    return plans
  }

  private func messageFaults() -> [Plan] {
    let late = sayable(budgets.longestWait + .seconds(1))
    var plans: [Plan] = []
    for link in sites.links {
      let place = FaultLink.link(from: end(link.from), to: end(link.to))
      let count = sites.messages[link] ?? 0
      for nth in 1...max(1, count) {
        for kind in [MessageFault.drop, .duplicate, .delay(by: late)] {
          plans.append((.message(kind, place), .at(.start), nth))
        }
        if nth < count { plans.append((.message(.reorder, place), .at(.start), nth)) }
      }
    }
    for channel in graph.channelIDs where channel != deployment.engine && graph[channel].kind != .table {
      plans.append((.message(.duplicate, .channel(channel)), .at(.start), 1))
    }
    return plans
  }

  private func poisons() -> [Plan] {
    workers.flatMap { node in
      steps(of: node).filter { isPoisonable($0) }.map { (.poison($0), .at(.start), 1) }
    }
  }

  private func isPoisonable(_ step: StepID) -> Bool {
    switch graph[step].verb {
    case .transaction, .fail: false
    case .compute, .call, .send, .publish, .write, .read, .effect, .checkpoint, .wait, .choose, .parallel, .each,
      .signal, .reply:
      true
    }
  }

  // MARK: What a file can say

  /// The next whole millisecond: a file says nothing finer, and what the search finds is run again from its text.
  private func sayable(_ length: SimDuration) -> SimDuration {
    .milliseconds(length.microseconds / 1_000 + (length.microseconds % 1_000 == 0 ? 0 : 1))
  }

  private func sayable(_ instant: SimInstant) -> SimInstant { .start + sayable(instant - .start) }

  private func end(_ machine: MachineID) -> FaultEnd {
    let node = NodeID(raw: machine.raw)
    if machine.index < graph.nodes.count, !deployment.isTableJob(node) { return .node(node) }
    guard let channel = deployment.fronts.firstIndex(of: machine) else {
      preconditionFailure("links join nodes and fronts")
    }
    return .channel(ChannelID(channel))
  }
}
