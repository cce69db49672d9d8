public import Primitives
public import ProgressGraph

/// A saved run: all that is needed to execute it again, offline, on any machine (interface.md, section 5).
///
/// Chosen actions are kept, not random draws, so that a change of the generator breaks no saved run. An action is a
/// short word list in the engine's own notation; this file does not interpret it.
public struct RunFile: Equatable, Sendable {
  /// The version of the layout; readers refuse every other.
  public static let formatVersion = 1
  /// The version of the engine that writes run files; a run of another version may diverge, and replay says where.
  public static let engineVersion = "0.1.0"

  public var engine: String
  /// For messages; replay never opens it.
  public var file: String
  /// The graph as it was read, byte for byte.
  public var graphText: String
  public var seed: UInt64
  public var logs: LogChoice
  public var scenario: String
  /// In flow style, as in a graph file.
  public var faults: [String]
  /// What a run from the plan decides as told. A replay has the decisions among its actions.
  public var choices: ForcedChoices
  public var load: NamedLoad
  public var actions: [String]
  /// When each action happened. Empty for a graph that sets no bound on the age of what it reads: nothing else is
  /// judged by the time.
  public var instants: [SimInstant]
  public var expected: Expected
  /// A state hash after every so many actions, and one after the last.
  public var hashes: Hashes

  /// What the run came to when it was saved.
  public struct Expected: Equatable, Sendable {
    public var verdict: Verdict
    /// Sorted, each code once.
    public var outcome: [AnomalyCode]
    public var failed: Int
    /// True where the run settled or reached its horizon, so that what is unfinished at its end counts as such. The
    /// actions alone do not tell: virtual time is not in them.
    public var isComplete: Bool

    public init(verdict: Verdict, outcome: [AnomalyCode], failed: Int, isComplete: Bool) {
      self.verdict = verdict
      self.outcome = outcome
      self.failed = failed
      self.isComplete = isComplete
    }
  }

  /// `values[i]` is the hash after action `(i + 1) * every`, counted from 1; `final` is the hash after the last one.
  public struct Hashes: Equatable, Sendable {
    public var every: Int
    public var values: [UInt64]
    public var final: UInt64

    public init(every: Int, values: [UInt64], final: UInt64) {
      self.every = every
      self.values = values
      self.final = final
    }
  }

  public init(
    engine: String = RunFile.engineVersion, file: String, graphText: String, seed: UInt64, logs: LogChoice,
    scenario: String, faults: [String], choices: ForcedChoices = .none, load: NamedLoad, actions: [String],
    instants: [SimInstant] = [], expected: Expected, hashes: Hashes
  ) {
    self.engine = engine
    self.file = file
    self.graphText = graphText
    self.seed = seed
    self.logs = logs
    self.scenario = scenario
    self.faults = faults
    self.choices = choices
    self.load = load
    self.actions = actions
    self.instants = instants
    self.expected = expected
    self.hashes = hashes
  }

  /// Tells whether the embedded text is the one that was saved. No protection against an attacker: replaying a forged
  /// run does no harm.
  public var graphDigest: UInt64 {
    var fingerprinter = Fingerprinter()
    fingerprinter.feed(name: graphText)
    return fingerprinter.value
  }
}
