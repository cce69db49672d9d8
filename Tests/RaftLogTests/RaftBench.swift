import ClusterModel
import LabTesting
import LogContract
import MachineContract
import Primitives
import Properties
import RaftLog

/// What these tests put into logs.
struct Letters: LogPayload, ExpressibleByStringLiteral {
  var text: String
  init(stringLiteral text: String) { self.text = text }
  init(_ text: String) { self.text = text }
  func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(name: text) }
}

typealias Raft = RaftMachine<Letters>

/// A machine that speaks Raft's types: the sound one, or one that a test broke.
protocol RaftServer: Machine
where Message == RaftMessage<Letters>, Timer == RaftTimer, Operation == RaftOperation<Letters> {}

extension RaftMachine: RaftServer where Payload == Letters {}

/// A group of servers in a cluster of their own, with its invariants judged after every action.
struct Bench<Server: RaftServer> {
  private(set) var cluster: Cluster<Server>
  private(set) var invariants: RaftInvariants
  /// Observations so far, by kind, for *sometimes* checks.
  private(set) var committed: UInt64 = 0
  private(set) var acknowledged = 0
  private(set) var readsAnswered = 0
  private(set) var elections = 0
  private var scratch = Cluster<Server>.Scratch()

  init(_ machines: [(machine: Server, store: Server.Store)]) {
    cluster = Cluster(machines)
    invariants = RaftInvariants(group: machines.indices.map { MachineID($0) })
    cluster.start(into: &scratch)
    takeInEvents()
  }

  @discardableResult
  mutating func apply(_ action: Action<Server>) -> Bool {
    if case .invoke(let machine, .read(let request, _)) = action, cluster[machine].isRunning {
      invariants.readAsked(request, at: machine)
    }
    let happened = cluster.apply(action, into: &scratch)
    takeInEvents()
    return happened
  }

  private mutating func takeInEvents() {
    for event in scratch.events {
      if case .restarted(let machine) = event { invariants.restarted(machine) }
      guard case .observed(let machine, .log(let observation)) = event else { continue }
      invariants.observe(observation, at: machine)
      count(observation)
    }
  }

  private mutating func count(_ observation: LogObservation) {
    switch observation {
    case .committed(let index, _, _): committed = max(committed, index)
    case .acknowledged: acknowledged += 1
    case .readAnswered: readsAnswered += 1
    case .becameLeader: elections += 1
    case .voted, .adoptedEpoch, .appended, .truncated, .sealed: break
    }
  }

  subscript(_ server: Int) -> Server { cluster[MachineID(server)].machine }

  var broken: [String] { invariants.violations.map(\.id) }
}

typealias RaftBench = Bench<Raft>

extension Bench where Server == Raft {
  /// - Parameter leader: elected before the start; nil for servers with empty disks.
  init(servers: Int = 3, leader: Int? = 0, knobs: [(String, String)] = []) {
    self.init(Self.machines(servers: servers, leader: leader, knobs: knobs))
  }

  static func machines(
    servers: Int = 3, leader: Int? = 0, knobs: [(String, String)] = []
  ) -> [(machine: Raft, store: RaftStore<Letters>)] {
    let group = (0..<servers).map { MachineID($0) }
    let settings = knobs.map { (knob: $0.0, value: $0.1) }
    guard let configuration = RaftConfiguration(servers: group, settings: settings) else {
      preconditionFailure("a knob of the test is unknown: \(knobs)")
    }
    return group.map { id in
      let machine =
        leader.map { Raft(id: id, configuration: configuration, electedLeader: MachineID($0)) }
        ?? Raft(id: id, configuration: configuration)
      return (machine, machine.settledStore)
    }
  }
}

// MARK: - Steps that a script takes

extension Bench {
  /// Delivers and syncs, oldest first, until nothing moves. No timer fires. Only these servers take part, if told.
  mutating func settle(among servers: [Int]? = nil) {
    while true {
      let inFlight = cluster.inFlight.sorted { $0.id.serial < $1.id.serial }
      if let envelope = inFlight.first(where: { takesPart($0.from, servers) && takesPart($0.to, servers) }) {
        apply(.deliver(envelope.id))
        continue
      }
      let writers = cluster.machineIDs.filter {
        takesPart($0, servers) && cluster[$0].isRunning && !cluster[$0].pendingWrites.isEmpty
      }
      if writers.isEmpty { return }
      for writer in writers { apply(.completeWrite(writer)) }
    }
  }

  private func takesPart(_ machine: MachineID, _ servers: [Int]?) -> Bool { servers?.contains(machine.index) ?? true }

  mutating func fire(_ server: Int, _ timer: RaftTimer) { apply(.fire(MachineID(server), timer)) }

  mutating func propose(_ server: Int, _ payload: Letters, request: UInt64 = 1) {
    apply(.invoke(MachineID(server), .append(request: request, payload)))
  }

  mutating func read(_ server: Int, request: UInt64) {
    apply(.invoke(MachineID(server), .read(request: request, from: 1)))
  }

  mutating func crash(_ server: Int, _ fate: CrashFate = .losePending) { apply(.crash(MachineID(server), fate)) }

  mutating func restart(_ server: Int) { apply(.restart(MachineID(server))) }

  mutating func sync(_ server: Int) {
    for _ in cluster[MachineID(server)].pendingWrites { apply(.completeWrite(MachineID(server))) }
  }

  /// Drops everything in flight to or from a server.
  mutating func loseMessages(of server: Int) {
    let machine = MachineID(server)
    for envelope in cluster.inFlight where envelope.from == machine || envelope.to == machine {
      apply(.drop(envelope.id))
    }
  }
}
