import MachineContract
import Primitives
import ProgressGraph
import Testing

@testable import Properties

/// Every field of the ledger's records is either part of the fingerprint or known to be told only; a new field fails
/// the count until somebody has decided.
@Suite struct LedgerFingerprintTests {
  private static func fields(of value: Any) -> Set<String> {
    Set(Mirror(reflecting: value).children.compactMap(\.label))
  }

  private static let unit = WorkUnit(node: NodeID(1), handler: HandlerID(1), root: 1, path: 2, trigger: 3)

  @Test func everyFieldIsDecidedOn() {
    #expect(
      Self.fields(of: WorkRecord(unit: Self.unit)) == [
        "unit", "arrivedAt", "acceptedAt", "finishedAt", "abortedAt", "failedAt", "hasAnswered", "begun", "effects",
        "recognised", "outdated", "stale", "calls", "undone", "parentCall",
        "decisions", "branchEffects",
        "lastSeenAt", "reads", "arrivals", "ended", "current", "retries",
      ])
    #expect(
      Self.fields(of: EffectRecord(
        identity: EffectKey(name: NameID(1), key: 1, root: 1, ordinal: 0), step: StepID(1), isCompensation: false)) == [
          "identity", "step", "isCompensation", "count", "lastAt", "repeatedBy", "works",
          "repeatedAt", "firstAt",
        ])
    #expect(
      Self.fields(of: CallRecord(work: 0, step: StepID(1))) == [
        "work", "step", "strand", "outcome", "request", "calledAt", "attempts", "failedAt", "answeredAttemptAt",
        "ignoredAt", "callees", "sharesRun",
        "answeredAt",
      ])
    #expect(
      Self.fields(of: StoredRecord.Consumer(node: NodeID(1))) == [
        "node", "acknowledgedAt", "parkedAt", "droppedAt",
      ])
    #expect(
      Self.fields(of: StoredRecord(channel: ChannelID(1), message: 1, root: 1, path: 1, seenAt: 1)) == [
        "channel", "message", "root", "path", "consumers",
        "seenAt", "origin",
      ])
    #expect(Self.fields(of: RootRecord(root: 1)) == ["root", "node", "startedAt", "timer", "work", "effects"])
    #expect(
      Self.fields(of: WorkLedger(catalogue: EffectCatalogue(graph: CallDesign().builder.graph, same: []))) == [
        "works", "effects", "applications", "calls", "stored", "roots", "signals", "requests", "requested", "lookUps",
        // Found again from the records, or in the sum.
        "applied", "workIndex", "effectIndex", "storedIndex", "messageIndex", "rootIndex", "signalIndex", "announced",
        "triggered", "latest",
        // For `origin`, which is only told.
        "origins",
        // Counts only where verdicts depend on the time.
        "freshness",
      ])
  }

  // MARK: What is one and what is two

  private static func judge(_ tell: (inout Story, CallDesign) -> Void) -> UInt64 {
    let design = CallDesign()
    var story = Story(design.builder.graph)
    tell(&story, design)
    return story.judge.fingerprint
  }

  @Test func onlyTheOrderOfEventsCounts() {
    let design = CallDesign()
    var near = WorkJudge(graph: design.builder.graph)
    var far = near
    let observations: [WorkObservation] = [
      .started(design.web, root: 1), .arrived(design.webUnit(), attempt: 1),
      .called(design.webUnit(), design.call, request: 100, attempt: 1), .arrived(design.shopUnit(), attempt: 1),
      .finished(design.shopUnit()),
    ]
    for (step, observation) in observations.enumerated() {
      near.observe(observation, step: step, at: .start)
      far.observe(observation, step: 1_000 * step + 7, at: .start)
    }
    #expect(near.fingerprint == far.fingerprint)
  }

  @Test func whatNoMachineRemembersIsRemembered() {
    let once = Self.judge { $0.ask($1); $0.serve($1, [$1.a]) }
    let twice = Self.judge { $0.ask($1); $0.serve($1, [$1.a]); $0.apply($1.shopUnit(), $1.a) }
    let thrice = Self.judge { story, design in
      story.ask(design)
      story.serve(design, [design.a, design.a, design.a])
    }
    #expect(Set([once, twice, thrice]).count == 3)
  }

  @Test func whatCanBeToldApartLaterIsToldApartNow() {
    let stories: [(inout Story, CallDesign) -> Void] = [
      { _, _ in }, { $0.ask($1) }, { $0.ask($1); $0.giveUp($1) }, { $0.ask($1); $0.giveUp($1, .refused) },
      { $0.ask($1); $0.serve($1, []) }, { $0.ask($1); $0.serve($1, [$1.a]) }, { $0.ask($1); $0.serve($1, [$1.b]) },
      { $0.ask($1); $0.serve($1, [$1.a, $1.b]) }, { $0.ask($1); $0.serve($1, [$1.b, $1.a]) },
      { $0.ask($1); $0.serve($1, [$1.a, $1.b]); $0.finish($1) },
      { $0.ask($1); $0.serve($1, [$1.a, $1.b]); $0.finish($1); $0.answer($1) },
      { $0.ask($1); $0.serve($1, [$1.a, $1.b]); $0.finish($1); $0.giveUp($1) },
      { $0.ask($1); $0.serve($1, [$1.a, $1.b]); $0.giveUp($1); $0.finish($1) },
      { $0.ask($1); $0.tell(.replyIgnored($1.web, request: 100)) },
      { $0.ask($1); $0.ask($1, request: 101, isFirst: false) },
      { $0.tell(.chose($1.webUnit(), $1.call, option: 0, turn: 0)) },
      { $0.tell(.chose($1.webUnit(), $1.call, option: 1, turn: 0)) },
      { $0.tell(.chose($1.webUnit(), $1.call, option: 0, turn: 1)) },
    ]
    #expect(Set(stories.map(Self.judge)).count == stories.count - 1, "an error that nobody waits for says nothing")
  }
}
