import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation

/// One place in a run where one fault can strike.
struct FaultSite: Sendable {
  struct Offer: Sendable {
    let fault: Fault
    let rank: FaultMenu.Rank
  }

  let offer: Offer
  /// How many actions are done before the one in which it strikes; 0 for what strikes as the run begins.
  let action: Int
  /// How many points or messages that fit have come before that action.
  let matched: Int
  /// True where the run is to be made from the start: the fault lies before everything that was seen.
  let isFromStart: Bool
}

/// Reads a run, action by action, and tells where it could be broken.
///
/// A value beside the run: a copy goes on with the copy of the run. Every fault is told in the action in which it would
/// strike, so that a run with the fault can go on from a snapshot made just before.
struct FaultWalk: Sendable {
  struct Link: Hashable, Sendable {
    let from: MachineID
    let to: MachineID
  }

  let menu: FaultMenu
  /// Occurrences of one point, messages of one link, appends to one log: how many of each are told, from where this
  /// was last set.
  private var limit: Int?
  /// Messages of each link over the whole run, where that is known: the last one has no successor to be overtaken by.
  private var totals: [Link: Int]?
  private var counts: [FaultPoint: Int] = [:]
  /// Occurrences before the limit was set.
  private var uncounted: [FaultPoint: Int] = [:]
  /// In the order of their first message.
  private(set) var links: [Link] = []
  private(set) var messages: [Link: Int] = [:]
  private var uncountedMessages: [Link: Int] = [:]
  /// What was told from the start already.
  private var isPartitionTold: Set<Link> = []
  private var isOutageTold: [Bool]
  private var isPoisonTold: [Bool]
  private var isDoublingTold: [Bool]
  /// Crashes of replicas that wait for their instant.
  private var timed: [FaultSite.Offer] = []
  private struct Appends: Sendable {
    /// The instant after it that a fault can name.
    var last: SimInstant?
    var count = 0
    /// Those before the limit was set.
    var uncounted = 0
  }
  /// By placement: when its log was appended to.
  private var appends: [Appends]
  /// By node: the checkpoints at which it is crashed.
  private var checkpoints: [[SimInstant]]
  private let placementOfReplica: [Int?]

  /// The appends to one log at which its replicas are crashed, and the checkpoints of one job.
  private static let appendLimit = 4

  init(_ menu: FaultMenu) {
    self.menu = menu
    let deployment = menu.deployment
    isOutageTold = Array(repeating: false, count: deployment.graph.nodes.count)
    isPoisonTold = Array(repeating: false, count: deployment.graph.steps.count)
    isDoublingTold = Array(repeating: false, count: deployment.graph.channels.count)
    checkpoints = Array(repeating: [], count: deployment.graph.nodes.count)
    appends = Array(repeating: Appends(), count: deployment.placements.count)
    var placementOfReplica: [Int?] = Array(repeating: nil, count: deployment.machineCount)
    for (position, placement) in deployment.placements.enumerated() {
      for replica in placement.replicas { placementOfReplica[replica.index] = position }
    }
    self.placementOfReplica = placementOfReplica
  }

  private var deployment: Deployment { menu.deployment }

  /// From here on only so many more of each kind are told: work that is tried for ever has no end of points.
  mutating func limitRepetitions(to limit: Int, totals: [Link: Int]) {
    self.limit = limit
    self.totals = totals
    uncounted = counts
    uncountedMessages = messages
    for placement in appends.indices { appends[placement].uncounted = appends[placement].count }
  }

  /// - Parameter totals: the messages of each link over the whole run.
  mutating func expect(_ totals: [Link: Int]) { self.totals = totals }

  // MARK: Reading

  /// - Parameters:
  ///   - run: just after the action whose events it shows.
  /// - Returns: the faults that would strike in that action, and those from the start that only now concern anything.
  mutating func read(_ run: Execution) -> [FaultSite] {
    let cluster = run.simulator.cluster
    let now = run.simulator.now
    var found = Found(action: max(0, run.simulator.steps - 1), isFromStart: run.simulator.steps == 0)
    takeDue(at: now, into: &found)
    if run.simulator.steps == 0 { found.addFromStart(menu.crashesAtFirings()) }
    let before = (counts, messages)
    for event in run.simulator.events {
      switch event {
      case .observed(let machine, .log(.appended)): noteAppend(at: machine, now)
      case .observed(_, .work(.checkpointed(let unit, _))): noteCheckpoint(of: unit.node, now, &found)
      case .observed(_, .work(let observation)): note(observation, before.0, &found)
      case .sent(let id):
        if let envelope = cluster[id] { note(envelope, before.1, &found) }
      case .observed, .delivered, .lost, .refused, .armed, .disarmed, .fired, .choiceOpened, .chosen, .choiceAbandoned,
        .writeStarted, .writeCompleted, .writeAbandoned, .crashed, .restarted, .paused, .resumed, .refusing,
        .accepting, .severed, .healed:
        break
      }
    }
    return found.sites
  }

  /// What was still to come when the run came to rest.
  mutating func finish(_ run: Execution) -> [FaultSite] {
    var found = Found(action: run.simulator.steps, isFromStart: false)
    takeDue(at: .distantFuture, into: &found)
    return found.sites
  }

  private struct Found {
    let action: Int
    let isFromStart: Bool
    var sites: [FaultSite] = []

    mutating func add(_ offers: [FaultSite.Offer], matched: Int = 0) {
      for offer in offers {
        sites.append(FaultSite(offer: offer, action: action, matched: matched, isFromStart: isFromStart))
      }
    }

    mutating func addFromStart(_ offers: [FaultSite.Offer]) {
      for offer in offers { sites.append(FaultSite(offer: offer, action: 0, matched: 0, isFromStart: true)) }
    }
  }

