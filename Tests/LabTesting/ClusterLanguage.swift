public import ClusterModel
public import MachineContract
import Primitives

/// The words of one kind of machine, for transcripts.
public struct ClusterVocabulary<M: Machine> {
  public var describeMessage: (M.Message) -> String
  /// One line: what a person wants to know of a machine.
  public var describeMachine: (M) -> String
  /// One line: the log of a machine.
  public var describeLog: (M) -> String
  public var timer: (String) -> M.Timer?
  /// From a verb and its words, the machine's name left out: `propose 1 a`.
  public var operation: (String, [String]) -> M.Operation?

  public init(
    describeMessage: @escaping (M.Message) -> String, describeMachine: @escaping (M) -> String,
    describeLog: @escaping (M) -> String, timer: @escaping (String) -> M.Timer?,
    operation: @escaping (String, [String]) -> M.Operation?
  ) {
    self.describeMessage = describeMessage
    self.describeMachine = describeMachine
    self.describeLog = describeLog
    self.timer = timer
    self.operation = operation
  }
}

/// A cluster that is told what to do in words, and tells what happened in lines. Machines are called S1, S2, and so on.
///
/// | words | what they do |
/// |---|---|
/// | `deliver S1 S2`, `deliver all` | the oldest message on the link; everything now in flight |
/// | `drop S1 S2`, `duplicate S1 S2` | the oldest message on the link |
/// | `sync S1`, `sync` | every pending write of the machine; of all |
/// | `fire S1 election` | a timer |
/// | `crash S1 lose`, `restart S1` | `lose`, `keep` or `wipe` what is not synced |
/// | `pause S1`, `resume S1` | |
/// | `partition S1 S2`, `heal` | cuts these off from the others; mends everything |
/// | `settle` | delivers and syncs until nothing moves; tells observations only |
/// | `log`, `state`, `flight` | what is there |
///
/// Every other verb is an operation of the machine it names: `propose S1 1 a`.
public struct ClusterLanguage<M: Machine> {
  public private(set) var cluster: Cluster<M>
  private var scratch = Cluster<M>.Scratch()
  private let vocabulary: ClusterVocabulary<M>
  /// Sees every event, and what is invoked, before the lines are made.
  private let observe: (Event<M>) -> Void

  public init(
    _ cluster: Cluster<M>, _ vocabulary: ClusterVocabulary<M>, observe: @escaping (Event<M>) -> Void = { _ in }
  ) {
    self.cluster = cluster
    self.vocabulary = vocabulary
    self.observe = observe
    self.cluster.start(into: &scratch)
    scratch.events.forEach(observe)
  }

  /// Does one command. A command that makes no sense, or that the cluster does not allow now, is a line that says so.
  public mutating func run(_ command: String) -> [String] {
    let words = command.split(separator: " ").map(String.init)
    guard let verb = words.first else { return [] }
    let rest = Array(words.dropFirst())
    switch verb {
    case "deliver" where rest == ["all"]: return deliverAll()
    case "deliver": return onLink(rest) { .deliver($0) }
    case "drop": return onLink(rest) { .drop($0) }
    case "duplicate": return onLink(rest) { .duplicate($0) }
    case "sync": return sync(rest)
    case "fire": return fire(rest)
    case "crash": return crash(rest)
    case "restart": return onMachine(rest) { .restart($0) }
    case "pause": return onMachine(rest) { .pause($0) }
    case "resume": return onMachine(rest) { .resume($0) }
    case "partition": return partition(rest)
    case "heal": return cluster.severedLinks.flatMap { apply(.heal(from: $0.from, to: $0.to)) }
    case "settle": return settle()
    case "log": return perMachine(vocabulary.describeLog)
    case "state": return perMachine(vocabulary.describeMachine)
    case "flight": return flight.map { "\(link($0)) \(vocabulary.describeMessage($0.message))" }
    default: return invoke(verb, rest)
    }
  }

  // MARK: Commands

  private mutating func deliverAll() -> [String] {
    flight.flatMap { apply(.deliver($0.id)) }
  }

  private mutating func onLink(_ words: [String], _ action: (EnvelopeID) -> Action<M>) -> [String] {
    guard words.count == 2, let from = machine(words[0]), let to = machine(words[1]) else {
      return ["? name the sender and the receiver"]
    }
    guard let envelope = flight.first(where: { $0.from == from && $0.to == to }) else {
      return ["? nothing in flight from \(words[0]) to \(words[1])"]
    }
    return apply(action(envelope.id))
  }

  private mutating func sync(_ words: [String]) -> [String] {
    let named = words.compactMap(machine)
    guard named.count == words.count else { return ["? no such machine"] }
    var lines: [String] = []
    for machine in named.isEmpty ? cluster.machineIDs : named {
      for _ in cluster[machine].pendingWrites { lines += apply(.completeWrite(machine)) }
    }
    return lines
  }

  private mutating func fire(_ words: [String]) -> [String] {
    guard words.count == 2, let machine = machine(words[0]), let timer = vocabulary.timer(words[1]) else {
      return ["? name the machine and the timer"]
    }
    return apply(.fire(machine, timer))
  }

