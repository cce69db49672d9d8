import GraphNodes
import Primitives
import ProgressGraph
import Properties
import Testing

@testable import LabEngine

/// What a search keeps is reduced until nothing can be left out, which is tried here one removal at a time.
@Suite struct ShrinkingTests {
  private static func seeded(_ name: String, _ seeds: Int) throws -> (LoadedGraph, GraphReport, Deployment) {
    let loaded = try Files.load(name)
    let graph = try #require(loaded.graph)
    let options = CheckOptions(run: RunOptions(logs: .ideal), faults: 0, seeds: seeds)
    return (loaded, Lab.check(loaded, options), Deployment(graph, logs: .ideal))
  }

  @Test(arguments: ["naive-checkout.yaml", "checkout/queue-entry.yaml"])
  func `no fault of a random schedule can be left out`(name: String) throws {
    let (loaded, report, deployment) = try Self.seeded(name, 120)
    let search = try #require(report.search)
    #expect(search.runs == 121 && search.violations.count > 1)
    #expect(report.checks.contains(.seeds))
    for violation in search.violations {
      guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: violation.faults, as: "test") else {
        Issue.record("\(violation.faults) does not read back")
        continue
      }
      func isShown(_ faults: [Fault]) -> Bool {
        var run = Execution(deployment, load: deployment.graph.usualLoad, faults: faults, seed: violation.seed ?? 1)
        run.finish()
        return run.judgement.anomalies.contains {
          $0.code == violation.code && $0.subject.name(in: deployment.graph) == violation.subject
        }
      }
      guard !violation.isCleanFailure else { continue }
      #expect(isShown(plan.faults), "\(violation.faults)")
      for position in plan.faults.indices {
        var fewer = plan.faults
        fewer.remove(at: position)
        #expect(!isShown(fewer), "\(violation.code) without \(plan.faults[position].text)")
      }
    }
  }

  @Test func `the same seeds give the same schedules, other seeds others`() throws {
    let graph = try #require(try Files.load("naive-checkout.yaml").graph)
    let deployment = Deployment(graph, logs: .ideal)
    var search = FaultSearch(deployment, seed: 1, depth: 0)
    search.run(limit: nil) { _ in .goOn }
    let random = RandomFaults(
      deployment: deployment, offers: search.calmSites.map(\.offer), length: search.calmLength)
    let schedules = (1...200 as ClosedRange<UInt64>).map { random.faults($0).map(\.text) }
    #expect(schedules == (1...200 as ClosedRange<UInt64>).map { random.faults($0).map(\.text) })
    #expect(Set(schedules).count > 150)
    #expect(Set(schedules.map(\.count)).isSuperset(of: [1, 2, 3, 4]))
    // Sometimes a kind of fault is impossible for a whole schedule, and sometimes one strikes between two points.
    let kinds = schedules.map { Set($0.map { $0.split(separator: ":").first.map(String.init) ?? "" }) }
    #expect(kinds.contains { $0.count == 1 } && kinds.contains { $0.count > 2 })
    #expect(schedules.joined().contains { $0.hasPrefix("{crash") && $0.contains(" at: ") })
  }

  @Test func `faults become earlier and shorter`() throws {
    let graph = try #require(try Files.load("naive-checkout.yaml").graph)
    let deployment = Deployment(graph, logs: .ideal)
    func fault(_ text: String) throws -> Fault {
      let plan = Lab.plan(try Files.load("naive-checkout.yaml"), scenario: nil, faults: [text], as: "test")
      guard case .plan(let plan) = plan, let fault = plan.faults.first else { throw Missing() }
      return fault
    }
    let faults = [
      try fault("{pause: mailer, before: work, for: 10m}"), try fault("{crash: pay, after: work, restart: 2s}"),
    ]
    let charge = try #require(graph.names.firstIndex(of: "charge"))
    let shrinker = FaultShrinker(
      deployment: deployment, seed: 1, thing: .anomaly(.dup, .effect(NameID(charge))))
    let shrunk = try #require(shrinker.shrink(faults))
    #expect(shrunk.faults.map(\.text) == ["{crash: pay, after: work, restart: 1s}"])
    #expect(shrinker.shrink([faults[0]]) == nil, "what does not show it is not shrunk")
  }

  private struct Missing: Error {}

  // MARK: Actions

  @Test(arguments: ["naive-checkout.yaml", "checkout/queue-entry.yaml"], LogChoice.allCases)
  func `no action of a saved failure can be left out`(name: String, logs: LogChoice) throws {
    let loaded = try Files.load(name)
    let graph = try #require(loaded.graph)
    let deployment = Deployment(graph, logs: logs.deployed)
    let options = RunOptions(logs: logs)
    let search = try #require(Lab.check(loaded, CheckOptions(run: options)).search)
    var shrunk = 0
    for violation in search.violations {
      let file = try #require(Lab.record(violation, of: loaded, options))
      let replay = Lab.replay(file)
      #expect(replay.replay?.isExact == true, "\(violation.code): \(String(describing: replay.replay))")
      #expect(replay.scenarios.first?.outcome.contains(violation.code) == true)
      guard file.actions.count < violation.steps, file.actions.count < 120 else { continue }
      shrunk += 1
      let shrinker = RunShrinker(
        deployment, load: graph.usualLoad, faults: violation.faults, code: violation.code, subject: violation.subject)
      let deeds = try #require(shrinker.deeds(of: file.actions))
      #expect(shrinker.isShown(by: deeds))
      for position in deeds.indices {
        var fewer = deeds
        fewer.remove(at: position)
        #expect(!shrinker.isShown(by: fewer), "\(violation.code) without \(file.actions[position])")
      }
    }
    #expect(shrunk > 0)
  }
}
