import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph

/// Counts of what nodes and channels have done so far: what their boxes and the inspector show.
///
/// Blind to faults except that a crash forgets the work in progress, as the machine itself does.
struct WorkTally: Sendable {
  struct NodeCount: Equatable, Sendable {
    /// Attempts begun and not yet over.
    var running = 0
    var attempts = 0
    var finished = 0
    var failed = 0
    /// Calls whose answer is awaited.
    var openCalls = 0
    var callsFailed = 0
    /// In the order of their first application.
    var effects: [EffectCount] = []
  }
  struct EffectCount: Equatable, Sendable {
    var name: NameID
    var count: Int
  }
  struct ChannelCount: Equatable, Sendable {
    var stored = 0
    var delivered = 0
    var acknowledged = 0
    var expired = 0
    var parked = 0
    var dropped = 0
    var deleted = 0
  }

  /// Indexed by `NodeID`.
  private(set) var nodes: [NodeCount]
  /// Indexed by `ChannelID`, the durable-execution engine included.
  private(set) var channels: [ChannelCount]

  init(_ deployment: Deployment) {
    nodes = deployment.graph.nodes.map { _ in NodeCount() }
    channels = deployment.graph.channels.map { _ in ChannelCount() }
  }

  mutating func record(_ events: [Event<LabMachine>]) {
    for event in events {
      switch event {
      case .observed(_, .work(let observation)): record(observation)
      case .crashed(let machine, _, _):
        guard machine.index < nodes.count else { continue }
        nodes[machine.index].running = 0
        nodes[machine.index].openCalls = 0
      case .observed(_, .log), .sent, .delivered, .lost, .refused, .armed, .disarmed, .fired, .choiceOpened,
        .chosen, .choiceAbandoned, .writeStarted, .writeCompleted, .writeAbandoned, .restarted, .paused, .resumed,
        .refusing, .accepting, .severed, .healed:
        break
      }
    }
  }

  private mutating func record(_ observation: WorkObservation) {
    switch observation {
    case .arrived(let unit, _):
      nodes[unit.node.index].running += 1
      nodes[unit.node.index].attempts += 1
    case .finished(let unit):
      end(unit)
      nodes[unit.node.index].finished += 1
    case .failed(let unit, _, _), .aborted(let unit):
      end(unit)
      nodes[unit.node.index].failed += 1
    case .effect(let effect):
      // A record's effect is its sender's, as the story tells it.
      let node = effect.unit.node.index
      if let known = nodes[node].effects.firstIndex(where: { $0.name == effect.name }) {
        nodes[node].effects[known].count += 1
      } else {
        nodes[node].effects.append(EffectCount(name: effect.name, count: 1))
      }
    case .called(let unit, _, _, _): nodes[unit.node.index].openCalls += 1
    case .answered(let unit, _, _): closeCall(of: unit)
    case .callFailed(let unit, _, _, _):
      closeCall(of: unit)
      nodes[unit.node.index].callsFailed += 1
    case .stored(let trigger): channels[trigger.channel.index].stored += 1
    case .delivered(let trigger, _): channels[trigger.channel.index].delivered += 1
    case .leaseExpired(let trigger): channels[trigger.channel.index].expired += 1
    case .acknowledged(let trigger): channels[trigger.channel.index].acknowledged += 1
    case .parked(let trigger): channels[trigger.channel.index].parked += 1
    case .expired(let trigger): channels[trigger.channel.index].deleted += 1
    case .dropped(let trigger): channels[trigger.channel.index].dropped += 1
    case .rewound(let node): nodes[node.index].running = 0
    case .accepted, .attached, .began, .performed, .ended, .replayed, .chose, .checkpointed, .strandFailed, .retrying,
      .compensating, .deduplicated, .outdated, .read, .replied, .replyIgnored, .started, .due, .missed, .waiting,
      .timedOut, .signalled, .signalTaken:
      break
    }
  }

  private mutating func end(_ unit: WorkUnit) {
    nodes[unit.node.index].running = max(0, nodes[unit.node.index].running - 1)
  }

  private mutating func closeCall(of unit: WorkUnit) {
    nodes[unit.node.index].openCalls = max(0, nodes[unit.node.index].openCalls - 1)
  }
}
