public import ClusterModel
public import MachineContract
public import Primitives

/// Time for explorations: as long as anything is on its way or being written, no time passes; then it passes to the
/// next timer that is due.
///
/// What every interleaving of messages and writes can lead to is explored, and timers fire in the order of their
/// lengths. That a timer fires while a message is under way, or before a shorter one, is a fault of its own, with a
/// budget. An under-approximation: a report names it. Timers of upkeep never fire.
public struct PatientClock<M: Machine>: Sendable {
  fileprivate enum Kind: Equatable, Sendable {
    case timer(M.Timer)
    case restart
    /// Something that comes from outside, once.
    case arrival(M.Operation)
  }

  fileprivate struct Entry: Equatable, Sendable {
    let machine: MachineID
    let kind: Kind
    /// Microseconds from now; 0 for what takes no time and comes among the messages.
    var remaining: Int64
  }

  /// In the order in which they were armed.
  private var entries: [Entry] = []
  /// How long a machine that crashed stays down.
  private let restart: SimDuration

  /// - Parameter arrivals: what comes from outside, and when.
  public init(restart: SimDuration = .seconds(1), arrivals: [(SimDuration, MachineID, M.Operation)] = []) {
    self.restart = restart
    entries = arrivals.map { Entry(machine: $1, kind: .arrival($2), remaining: $0.microseconds) }
  }

  /// What may happen next without haste.
  public func choices(_ cluster: Cluster<M>) -> [Action<M>] {
    var actions: [Action<M>] = cluster.inFlight.filter { !cluster[$0.to].isPaused }.map { .deliver($0.id) }
    for machine in cluster.machineIDs where cluster[machine].isRunning && !cluster[machine].pendingWrites.isEmpty {
      actions.append(.completeWrite(machine))
    }
    actions += cluster.machineIDs.filter { cluster[$0].isRunning }.flatMap { machine in
      cluster[machine].choices.flatMap { choice in
        choice.options.map { .choose(machine, choice.token, option: $0) }
      }
    }
    let able = entries.filter { $0.canHappen(in: cluster) }
    actions += able.filter { $0.remaining == 0 }.map(\.action)
    if actions.isEmpty, let next = able.map(\.remaining).min() {
      actions = able.filter { $0.remaining == next }.map(\.action)
    }
    return actions
  }

  /// Timers that would have to wait, were nothing in a hurry.
  public func hasty(_ cluster: Cluster<M>) -> [Action<M>] {
    let patient = choices(cluster)
    return entries.filter { $0.isTimer && $0.canHappen(in: cluster) }.map(\.action).filter { !patient.contains($0) }
  }

  /// True for a timer before its turn, judged before it fires.
  public func isHasty(_ action: Action<M>, _ cluster: Cluster<M>) -> Bool {
    entries.contains { $0.action == action } && !choices(cluster).contains(action)
  }

  /// Takes in what an action did. Time has passed where it was a timer's turn; one that fires before its turn is taken
  /// to have been short.
  ///
  /// - Parameter before: the cluster as it was when the action was chosen.
  public mutating func follow(_ action: Action<M>, _ events: [Event<M>], before: Cluster<M>) {
    let next = entries.filter { $0.canHappen(in: before) }.map(\.remaining).min()
    if let entry = entries.first(where: { $0.action == action }), entry.remaining == next {
      for position in entries.indices { entries[position].pass(entry.remaining) }
    }
    if case .invoke(let machine, let operation) = action { remove(.arrival(operation), of: machine) }
    note(events)
  }

  /// The same for what happened before the first action.
  public mutating func note(_ events: [Event<M>]) {
    for event in events {
      switch event {
      case .armed(let machine, let armed) where armed.purpose == .work:
        entries.append(
          Entry(machine: machine, kind: .timer(armed.timer), remaining: armed.range.typical.microseconds))
      case .disarmed(let machine, let armed), .fired(let machine, let armed):
        remove(.timer(armed.timer), of: machine)
      case .crashed(let machine, _, _):
        entries.append(Entry(machine: machine, kind: .restart, remaining: restart.microseconds))
      case .restarted(let machine): remove(.restart, of: machine)
      case .armed, .sent, .delivered, .lost, .refused, .choiceOpened, .chosen, .choiceAbandoned, .writeStarted,
        .writeCompleted, .writeAbandoned, .paused, .resumed, .refusing, .accepting, .severed, .healed, .observed:
        break
      }
    }
  }

  private mutating func remove(_ kind: Kind, of machine: MachineID) {
    guard let position = entries.firstIndex(where: { $0.machine == machine && $0.kind == kind }) else { return }
    entries.remove(at: position)
  }
}

extension PatientClock.Entry {
  fileprivate var action: Action<M> {
    switch kind {
    case .timer(let timer): .fire(machine, timer)
    case .restart: .restart(machine)
    case .arrival(let operation): .invoke(machine, operation)
    }
  }

  /// What is due at a machine that is down waits until it is up.
  fileprivate func canHappen(in cluster: Cluster<M>) -> Bool {
    switch kind {
    case .timer: cluster[machine].isRunning
    case .restart: true
    case .arrival(let operation): cluster[machine].isRunning || M.miss(operation) != nil
    }
  }

  fileprivate mutating func pass(_ time: Int64) { remaining -= min(remaining, time) }

  fileprivate var isTimer: Bool {
    if case .timer = kind { true } else { false }
  }
}

extension PatientClock: Fingerprintable {
  /// A sum: in which order timers were armed decides nothing.
  public func feed(into fingerprinter: inout Fingerprinter) {
    var sum: UInt64 = 0
    for entry in entries {
      var one = Fingerprinter()
      one.feed(entry.machine)
      switch entry.kind {
      case .timer(let timer): one.feed(timer)
      case .restart: one.feed(0 as UInt64)
      case .arrival(let operation): one.feed(operation)
      }
      one.feed(UInt64(bitPattern: entry.remaining))
      sum &+= one.value
    }
    fingerprinter.feed(entries.count)
    fingerprinter.feed(sum)
  }
}
