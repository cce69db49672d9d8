import MachineContract
import Primitives
import ProgressGraph

/// What the predicates look at when a run is judged: the ledger, what the graph says, and which effects stand.
///
/// Made afresh for every verdict. Cost: proportional to the effects of the run.
struct Evidence {
  let ledger: WorkLedger
  let catalogue: EffectCatalogue
  let facts: RunFacts
  /// Indexed by work: true for work that an `undo` started, at whatever distance.
  private(set) var isCompensatingWork: [Bool]
  /// Indexed by effect: true for what a compensation did.
  private(set) var isCompensation: [Bool]
  /// Indexed by work: true where it or work below its calls has an effect. Trees without one are never walked.
  private let reachesEffect: [Bool]
  /// Indexed by effect: true when a later compensation took it back.
  private(set) var isUndone: [Bool]

  init(ledger: WorkLedger, catalogue: EffectCatalogue, facts: RunFacts) {
    self.ledger = ledger
    self.catalogue = catalogue
    self.facts = facts
    isCompensatingWork = []
    isCompensation = []
    isUndone = []
    reachesEffect = Self.worksAboveEffects(ledger)
    isCompensatingWork = worksStartedByUndo()
    isCompensation = ledger.effects.map { isCompensating($0) }
    isUndone = ledger.effects.map { isTakenBack($0) }
  }

  var graph: Graph { catalogue.graph }

  /// True for a forward effect that exists and was not compensated.
  func stands(_ effect: Int) -> Bool { !isUndone[effect] && !isCompensation[effect] }

  /// The effects of this work and of all work its calls started, each once, in order of appearance.
  func effects(below start: Int) -> [Int] { effects(ofTree: [start]) }

  /// The same below one call, the caller's own effects left out.
  func effects(belowCall call: Int) -> [Int] { effects(ofTree: ledger.calls[call].callees) }

  /// True when an effect that an expectation calls by this name stands under this root.
  func exists(_ name: NameID, under root: UInt64) -> Bool {
    effects(named: name, under: root).contains { !isUndone[$0] }
  }

  /// True when every effect of this name under this root was taken back, and there was one.
  func isCompensated(_ name: NameID, under root: UInt64) -> Bool {
    let all = effects(named: name, under: root)
    return !all.isEmpty && all.allSatisfy { isUndone[$0] }
  }

  /// True when a write of this name was turned away because a newer one stands in its row: nobody owes it any more.
  func isSuperseded(_ name: NameID, under root: UInt64) -> Bool {
    ledger.works.contains { work in
      work.unit.root == root && work.outdated.contains { catalogue.names[$0.index].contains(name) }
    }
  }

  func effects(named name: NameID, under root: UInt64) -> [Int] {
    guard let record = ledger.root(root) else { return [] }
    return record.effects.filter { isNamed(name, $0) }
  }

  func isNamed(_ name: NameID, _ effect: Int) -> Bool {
    let record = ledger.effects[effect]
    return catalogue.isNamed(name, effect: record.identity.name, step: record.step)
  }

  // MARK: Trees of calls

  private func effects(ofTree starts: [Int]) -> [Int] {
    var pending = starts
    var visited: Set<Int> = []
    var seen: Set<Int> = []
    var found: [Int] = []
    while let work = pending.popLast() {
      guard reachesEffect[work], visited.insert(work).inserted else { continue }
      for effect in ledger.works[work].effects where seen.insert(effect).inserted { found.append(effect) }
      for call in ledger.works[work].calls { pending += ledger.calls[call].callees }
    }
    return found.sorted()
  }

  /// From every work with an effect up through all calls that started it.
  private static func worksAboveEffects(_ ledger: WorkLedger) -> [Bool] {
    var callers: [[Int]] = Array(repeating: [], count: ledger.works.count)
    for call in ledger.calls {
      for callee in call.callees { callers[callee].append(call.work) }
    }
    var isAbove = Array(repeating: false, count: ledger.works.count)
    var pending = ledger.works.indices.filter { !ledger.works[$0].effects.isEmpty }
    while let work = pending.popLast() {
      if isAbove[work] { continue }
      isAbove[work] = true
      pending += callers[work]
    }
    return isAbove
  }

