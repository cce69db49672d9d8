import GraphNodes
import Primitives
import ProgressGraph
import Properties
import Simulation

/// Reduces the faults of a failing run until each of them is needed, then each to the earliest and shortest that will
/// do.
struct FaultShrinker {
  let deployment: Deployment
  let seed: UInt64
  /// The way that the run goes.
  var choices = ForcedChoices.none
  let thing: SearchTally.Thing

  struct Shrunk {
    var faults: [Fault]
    var steps: Int
  }

  /// - Parameter faults: of a run that shows the thing.
  /// - Returns: faults none of which can be left out; nil where the run does not show it.
  func shrink(_ faults: [Fault]) -> Shrunk? {
    guard let steps = steps(under: faults) else { return nil }
    var shrunk = Shrunk(faults: faults, steps: steps)
    var hasChanged = true
    while hasChanged {
      let removed = leaveOut(&shrunk)
      let simplified = simplify(&shrunk)
      hasChanged = removed || simplified
    }
    return shrunk
  }

  /// The length of the run under these faults; nil where it does not show the thing.
  func steps(under faults: [Fault]) -> Int? {
    var run = Execution(deployment, load: deployment.graph.usualLoad, faults: faults, choices: choices, seed: seed)
    run.finish()
    let found = SearchTally.findings(
      in: SearchTally.Run(judgement: run.judgement, steps: run.simulator.steps, seed: seed))
    return found.contains { $0.thing == thing } ? run.simulator.steps : nil
  }

  /// Starts over after each success: what was needed before may not be any more.
  private func leaveOut(_ shrunk: inout Shrunk) -> Bool {
    var hasChanged = false
    var position = 0
    while position < shrunk.faults.count {
      var fewer = shrunk.faults
      fewer.remove(at: position)
      if let steps = steps(under: fewer) {
        shrunk = Shrunk(faults: fewer, steps: steps)
        hasChanged = true
        position = 0
      } else {
        position += 1
      }
    }
    return hasChanged
  }

  private func simplify(_ shrunk: inout Shrunk) -> Bool {
    var hasChanged = false
    for position in shrunk.faults.indices {
      while let simpler = simpler(shrunk, at: position) {
        shrunk = simpler
        hasChanged = true
      }
    }
    return hasChanged
  }

  private func simpler(_ shrunk: Shrunk, at position: Int) -> Shrunk? {
    let texts = FaultText(graph: deployment.graph)
    for variant in variants(of: shrunk.faults[position]) {
      var faults = shrunk.faults
      faults[position] = variant
      faults[position].text = texts.text(of: variant)
      if let steps = steps(under: faults) { return Shrunk(faults: faults, steps: steps) }
    }
    return nil
  }

  /// Each strictly simpler, the simplest first.
  private func variants(of fault: Fault) -> [Fault] {
    var variants: [Fault] = (1..<max(1, min(fault.nth, 16))).map { nth in
      var earlier = fault
      earlier.nth = nth
      return earlier
    }
    if let length = fault.length, length > .seconds(1) {
      var shorter = fault
      shorter.length = max(.seconds(1), SimDuration(microseconds: length.microseconds / 2_000_000 * 1_000_000))
      variants.append(shorter)
    }
    return variants
  }
}

extension Fault {
  /// How long it lasts; nil for what is over at once, or never ends.
  fileprivate var length: SimDuration? {
    get {
      switch kind {
      case .pause(_, let length), .down(_, let length), .slow(_, _, let length), .partition(_, _, _, let length),
        .message(.delay(let length), _):
        length
      case .crash(_, let restart, _): restart
      case .poison, .skew, .message(.drop, _), .message(.duplicate, _), .message(.reorder, _): nil
      }
    }
    set {
      guard let newValue else { return }
      switch kind {
      case .pause(let target, _): kind = .pause(target, for: newValue)
      case .down(let node, _): kind = .down(node, for: newValue)
      case .slow(let node, let delay, _): kind = .slow(node, by: delay, for: newValue)
      case .partition(let left, let right, let isOneWay, _):
        kind = .partition(left, right, oneWay: isOneWay, for: newValue)
      case .message(.delay, let link): kind = .message(.delay(by: newValue), link)
      case .crash(let target, _, let disk): kind = .crash(target, restart: newValue, disk: disk)
      case .poison, .skew, .message(.drop, _), .message(.duplicate, _), .message(.reorder, _): break
      }
    }
  }
}
