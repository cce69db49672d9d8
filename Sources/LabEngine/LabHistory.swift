/// One branch of a session, from the first step to its tip, and the list of all branches.
public struct LabHistory: Equatable, Sendable {
  /// The last step of the branch shown.
  public var tip: Int
  /// The story of the branch, in order of steps.
  public var events: [StoryEvent]
  /// In order of creation; the first is the run the session began with.
  public var branches: [BranchSummary]
  /// The position in `branches` of the one shown.
  public var current: Int
  public var canUndo: Bool
  public var canRedo: Bool
  /// True if the run was cut at a bound before it settled.
  public var isCut: Bool

  public init(
    tip: Int, events: [StoryEvent], branches: [BranchSummary], current: Int = 0, canUndo: Bool = false,
    canRedo: Bool = false, isCut: Bool = false
  ) {
    self.tip = tip
    self.events = events
    self.branches = branches
    self.current = current
    self.canUndo = canUndo
    self.canRedo = canRedo
    self.isCut = isCut
  }
}

/// A branch in the list of branches. Branches are never deleted by an action.
public struct BranchSummary: Equatable, Sendable {
  public var name: String
  /// The branch it left and the step where; nil for a run from the start.
  public var origin: Origin?
  public var tip: Int
  /// What makes it differ from where it comes from.
  public var summary: String
  /// The codes of the anomalies at its end, sorted.
  public var codes: [String]

  public struct Origin: Equatable, Sendable {
    public var branch: Int
    public var step: Int
    public init(branch: Int, step: Int) {
      self.branch = branch
      self.step = step
    }
  }

  public init(name: String, origin: Origin? = nil, tip: Int, summary: String = "", codes: [String] = []) {
    self.name = name
    self.origin = origin
    self.tip = tip
    self.summary = summary
    self.codes = codes
  }
}