  private mutating func takeDue(at now: SimInstant, into found: inout Found) {
    guard !timed.isEmpty else { return }
    var later: [FaultSite.Offer] = []
    for offer in timed {
      if case .at(let instant) = offer.fault.point, instant > now { later.append(offer) } else { found.add([offer]) }
    }
    timed = later
  }

  // MARK: Work

  private mutating func note(
    _ observation: WorkObservation, _ before: [FaultPoint: Int], _ found: inout Found
  ) {
    switch observation {
    case .arrived(let unit, _):
      noteInvolvement(of: unit.node, &found)
      note(.before(.work(unit.node)), before, &found)
    case .began(_, let step):
      if !isPoisonTold[step.index] {
        isPoisonTold[step.index] = true
        if let poison = menu.poison(of: step) { found.addFromStart([poison]) }
      }
      note(.before(.step(step)), before, &found)
    case .performed(let unit, let step):
      // Without a record, done and recorded are one state.
      let isHalf = deployment.graph[unit.node].work == .durable
      note(.during(.step(step)), isTold: isHalf, before, &found)
    // A wait has a middle in any node.
    case .waiting(_, let step): note(.during(.step(step)), before, &found)
    case .ended(_, let step): note(.after(.step(step)), before, &found)
    case .finished(let unit): note(.after(.work(unit.node)), before, &found)
    case .stored(let trigger):
      guard !isDoublingTold[trigger.channel.index] else { return }
      isDoublingTold[trigger.channel.index] = true
      if let doubled = menu.doubledRecord(in: trigger.channel) { found.addFromStart([doubled]) }
    case .accepted, .attached, .replayed, .chose, .checkpointed, .rewound, .failed, .strandFailed, .aborted, .retrying,
      .compensating, .effect, .deduplicated, .outdated, .read, .called, .answered, .callFailed, .replied,
      .replyIgnored, .delivered, .leaseExpired, .acknowledged, .parked, .dropped, .expired, .started, .due, .missed,
      .timedOut, .signalled, .signalTaken:
      break
    }
  }

  /// - Parameter isTold: false for what counts as an occurrence of the point, and is no place for a fault.
  private mutating func note(
    _ point: FaultPoint, isTold: Bool = true, _ before: [FaultPoint: Int], _ found: inout Found
  ) {
    counts[point, default: 0] += 1
    let nth = counts[point] ?? 1
    guard isTold else { return }
    if let limit, nth - (uncounted[point] ?? 0) > limit { return }
    found.add(menu.faults(at: point, nth: nth), matched: before[point] ?? 0)
  }

  private mutating func noteInvolvement(of node: NodeID, _ found: inout Found) {
    guard !isOutageTold[node.index] else { return }
    isOutageTold[node.index] = true
    found.addFromStart(menu.outages(of: node))
  }

  /// The crashes strike before what has just been seen, so that their runs are made from the start.
  private mutating func noteCheckpoint(of node: NodeID, _ now: SimInstant, _ found: inout Found) {
    guard checkpoints[node.index].last != now, checkpoints[node.index].count < Self.appendLimit else { return }
    checkpoints[node.index].append(now)
    found.addFromStart(menu.faults(atCheckpointOf: node, now, nth: checkpoints[node.index].count))
  }

  // MARK: Messages

  /// Only messages among nodes and fronts: what a log says to itself is the log's affair.
  private mutating func note(
    _ envelope: Envelope<LabMachine>, _ before: [Link: Int], _ found: inout Found
  ) {
    guard envelope.from.index < deployment.firstReplica, envelope.to.index < deployment.firstReplica else { return }
    if let node = node(at: envelope.to) { noteInvolvement(of: node, &found) }
    let link = Link(from: envelope.from, to: envelope.to)
    let number = note(link)
    if let caller = menu.caller(of: envelope) { messages[Link(from: caller, to: envelope.to), default: 0] += 1 }
    if isPartitionTold.insert(link).inserted, isPartitionTold.insert(Link(from: link.to, to: link.from)).inserted {
      found.addFromStart(menu.partitions(of: link, number: number))
    }
    let nth = messages[link] ?? 1
    if let limit, nth - (uncountedMessages[link] ?? 0) > limit { return }
    let hasSuccessor = if let totals { nth < totals[link] ?? 0 } else { true }
    found.add(
      menu.faults(onMessage: nth, of: link, number: number, hasSuccessor: hasSuccessor), matched: before[link] ?? 0)
  }

  /// - Returns: the number of the link.
  private mutating func note(_ link: Link) -> Int {
    messages[link, default: 0] += 1
    if let known = links.firstIndex(of: link) { return known }
    links.append(link)
    return links.count - 1
  }

  private func node(at machine: MachineID) -> NodeID? {
    machine.index < deployment.graph.nodes.count ? NodeID(raw: machine.raw) : nil
  }

  // MARK: Logs

  /// Replicas append the same entry one after the other; the instants are told, each once.
  private mutating func noteAppend(at machine: MachineID, _ now: SimInstant) {
    let due = menu.next(now)
    guard let placement = placementOfReplica[machine.index], appends[placement].last != due else { return }
    appends[placement].last = due
    appends[placement].count += 1
    let nth = appends[placement].count
    if nth == 1, case .channel(let channel) = deployment.placements[placement].owner,
      let crash = menu.frontCrash(of: channel, at: due)
    {
      timed.append(crash)
    }
    guard nth - appends[placement].uncounted <= limit ?? Self.appendLimit else { return }
    timed += menu.faults(ofPlacement: placement, at: due, nth: nth)
  }
}
