/// How far long work has come, told to whoever asked for it.
public struct Progress: Equatable, Sendable {
  public var part: CheckPart
  /// Runs done, of `total`.
  public var runs: Int
  public var total: Int
  public var states: Int
  /// Runs behind them where a part takes more than one: all second faults after one first fault.
  public var tried: Int

  public init(part: CheckPart, runs: Int, total: Int, states: Int, tried: Int = 0) {
    self.tried = tried
    self.part = part
    self.runs = runs
    self.total = total
    self.states = states
  }
}

/// The answer to a progress report: whether to go on. Stopping leaves a partial result, marked incomplete.
public enum Pace: Equatable, Sendable {
  case goOn, stop
}