  /// For every work whether an `undo` started it, at whatever distance. A work is recorded after the one that called it
  /// first, so that one pass knows the caller's answer nearly always.
  private func worksStartedByUndo() -> [Bool] {
    var isStarted = Array(repeating: false, count: ledger.works.count)
    for (index, work) in ledger.works.enumerated() {
      var call = work.parentCall
      for _ in ledger.works.indices {
        guard let current = call else { break }
        let caller = ledger.calls[current].work
        isStarted[index] = isStarted[caller] || catalogue.places[ledger.calls[current].step.index] == .compensating
        if isStarted[index] || caller < index { break }
        call = ledger.works[caller].parentCall
      }
    }
    return isStarted
  }

  // MARK: Compensation

  private func isCompensating(_ effect: EffectRecord) -> Bool {
    effect.isCompensation || catalogue.places[effect.step.index] == .compensating
      || catalogue.compensatingNames.contains(effect.identity.name)
      || effect.works.allSatisfy { isCompensatingWork[$0] }
  }

  /// `compensated_by` decides where it names the effect, the `undo` of a step on the way to it elsewhere.
  ///
  /// A compensation counts when it came after the effect's last application: an undo that races a late success
  /// has undone nothing.
  private func isTakenBack(_ effect: EffectRecord) -> Bool {
    let declared = graph.expectations.compensatedBy.filter {
      catalogue.isNamed($0.effect, effect: effect.identity.name, step: effect.step)
    }
    if !declared.isEmpty {
      return declared.contains { isTakenBack(effect, by: $0) }
    }
    return effect.works.contains { work in undoReached(from: work, of: effect) }
  }

  private func isTakenBack(_ effect: EffectRecord, by rule: Expectations.Compensation) -> Bool {
    for work in effect.works {
      let root = ledger.works[work].unit.root
      let later = effects(named: rule.undoneBy, under: root).filter { ledger.effects[$0].lastAt > effect.lastAt }
      if later.contains(where: { ledger.effects[$0].identity.key == effect.identity.key }) { return true }
      // The compensation may count by another key; then as many must exist as there are effects to take back.
      if !later.isEmpty && later.count >= effects(named: rule.effect, under: root).count { return true }
    }
    return false
  }

  /// True when the undo of the effect's step, or of a call above its work, was done after its last application. The
  /// undo of one strand takes nothing back of another; an effect with a key is in no strand.
  private func undoReached(from start: Int, of effect: EffectRecord) -> Bool {
    var work = start
    var step = effect.step
    var strand: StrandPath? = KeyValue(packed: effect.identity.key).field == nil ? effect.identity.strand : nil
    for _ in 0...ledger.works.count {
      if ledger.works[work].unit.handler == graph[step].handler, let undo = catalogue.undos[step.index],
        undoneAt(work, undo, strand) > effect.lastAt
      {
        return true
      }
      guard let parent = ledger.works[work].parentCall else { return false }
      step = ledger.calls[parent].step
      strand = ledger.calls[parent].strand
      work = ledger.calls[parent].work
    }
    return false
  }

  /// When this work's undo step took effect: for a call, when the last effect below it did.
  ///
  /// - Parameter strand: the one that registered it; nil for any.
  private func undoneAt(_ work: Int, _ undo: StepID, _ strand: StrandPath?) -> EventStep {
    let record = ledger.works[work]
    let calls = record.calls.filter {
      ledger.calls[$0].step == undo && (strand == nil || ledger.calls[$0].strand == strand)
    }
    let below = calls.flatMap { effects(belowCall: $0) }.map { ledger.effects[$0].lastAt }
    if let last = below.max() { return last }
    return record.undone.last { $0.step == undo && (strand == nil || $0.strand == strand) }?.at ?? never
  }
}
