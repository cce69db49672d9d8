import ClusterModel
import GraphNodes
import LabWorld
import Primitives
public import ProgressGraph
import Properties
import Simulation

/// A run that a person steps through and breaks: every branch that was ever made, and the step that is looked at.
///
/// Owner: the terminal loop. Nothing is lost: a fault never changes a branch, it makes a new one that shares the steps
/// before it. Every step of every branch is reached exactly, by going on from the nearest snapshot before it.
public struct LabSession: Sendable {
  /// Runs are cut here: about what a person can look through.
  public static let stepLimit = 100_000

  public let graph: Graph
  private let deployment: Deployment
  private let options: RunOptions
  private var branches: [LabBranch] = []
  /// Runs from the start, with the branch that shows each.
  private var runs: [(plan: RunPlan, branch: Int)]
  /// The position in `branches` of the one looked at.
  private var current = 0
  /// The state that is looked at.
  private var present: LabTrack
  public private(set) var moment: LabMoment

  /// Where the person was before an action, and after it.
  private struct Visit: Sendable {
    var branch: Int
    var step: Int
  }
  private var undone: [Visit] = []
  private var done: [Visit] = []

  /// Runs the plan to its end and stands at its first step. `graph` can be executed (`LoadedGraph.graph`).
  public init(_ graph: Graph, _ plan: RunPlan, _ options: RunOptions) {
    self.graph = graph
    self.options = options
    deployment = Deployment(graph, logs: options.logs.deployed)
    let start = LabTrack(deployment, plan, options)
    present = start
    let first = LabBranch(name: plan.name, summary: plan.faults.map(\.text).joined(separator: " "), from: start)
    branches = [first]
    runs = [(plan, 0)]
    moment = MomentReader(graph: graph, deployment: deployment, branch: first).moment(start, before: nil)
  }

  // MARK: Moving

  /// Shows a step of the present branch; beyond its ends the nearest one.
  public mutating func go(to step: Int) {
    let branch = branches[current]
    let step = min(max(0, step), branch.tip)
    let reader = MomentReader(graph: graph, deployment: deployment, branch: branch)
    guard step > 0 else {
      present = branch.track(at: 0, from: nil)
      moment = reader.moment(present, before: nil)
      return
    }
    // One step earlier first: what changed is told relative to it, whichever way the step was reached.
    var track = branch.track(at: step - 1, from: present)
    let before = reader.facts(track)
    track = branch.track(at: step, from: track)
    present = track
    moment = reader.moment(track, before: before)
  }

  /// Shows another branch, at the present step or its tip.
  public mutating func switchBranch(to position: Int) {
    guard branches.indices.contains(position), position != current else { return }
    let step = moment.step
    current = position
    present = branches[position].track(at: 0, from: nil)
    go(to: min(step, branches[position].tip))
  }

  // MARK: Acting

  /// Breaks something at the present step, on a new branch that is run to its end and shown.
  ///
  /// - Returns: false, with nothing changed, where there is nothing to break: a replica that does not run.
  @discardableResult
  public mutating func inject(_ fault: Fault) -> Bool {
    let step = moment.step
    var start = present
    guard start.inject(fault, in: deployment) else { return false }
    remember()
    let branch = LabBranch(
      name: name(for: fault), summary: fault.text, from: start, fork: BranchSummary.Origin(branch: current, step: step),
      of: branches[current])
    add(branch, at: step)
    return true
  }

  /// Runs another plan from the start, on a branch of its own; one that was run before is shown again.
  public mutating func start(_ plan: RunPlan) {
    remember()
    // The same load, faults and choices are the same run, whatever they are called.
    let known = runs.first {
      $0.plan.load == plan.load && $0.plan.faults == plan.faults && $0.plan.choices == plan.choices
    }
    if let known {
      return switchBranch(to: known.branch)
    }
    runs.append((plan, branches.count))
    let start = LabTrack(deployment, plan, options)
    let summary = plan.faults.map(\.text).joined(separator: " ")
    add(LabBranch(name: unused(plan.name), summary: summary, from: start), at: 0)
  }

  /// Goes back to where the last action was made. Its branch stays in the list.
  public mutating func undo() {
    guard let visit = done.popLast() else { return }
    undone.append(Visit(branch: current, step: moment.step))
    show(visit)
  }

  /// Returns to where `undo` left.
  public mutating func redo() {
    guard let visit = undone.popLast() else { return }
    done.append(Visit(branch: current, step: moment.step))
    show(visit)
  }

  // MARK: Looking

  public var history: LabHistory {
    let branch = branches[current]
    return LabHistory(
      tip: branch.tip, events: branch.story, branches: branches.map(\.listed), current: current,
      canUndo: !done.isEmpty, canRedo: !undone.isEmpty, isCut: branch.isCut)
  }

  // MARK: Private

  private mutating func remember() {
    done.append(Visit(branch: current, step: moment.step))
    undone.removeAll()
  }

  private mutating func show(_ visit: Visit) {
    current = visit.branch
    present = branches[current].track(at: 0, from: nil)
    go(to: visit.step)
  }

  private mutating func add(_ branch: LabBranch, at step: Int) {
    branches.append(branch)
    current = branches.count - 1
    present = branch.track(at: 0, from: nil)
    go(to: step)
  }

  /// `crash-pay`, and `crash-pay-2` for the second one.
  private func name(for fault: Fault) -> String {
    let words = fault.text.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "_" && $0 != "/" }
    return unused(words.prefix(2).joined(separator: "-"))
  }

  private func unused(_ base: String) -> String {
    var name = base
    var number = 2
    while branches.contains(where: { $0.name == name }) {
      name = "\(base)-\(number)"
      number += 1
    }
    return name
  }
}
