import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Simulation

/// Tries every single fault on every way that a run without faults can go, one run each, and keeps the shortest run for
/// everything that goes wrong.
///
/// Each fault is added to the calm run at its own point, so the runs share their beginnings; of two faults that do the
/// same after the same action of the calm run only one is run. Equal states of the cluster would not be enough to leave
/// a run out: an effect without a key leaves no trace in any state, and the judge has seen it all the same.
struct FaultSearch {
  let deployment: Deployment
  let seed: UInt64

  /// The shortest run that shows one thing.
  struct Finding {
    let anomaly: Anomaly?
    let failure: CleanFailure?
    /// Nil for the calm run.
    let fault: Fault?
    /// The way that the run went.
    let choices: ForcedChoices
    let steps: Int
    var expectations: [Expectation]
  }

  private(set) var runs = 0
  private(set) var isComplete = true
  private(set) var findings: [Finding] = []
  private(set) var observed: [AnomalyCode: Int] = [:]
  /// What some run came to of what some run has to.
  private(set) var reached: Set<Sometimes> = []
  private var states: Set<UInt64> = []
  /// What was struck, and after how many actions, as fingerprints.
  private var strikes: Set<UInt64> = []
  /// Position in `findings` by what was found.
  private var positions: [Subject: Int] = [:]

  private enum Subject: Hashable {
    case anomaly(AnomalyCode, AnomalySubject)
    case failure
  }

  init(_ deployment: Deployment, seed: UInt64) {
    self.deployment = deployment
    self.seed = seed
  }

  var stateCount: Int { states.count }

  /// - Parameters:
  ///   - limit: distinct states after which the search stops, incomplete.
  ///   - progress: told after every run and asked during long ones; may stop the search.
  mutating func run(limit: Int?, progress: (Progress) -> Pace) {
    var ways = BranchVariations()
    while isComplete, let choices = ways.next() { run(choices, of: &ways, limit: limit, progress: progress) }
  }

  private mutating func run(
    _ choices: ForcedChoices, of ways: inout BranchVariations, limit: Int?, progress: (Progress) -> Pace
  ) {
    let start = Progress(part: .search, runs: 0, total: 1, states: states.count)
    guard let sites = calmSites(choices, &ways, pace: { progress(start) }) else { return }
    let faults = SingleFaults(deployment: deployment, sites: sites).all()
    for (position, fault) in faults.enumerated() {
      if let limit, states.count >= limit { isComplete = false }
      let status = Progress(part: .search, runs: position, total: faults.count, states: states.count)
      if progress(status) == .stop { isComplete = false }
      guard isComplete else { return }
      attempt(fault, choices, pace: { progress(status) })
    }
  }

  /// Nil where the calm run does not settle: then no run with a fault would, and all would be cut at the same bound.
  private mutating func calmSites(
    _ choices: ForcedChoices, _ ways: inout BranchVariations, pace: () -> Pace
  ) -> FaultSites? {
    var sites = FaultSites(deployment)
    var calm = Execution(deployment, load: deployment.graph.usualLoad, faults: [], choices: choices, seed: seed)
    while calm.advance(pace: pace) != nil {
      sites.observe(calm.simulator.events, at: calm.simulator.now)
      ways.observe(calm.simulator.events)
    }
    isComplete = calm.isComplete
    if calm.isStopped { return nil }
    states.insert(calm.simulator.cluster.fingerprint)
    runs += 1
    take(calm.judgement, steps: calm.simulator.steps, fault: nil, choices)
    return calm.isEndless || !isComplete ? nil : sites
  }

  private mutating func attempt(_ fault: Fault, _ choices: ForcedChoices, pace: () -> Pace) {
    var run = Execution(deployment, load: deployment.graph.usualLoad, faults: [fault], choices: choices, seed: seed)
    let isNew = runUntilStruck(&run, choices, pace: pace)
    if isNew { run.finish(pace: pace) }
    if run.isStopped { isComplete = false }
    guard isNew, !run.isStopped else { return }
    runs += 1
    states.insert(run.simulator.cluster.fingerprint)
    if !run.isComplete { isComplete = false }
    take(run.judgement, steps: run.simulator.steps, fault: fault, choices)
  }

  /// Runs until the fault has struck.
  ///
  /// - Returns: false where the rest is known: the fault never strikes, or one that does the same struck here before.
  private mutating func runUntilStruck(
    _ run: inout Execution, _ choices: ForcedChoices, pace: () -> Pace
  ) -> Bool {
    guard let fault = run.faults.first else { return true }
    while run.advance(pace: pace) != nil {
      guard run.simulator.hasStruck else { continue }
      states.insert(run.simulator.cluster.fingerprint)
      var fingerprinter = Fingerprinter()
      fingerprinter.feed(run.simulator.steps)
      fingerprinter.feed(name: deed(of: fault))
      if !choices.isEmpty { fingerprinter.feed(name: choices.text) }
      return strikes.insert(fingerprinter.value).inserted
    }
    return run.simulator.hasStruck
  }

  /// What a fault does, apart from when. A message fault's number is part of it: one action may send several messages.
  private func deed(of fault: Fault) -> String {
    var deed = fault
    switch fault.point {
    // A timed strike has its place in the schedule from the start, and what it ends with may come first at an instant.
    case .at: break
    case .before(let site), .during(let site), .after(let site):
      deed.nth = 1
      deed.point = .before(site)
      if case .crash(.node(let node), _, _) = fault.kind { deed.point = .before(.work(node)) }
      if case .pause(.node(let node), _) = fault.kind { deed.point = .before(.work(node)) }
    }
    return FaultText(graph: deployment.graph).text(of: deed)
  }

  // MARK: Keeping the shortest

  private mutating func take(_ judgement: Judgement, steps: Int, fault: Fault?, _ choices: ForcedChoices) {
    for code in judgement.outcome { observed[code, default: 0] += 1 }
    reached.formUnion(judgement.reached)
    for violation in judgement.violations {
      switch violation.cause {
      case .anomaly(let anomaly):
        keep(
          .anomaly(anomaly.code, anomaly.subject), violation.expectation,
          Finding(
            anomaly: anomaly, failure: nil, fault: fault, choices: choices, steps: steps, expectations: []))
      case .failure(let failure):
        keep(
          .failure, violation.expectation,
          Finding(
            anomaly: nil, failure: failure, fault: fault, choices: choices, steps: steps, expectations: []))
      }
    }
  }

  private mutating func keep(_ subject: Subject, _ expectation: Expectation, _ finding: Finding) {
    guard let position = positions[subject] else {
      positions[subject] = findings.count
      findings.append(finding)
      findings[findings.count - 1].expectations = [expectation]
      return
    }
    var expectations = findings[position].expectations
    if !expectations.contains(expectation) { expectations.append(expectation) }
    if finding.steps < findings[position].steps { findings[position] = finding }
    findings[position].expectations = expectations
  }
}
