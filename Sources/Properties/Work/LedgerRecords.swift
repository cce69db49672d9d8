import MachineContract
import Primitives
import ProgressGraph

/// When something was last seen, as the driver counts events; negative for never.
typealias EventStep = Int

/// Never seen.
let never: EventStep = -1

/// One piece of work: every attempt at one handler for one cause, whatever the id of the trigger.
struct WorkRecord: Sendable {
  /// The unit as it first appeared.
  var unit: WorkUnit
  var arrivedAt: EventStep = never
  var acceptedAt: EventStep = never
  var finishedAt: EventStep = never
  var abortedAt: EventStep = never
  /// The end of the last attempt that did not finish.
  var failedAt: EventStep = never
  var lastSeenAt: EventStep = never
  /// It sent an answer of success, which may be before its end.
  var hasAnswered = false
  /// Steps that some attempt began, performed or replayed.
  var begun = IdentifierSet<StepID>()
  /// Effects that some attempt applied, each once: positions in `WorkLedger.effects`.
  var effects: [Int] = []
  /// Attempts that arrived.
  var arrivals = 0
  /// Steps of the latest attempt that came to their end.
  var ended = IdentifierSet<StepID>()
  /// The step in hand, by strand.
  var current: [(strand: StrandPath, step: StepID)] = []
  /// Attempts beyond the first at steps of the latest attempt.
  var retries: [(step: StepID, count: Int)] = []
  /// Steps whose receiver recognised the key: the effect stands, though this work may not have applied it.
  var recognised: [StepID] = []
  /// Steps whose write was rejected as old: a newer one stands in its place, and nobody owes it any more.
  var outdated: [StepID] = []
  /// What its latest attempt read of tables with a bound on their age.
  var reads: [TableRead] = []
  /// Decisions on old reads, the first for each table.
  var stale: [StaleDecision] = []
  /// Its calls, one per calling step: positions in `WorkLedger.calls`.
  var calls: [Int] = []
  /// Undo steps that are done, with the event that did them.
  var undone: [(step: StepID, strand: StrandPath, at: EventStep)] = []
  /// What it decided, the latest turn for each branch.
  var decisions: [Decision] = []
  /// Effects that its branches led to, in order.
  var branchEffects: [BranchEffect] = []
  /// The call whose request started it; nil for work that a channel, a timer or the outside started.
  var parentCall: Int?

  init(unit: WorkUnit) { self.unit = unit }

  /// A further attempt begins with its first step; what stands of the last one is told by its effects.
  mutating func noteArrival() {
    arrivals += 1
    ended = IdentifierSet()
    current = []
    retries = []
  }

  mutating func noteBeginning(of step: StepID, in strand: StrandPath) {
    noteStrandEnd(strand)
    current.append((strand, step))
  }

  mutating func noteEnd(of step: StepID, in strand: StrandPath) {
    ended.insert(step)
    current.removeAll { $0.strand == strand && $0.step == step }
  }

  mutating func noteStrandEnd(_ strand: StrandPath) { current.removeAll { $0.strand == strand } }

  mutating func noteRetry(of step: StepID, count: Int) {
    retries.removeAll { $0.step == step }
    retries.append((step, count))
  }

  var isFinished: Bool { finishedAt >= 0 }

  /// A durable run that ended with a terminal error and was not run again to its end.
  var isAborted: Bool { abortedAt > finishedAt }

  /// True when its latest attempt ended without finishing.
  var lastAttemptFailed: Bool { failedAt > finishedAt && failedAt >= arrivedAt }
}

/// A snapshot that a work read, by the oldest record that it lacks.
struct TableRead: Sendable {
  var step: StepID
  var table: ChannelID
  var bound: SimDuration
  /// Its position among the records of the table's source.
  var missing: Int
}

/// An effect based on a snapshot older than its read allows.
struct StaleDecision: Sendable {
  var table: ChannelID
  var at: EventStep
}

