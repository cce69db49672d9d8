import ClusterModel
import GraphFile
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Properties

/// Reduces the actions of a saved run until no single one can be left out: what remains can still all be done, in its
/// order, and still shows the same thing.
///
/// An action that others need cannot go before them, so that the shorter list is a run as good as the first: where it
/// leaves a message undelivered, the message is late. What can only be said of a run that came to rest is asked only of
/// lists that lead to rest.
struct RunShrinker {
  let deployment: Deployment
  let code: AnomalyCode
  /// As reports print it.
  let subject: String
  private let faults: [Fault]
  private let load: Load

  /// Longer runs are saved as they are: each step of shrinking does the whole run again.
  static let lengthLimit = 3_000

  init(_ deployment: Deployment, load: Load, faults: [String], code: AnomalyCode, subject: String) {
    self.deployment = deployment.sharing(load.same)
    self.load = load
    self.code = code
    self.subject = subject
    self.faults = faults.compactMap { try? GraphReader.decodeFault($0, in: deployment.graph).get() }
  }

  /// An action by what it is about: ids of messages change with everything that was sent before.
  enum Deed {
    case deliver(MachineID, MachineID, LabMessage)
    case drop(MachineID, MachineID, LabMessage)
    case duplicate(MachineID, MachineID, LabMessage)
    case other(Action<LabMachine>)
  }

  /// What a list of deeds comes to.
  struct Performance {
    var actions: [String] = []
    var hashes: [UInt64] = []
    var judgement: Judgement
    var isAtRest: Bool
    var final: UInt64
  }

  // MARK: Shrinking

  /// The same failure in fewer actions; the run itself where it is too long, is judged by its times, or cannot be done
  /// here.
  func shrink(_ file: RunFile, pace: () -> Pace = { .goOn }) -> RunFile {
    guard file.actions.count <= Self.lengthLimit, file.instants.isEmpty, let all = deeds(of: file.actions),
      isShown(by: all)
    else { return file }
    var deeds = all
    var size = max(1, deeds.count / 2)
    while size >= 1 {
      let hasChanged = leaveOut(size, &deeds, pace)
      if pace() == .stop { return file }
      // Leaving out the last of a chain makes the one before it free to go.
      if size == 1, !hasChanged { break }
      if size > 1 { size /= 2 }
    }
    return self.file(file, doing: deeds) ?? file
  }

  /// A run of these actions with the hashes and the outcome that they lead to; nil where they cannot all be done.
  func file(_ file: RunFile) -> RunFile? { deeds(of: file.actions).flatMap { self.file(file, doing: $0) } }

  private func file(_ file: RunFile, doing deeds: [Deed]) -> RunFile? {
    guard let performance = perform(deeds, hashEvery: file.hashes.every) else { return nil }
    var shrunk = file
    shrunk.actions = performance.actions
    shrunk.hashes = RunFile.Hashes(every: file.hashes.every, values: performance.hashes, final: performance.final)
    shrunk.expected = RunFile.Expected(
      verdict: performance.judgement.violations.isEmpty ? .pass : .fail, outcome: performance.judgement.outcome,
      failed: performance.judgement.failed, isComplete: performance.isAtRest)
    return shrunk
  }

  /// Tries to do without each stretch of this many, the last one first.
  private func leaveOut(_ size: Int, _ deeds: inout [Deed], _ pace: () -> Pace) -> Bool {
    var hasChanged = false
    var end = deeds.count
    while end > 0, pace() == .goOn {
      let start = max(0, end - size)
      var fewer = deeds
      fewer.removeSubrange(start..<end)
      if isShown(by: fewer) {
        deeds = fewer
        hasChanged = true
      }
      end = start
    }
    return hasChanged
  }

  func isShown(by deeds: [Deed]) -> Bool {
    guard let performance = perform(deeds, hashEvery: .max) else { return false }
    return shows(performance.judgement)
  }

