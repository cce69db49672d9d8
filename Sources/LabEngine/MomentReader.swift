import ClusterModel
import GraphNodes
import LabWorld
import LogContract
import MachineContract
import Primitives
import ProgressGraph
import Properties
import RaftLog
import Simulation

/// Reads what there is to see from a state of a branch.
struct MomentReader {
  /// The facts of every place, nodes first.
  struct Facts {
    var nodes: [[Fact]]
    var channels: [[Fact]]
  }

  /// As the file has it: without what the deployment adds.
  let graph: Graph
  let deployment: Deployment
  let branch: LabBranch

  /// - Parameter before: the facts one step earlier; nil at the first step.
  func moment(_ track: LabTrack, before: Facts?) -> LabMoment {
    let facts = facts(track)
    let cluster = track.execution.simulator.cluster
    let nodes = graph.nodeIDs.map { node in
      PlaceStatus(
        health: health(of: deployment.machine(of: node), in: track), note: note(track.tally.nodes[node.index]),
        facts: marked(facts.nodes[node.index], before: before?.nodes[node.index]))
    }
    let channels = graph.channelIDs.map { channel in
      PlaceStatus(
        health: deployment.fronts[channel.index].map { health(of: $0, in: track) } ?? .up,
        note: note(of: channel, in: track),
        facts: marked(facts.channels[channel.index], before: before?.channels[channel.index]))
    }
    return LabMoment(
      step: track.step, time: track.execution.simulator.now, nodes: nodes, channels: channels,
      inFlight: flights(cluster), activeFaults: activeFaults(track), properties: properties(at: track.step),
      progress: track.execution.judge.workflows(in: deployment.graph), stateHash: track.execution.stateHash)
  }

  func facts(_ track: LabTrack) -> Facts {
    Facts(
      nodes: graph.nodeIDs.map { facts(of: $0, in: track) },
      channels: graph.channelIDs.map { facts(of: $0, in: track) })
  }

  private func marked(_ facts: [Fact], before: [Fact]?) -> [Fact] {
    guard let before else { return facts }
    return facts.map { fact in
      let old = before.first { $0.label == fact.label }?.value ?? ""
      return old == fact.value ? fact : Fact(fact.label, fact.value, before: old)
    }
  }

  // MARK: Nodes

  private func note(_ count: WorkTally.NodeCount) -> String {
    if count.running > 0 { return "\(count.running) running" }
    if count.finished > 0 { return "\(count.finished) done" }
    return count.failed > 0 ? "\(count.failed) failed" : ""
  }

  private func facts(of node: NodeID, in track: LabTrack) -> [Fact] {
    let machine = deployment.machine(of: node)
    let slot = track.execution.simulator.cluster[machine]
    let count = track.tally.nodes[node.index]
    var facts = [
      Fact("state", state(of: machine, in: track)),
      Fact("work", graph[node].work.rawValue),
      Fact("running", "\(count.running)" + strands(slot)),
      Fact("attempts", "\(count.attempts)"),
      Fact("finished", count.failed > 0 ? "\(count.finished), failed \(count.failed)" : "\(count.finished)"),
    ]
    let effects = count.effects.map { "\(deployment.graph[$0.name]) \($0.count)" }
    if !effects.isEmpty { facts.append(Fact("effects", effects.joined(separator: ", "))) }
    if count.openCalls + count.callsFailed > 0 {
      facts.append(Fact("calls", "\(count.openCalls) open, \(count.callsFailed) failed"))
    }
    if case .node(let state) = slot.machine, state.waitingUnits + state.unreadSignals > 0 {
      facts.append(Fact("waits", "\(state.waitingUnits), unread signals \(state.unreadSignals)"))
    }
    facts += streamFacts(of: slot)
    facts.append(Fact("inbox", "\(inbox(of: machine, in: track))"))
    facts.append(Fact("disk", "\(slot.pendingWrites.count) unsynced"))
    facts.append(Fact("timers", "\(slot.timers.filter { $0.purpose == .work }.count)"))
    facts += links(of: .node(node))
    return facts + logFacts(of: .journal(node), in: track)
  }

  private func strands(_ slot: Slot<LabMachine>) -> String {
    guard slot.status == .up, case .node(let machine) = slot.machine, machine.strandCount > 0 else { return "" }
    return ", \(machine.strandCount) strand\(machine.strandCount == 1 ? "" : "s")"
  }

