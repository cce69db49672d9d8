import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives
import ProgressGraph
import Simulation
import Testing

/// Runs fan-outs and reads what their strands did, in one life and over crashes.
@Suite struct StrandTests {
  private static func fan(_ steps: String, work: String = "none", more: String = "") -> String {
    """
    name: f
    nodes:
      web: {kind: client, do: [{call: a, key: order_id, retry: 5, timeout: 30s}]}
      a: {work: \(work), do: [\(steps), {write: end}]}
      slow: {handlers: {one: [{compute: x, takes: 3s}, {write: one}], two: [{compute: y, takes: 1s}, {write: two}]}}
      s: {work: idempotent, handlers: {take: [{write: s_taken}], give: [{write: s_given}]}}
      p: {work: idempotent, handlers: {take: [{write: p_taken}], give: [{write: p_given}]}}
    \(more)
    """
  }

  /// Slow works on one request at a time, so that the first is done after three seconds and the second after four.
  private static func branches(_ join: String) -> String {
    "{parallel: [[{call: slow.one, timeout: 9s}, {write: a}], [{call: slow.two, timeout: 9s}, {write: b}]]\(join)}"
  }

  @Test func `a join waits for all, for any, or for as many as it says`() throws {
    for (join, effects) in [
      ("", ["one", "a", "two", "b", "end"]), (", join: all", ["one", "a", "two", "b", "end"]),
      (", join: any", ["one", "a", "end", "two", "b"]), (", join: 1", ["one", "a", "end", "two", "b"]),
      (", join: 2", ["one", "a", "two", "b", "end"]),
    ] { #expect(try Bench.seen(Self.fan(Self.branches(join))).effects == effects, "\(join)") }
  }

  @Test func `strands run side by side, and nest`() throws {
    let text = Self.fan("{each: 2, do: [{write: x}, {each: 3, do: [{write: y}]}, {write: z}]}")
    let bench = try Bench.seen(text)
    #expect(bench.effects == ["x", "x"] + Array(repeating: "y", count: 6) + ["z", "z", "end"])
    let strands = bench.seen.compactMap { observation -> [Int]? in
      if case .effect(let effect) = observation { effect.strand.numbers } else { nil }
    }
    #expect(
      strands == [[1], [2]] + [[1, 1], [1, 2], [1, 3], [2, 1], [2, 2], [2, 3]] + [[1], [2]] + [[]], "\(strands)")
    #expect(bench.count { if case .finished = $0 { true } else { false } } == 2)
  }

  @Test func `a strand without steps ends at once`() throws {
    let text = Self.fan("{parallel: [[], []]}, {parallel: [[], [{write: x}]], join: any}")
    #expect(try Bench.seen(text).effects == ["end", "x"])
  }

  // MARK: What repeats count by

  @Test func `the index of a strand is part of what effects without a key count by, here and below`() throws {
    func identities(_ bench: Bench, _ name: String) -> Int {
      var found: [String] = []
      for case .effect(let effect) in bench.seen where bench.graph[effect.name] == name {
        let identity = "\(effect.key) \(effect.strand)"
        if !found.contains(identity) { found.append(identity) }
      }
      return found.count
    }
    // A key names the effect, so that all strands mean the same one; a record goes where its key says, each by itself.
    for (key, count, identity) in [("", 3, 3), (", key: order_id", 1, 1)] {
      let text = Self.fan(
        "{each: 3, do: [{write: x\(key)}, {call: c\(key)}, {send: jobs\(key)}]}",
        more: """
            c: {work: idempotent, do: [{write: called\(key)}]}
            worker: {work: idempotent, trigger: jobs, do: [{effect: mail\(key)}]}
          """)
      let bench = try Bench.seen(text)
      for name in ["x", "called", "mail"] {
        #expect(bench.effects.filter { $0 == name }.count == count, "\(name)\(key)")
        #expect(identities(bench, name) == identity, "\(name)\(key)")
      }
      #expect(identities(bench, "jobs") == 3)
    }
  }

  @Test func `what a strand sends has the same id in every attempt, and another in every strand`() throws {
    let text = Self.fan("{each: 3, do: [{send: jobs}]}, {publish: facts}", work: "idempotent")
    let graph = try graph(text)
    for label in ["jobs", "facts", "end"] {
      let bench = try Bench.seen(text, crashes: [("a", .after(.step(try step(label, in: graph))))])
      #expect(bench.effects.filter { $0 == "jobs" }.count == 3, "\(label)")
    }
  }

