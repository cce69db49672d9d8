import GraphNodes
import Primitives
import ProgressGraph
import Properties
import Testing

@testable import LabEngine

/// Runs designs whose nodes are triggered by timers, calm and with their node down when a timer is due.
@Suite struct TimerTests {
  private static func design(_ timer: String, _ work: String = "none") -> String {
    """
    name: t
    nodes:
      web: {kind: client, do: [{call: shop}]}
      shop: {do: [{write: order}]}
      sweep: {trigger: \(timer), work: \(work), do: [{write: swept}, {effect: mail}]}
    """
  }

  private static func run(
    _ text: String, load: Load = .single, faults: [String] = []
  ) throws -> (report: ScenarioReport, story: [String]) {
    let (loaded, _) = try graph(text)
    guard case .plan(var plan) = Lab.plan(loaded, scenario: nil, faults: faults, as: "fault") else {
      throw Unplanned(faults: faults)
    }
    plan.load = load
    let report = try #require(Lab.run(loaded, plan, RunOptions(logs: .ideal)).scenarios.first)
    return (report, report.story.map { "\($0.time.microseconds / 1_000_000) \($0.actor) \($0.text)" })
  }

  private struct Unplanned: Error { let faults: [String] }

  private static func writes(_ story: [String]) -> [String] { story.filter { $0.contains("writes swept") } }