  /// What a stream job, or a table's, has made last and what a crash would take back.
  private func streamFacts(of slot: Slot<LabMachine>) -> [Fact] {
    guard case .node(let machine) = slot.machine, machine.isStream else { return [] }
    return [
      Fact("checkpoint", machine.checkpoints == 0 ? "none yet" : "\(machine.checkpoints)"),
      Fact("since then", slot.isRunning ? "\(machine.uncommittedRecords) processed" : "nothing"),
    ]
  }

  private func links(of place: Edge.End) -> [Fact] {
    let edges = graph.edges()
    let out = edges.filter { $0.from == place }.map { "\(name($0.to)) (\($0.kind.rawValue))" }
    let into = edges.filter { $0.to == place }.map { "\(name($0.from)) (\($0.kind.rawValue))" }
    return (out.isEmpty ? [] : [Fact("to", out.joined(separator: ", "))])
      + (into.isEmpty ? [] : [Fact("from", into.joined(separator: ", "))])
  }

  private func name(_ place: Edge.End) -> String {
    switch place {
    case .node(let node): graph[node].name
    case .channel(let channel): graph[channel].name
    }
  }

  // MARK: Channels

  /// Messages that nobody has finished yet.
  private func waiting(in channel: ChannelID, _ track: LabTrack) -> Int? {
    guard let front = deployment.fronts[channel.index],
      case .front(let machine) = track.execution.simulator.cluster[front].machine
    else { return nil }
    return machine.lanes.reduce(0) { $0 + $1.entries.count }
  }

  private func note(of channel: ChannelID, in track: LabTrack) -> String {
    waiting(in: channel, track).map { "\($0) waiting" } ?? ""
  }

  private func facts(of channel: ChannelID, in track: LabTrack) -> [Fact] {
    let count = track.tally.channels[channel.index]
    var facts: [Fact] = []
    if let front = deployment.fronts[channel.index] { facts.append(Fact("broker", state(of: front, in: track))) }
    if let job = deployment.tableJobs[channel.index] {
      facts += streamFacts(of: track.execution.simulator.cluster[deployment.machine(of: job)])
      return facts + links(of: .channel(channel))
    }
    facts.append(Fact("waiting", waiting(in: channel, track).map(String.init) ?? "-"))
    facts.append(Fact("stored", "\(count.stored)"))
    facts.append(Fact("delivered", "\(count.delivered), lease ended \(count.expired)"))
    facts.append(Fact("done", "\(count.acknowledged)"))
    if count.deleted > 0 { facts.append(Fact("deleted", "\(count.deleted)")) }
    if count.parked + count.dropped > 0 {
      facts.append(Fact("given up", "\(count.parked) parked, \(count.dropped) dropped"))
    }
    facts += links(of: .channel(channel))
    return facts + logFacts(of: .channel(channel), in: track)
  }

  // MARK: Logs

  private func logFacts(of owner: Deployment.LogOwner, in track: LabTrack) -> [Fact] {
    guard let placement = deployment.placements.first(where: { $0.owner == owner }) else { return [] }
    let asked = placement.specification.protocol.rawValue
    let runs = placement.runs.rawValue
    var facts = [Fact("log", placement.isSubstituted ? "\(runs), standing in for \(asked)" : runs)]
    for (position, machine) in placement.replicas.enumerated() {
      let slot = track.execution.simulator.cluster[machine]
      guard case .raft(let replica) = slot.machine else { continue }
      let place = "term \(replica.currentTerm) commit \(replica.commitIndex) last \(replica.log.lastIndex)"
      let text = slot.isRunning ? "\(role(replica.role)) \(place)" : state(of: machine, in: track)
      facts.append(Fact("replica \(position + 1)", text))
    }
    return facts
  }

  private func role(_ role: RaftRole) -> String {
    switch role {
    case .follower: "follower"
    case .preCandidate: "asks for pre-votes"
    case .candidate: "candidate"
    case .leader: "leader"
    }
  }

  // MARK: Machines

  private func health(of machine: MachineID, in track: LabTrack) -> PlaceStatus.Health {
    let slot = track.execution.simulator.cluster[machine]
    if slot.status == .crashed { return .crashed }
    if slot.isPaused { return .paused }
    if slot.isRefusing { return .down }
    return track.execution.simulator.slowness(of: machine) > .zero ? .slow : .up
  }

