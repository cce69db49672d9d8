import LabEngine
import ProgressGraph
import Testing

@testable import Reporting

/// Method: closing paragraphs of hand-built runs, compared with the sentences a person should read.
@Suite struct EpilogueTests {
  private func paragraph(_ build: (inout ScenarioReport) -> Void) -> String {
    var run = ScenarioReport(name: "x")
    run.steps = 9
    build(&run)
    return Epilogue(run).sentences.joined(separator: " ")
  }

  private func anomaly(_ code: AnomalyCode, _ subject: String, _ key: String, step: Int = 9) -> AnomalyReport {
    AnomalyReport(code: code, subject: subject, key: key, count: 2, step: step)
  }

  @Test func aRunWithoutAnomalySaysSo() {
    #expect(paragraph { _ in } == "Nothing was lost, doubled or left half done.")
    #expect(
      paragraph { $0.faults = ["{crash: pay, at: 2s}"] }
        == "Nothing was lost, doubled or left half done in spite of {crash: pay, at: 2s}.")
  }

  @Test func theFaultThatDidItIsNamedWithPlaceAndTime() {
    let text = paragraph { run in
      run.faults = ["{crash: pay, after: work}"]
      run.anomalies = [anomaly(.dup, "charge", "order-1")]
      run.outcome = [.dup]
      run.violated = ["once charge"]
      run.story = Sample.story
    }
    #expect(
      text == """
        `charge` happened twice for order-1 (DUP, step 9). One fault did it: {crash: pay, after: work} \
        (pay at step 4, 0.012s). Broken expectation: `once charge`. What would help: give the step a `key` and its \
        node `work: idempotent`, or do it inside a `tx`.
        """)
  }

  @Test func aFaultAfterTheLastAnomalyIsNotBlamed() {
    let text = paragraph { run in
      run.faults = ["{crash: pay, after: work}"]
      run.anomalies = [anomaly(.orphan, "shop", "order-1", step: 3)]
      run.story = Sample.story
    }
    #expect(!text.contains("step 4"))
  }

  @Test func severalFaultsAndKeysAreEnumerated() {
    let text = paragraph { run in
      run.faults = ["{down: pay, at: 0s, for: 1s}", "{crash: shop, at: 2s}"]
      run.anomalies = ["order-1", "order-2", "order-3", "order-4"].map { anomaly(.lost, "email", $0) }
    }
    #expect(text.contains("`email` never happened for order-1, order-2 and 2 more, although"))
    #expect(
      text.contains("The faults that led there: {down: pay, at: 0s, for: 1s} and {crash: shop, at: 2s}."))
  }

  @Test func aDesignThatFailsByItselfIsToldSo() {
    #expect(
      paragraph { $0.anomalies = [anomaly(.ooo, "stock", "")] }
        .contains("No fault was needed: the design does this by itself."))
  }

  @Test func declaredOutcomesAreCompared() {
    func judged(_ outcome: [AnomalyCode], _ expected: [AnomalyCode]) -> String {
      paragraph { run in
        run.outcome = outcome
        run.expected = expected
      }
    }
    #expect(judged([.dup], [.dup]).contains("The file declares exactly this outcome."))
    #expect(judged([], []).contains("The file declares just that."))
    #expect(judged([.dup], []).contains("The file declares no anomaly instead."))
    #expect(judged([], [.dup, .lost]).contains("The file declares DUP and LOST instead."))
  }

  @Test func aRunThatWasCutNeverSoundsFinal() {
    let text = paragraph { $0.isComplete = false }
    #expect(text == "The run was cut off after 9 steps, before it settled: nothing here is final.")
  }

  @Test func callersThatWereToldAreCounted() {
    #expect(paragraph { $0.failed = 1 }.contains("One caller was told that the request failed"))
    #expect(paragraph { $0.failed = 3 }.contains("3 callers were told that the request failed"))
  }

  @Test func aTruthfulRefusalOfWorkThatMustCompleteIsNotToldAsALoss() {
    let clause = AnomalyWording(code: .lost, isCleanFailure: true).clause(subject: "`web`", key: "web-1", count: 1)
    #expect(clause == "`web` was told that it failed for web-1, and this workflow must complete")
  }

  @Test(arguments: AnomalyCode.allCases)
  func everyCodeHasWordsOfItsOwn(_ code: AnomalyCode) {
    let wording = AnomalyWording(code: code)
    let clause = wording.clause(subject: "thing", key: "order-1", count: 3)
    #expect(clause.contains("thing") && clause.contains("order-1"))
    for other in AnomalyCode.allCases where other != code {
      #expect(AnomalyWording(code: other).clause(subject: "thing", key: "order-1", count: 3) != clause)
      #expect(AnomalyWording(code: other).remedy != wording.remedy)
    }
  }

  @Test func everyWayToLoseWorkHasACureOfItsOwn() {
    let remedies = LossCause.allCases.map { AnomalyWording(code: .lost, loss: $0).remedy }
    #expect(Set(remedies + [AnomalyWording(code: .lost).remedy]).count == remedies.count + 1)
    let early = AnomalyWording(code: .lost, loss: .acknowledgedEarly).remedy
    #expect(remedies.filter { $0.contains("ack: after") } == [early])
    #expect(AnomalyWording(code: .lost, isCleanFailure: true).remedy.contains("retry"))
  }
}
