import Exploration
import GraphNodes
import Primitives
import ProgressGraph
import Properties

/// All searches that a check was asked for, one after the other, with one tally: systematic faults, random schedules,
/// interleavings.
struct WholeSearch {
  let deployment: Deployment
  let options: CheckOptions
  let crew: any Crew

  struct Result {
    var tally: SearchTally
    var interleavings: InterleavingReport?
    /// What was begun.
    var parts: [CheckPart] = []
  }

  func run(_ progress: @escaping FaultSearch.Telling) -> Result {
    var search = FaultSearch(deployment, seed: options.run.seed, depth: options.faults, crew: crew)
    search.run(limit: options.stateLimit, progress: progress)
    var result = Result(tally: search.tally)
    if options.faults > 0 { result.parts.append(.search) }
    let hasSettled = search.hasSettled
    if options.seeds > 0, hasSettled {
      result.parts.append(.seeds)
      tryRandomFaults(search, &result, progress)
    }
    shrink(&result.tally)
    if options.isExhaustive {
      result.parts.append(.interleavings)
      explore(&result, progress)
    }
    return result
  }

  private func tryRandomFaults(
    _ search: FaultSearch, _ result: inout Result, _ progress: @escaping FaultSearch.Telling
  ) {
    let random = RandomFaults(
      deployment: deployment, offers: search.calmSites.map(\.offer), length: search.calmLength)
    let seeds = RandomSearch(
      deployment: deployment, random: random, crew: crew, firstSeed: options.run.seed &+ 1)
    let isWhole = seeds.run(options.seeds, into: &result.tally, limit: options.stateLimit, progress: progress)
    if !isWhole { result.tally.isComplete = false }
  }

  /// Faults that a failure does not need say nothing about it.
  private func shrink(_ tally: inout SearchTally) {
    for finding in tally.found where finding.faults.count > 1 || finding.seed != options.run.seed {
      let shrinker = FaultShrinker(
        deployment: deployment, seed: finding.seed, choices: finding.choices, thing: finding.thing)
      guard let shrunk = shrinker.shrink(finding.faults) else { continue }
      tally.replace(finding.thing, faults: shrunk.faults, steps: shrunk.steps)
    }
  }

  private func explore(_ result: inout Result, _ progress: FaultSearch.Telling) {
    let search = InterleavingSearch(
      deployment: deployment, budgets: GraphRules.Budgets(crashes: min(1, options.faults)),
      bounds: ExplorationBounds(states: options.stateLimit ?? InterleavingSearch.defaultBound), crew: crew)
    let report = search.run(into: &result.tally, progress: progress)
    result.interleavings = report
    if report.bound != nil { result.tally.isComplete = false }
  }
}
