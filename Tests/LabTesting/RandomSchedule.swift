public import ClusterModel
public import MachineContract
public import Primitives

/// Chooses what a cluster does next, by seed: what is enabled, and faults, each kind with its weight.
///
/// It knows no time, so any order of messages, writes and timers can come up; weights only make the orders in which
/// something gets done frequent. The same seed and machines give the same run in every process.
public struct RandomSchedule<M: Machine> {
  /// How often each kind is chosen, against the sum of those that are possible. Zero: never.
  public struct Weights: Sendable {
    public var deliver: UInt64 = 600
    public var write: UInt64 = 200
    public var restart: UInt64 = 60
    public var heal: UInt64 = 30
    public var invoke: UInt64 = 30
    public var crash: UInt64 = 4
    public var drop: UInt64 = 15
    public var duplicate: UInt64 = 15
    public var partition: UInt64 = 6
    public init() {}
  }

  private enum Kind: CaseIterable {
    case deliver, write, fire, restart, heal, invoke, crash, drop, duplicate, partition
  }

  public var weights = Weights()
  public var crashFates: [CrashFate] = [.losePending, .keepPending]
  /// Machines that may be crashed at one time.
  public var crashesAtOnce = 1
  private var generator: SeededGenerator
  /// The rest of a fault that takes several actions.
  private var queued: [Action<M>] = []
  private let timerWeight: (M.Timer) -> UInt64
  private let operation: (inout SeededGenerator) -> M.Operation

  public init(
    seed: UInt64, timerWeight: @escaping (M.Timer) -> UInt64,
    operation: @escaping (inout SeededGenerator) -> M.Operation
  ) {
    generator = SeededGenerator(seed: seed)
    self.timerWeight = timerWeight
    self.operation = operation
  }

  /// The next action; nil when nothing at all is possible.
  public mutating func next(for cluster: Cluster<M>) -> Action<M>? {
    if let action = queued.popLast() { return action }
    let messages = cluster.inFlight
    let running = cluster.machineIDs.filter { cluster[$0].isRunning }
    let writers = running.filter { !cluster[$0].pendingWrites.isEmpty }
    let crashed = cluster.machineIDs.filter { cluster[$0].status == .crashed }
    let timers = running.flatMap { machine in cluster[machine].timers.map { (machine, $0.timer) } }
    var total: UInt64 = 0
    let odds = Kind.allCases.map { kind in
      let weight: UInt64 =
        switch kind {
        case .deliver: messages.isEmpty ? 0 : weights.deliver
        case .write: writers.isEmpty ? 0 : weights.write
        case .fire: timers.reduce(0) { $0 + timerWeight($1.1) }
        case .restart: crashed.isEmpty ? 0 : weights.restart
        case .heal: cluster.severedLinks.isEmpty ? 0 : weights.heal
        case .invoke: running.isEmpty ? 0 : weights.invoke
        case .crash: crashed.count >= crashesAtOnce || running.isEmpty ? 0 : weights.crash
        case .drop: messages.isEmpty ? 0 : weights.drop
        case .duplicate: messages.isEmpty ? 0 : weights.duplicate
        case .partition: cluster.severedLinks.isEmpty && cluster.slots.count > 1 ? weights.partition : 0
        }
      total += weight
      return (kind, weight)
    }
    guard total > 0 else { return nil }
    var ticket = generator.next(below: total)
    for (kind, weight) in odds {
      guard ticket >= weight else {
        return action(kind, messages, running, writers, crashed, timers, cluster)
      }
      ticket -= weight
    }
    return nil
  }

  private mutating func action(
    _ kind: Kind, _ messages: [Envelope<M>], _ running: [MachineID], _ writers: [MachineID], _ crashed: [MachineID],
    _ timers: [(MachineID, M.Timer)], _ cluster: Cluster<M>
  ) -> Action<M> {
    switch kind {
    case .deliver: .deliver(pick(messages).id)
    case .write: .completeWrite(pick(writers))
    case .fire: fire(timers)
    case .restart: .restart(pick(crashed))
    case .heal: heal(cluster)
    case .invoke: .invoke(pick(running), operation(&generator))
    case .crash: .crash(pick(running), pick(crashFates))
    case .drop: .drop(pick(messages).id)
    case .duplicate: .duplicate(pick(messages).id)
    case .partition: partition(cluster)
    }
  }

  private mutating func fire(_ timers: [(MachineID, M.Timer)]) -> Action<M> {
    var ticket = generator.next(below: timers.reduce(0) { $0 + timerWeight($1.1) })
    for (machine, timer) in timers {
      let weight = timerWeight(timer)
      guard ticket >= weight else { return .fire(machine, timer) }
      ticket -= weight
    }
    preconditionFailure("the ticket is below the sum of the weights")
  }

  /// Mends every link.
  private mutating func heal(_ cluster: Cluster<M>) -> Action<M> {
    queued = cluster.severedLinks.dropFirst().map { .heal(from: $0.from, to: $0.to) }
    return .heal(from: cluster.severedLinks[0].from, to: cluster.severedLinks[0].to)
  }

  /// Cuts one machine off from the others, or, as often, one direction of one link.
  private mutating func partition(_ cluster: Cluster<M>) -> Action<M> {
    let machine = pick(cluster.machineIDs)
    let others = cluster.machineIDs.filter { $0 != machine }
    if generator.next(below: 2) == 0 { return .sever(from: machine, to: pick(others)) }
    queued = others.flatMap { [.sever(from: machine, to: $0), .sever(from: $0, to: machine)] }
    return queued.removeLast()
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(generator.next(below: UInt64(elements.count)))]
  }
}