  private func shows(_ judgement: Judgement) -> Bool {
    judgement.violations.contains { violation in
      switch violation.cause {
      case .anomaly(let anomaly): anomaly.code == code && anomaly.subject.name(in: deployment.graph) == subject
      // A caller told "failed" where the work must complete is lost work.
      case .failure: code == .lost
      }
    }
  }

  // MARK: Doing

  func deeds(of texts: [String]) -> [Deed]? {
    var cluster = Cluster<LabMachine>(deployment)
    var scratch = Cluster<LabMachine>.Scratch()
    cluster.start(into: &scratch)
    var deeds: [Deed] = []
    for text in texts {
      guard let action = ActionCode.action(text, in: cluster), let deed = deed(of: action, in: cluster),
        cluster.apply(action, into: &scratch)
      else { return nil }
      deeds.append(deed)
    }
    return deeds
  }

  private func deed(of action: Action<LabMachine>, in cluster: Cluster<LabMachine>) -> Deed? {
    switch action {
    case .deliver(let id): cluster[id].map { .deliver($0.from, $0.to, $0.message) }
    case .drop(let id): cluster[id].map { .drop($0.from, $0.to, $0.message) }
    case .duplicate(let id): cluster[id].map { .duplicate($0.from, $0.to, $0.message) }
    case .fire, .choose, .completeWrite, .crash, .restart, .pause, .resume, .refuse, .accept, .sever, .heal, .invoke:
      .other(action)
    }
  }

  private func action(for deed: Deed, in cluster: Cluster<LabMachine>) -> Action<LabMachine>? {
    func find(_ from: MachineID, _ to: MachineID, _ message: LabMessage) -> EnvelopeID? {
      cluster.inFlight.first { $0.from == from && $0.to == to && $0.message == message }?.id
    }
    switch deed {
    case .deliver(let from, let to, let message): return find(from, to, message).map { .deliver($0) }
    case .drop(let from, let to, let message): return find(from, to, message).map { .drop($0) }
    case .duplicate(let from, let to, let message): return find(from, to, message).map { .duplicate($0) }
    case .other(let action): return action
    }
  }

  /// Nil where one of them cannot be done.
  private func perform(_ deeds: [Deed], hashEvery: Int) -> Performance? {
    var cluster = Cluster<LabMachine>(deployment)
    var scratch = Cluster<LabMachine>.Scratch()
    var judge = WorkJudge(graph: deployment.graph, same: load.same)
    var promises = LogPromises()
    var texts: [String] = []
    var hashes: [UInt64] = []
    cluster.start(into: &scratch)
    for deed in deeds {
      guard let action = action(for: deed, in: cluster) else { return nil }
      texts.append(ActionCode.text(of: action, in: cluster))
      guard cluster.apply(action, into: &scratch) else { return nil }
      for event in scratch.events {
        guard case .observed(_, .work(let observation)) = event else { continue }
        judge.observe(observation, step: texts.count, at: .start)
        promises.observe(observation)
      }
      if texts.count % hashEvery == 0 { hashes.append(stateHash(of: cluster, judge)) }
    }
    let isAtRest = !cluster.hasWork
    let facts = RetryBudgets(graph: deployment.graph).facts(
      of: faults, missing: isAtRest ? promises.missing(in: cluster) : [])
    return Performance(
      actions: texts, hashes: hashes, judgement: judge.verdict(settled: isAtRest, facts: facts), isAtRest: isAtRest,
      final: stateHash(of: cluster, judge))
  }
}

extension Cluster {
  /// True while a message is under way, a write is pending or a timer armed that is no upkeep, or somebody is down.
  fileprivate var hasWork: Bool {
    inFlight.contains { $0.purpose == .work }
      || slots.contains { slot in
        slot.status == .crashed || !slot.pendingWrites.isEmpty || !slot.choices.isEmpty
          || slot.timers.contains { $0.purpose == .work }
      }
  }
}
