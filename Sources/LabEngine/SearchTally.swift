import Primitives
import ProgressGraph
import Properties

/// What runs of a search have shown so far. Tallies of parts are merged in a fixed order, so that it does not matter
/// who made which part.
struct SearchTally: Sendable {
  /// What goes wrong: an anomaly by code and subject, or a caller that was told "failed".
  enum Thing: Hashable, Sendable {
    case anomaly(AnomalyCode, AnomalySubject)
    case failure
  }

  /// The run that shows one thing best: with the fewest faults, then in the fewest steps.
  struct Finding: Sendable {
    let thing: Thing
    let anomaly: Anomaly?
    let failure: CleanFailure?
    /// None for the calm run.
    var faults: [Fault]
    var steps: Int
    let seed: UInt64
    /// The way that the run went.
    let choices: ForcedChoices
    /// The actions of a run that no seed and faults lead to: one interleaving, as words of a run file.
    var path: [String]?
    fileprivate let place: Place
    /// The first faults in the order of the file that show it, whichever run is kept.
    fileprivate var first: Place
    var expectations: [Expectation]
  }

  /// A finished run as the tally needs it.
  struct Run {
    var judgement: Judgement
    var faults: [Fault] = []
    var ranks: [FaultMenu.Rank] = []
    var steps: Int
    var seed: UInt64
    var choices = ForcedChoices.none
    /// The number of the way.
    var way = 0
    var path: [String]?

    fileprivate var place: Place { Place(way: way, ranks: ranks) }
  }

  /// Where a run stands among all that could show a thing: fewer faults first, then earlier ways, then the order of the
  /// file.
  fileprivate struct Place {
    let way: Int
    let ranks: [FaultMenu.Rank]

    func precedes(_ other: Place) -> Bool {
      if ranks.count != other.ranks.count { return ranks.count < other.ranks.count }
      return way != other.way ? way < other.way : ranks.lexicographicallyPrecedes(other.ranks)
    }
  }

  private(set) var runs = 0
  var isComplete = true
  private(set) var observed: [AnomalyCode: Int] = [:]
  /// What some run came to of what some run has to.
  private(set) var reached: Set<Sometimes> = []
  /// Distinct states of the cluster in which faults struck and runs ended.
  private(set) var states: Set<UInt64> = []
  /// The same in the order in which they came, for merging.
  private var stateList: [UInt64] = []
  private(set) var found: [Finding] = []
  private var positions: [Thing: Int] = [:]
  var coverage: SearchCoverage

  init(_ graph: Graph) { coverage = SearchCoverage(graph) }

  /// In the order of the faults that show them.
  var findings: [Finding] {
    found.sorted { $0.first.precedes($1.first) }
  }

  func finding(_ thing: Thing) -> Finding? { positions[thing].map { found[$0] } }

  mutating func note(state: UInt64) {
    if states.insert(state).inserted { stateList.append(state) }
  }

  mutating func take(_ run: Run) {
    runs += 1
    count(run.judgement)
    for finding in Self.findings(in: run) { keep(finding) }
  }

  mutating func count(_ judgement: Judgement) {
    for code in judgement.outcome { observed[code, default: 0] += 1 }
    reached.formUnion(judgement.reached)
  }

  /// Every thing that violates an expectation, once.
  static func findings(in run: Run) -> [Finding] {
    var findings: [Finding] = []
    for violation in run.judgement.violations {
      let thing: Thing
      let (anomaly, failure): (Anomaly?, CleanFailure?)
      switch violation.cause {
      case .anomaly(let cause): (thing, anomaly, failure) = (.anomaly(cause.code, cause.subject), cause, nil)
      case .failure(let cause): (thing, anomaly, failure) = (.failure, nil, cause)
      }
      if let known = findings.firstIndex(where: { $0.thing == thing }) {
        if !findings[known].expectations.contains(violation.expectation) {
          findings[known].expectations.append(violation.expectation)
        }
        continue
      }
      findings.append(
        Finding(
          thing: thing, anomaly: anomaly, failure: failure, faults: run.faults, steps: run.steps, seed: run.seed,
          choices: run.choices, path: run.path, place: run.place, first: run.place,
          expectations: [violation.expectation]))
    }
    return findings
  }

  mutating func merge(_ other: SearchTally) {
    runs += other.runs
    isComplete = isComplete && other.isComplete
    for code in AnomalyCode.allCases {
      if let count = other.observed[code] { observed[code, default: 0] += count }
    }
    reached.formUnion(other.reached)
    for state in other.stateList { note(state: state) }
    for finding in other.found { keep(finding) }
    coverage.merge(other.coverage)
  }

  mutating func keep(_ finding: Finding) {
    guard let position = positions[finding.thing] else {
      positions[finding.thing] = found.count
      found.append(finding)
      return
    }
    var kept = found[position]
    var expectations = kept.expectations
    for expectation in finding.expectations where !expectations.contains(expectation) {
      expectations.append(expectation)
    }
    let first = finding.first.precedes(kept.first) ? finding.first : kept.first
    if Self.isBetter(finding, than: kept) { kept = finding }
    kept.expectations = expectations
    kept.first = first
    found[position] = kept
  }

  /// Puts a smaller run in the place of the one that is kept.
  mutating func replace(_ thing: Thing, faults: [Fault], steps: Int) {
    guard let position = positions[thing] else { return }
    found[position].faults = faults
    found[position].steps = steps
  }

  private static func isBetter(_ left: Finding, than right: Finding) -> Bool {
    // A run that a command line can name is worth more than one that only a file can.
    if (left.path == nil) != (right.path == nil) { return left.path == nil }
    if left.faults.count != right.faults.count { return left.faults.count < right.faults.count }
    if left.steps != right.steps { return left.steps < right.steps }
    return left.place.precedes(right.place)
  }
}
