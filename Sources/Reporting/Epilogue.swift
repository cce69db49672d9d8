import LabEngine
import ProgressGraph

/// The closing paragraph of a run: what was lost, doubled or left half done, in words, and which fault did it.
struct Epilogue {
  private let run: ScenarioReport
  /// Who declares the outcome that the run is compared with.
  private let declarer: String
  /// Whether the report's faults are those that struck: nothing is blamed on the label of a run file that contradicts
  /// itself.
  private let isTrusted: Bool

  init(_ run: ScenarioReport, declaredBy declarer: String = "file", isTrusted: Bool = true) {
    self.run = run
    self.declarer = declarer
    self.isTrusted = isTrusted
  }

  /// Whole sentences, to be printed as one paragraph.
  var sentences: [String] {
    var sentences = opening
    sentences += losses.map(sentence)
    sentences += blame
    sentences += judgement
    if let loss = losses.first {
      let wording = AnomalyWording(code: loss.code, loss: loss.cause)
      sentences.append("What would help: \(wording.remedy).")
    }
    return sentences
  }

  // MARK: What happened

  /// Anomalies of one code about one subject: one clause, however many keys.
  private struct Loss {
    var code: AnomalyCode
    var subject: String
    var keys: [String]
    var count: Int
    var firstStep: Int
    /// How the first of them came to be lost.
    var cause: LossCause?
  }

  private var losses: [Loss] {
    var losses: [Loss] = []
    for anomaly in run.anomalies {
      if let position = losses.firstIndex(where: { $0.code == anomaly.code && $0.subject == anomaly.subject }) {
        losses[position].keys.append(anomaly.key)
        losses[position].count = max(losses[position].count, anomaly.count)
        losses[position].firstStep = min(losses[position].firstStep, anomaly.step)
      } else {
        losses.append(
          Loss(
            code: anomaly.code, subject: anomaly.subject, keys: [anomaly.key], count: anomaly.count,
            firstStep: anomaly.step, cause: anomaly.loss))
      }
    }
    return losses
  }

  private var opening: [String] {
    var sentences: [String] = []
    if !run.isComplete {
      let steps = counted(run.steps, "step")
      sentences.append("The run was cut off after \(steps), before it settled: nothing here is final.")
    } else if run.isEndless {
      let steps = counted(run.steps, "step")
      sentences.append("It never comes to rest: after \(steps) it was still busy, and nothing was broken any more.")
    } else if run.anomalies.isEmpty {
      let fault = run.faults.isEmpty ? "" : " in spite of \(enumerated(run.faults))"
      sentences.append("Nothing was lost, doubled or left half done\(fault).")
    }
    for fault in run.unstruck { sentences.append("\(fault) never struck: the run shows nothing about it.") }
    if run.failed > 0 {
      let caller = run.failed == 1 ? "One caller was" : "\(run.failed) callers were"
      sentences.append("\(caller) told that the request failed, and rightly: nothing of it remains (FAIL).")
    }
    return sentences
  }

  private func sentence(_ loss: Loss) -> String {
    let named = loss.keys.filter { !$0.isEmpty }
    var key = enumerated(Array(named.prefix(2)))
    if named.count > 2 { key = named.prefix(2).joined(separator: ", ") + " and \(named.count - 2) more" }
    let subject = "`\(clipped(loss.subject))`"
    let clause = AnomalyWording(code: loss.code).clause(subject: subject, key: key, count: loss.count)
    return clause.prefix(1).uppercased() + clause.dropFirst() + " (\(loss.code.rawValue), step \(loss.firstStep))."
  }

  // MARK: What did it

  private var blame: [String] {
    guard isTrusted, let last = run.anomalies.map(\.step).max() else { return [] }
    if run.faults.isEmpty { return ["No fault was needed: the design does this by itself."] }
    // A fault that struck only after the last anomaly cannot have done it.
    let strikes = run.story.filter { $0.kind == .fault && $0.step <= last }
    let when = strikes.map { "\(clipped($0.actor)) at step \($0.step), \(clock($0.time))" }
    let places = when.isEmpty ? "" : " (\(enumerated(when)))"
    if run.faults.count == 1 { return ["One fault did it: \(run.faults[0])\(places)."] }
    return ["The faults that led there: \(enumerated(run.faults))\(places)."]
  }

  private var judgement: [String] {
    var sentences: [String] = []
    if let expected = run.expected {
      if expected == run.outcome {
        let what = expected.isEmpty ? "just that" : "exactly this outcome"
        sentences.append("The \(declarer) declares \(what).")
      } else {
        let codes = expected.isEmpty ? "no anomaly" : enumerated(expected.map(\.rawValue))
        sentences.append("The \(declarer) declares \(codes) instead.")
      }
    }
    if !run.violated.isEmpty {
      let names = enumerated(run.violated.map { "`\(clipped($0))`" })
      sentences.append("\(run.violated.count == 1 ? "Broken expectation" : "Broken expectations"): \(names).")
    }
    return sentences
  }
}