  private func state(of machine: MachineID, in track: LabTrack) -> String {
    let lives = track.execution.simulator.cluster[machine].incarnation
    let state =
      switch health(of: machine, in: track) {
      case .up: "up"
      case .crashed: "CRASHED"
      case .paused: "PAUSED"
      case .down: "DOWN, refuses all work"
      case .slow: "slow"
      }
    return lives > 0 ? "\(state), restarted \(lives) time\(lives == 1 ? "" : "s")" : state
  }

  private func inbox(of machine: MachineID, in track: LabTrack) -> Int {
    track.execution.simulator.cluster.inFlight.filter { $0.to == machine && $0.purpose == .work }.count
  }

  // MARK: Messages, faults, properties

  /// Messages among places. Those of replicas stay inside their log.
  private func flights(_ cluster: Cluster<LabMachine>) -> [Flight] {
    let sent = cluster.inFlight.sorted { $0.id.serial < $1.id.serial }
    var seen: [LabMessage] = []
    return sent.compactMap { envelope in
      guard case .node(let message) = envelope.message, let from = place(of: envelope.from),
        let to = place(of: envelope.to), from != to, let isReply = isReply(message)
      else { return nil }
      let isDuplicate = seen.contains(envelope.message)
      seen.append(envelope.message)
      return Flight(from: from, to: to, isReply: isReply, isDuplicate: isDuplicate)
    }
  }

  /// Nil for what is no message of the graph.
  private func isReply(_ message: NodeMessage) -> Bool? {
    switch message {
    case .request, .put, .deliver, .signal: false
    case .reply, .stored, .acknowledge, .processed, .acknowledged, .leaseOver, .gaveUp: true
    case .subscribe, .subscribed, .log: nil
    }
  }

  private func place(of machine: MachineID) -> Edge.End? {
    if machine.index < graph.nodes.count { return .node(NodeID(raw: machine.raw)) }
    guard let front = deployment.fronts.firstIndex(of: machine), front < graph.channels.count else { return nil }
    return .channel(ChannelID(front))
  }

  /// Everything that is broken now, by machine and link.
  private func activeFaults(_ track: LabTrack) -> [String] {
    let cluster = track.execution.simulator.cluster
    var faults = cluster.machineIDs.compactMap { machine -> String? in
      let health = health(of: machine, in: track)
      return health == .up ? nil : "\(deployment.name(of: machine)) is \(health.rawValue)"
    }
    faults += cluster.severedLinks.map {
      "\(deployment.name(of: $0.from)) cannot reach \(deployment.name(of: $0.to))"
    }
    return faults
  }

  /// The judgement of the whole branch, as far as it can be known at this step.
  private func properties(at step: Int) -> [PropertyStatus] {
    let isOver = step == branch.tip
    var properties = branch.judgement.expectations.map { result in
      let steps = result.violatedBy.map { cause in
        switch cause {
        case .anomaly(let anomaly): anomaly.step
        case .failure(let failure): failure.step
        }
      }
      let name = result.expectation.name(in: deployment.graph)
      guard let first = steps.min(), first <= step || isOver else {
        return PropertyStatus(name, isOver ? .holds : .open)
      }
      return PropertyStatus(name, .violated, detail: causes(of: result), step: min(first, branch.tip))
    }
    let violating = branch.judgement.violations.map(\.cause)
    for anomaly in branch.judgement.anomalies where anomaly.step <= step || isOver {
      guard !violating.contains(.anomaly(anomaly)) else { continue }
      let report = anomaly.report(in: deployment.graph)
      properties.append(
        PropertyStatus(
          "\(report.code.rawValue) \(report.subject)", .observed, detail: "\(report.key), violates nothing",
          step: min(anomaly.step, branch.tip)))
    }
    return properties
  }

  private func causes(of result: ExpectationResult) -> String {
    var codes: [String] = []
    for cause in result.violatedBy {
      let text =
        switch cause {
        case .anomaly(let anomaly):
          "\(anomaly.code.rawValue) \(anomaly.subject.name(in: deployment.graph))"
        case .failure: "FAIL"
        }
      if !codes.contains(text) { codes.append(text) }
    }
    return codes.joined(separator: ", ")
  }
}
