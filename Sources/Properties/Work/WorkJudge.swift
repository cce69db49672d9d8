public import MachineContract
public import Primitives
public import ProgressGraph

/// Judges work by what machines let observers see, and by nothing else: it knows no fault.
///
/// Owner: whoever drives the run. A value: a copy taken at any step goes on by itself. Feed it every `WorkObservation`
/// in order; ask for a verdict whenever one is wanted.
public struct WorkJudge: Sendable {
  let catalogue: EffectCatalogue
  private(set) var ledger: WorkLedger

  /// - Parameters:
  ///   - graph: as deployed, so that names of implied effects and the engine's channel are known.
  ///   - same: the fields that have one value for all triggers of the load.
  public init(graph: Graph, same: [NameID] = []) {
    catalogue = EffectCatalogue(graph: graph, same: same)
    ledger = WorkLedger(catalogue: catalogue)
  }

  /// Whether the instants of what is observed decide anything: only where something is read with a bound on its age.
  public var judgesByTime: Bool { !catalogue.boundedTables.isEmpty }

  /// Folds one observation in.
  ///
  /// - Parameters:
  ///   - step: the event it came with, not below the one before.
  ///   - instant: when that was, in virtual time; only the age of data is judged by it.
  public mutating func observe(_ observation: WorkObservation, step: Int, at instant: SimInstant) {
    ledger.observe(observation, step: step, at: instant, catalogue: catalogue)
  }

  /// A fingerprint of what was done to the world so far: every effect, as often as it was applied.
  public var appliedEffects: UInt64 { ledger.applied }

  /// What the run shows. Pure; cost: proportional to the work and effects seen so far.
  ///
  /// - Parameter settled: true at quiescence and at the horizon, where nothing more will happen. While the run is still
  ///   under way only what is already there is told, DUP, OOO, PARKED and STALE: everything else may yet come right.
  public func verdict(settled: Bool, facts: RunFacts = RunFacts()) -> Judgement {
    let evidence = Evidence(ledger: ledger, catalogue: catalogue, facts: facts)
    var anomalies = duplicateEffects(evidence) + outOfOrderEffects(evidence) + parkedWork(evidence)
    anomalies += staleReads(evidence)
    var failures: [CleanFailure] = []
    if settled {
      failures = cleanFailures(evidence)
      anomalies += lostWork(evidence, failures: failures)
      anomalies += orphanedCallers(evidence)
      anomalies += partialWork(evidence)
      anomalies += inconsistentSagas(evidence)
      anomalies += stuckWork(evidence)
      anomalies += divergentBranches(evidence)
    }
    anomalies.sort(by: Anomaly.precedes)
    let judge = ExpectationJudge(evidence: evidence, anomalies: anomalies, failures: failures)
    return Judgement(anomalies: anomalies, failures: failures, expectations: judge.results(),
      reached: evidence.reached())
  }
}

extension WorkJudge: Fingerprintable {
  /// What it has seen, as far as any later verdict depends on it. The graph is the same for all that are compared.
  public func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(ledger) }
}

extension WorkJudge {
  /// The nodes at which work arrived and the steps that began, in any attempt, added to what is there.
  public func markReached(nodes: inout [Bool], steps: inout [Bool]) {
    for work in ledger.works {
      nodes[work.unit.node.index] = true
      for step in steps.indices where work.begun.contains(StepID(step)) { steps[step] = true }
    }
  }
}
