import LabEngine
import ProgressGraph

/// What each anomaly code says in a sentence about one subject, and what cures it: the predicates of semantics.md,
/// section 2.1, for people who have not read them.
struct AnomalyWording {
  let code: AnomalyCode
  /// True where LOST means a caller who was told FAIL, truthfully, of work that must complete.
  var isCleanFailure = false
  /// How work came to be LOST, where that is known.
  var loss: LossCause?

  /// A clause without a full stop: `charge happened 2 times for order-1`.
  ///
  /// - Parameter key: the keys it is about, already joined; may be empty.
  func clause(subject: String, key: String, count: Int) -> String {
    let about = key.isEmpty ? "" : " for \(key)"
    if isCleanFailure { return "\(subject) was told that it failed\(about), and this workflow must complete" }
    switch code {
    case .dup:
      return "\(subject) happened \(count == 2 ? "twice" : "\(count) times")\(about)"
    case .lost:
      return "\(subject) never happened\(about), although whoever asked for it was told that it was accepted"
    case .stuck:
      return "\(subject) is stuck\(about): its trigger is stored, its work unfinished, and nothing will move it again"
    case .parked:
      return "\(subject) was given up\(about): its trigger lies in a dead-letter queue until somebody redrives it"
    case .partial:
      return "\(subject) was done in part\(about), and nothing is left that would finish it"
    case .saga:
      return "\(subject) ended half done\(about): some effects stand, the others are missing, and nothing undid them"
    case .ooo:
      return "\(subject) was overwritten\(about) by the effect of an older trigger"
    case .orphan:
      return "the caller of \(subject) saw an error or no answer\(about), although its effects exist"
    case .diverge:
      return "\(subject) took two branches that exclude each other\(about)"
    case .stale:
      return "\(subject) decided\(about) on data older than the design allows"
    }
  }

  /// The smallest change of the file that usually ends it.
  var remedy: String {
    switch code {
    case .dup:
      "give the step a `key` and its node `work: idempotent`, or do it inside a `tx`"
    case .lost:
      isCleanFailure ? remedy(against: .toldOfFailure) : remedy(against: loss)
    case .stuck:
      "give the channel `dlq: true`, or the node `skip_poison: park`, so that one bad trigger does not block the rest"
    case .parked:
      "name who redrives the dead letters (`redrive`), or raise `max_deliveries` above the longest outage"
    case .partial:
      "make the node `work: durable`, so that it goes on where it stopped, or put its steps into one `tx`"
    case .saga:
      "make the coordinator `work: durable` and give each step an `undo`"
    case .ooo:
      "order by `key`, serialise with `serial`, or reject older writes with `version`"
    case .orphan:
      "let the caller `retry` with a `key`, or take the request through a queue"
    case .diverge:
      "record the choice: `work: durable`, with the `choose` in a step of its own"
    case .stale:
      "read closer to the decision, or lower the table's `every`"
    }
  }

  private func remedy(against loss: LossCause?) -> String {
    switch loss {
    case .acknowledgedEarly:
      "acknowledge after the work (`ack: after`)"
    case .deleted:
      "let the channel keep what fails (`retention`, `skip_poison: park`), on a log that loses nothing it has confirmed"
    case .coarseKey:
      "use a `key` that no two triggers share"
    case .timerInMemory:
      "let a durable timer trigger it: `every` instead of `cron`"
    case .unattended:
      "wait for the answer and give it after the work, or take the request through a queue"
    case .toldOfFailure:
      "take the request through a queue, or `retry` for longer than the outage"
    case nil:
      "leave the work in a log until it is done: take it through a queue, or make the node `work: durable`"
    }
  }
}