  // MARK: Crashes

  private static func points(_ text: String, _ name: String, durable: Bool = true) throws -> [FaultPoint] {
    let graph = try graph(text)
    let node = try #require(graph.node(named: name))
    var points: [FaultPoint] = [.before(.work(node)), .after(.work(node))]
    for step in graph.stepIDs where graph[graph[step].handler].node == node {
      points += [.before(.step(step)), .after(.step(step))] + (durable ? [.during(.step(step))] : [])
    }
    return points
  }

  private static func crash(_ point: FaultPoint, nth: Int) -> PlannedFault<LabMachine> {
    PlannedFault(
      .observed(ObservationPattern(point), nth: nth),
      [.init(.act(.crash(MachineID(1), .losePending))), .init(after: .seconds(1), .act(.restart(MachineID(1))))])
  }

  /// At every boundary of every strand: what was recorded is not done again, everything is done, and what was in hand
  /// is done at most once more, in each strand.
  @Test(arguments: ["", ", join: any", ", join: 2"])
  func `a durable run brings all its strands through every crash`(join: String) throws {
    let text = Self.fan(
      "{parallel: [[{write: p}, {write: q}], [{call: s.take}, {each: 2, do: [{write: r}]}], [{write: t}]]\(join)}",
      work: "durable")
    let all = ["end", "p", "q", "r", "r", "s_taken", "t"]
    #expect(try Bench.seen(text).effects.sorted() == all)
    for point in try Self.points(text, "a") {
      for nth in 1...2 {
        let bench = try Bench.seen(text, extra: [Self.crash(point, nth: nth)])
        var distinct: [String] = []
        for case .effect(let effect) in bench.seen {
          let name = "\(bench.graph[effect.name]) \(effect.strand)"
          if !distinct.contains(name) { distinct.append(name) }
        }
        #expect(bench.effects.filter { $0 == "end" }.count <= 2)
        #expect(bench.count { if case .failed = $0 { true } else { false } } == 0, "\(point) \(nth)")
        if join.isEmpty { #expect(distinct.count == all.count, "\(point) \(nth): \(bench.effects)") }
        #expect(bench.effects.contains("end"), "\(point) \(nth)")
        // Three strands have a step in hand at most, and the inner fan-out two more.
        #expect(bench.effects.count <= all.count + 4, "\(point) \(nth): \(bench.effects)")
      }
    }
  }

  @Test func `a strand that nobody waits for goes on, also after a crash`() throws {
    let text = Self.fan(
      "{parallel: [[{write: quick}], [{call: slow.one, timeout: 9s}, {write: late}]], join: any}, "
        + "{call: slow.two, timeout: 9s}", work: "durable")
    #expect(try Bench.seen(text).effects == ["quick", "one", "late", "two", "end"])
    let graph = try graph(text)
    let crashed = try Bench.seen(text, crashes: [("a", .after(.step(try step("parallel", in: graph))))])
    #expect(crashed.effects.filter { $0 == "late" }.count == 1, "\(crashed.effects)")
    #expect(crashed.effects.filter { $0 == "quick" }.count == 1)
  }

  // MARK: Failure

  private static func taking(_ third: String, join: String = "", work: String) -> String {
    fan(
      """
      {parallel: [
        [{call: s.take, key: order_id, undo: {call: s.give, key: order_id}}, \(third)],
        [{call: slow.one, timeout: 9s}, {call: p.take, key: order_id, undo: {call: p.give, key: order_id}}]
      ]\(join)}
      """, work: work)
  }

  @Test(arguments: ["none", "durable"])
  func `a failed strand fails the unit once all others have ended, and everything is undone in reverse`(
    work: String
  ) throws {
    let bench = try Bench.seen(Self.taking("{fail: no}", work: work))
    #expect(bench.effects == ["s_taken", "one", "p_taken", "p_given", "s_given"])
    #expect(bench.count { if case .strandFailed(_, _, .terminal) = $0 { true } else { false } } == 1)
    #expect(bench.count { if case .failed(let unit, _, .terminal) = $0 { unit.node == NodeID(1) } else { false } } == 1)
  }

  @Test func `compensation of strands comes through every crash`() throws {
    let text = Self.taking("{fail: no}", work: "durable")
    for point in try Self.points(text, "a") {
      let bench = try Bench.seen(text, extra: [Self.crash(point, nth: 1)])
      let kept = bench.effects.filter { $0 != "one" }
      #expect(kept.sorted() == ["p_given", "p_taken", "s_given", "s_taken"], "\(point): \(bench.effects)")
      #expect(bench.count { if case .aborted = $0 { true } else { false } } == 1, "\(point)")
    }
  }

  @Test func `a join that needs one outlives the failure of the other`() throws {
    for work in ["none", "durable"] {
      let bench = try Bench.seen(Self.taking("{fail: no}", join: ", join: any", work: work))
      #expect(bench.effects == ["s_taken", "one", "p_taken", "end"], "\(work)")
    }
    let both = try Bench.seen(Self.fan("{parallel: [[{fail: no}], [{fail: no}]], join: any}"))
    #expect(both.effects.isEmpty)
    #expect(both.count { if case .strandFailed = $0 { true } else { false } } == 2)
  }

  @Test func `an attempt that failed in a strand is tried again by its caller, whole`() throws {
    // Slow is killed by its caller's short patience the first time only: the second attempt finds it idle.
    let text = Self.fan("{each: 2, do: [{write: x}, {call: slow.two, timeout: 1500ms}]}")
    let bench = try Bench.seen(text)
    #expect(bench.effects.filter { $0 == "x" }.count > 2)
    #expect(bench.count { if case .failed(_, _, .timedOut) = $0 { true } else { false } } >= 1)
  }

  // MARK: Answers, transactions, room

  @Test func `a reply in a strand answers the caller`() throws {
    let text = Self.fan("{parallel: [[{reply: early}], [{call: slow.one, timeout: 9s}]]}")
    let bench = try Bench.seen(text)
    let answered = try #require(bench.seen.firstIndex { if case .answered = $0 { true } else { false } })
    let effect = try #require(bench.seen.firstIndex { if case .effect = $0 { true } else { false } })
    #expect(answered < effect && bench.effects == ["one", "end"])
  }

  @Test func `what the strands of a transaction do is committed together`() throws {
    let text = Self.fan("{parallel: [[{write: x}], [{write: y}, {publish: facts}]]}", work: "transactional")
    let bench = try Bench.seen(text)
    #expect(bench.effects == ["x", "y", "end", "facts"])
    let crashed = try Bench.seen(text, crashes: [("a", .before(.step(try step("end", in: try graph(text)))))])
    #expect(crashed.effects == bench.effects)
    let inner = Self.fan("{tx: [{write: x}, {tx: [{write: y}, {each: 2, do: [{tx: [{write: z}]}]}]}]}")
    #expect(try Bench.seen(inner).effects == ["x", "y", "z", "z", "end"])
    let branch = Self.fan("{choose: {only: [{tx: [{write: x}, {publish: facts}]}, {write: y}]}}", work: "transactional")
    #expect(try Bench.seen(branch).effects.sorted() == ["end", "facts", "x", "y"])
    let own = Self.fan("{each: 2, do: [{tx: [{write: x}, {publish: facts}]}]}", work: "transactional")
    #expect(try Bench.seen(own).effects.sorted() == ["end", "facts", "facts", "x", "x"])
  }

  @Test func `strands take no room from other work`() throws {
    let text = Self.fan("{each: 5, do: [{write: x}]}")
    let bench = try Bench.seen(text, roots: 3)
    #expect(bench.effects.filter { $0 == "end" }.count == 3 && bench.effects.filter { $0 == "x" }.count == 15)
    var running = 0
    for observation in bench.seen {
      switch observation {
      case .arrived(let unit, _) where unit.node == NodeID(1): running += 1
      case .finished(let unit) where unit.node == NodeID(1): running -= 1
      default: break
      }
      #expect(running <= 1)
    }
  }

  @Test func `a unit that runs too long is stopped with its strands`() throws {
    let text = """
      name: k
      nodes:
        web: {kind: client, do: [{call: a, timeout: 9s}]}
        a: {kind: function, max_runtime: 2s, do: [{each: 2, do: [{write: x}, {call: slow, timeout: 9s}, {write: y}]}]}
        slow: {concurrency: 2, do: [{compute: z, takes: 5s}, {write: slow}]}
      """
    let bench = try Bench.seen(text)
    #expect(bench.effects == ["x", "x", "slow", "slow"])
    #expect(bench.count { if case .failed(_, _, .killed) = $0 { true } else { false } } == 1)
    #expect(bench.count { if case .replyIgnored = $0 { true } else { false } } == 2)
  }

  // MARK: Waits in strands

  @Test func `strands wait for timers and signals of their own, through every crash of a durable run`() throws {
    let text = Self.fan(
      "{parallel: [[{wait: 5s}, {write: five}], [{wait: go, timeout: 60s, else: [{write: late}]}, {write: gone}], "
        + "[{wait: 2s}, {write: two}]]}", work: "durable",
      more: "  starter: {trigger: nudge, do: [{compute: think, takes: 3s}, {signal: go}]}")
      .replacing("do: [{call: a, key", with: "do: [{send: nudge}, {call: a, key")
    let effects = ["nudge", "two", "gone", "five", "end"]
    #expect(try Bench.seen(text).effects == effects)
    for point in try Self.points(text, "a") {
      for nth in 1...2 {
        let bench = try Bench.seen(text, extra: [Self.crash(point, nth: nth)])
        var once: [String] = []
        for effect in bench.effects where !once.contains(effect) { once.append(effect) }
        #expect(once.sorted() == effects.sorted(), "\(point) \(nth): \(bench.effects)")
        #expect(once.last == "end")
      }
    }
  }

  @Test func `a reply in a strand goes to whoever asked in the message`() throws {
    let text = """
      name: r
      nodes:
        web: {kind: client, do: [{send: jobs, reply_to: ready}, {wait: ready, timeout: 20s}, {write: seen}]}
        a: {trigger: jobs, do: [{parallel: [[{compute: x, takes: 5s}], [{write: one}, {reply: ok}]]}, {write: end}]}
      """
    #expect(try Bench.seen(text).effects == ["jobs", "one", "seen", "end"])
  }

  // MARK: Decisions in strands

  @Test func `a replay that leaves recorded strands behind has lost its way`() throws {
    let text = Self.fan(
      "{choose: {l: [{parallel: [[{write: x}, {call: slow.one, timeout: 9s}], [{write: y}]]}], r: [{write: z}]}, "
        + "recorded: false}", work: "durable")
    let crash = ("a", FaultPoint.after(.step(try step("x", in: try graph(text)))))
    for (second, isLost) in [(1, true), (0, false)] {
      var choices = ForcedChoices()
      choices[1] = 0
      choices[2] = second
      let bench = try Bench.seen(text, crashes: [crash], choices: choices)
      #expect(bench.effects.contains("end") == !isLost && !bench.effects.contains("z"))
      #expect(bench.count { if case .failed(_, _, .mismatched) = $0 { true } else { false } } == (isLost ? 1 : 0))
    }
  }

  @Test func `strands decide for themselves, and a replay keeps to it`() throws {
    var choices = ForcedChoices()
    for (position, option) in [0, 1, 1, 0].enumerated() { choices[position + 1] = option }
    let text = Self.fan("{each: 2, do: [{choose: {l: [{write: l}], r: [{write: r}]}}, {write: x}]}", work: "durable")
    #expect(try Bench.seen(text, choices: choices).effects == ["l", "r", "x", "x", "end"])
    let point = FaultPoint.after(.step(try step("l", in: try graph(text))))
    let crashed = try Bench.seen(text, extra: [Self.crash(point, nth: 1)], choices: choices)
    var once: [String] = []
    for case .effect(let effect) in crashed.seen {
      let name = "\(crashed.graph[effect.name])\(effect.strand)"
      if !once.contains(name) { once.append(name) }
    }
    #expect(once.count == 5 && crashed.effects.filter { $0 == "l" }.count == 1)
  }
}

@Suite struct StrandPathTests {
  @Test func `paths are read back up to four levels, and differ below`() {
    var path = StrandPath.none
    #expect(path.numbers == [])
    for (level, position) in [0, 9_999, 3, 0].enumerated() {
      path = path.appending(position)
      #expect(path.numbers == Array([1, 10_000, 4, 1].prefix(level + 1)))
    }
    let deep = (0..<50).map { path.appending($0) }
    #expect(Set(deep).count == 50 && deep.allSatisfy { $0.numbers == nil })
    #expect(Set(deep.map { $0.appending(0) }).count == 50)
  }
}