  @Test func `a timer fires as often as the load has triggers, each firing a root trigger of its own`() throws {
    for timer in ["every 1h", "cron 1h"] {
      let once = try Self.run(Self.design(timer))
      #expect(Self.writes(once.story) == ["3600 sweep writes swept for sweep-1"])
      #expect(once.report.outcome == [])
      let thrice = try Self.run(Self.design(timer), load: Load(count: 3, every: .seconds(1)))
      #expect(
        Self.writes(thrice.story) == [
          "3600 sweep writes swept for sweep-1", "7200 sweep writes swept for sweep-2",
          "10800 sweep writes swept for sweep-3",
        ])
    }
  }

  @Test func `two timers of one handler are told apart`() throws {
    let run = try Self.run(Self.design("[every 2h, cron 1h]"), load: Load(count: 2, every: .zero))
    #expect(
      Self.writes(run.story).map { $0.split(separator: " ").last } == ["sweep-2", "sweep-1", "sweep-4", "sweep-3"])
  }

  @Test func `a node that only its timer triggers starts with it, not with the load`() throws {
    let run = try Self.run("name: s\nnodes: {sweep: {trigger: every 1h, do: [{write: swept}]}}")
    #expect(Self.writes(run.story) == ["3600 sweep writes swept for sweep-1"])
  }

  @Test func `due while its node is down, a durable timer fires late and one in memory is lost`() throws {
    let outage = ["{crash: sweep, at: 59m, restart: 2m}"]
    let durable = try Self.run(Self.design("every 1h"), faults: outage)
    #expect(Self.writes(durable.story) == ["3660 sweep writes swept for sweep-1"])
    #expect(durable.report.outcome == [])
    let memory = try Self.run(Self.design("cron 1h"), faults: outage)
    #expect(Self.writes(memory.story) == [])
    #expect(memory.report.outcome == [.lost])
    #expect(memory.story.contains { $0.contains("sweep-1 is missed") })
    let next = try Self.run(Self.design("cron 1h"), load: Load(count: 2, every: .zero), faults: outage)
    #expect(Self.writes(next.story) == ["7200 sweep writes swept for sweep-2"])
  }

  @Test func `a durable timer of a node that never comes up again is stuck, and one in memory lost`() throws {
    for (timer, codes) in [("every 1h", [AnomalyCode.stuck]), ("cron 1h", [.lost])] {
      for point in ["at: 1m", "before: work"] {
        let run = try Self.run(Self.design(timer), faults: ["{crash: sweep, \(point), restart: never}"])
        #expect(run.report.outcome == codes, "\(timer) \(point)")
      }
    }
  }

  @Test func `the work of a durable timer is done again after a crash and after a failed attempt`() throws {
    for work in ["none", "idempotent", "transactional", "durable"] {
      let run = try Self.run(Self.design("every 1h", work), faults: ["{crash: sweep, after: work, restart: 1s}"])
      #expect(run.report.outcome == (work == "none" ? [.dup] : []), "\(work)")
    }
    let text = """
      name: d
      nodes:
        web: {kind: client, do: [{compute: nothing}]}
        sweep: {trigger: every 1h, do: [{call: dep}, {write: swept}]}
        dep: {kind: external}
      """
    let run = try Self.run(text, faults: ["{down: dep, at: 59m, for: 65s}"])
    #expect(Self.writes(run.story) == ["3630 sweep writes swept for sweep-1"])
  }

  @Test func `a failed timer is nobody's clean failure`() throws {
    for (timer, code) in [("every 1h", AnomalyCode.stuck), ("cron 1h", .lost)] {
      let run = try Self.run(Self.design(timer), faults: ["{poison: sweep/swept}"])
      #expect(run.report.outcome == [code] && run.report.failed == 0, "\(timer)")
    }
  }

  @Test func `runs with timers, waits and signals replay from their actions alone`() throws {
    let waiting = """
      name: w
      channels: {jobs: {kind: queue, lease: 5s}}
      nodes:
        web: {kind: client, do: [{call: desk.open}, {call: tell, await: false}]}
        desk:
          work: durable
          handlers:
            open:
              - reply: ok
              - wait: 10s
              - {send: jobs, reply_to: done, delay: 2s}
              - wait: done
              - {wait: go, timeout: 1m}
        tell: {do: [{signal: go}]}
        worker: {trigger: jobs, work: idempotent, do: [{write: row}]}
        sweep: {trigger: cron 5s, do: [{write: swept}]}
        keep: {trigger: every 5s, do: [{write: kept}]}
      """
    let faults = [
      "{crash: desk, during: wait, restart: 20s}", "{crash: sweep, at: 1s, restart: 10s}",
      "{crash: keep, at: 2s, restart: 30s}", "{crash: desk, at: 40s, restart: 3s}", "{duplicate: tell -> desk}",
    ]
    let (loaded, _) = try graph(waiting)
    for logs in LogChoice.allCases {
      for strikes in [[], faults] {
        guard case .plan(let plan) = Lab.plan(loaded, scenario: nil, faults: strikes, as: "fault") else {
          throw Unplanned(faults: strikes)
        }
        let file = try #require(Lab.record(loaded, plan, RunOptions(seed: 2, logs: logs), hashEvery: 5))
        let report = Lab.replay(file)
        let replay = try #require(report.replay)
        #expect(replay.divergedAt == nil && replay.difference == nil, "\(logs) \(strikes): \(replay)")
        #expect(file.expected.outcome == (strikes.isEmpty ? [] : [.lost]), "\(file.expected.outcome)")
      }
    }
  }

  // MARK: The horizon

  @Test func `the horizon counts from the end of what the file itself puts off`() throws {
    for wait in ["{wait: 30h}", "{wait: never, timeout: 30h}"] {
      let steps = "[{reply: ok}, \(wait), {write: one}]"
      let text = "name: h\nnodes: {web: {kind: client, do: [{call: a}]}, a: {work: durable, do: \(steps)}}"
      let run = try Self.run(text)
      #expect(run.report.outcome == [], "\(wait)")
      #expect(run.story.contains { $0.hasPrefix("108000 a writes one") }, "\(run.story)")
    }
    let late = try Self.run(Self.design("every 1h"), load: Load(count: 30, every: .zero))
    #expect(Self.writes(late.story).count == 30)
    let delayed = """
      name: d
      nodes: {web: {kind: client, do: [{send: jobs, delay: 2d}]}, a: {trigger: jobs, do: [{write: one}]}}
      """
    #expect(try Self.run(delayed).report.outcome == [])
  }

  @Test func `work that is tried again for ever is stuck at the horizon, waits and all`() throws {
    let text = """
      name: f
      channels: {jobs: {kind: queue, lease: 3h}}
      nodes:
        web: {kind: client, do: [{send: jobs}]}
        a: {trigger: jobs, do: [{wait: 1h}, {write: one}]}
      """
    let run = try Self.run(text, faults: ["{poison: a/one}"])
    #expect(run.report.outcome == [.stuck] && run.report.isComplete)
    // Each attempt calls under an id of its own: that is no new piece of work, and its wait puts nothing off.
    let below = text.replacing("{wait: 1h}", with: "{call: b, timeout: 2h}") + "\n  b: {do: [{wait: 1h}]}\n"
    let called = try Self.run(below, faults: ["{poison: a/one}"])
    #expect(called.report.outcome == [.stuck] && called.report.isComplete)
  }

  // MARK: The search

  @Test func `the search crashes and pauses a node in the middle of its wait, at its end, and when its timer is due`()
    throws
  {
    let text = """
      name: w
      nodes:
        web: {kind: client, do: [{call: a, await: false}, {call: b, await: false}]}
        a: {work: durable, do: [{wait: 1m}, {write: one}]}
        b: {do: [{wait: 1m}, {write: two}]}
        c: {trigger: cron 1h, do: [{write: three}]}
      """
    let (_, graph) = try graph(text)
    let deployment = Deployment(graph, logs: .ideal)
    var search = FaultSearch(deployment, seed: 1)
    search.run(limit: nil) { _ in .goOn }
    let texts = search.calmSites.map(\.offer.fault.text)
    for expected in [
      "{crash: a, during: wait, restart: 1s}", "{crash: a, during: wait, restart: 1s, nth: 2}",
      "{crash: b, during: wait, restart: 1s}", "{crash: c, at: 1h, restart: 1s}",
    ] {
      #expect(texts.contains(expected), "\(texts)")
    }
    #expect(texts.contains { $0.hasPrefix("{pause: b, during: wait") })
    #expect(search.observed[.lost] != nil, "a missed timer")
  }
}
