public import Primitives
public import ProgressGraph

/// One anomaly of one run.
public struct AnomalyReport: Equatable, Sendable {
  public var code: AnomalyCode
  /// The effect, node, handler or channel it is about.
  public var subject: String
  /// The key's value, or the root trigger it belongs to: `order-1`.
  public var key: String
  /// Applications of a doubled effect; otherwise how many there are of this kind for this subject and key.
  public var count: Int
  /// The step of the run at which it can first be seen.
  public var step: Int
  /// How it came to be LOST; nil for every other code.
  public var loss: LossCause?

  public init(code: AnomalyCode, subject: String, key: String, count: Int, step: Int, loss: LossCause? = nil) {
    self.code = code
    self.subject = subject
    self.key = key
    self.count = count
    self.step = step
    self.loss = loss
  }
}

/// One run of one graph under one plan of faults.
public struct ScenarioReport: Equatable, Sendable {
  /// The name in the file; `calm` for the run without load or faults of its own.
  public var name: String
  /// The faults as they stand in the file or on the command line.
  public var faults: [String]
  /// Sorted, each code once.
  public var outcome: [AnomalyCode]
  /// What the file declares, sorted; nil where it declares nothing and the expectations judge.
  public var expected: [AnomalyCode]?
  public var passed: Bool
  /// Expectations that this run violates, by name.
  public var violated: [String]
  /// Of the anomalies that violate an expectation, sorted, each once; told of replays only.
  public var violatingCodes: [AnomalyCode] = []
  /// Sorted by code, then subject, then key.
  public var anomalies: [AnomalyReport]
  /// How many callers were told that nothing happened, truthfully.
  public var failed: Int
  public var steps: Int
  public var stateHash: UInt64
  /// False when a bound cut the run before it settled.
  public var isComplete: Bool
  /// True for a run that would have been busy for ever although every fault was over: no design wants that.
  public var isEndless: Bool
  /// Faults that never struck, as texts. What a run shows without them it does not show of them.
  public var unstruck: [String]
  /// How far each trigger has come; empty where nobody asked for it.
  public var progress: [WorkflowReport]
  /// In the order in which things happened; empty where nobody asked for it.
  public var story: [StoryEvent]
  /// The scenario in its file; nil for a run that the command line made up.
  public var span: SourceSpan?

  public init(name: String) {
    self.name = name
    faults = []
    outcome = []
    expected = nil
    passed = true
    violated = []
    anomalies = []
    failed = 0
    steps = 0
    stateHash = 0
    isComplete = true
    isEndless = false
    unstruck = []
    progress = []
    story = []
    span = nil
  }
}

/// What the systematic search for faults found.
public struct SearchReport: Equatable, Sendable {
  /// How many faults at a time.
  public var faults: Int
  public var runs: Int
  /// Distinct states of the cluster over all runs.
  public var states: Int
  /// False when a bound was reached before every fault was tried.
  public var isComplete: Bool
  /// The shortest run per violated expectation, code and subject; in the order of the expectations.
  public var violations: [ViolationReport]
  /// Anomalies that violate nothing, sorted by code.
  public var observed: [ObservedAnomaly]
  /// How many random schedules were asked for; their runs are among `runs`.
  public var seeds = 0
  /// Nil where no interleavings were explored.
  public var interleavings: InterleavingReport?

  public init(
    faults: Int, runs: Int, states: Int, isComplete: Bool, violations: [ViolationReport] = [],
    observed: [ObservedAnomaly] = []
  ) {
    self.faults = faults
    self.runs = runs
    self.states = states
    self.isComplete = isComplete
    self.violations = violations
    self.observed = observed
  }
}

/// How many runs of a search showed a code that violates no expectation.
public struct ObservedAnomaly: Equatable, Sendable {
  public var code: AnomalyCode
  public var count: Int

  public init(code: AnomalyCode, count: Int) {
    self.code = code
    self.count = count
  }
}

/// The shortest run that violates an expectation.
public struct ViolationReport: Equatable, Sendable {
  public var code: AnomalyCode
  public var subject: String
  /// The expectations it violates, by name.
  public var expectations: [String]
  /// The key and count of the anomaly in this run.
  public var key: String
  public var count: Int
  /// The faults that lead there, in flow style.
  public var faults: [String]
  /// Choices that are made as told, where the seed would draw others.
  public var choices: ForcedChoices
  public var steps: Int
  /// True for LOST where a caller was told FAIL, truthfully, of work that must complete (semantics.md, section 1).
  public var isCleanFailure: Bool
  /// How the work came to be LOST; nil for every other code.
  public var loss: LossCause?
  /// True when the file declares the code (an `outcome` or a `tolerate`): shown, but no failure.
  public var isDeclared: Bool
  /// The seed of a random schedule; nil for the seed of the report.
  public var seed: UInt64?
  /// The actions of one interleaving, in the words of a run file; nil for a run that faults and a seed lead to.
  public var path: [String]?
  /// The saved run, as its path is to be printed; nil where nothing was saved.
  public var run: String?
  public var story: [StoryEvent]
  /// The step of the file that the violation points at.
  public var span: SourceSpan?

  public init(code: AnomalyCode, subject: String, faults: [String], steps: Int, isDeclared: Bool) {
    self.code = code
    self.subject = subject
    expectations = []
    isCleanFailure = false
    key = ""
    count = 1
    self.faults = faults
    choices = .none
    self.steps = steps
    self.isDeclared = isDeclared
    run = nil
    story = []
    span = nil
  }
}

/// Whether some run of a check came to what one has to.
public struct SometimesReport: Equatable, Sendable {
  /// `charge happens`, `web completes`.
  public var name: String
  public var isReached: Bool

  public init(name: String, isReached: Bool) {
    self.name = name
    self.isReached = isReached
  }
}

/// Whether one expectation held everywhere it was looked for.
public struct ExpectationReport: Equatable, Sendable {
  /// `once charge`.
  public var name: String
  public var holds: Bool
  /// The position in `SearchReport.violations` of the run that breaks it.
  public var violatedBy: Int?
  /// The first scenario that breaks it.
  public var scenario: String?

  public init(name: String, holds: Bool, violatedBy: Int? = nil, scenario: String? = nil) {
    self.name = name
    self.holds = holds
    self.violatedBy = violatedBy
    self.scenario = scenario
  }
}

/// What became of a saved run when it was executed again.
public struct ReplayReport: Equatable, Sendable {
  public var steps: Int
  /// How many state hashes were compared.
  public var hashes: Int
  /// The step at which a hash, or what could be done next, first differs; nil where all agree.
  public var divergedAt: Int?
  /// What differs, in words; nil where all agree.
  public var difference: String?
  /// The version of the engine that saved the run, where it is not this one: it may then differ for that reason alone.
  public var engine: String?

  public init(
    steps: Int, hashes: Int, divergedAt: Int? = nil, difference: String? = nil, engine: String? = nil
  ) {
    self.steps = steps
    self.hashes = hashes
    self.divergedAt = divergedAt
    self.difference = difference
    self.engine = engine
  }

  /// Every hash and the outcome are those of the file.
  public var isExact: Bool { divergedAt == nil && difference == nil }
}