  private mutating func crash(_ words: [String]) -> [String] {
    let fates: [String: CrashFate] = ["lose": .losePending, "keep": .keepPending, "wipe": .wipeDisk]
    guard words.count == 2, let machine = machine(words[0]), let fate = fates[words[1]] else {
      return ["? name the machine and lose, keep or wipe"]
    }
    return apply(.crash(machine, fate))
  }

  private mutating func onMachine(_ words: [String], _ action: (MachineID) -> Action<M>) -> [String] {
    guard words.count == 1, let machine = machine(words[0]) else { return ["? name the machine"] }
    return apply(action(machine))
  }

  private mutating func partition(_ words: [String]) -> [String] {
    let inside = words.compactMap(machine)
    guard !inside.isEmpty, inside.count == words.count else { return ["? name the machines to cut off"] }
    for near in inside {
      for far in cluster.machineIDs where !inside.contains(far) {
        _ = apply(.sever(from: near, to: far))
        _ = apply(.sever(from: far, to: near))
      }
    }
    return []
  }

  /// Oldest message first, then one write of each machine, until neither is left.
  private mutating func settle() -> [String] {
    var lines: [String] = []
    while true {
      if let envelope = flight.first(where: { !cluster[$0.to].isPaused }) {
        lines += apply(.deliver(envelope.id), observationsOnly: true)
        continue
      }
      let writers = cluster.machineIDs.filter { cluster[$0].isRunning && !cluster[$0].pendingWrites.isEmpty }
      if writers.isEmpty { return lines }
      for writer in writers { lines += apply(.completeWrite(writer), observationsOnly: true) }
    }
  }

  private mutating func invoke(_ verb: String, _ words: [String]) -> [String] {
    guard let name = words.first, let machine = machine(name),
      let operation = vocabulary.operation(verb, Array(words.dropFirst()))
    else { return ["? \(verb)"] }
    return apply(.invoke(machine, operation))
  }

  // MARK: Machines and messages

  private mutating func apply(_ action: Action<M>, observationsOnly: Bool = false) -> [String] {
    guard cluster.apply(action, into: &scratch) else { return ["? not possible now"] }
    return scratch.events.compactMap { event in
      observe(event)
      return describe(event, observationsOnly: observationsOnly)
    }
  }

  private func machine(_ name: String) -> MachineID? {
    guard name.hasPrefix("S"), let number = Int(name.dropFirst()), cluster.slots.indices.contains(number - 1) else {
      return nil
    }
    return MachineID(number - 1)
  }

  /// Oldest first.
  private var flight: [Envelope<M>] { cluster.inFlight.sorted { $0.id.serial < $1.id.serial } }

  private func perMachine(_ describe: (M) -> String) -> [String] {
    cluster.machineIDs.map { machine in
      let slot = cluster[machine]
      return "\(name(machine)) " + (slot.status == .crashed ? "crashed" : describe(slot.machine))
    }
  }

  private func name(_ machine: MachineID) -> String { "S\(machine.index + 1)" }

  private func link(_ envelope: Envelope<M>) -> String { "\(name(envelope.from)) -> \(name(envelope.to))" }

  private func describe(_ event: Event<M>, observationsOnly: Bool) -> String? {
    switch event {
    case .observed(let machine, .log(let observation)):
      "\(name(machine)) \(describe(observation))"
    case .observed(let machine, .work(let observation)):
      "\(name(machine)) \(observation)"
    case .sent(let id):
      observationsOnly
        ? nil : cluster[id].map { "\(link($0)) \(vocabulary.describeMessage($0.message))" }
    case .lost(let envelope, let reason):
      observationsOnly ? nil : "\(link(envelope)) lost: \(reason)"
    case .writeStarted(let machine, _):
      observationsOnly ? nil : "\(name(machine)) writes"
    case .crashed(let machine, _, let lost):
      "\(name(machine)) crashed, \(lost) writes lost"
    case .restarted(let machine):
      "\(name(machine)) restarted"
    case .delivered, .refused, .armed, .disarmed, .fired, .choiceOpened, .chosen, .choiceAbandoned, .writeCompleted,
      .writeAbandoned, .paused, .resumed,
      .refusing, .accepting, .severed, .healed:
      nil
    }
  }

  private func describe(_ observation: LogObservation) -> String {
    switch observation {
    case .becameLeader(let epoch): "leads \(epoch)"
    case .voted(let epoch, let candidate): "voted for \(name(candidate)) in \(epoch)"
    case .adoptedEpoch(let epoch): "is in \(epoch)"
    case .appended(let index, let epoch, _): "appended \(index):\(epoch)"
    case .committed(let index, let epoch, _): "committed \(index):\(epoch)"
    case .truncated(let index): "truncated from \(index)"
    case .sealed(let epoch): "sealed \(epoch)"
    case .acknowledged(let request, let index, _): "acknowledged request \(request) at \(index)"
    case .readAnswered(let request, let tail): "answered read \(request) up to \(tail)"
    }
  }
}
