import ClusterModel
import GraphNodes
import LabWorld
import Primitives
import ProgressGraph
import Properties
import Simulation

/// A run in progress with everything that is told about it: a state that can be copied and gone on from.
struct LabTrack: Sendable {
  private(set) var execution: Execution
  private(set) var story: StoryWriter
  private(set) var tally: WorkTally

  init(_ deployment: Deployment, _ plan: RunPlan, _ options: RunOptions) {
    execution = Execution(
      deployment, load: plan.load, faults: plan.faults, choices: plan.choices, seed: options.seed)
    story = StoryWriter(deployment)
    tally = WorkTally(deployment)
  }

  var step: Int { execution.simulator.steps }

  /// Does one action; false once nothing is left to do.
  mutating func advance() -> Bool {
    guard let action = execution.advance() else { return false }
    let simulator = execution.simulator
    story.record(action, simulator.events, simulator.interferences, step: simulator.steps, at: simulator.now)
    tally.record(simulator.events)
    return true
  }

  /// False where there is nothing to break.
  mutating func inject(_ fault: Fault, in deployment: Deployment) -> Bool {
    guard let planned = FaultPlanner(deployment: deployment).plan(fault) else { return false }
    execution.inject(fault, planned)
    return true
  }
}

/// One branch: a run from the start to its tip, with snapshots to return to.
struct LabBranch: Sendable {
  let name: String
  let origin: BranchSummary.Origin?
  let story: [StoryEvent]
  let judgement: Judgement
  let tip: Int
  /// True when the bound on steps cut it before it settled.
  let isCut: Bool
  private let summary: String
  private let codes: [String]
  /// By step, the first one at step 0. A snapshot at the step of a fork stands behind the injected fault.
  private let snapshots: [LabTrack]
  /// The steps at which this branch, and the branches it came from, left the one before; in order.
  private let forks: [Int]

  /// The most snapshots of a branch, forks aside; when it has more, every second one goes.
  private static let snapshotLimit = 64

  /// Runs to the end from `start`, which is at step 0, or at the fork with the fault injected.
  ///
  /// - Parameter parent: the branch it leaves; the steps before the fork are its steps.
  init(
    name: String, summary: String, from start: LabTrack, fork: BranchSummary.Origin? = nil, of parent: LabBranch? = nil
  ) {
    self.name = name
    self.summary = summary
    origin = fork
    var snapshots = parent?.snapshots.filter { $0.step < start.step } ?? []
    snapshots.append(start)
    let forks = (parent?.forks.filter { $0 < start.step } ?? []) + [start.step]
    var track = start
    var interval = 32
    while track.step < LabSession.stepLimit, track.advance() {
      guard track.step % interval == 0 else { continue }
      snapshots.append(track)
      if snapshots.count > Self.snapshotLimit + forks.count {
        interval *= 2
        let keptInterval = interval
        // Every fork's own snapshot stays: a run from before it would go on without the fault that was injected there.
        snapshots = snapshots.filter { $0.step % keptInterval == 0 || forks.contains($0.step) }
      }
    }
    self.snapshots = snapshots
    self.forks = forks
    tip = track.step
    story = track.story.lines
    judgement = track.execution.judgement
    isCut = !track.execution.isComplete
    codes = judgement.outcome.map(\.rawValue)
  }

  var listed: BranchSummary {
    BranchSummary(name: name, origin: origin, tip: tip, summary: summary, codes: codes)
  }

  /// The run at a step of this branch, 0...tip.
  ///
  /// - Parameter nearby: a track of this branch to go on from where it is nearer than every snapshot.
  func track(at step: Int, from nearby: LabTrack?) -> LabTrack {
    precondition((0...tip).contains(step), "a step outside of the branch")
    var track = snapshots.last { $0.step <= step } ?? snapshots[0]
    if let nearby, nearby.step <= step, nearby.step > track.step { track = nearby }
    while track.step < step, track.advance() {}
    return track
  }
}
