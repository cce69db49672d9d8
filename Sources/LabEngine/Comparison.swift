public import Primitives
public import ProgressGraph

/// Several designs of one system under the same faults: the value that `compare` prints.
///
/// A comparison judges nothing: what a design does under a fault is data. Its verdict only says whether all of it is
/// there.
public struct Comparison: Equatable, Sendable {
  public var seed: UInt64
  public var logs: LogChoice
  /// False when the command was stopped from outside before it had done all that was asked.
  public var isComplete: Bool
  /// In the order of the command line.
  public var designs: [GraphReport]
  /// Calm first, then in the order in which the designs declare them, or that of the command line.
  public var rows: [ComparisonRow]

  public init(seed: UInt64, logs: LogChoice, designs: [GraphReport] = [], rows: [ComparisonRow] = []) {
    self.seed = seed
    self.logs = logs
    self.designs = designs
    self.rows = rows
    isComplete = true
  }

  public var verdict: Verdict {
    if designs.contains(where: { $0.verdict(failOn: .error) == .error }) { return .error }
    let isOpen = rows.contains { row in row.cells.contains { $0.run.map { !$0.isComplete } ?? false } }
    return isComplete && !isOpen ? .pass : .inconclusive
  }
}

/// The same faults under the same load, for every design.
public struct ComparisonRow: Equatable, Sendable {
  /// The scenario's name; `calm` without faults; the fault itself where the command line gave it.
  public var name: String
  /// In flow style, as they stand in the file.
  public var faults: [String]
  public var load: NamedLoad
  /// One for each design, in their order. Shorter where the comparison was stopped.
  public var cells: [ComparisonCell]

  public init(name: String, faults: [String], load: NamedLoad) {
    self.name = name
    self.faults = faults
    self.load = load
    cells = []
  }
}

public enum ComparisonCell: Equatable, Sendable {
  case run(ComparedRun)
  /// The design has no such place; why, in words.
  case notApplicable(String)

  public var run: ComparedRun? {
    switch self {
    case .run(let run): run
    case .notApplicable: nil
    }
  }
}

/// One design under one row's faults.
public struct ComparedRun: Equatable, Sendable {
  /// Sorted, each code once.
  public var outcome: [AnomalyCode]
  /// Callers told "failed" truthfully (FAIL).
  public var failed: Int
  /// How many triggers the outside started.
  public var triggers: Int
  /// What their callers saw, by answer; every answer once, in the order of its cases.
  public var answers: [AnswerCount]
  /// Triggers of which everything expected was done in the end.
  public var completed: Int
  /// From the trigger until its caller had the last answer that accepted it, the longest of all; nil for none.
  public var acceptance: SimDuration?
  /// From the trigger until the last expected effect, the longest of all; nil for none.
  public var completion: SimDuration?
  public var steps: Int
  public var stateHash: UInt64
  public var isComplete: Bool
}

public struct AnswerCount: Equatable, Sendable {
  /// `accepted`, `failed`, `timed_out` or `unanswered`.
  public var answer: String
  public var count: Int

  public init(answer: String, count: Int) {
    self.answer = answer
    self.count = count
  }
}