/// What the checkers count by: the effect's identity, for each root trigger apart. Two triggers that share a value of
/// the key and apply the effect once each have doubled nothing.
struct EffectKey: Hashable, Sendable {
  var name: NameID
  var key: UInt64
  var root: UInt64
  /// Only of an effect without a key.
  var strand = StrandPath.none
  var ordinal: Int

  func hash(into hasher: inout Hasher) {
    let strand = strand.raw &* 0x9E37_79B9_7F4A_7C15
    hasher.combine(
      key ^ root << 24 ^ strand ^ UInt64(name.raw) << 48 ^ UInt64(truncatingIfNeeded: ordinal) << 32)
  }
}

extension EffectKey: Fingerprintable {
  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(name)
    fingerprinter.feed(key)
    fingerprinter.feed(root)
    fingerprinter.feed(strand)
    fingerprinter.feed(ordinal)
  }
}

/// One effect, however often it was applied.
struct EffectRecord: Sendable {
  var identity: EffectKey
  var step: StepID
  var isCompensation: Bool
  /// Applications.
  var count = 0
  var firstAt: EventStep = never
  var lastAt: EventStep = never
  /// The second application: what made it a duplicate.
  var repeatedAt: EventStep = never
  var repeatedBy: WorkUnit?
  /// The works that applied it, each once, in order.
  var works: [Int] = []
}

/// One application of an effect.
struct Application: Sendable {
  /// A position in `WorkLedger.effects`.
  var effect: Int
  /// A position in `WorkLedger.works`.
  var work: Int
  var at: EventStep
}

/// The attempts of one work at one call step, in one strand.
struct CallRecord: Sendable {
  enum Outcome: Equatable, Sendable {
    case pending, answered
    case failed(FailureReason)
  }
  var work: Int
  var step: StepID
  var strand = StrandPath.none
  /// The outcome of the last attempt.
  var outcome = Outcome.pending
  var request: UInt64 = 0
  var calledAt: EventStep = never
  /// Attempts since the caller last arrived.
  var attempts = 0
  var failedAt: EventStep = never
  /// When the last attempt that got an answer began; `never` if none did.
  var answeredAttemptAt: EventStep = never
  var answeredAt: EventStep = never
  /// A success arrived that nobody waited for.
  var ignoredAt: EventStep = never
  /// A request of it started nothing of its own: its target, or the engine, had a run or invocation under the same id.
  var sharesRun = false
  /// The works its requests started, each once, in order.
  var callees: [Int] = []
}

struct RequestRecord: Sendable {
  var call: Int
  var calledAt: EventStep
  /// The callee sent an answer of success.
  var hasSucceeded: Bool
}

/// A record of a channel and what became of it, consumer by consumer.
struct StoredRecord: Sendable {
  struct Origin: Sendable {
    /// A position in `WorkLedger.works`.
    var work: Int
    var step: StepID
  }
  struct Consumer: Sendable {
    var node: NodeID
    var acknowledgedAt: EventStep = never
    var parkedAt: EventStep = never
    /// Dropped, or deleted after its retention.
    var droppedAt: EventStep = never

    /// The channel will not deliver it to this consumer again.
    var isDone: Bool { acknowledgedAt >= 0 || parkedAt >= 0 || droppedAt >= 0 }
  }
  var channel: ChannelID
  var message: UInt64
  var root: UInt64
  var path: UInt64
  /// The work and step that put it there; nil for an invocation in the durable-execution engine.
  var origin: Origin?
  var seenAt: EventStep
  var consumers: [Consumer] = []
}

/// A signal or reply at the node that it is for.
struct SignalRecord: Sendable {
  var signal: ReceivedSignal
  var arrivedAt: EventStep
  /// A wait is over because of it.
  var isTaken = false
}

/// A root trigger.
struct RootRecord: Sendable {
  var root: UInt64
  /// Where the outside started it; nil for work whose start was not seen.
  var node: NodeID?
  var startedAt: EventStep = never
  /// The timer whose firing it is; nil for what the outside started.
  var timer: TimerFiring?
  /// The work of the start node, once it arrived.
  var work: Int?
  /// Positions in `WorkLedger.effects`, each once.
  var effects: [Int] = []
}
