import GraphFile
import Primitives
import ProgressGraph
import Testing

/// Small files whose meaning is compared with what the format says, value by value.
@Suite struct MeaningTests {
  private func graph(_ text: String) throws -> Graph {
    let decoded = GraphReader.decode(text, file: "small.yaml")
    return try #require(decoded.graph, "\(messages(decoded))")
  }

  private func names(_ ids: [NameID], _ graph: Graph) -> [String] { ids.map { graph[$0] } }

  @Test func `the naive checkout has its edges, labels and defaults`() throws {
    let file = try #require(FixtureFolder.files(in: "valid", "naive-checkout.yaml").first)
    let graph = try graph(try FixtureFolder.text(file))
    #expect(graph.nodes.map(\.name) == ["web", "shop", "stock", "pay", "mailer"])
    #expect(graph.channels.map(\.name) == ["orders"])
    #expect(graph.channels[0].kind == .topic && !graph.channels[0].isDeclared)
    #expect(graph.steps.map(\.label) == ["shop", "stock", "pay", "order", "orders", "reserved", "charge", "email"])
    guard case .call(let call) = graph.steps[0].verb else { throw Unexpected() }
    #expect(call.retry == .times(2) && call.timeout == .seconds(1) && call.backoff == .milliseconds(100))
    #expect(graph.handlers.map(\.triggers) == [[.start], [.rpc], [.rpc], [.rpc], [.channel(ChannelID(0))]])
    #expect(graph.workflow.start == NodeID(0) && graph.workflow.core.map { graph[$0].name } == ["shop", "stock", "pay"])
    #expect(names(graph.expectations.once, graph) == ["charge", "email"])
    #expect(graph.edges().map(\.kind) == [.topic, .rpc, .rpc, .rpc, .topic])
  }

  @Test func `the durable checkout has journals, undos and expectations`() throws {
    let file = try #require(FixtureFolder.files(in: "valid", "orchestrated.yaml").first)
    let graph = try graph(try FixtureFolder.text(file))
    let order = try #require(graph.node(named: "order"))
    #expect(graph[order].journal == LogSpecification(protocol: .virtualLog))
    let charge = try #require(graph.steps.first { $0.label == "payment.charge" })
    let undo = try #require(charge.undo)
    #expect(graph[undo].label == "payment.refund" && graph[undo].parent != nil)
    #expect(graph.channel(named: "order_events").map { graph[$0].compatibility } == .some("backward"))
    #expect(names(graph.expectations.once, graph) == ["charged", "shipment"])
    #expect(names(graph.expectations.atMostOnce, graph) == ["released", "refunded"])
    #expect(names(graph.expectations.eventually, graph) == ["order_pending", "reserved", "charged", "shipment"])
    guard case .publish(let publish) = try #require(graph.steps.first { $0.label == "order_events" }).verb else {
      throw Unexpected()
    }
    #expect(publish.key.map { graph[$0] } == "order_id")
  }

  @Test func `effects behind an undo, an else, an on_error or a branch happen at most once`() throws {
    let graph = try graph(
      """
      nodes:
        web: {kind: client, do: [{call: a, on_error: [{call: fallback}]}]}
        a:
          do:
            - {effect: main, undo: {call: b.back}}
            - {choose: {x: [{effect: left}], y: [{effect: right}]}}
            - {wait: 1s, else: [{effect: late}]}
            - {publish: t, event: E}
        b: {handlers: {back: [{effect: undone}], t: [{when: E, effect: heard}, {when: F, effect: unheard}]}}
        fallback: {do: [{effect: second}]}
      """)
    #expect(names(graph.expectations.once, graph) == ["main", "heard"])
    #expect(names(graph.expectations.atMostOnce, graph) == ["left", "right", "late", "undone", "unheard", "second"])
    #expect(graph.expectations.exclusive.map { names($0, graph) } == [["x", "y"]])
  }

  @Test func `dead letters go to a queue of their own`() throws {
    let graph = try graph(
      """
      channels: {jobs: {kind: queue, dlq: true}, mail: {kind: queue, dlq: true, max_deliveries: 3}}
      nodes:
        a: {do: [{send: jobs}, {send: mail}, {publish: news}]}
        b: {trigger: [jobs, mail], do: []}
        c: {trigger: jobs.dlq, do: []}
        d: {trigger: news, skip_poison: park, do: []}
      """)
    #expect(graph.channels.map(\.name) == ["jobs", "mail", "news", "jobs.dlq", "mail.dlq", "news.dlq"])
    #expect(graph.channels.map(\.maxDeliveries) == [5, 3, 5, nil, nil, nil])
    #expect(graph.channels[5].parksFor == ChannelID(2) && graph.channels[5].kind == .queue)
    #expect(graph.handlers[2].triggers == [.channel(ChannelID(3))])
  }

  @Test func `undeclared call targets are externals with the handlers that calls name`() throws {
    let graph = try graph(
      """
      nodes:
        a: {do: [{call: psp.charge}, {call: psp}, {call: bank.pay}]}
        bank: {kind: external, idempotency: true}
      """)
    #expect(graph.nodes.map(\.name) == ["a", "bank", "psp"])
    #expect(graph.nodes[2].isImplied && graph.nodes[2].kind == .external && graph.nodes[2].availability == 0.995)
    #expect(graph.handlers.map(\.name) == [nil, "pay", "charge", nil])
    #expect(graph.nodes[1].acceptsKeys && graph.nodes[1].handlers == [HandlerID(1)])
  }

  @Test func `durations, latencies, loads and shares have their values`() throws {
    let graph = try graph(
      """
      network: {latency: 1ms..3ms}
      horizon: 1.5h
      budgets: {availability: 99.9%, sync_depth: 3}
      nodes:
        a: {latency: ~20ms, fails: 10%, concurrency: 4, max_runtime: none, do: [{call: b, retry: forever}]}
        b: {kind: function, do: [{reply: no}]}
      scenarios:
        s: {load: 50/s for 10s}
        t: {load: {count: 20, every: 10ms}, outcome: [DUP, DIVERGE]}
        u: {load: 3, outcome: []}
      """)
    #expect(graph.networkLatency == .uniform(low: .milliseconds(1), high: .milliseconds(3)))
    #expect(graph.horizon == .seconds(5_400))
    #expect(graph.budgets.map(\.limit) == [0.999, 3])
    #expect(graph.nodes[0].latency == .exponential(mean: .milliseconds(20)) && graph.nodes[0].failureShare == 0.1)
    #expect(graph.nodes[1].maxRuntime == .seconds(900) && graph.nodes[1].concurrency == 100)
    #expect(graph.scenarios.map(\.load) == [
      Load(count: 500, every: .milliseconds(20)), Load(count: 20, every: .milliseconds(10)),
      Load(count: 3, every: .zero),
    ])
    #expect(graph.scenarios.map(\.outcome) == [nil, [.diverge, .dup], []])
    guard case .reply(let value) = graph.steps[1].verb else { throw Unexpected() }
    #expect(graph[value] == "no")
  }

  @Test func `every step of a handler has a name of its own`() throws {
    let graph = try graph(
      """
      nodes:
        a:
          handlers:
            go:
              - {publish: t}
              - {parallel: [[{publish: t}, {write: t-2}], [{write: t, undo: {write: t}}]]}
              - {write: work}
              - {tx: [{write: row}]}
              - {tx: [{write: tx}]}
            stop: [{publish: t}]
      """)
    #expect(
      graph.steps.map(\.label) == [
        "t", "parallel", "t-3", "t-2", "t-4", "t-5", "work-2", "tx", "row", "tx-2", "tx-3", "t",
      ])
    for (name, step) in [("go/t", 0), ("t-2", 3), ("go/t-3", 2), ("work-2", 6), ("stop/t", 11)] {
      guard case .success(let fault) = GraphReader.decodeFault("{poison: a/\(name)}", in: graph) else {
        throw Unexpected(text: name)
      }
      #expect(fault.kind == .poison(StepID(step)), "\(name)")
    }
  }

  @Test func `faults mean what they say`() throws {
    let graph = try graph(
      """
      nodes:
        web: {kind: client, do: [{call: pay.charge}]}
        pay:
          work: durable
          handlers:
            charge: [{tx: [{write: row}]}, {write: log}, {tx: [{send: q}]}]
            refund: [{write: log}]
        c: {trigger: q, do: []}
      """)
    func fault(_ text: String) throws -> Fault {
      switch GraphReader.decodeFault(text, in: graph) {
      case .success(let fault): return fault
      case .failure(let mistakes):
        throw Unexpected(text: mistakes.diagnostics.map { render($0, source: mistakes.source) }.joined())
      }
    }
    let pay = NodeID(1)
    let web = NodeID(0)
    let second = SimDuration.seconds(1)
    let crash = try fault("{crash: pay,   after: work}")
    #expect(crash.kind == .crash(.node(pay), restart: .seconds(1), disk: .keep) && crash.point == .after(.work(pay)))
    #expect(crash.text == "{crash: pay, after: work}" && crash.nth == 1)
    let wiped = try fault("{crash: pay, restart: never, disk: wipe, during: tx-2, nth: 3}")
    #expect(wiped.kind == .crash(.node(pay), restart: nil, disk: .wipe) && wiped.point == .during(.step(StepID(4))))
    #expect(try fault("{crash: pay, before: refund/log}").point == .before(.step(StepID(6))))
    #expect(try fault("{crash: pay, before: pay/charge/log}").point == .before(.step(StepID(3))))
    #expect(try fault("{poison: pay/charge/log}").kind == .poison(StepID(3)))
    #expect(try fault("{poison: pay/row, nth: 2}").nth == 2)
    #expect(try fault("{pause: q/log/2, at: 2s}").kind == .pause(.logReplica(ChannelID(0), 2), for: .seconds(10)))
    let journal = try fault("{crash: pay/journal/3, at: 0s}")
    #expect(journal.kind == .crash(.journalReplica(pay, 3), restart: second, disk: .keep))
    let front = try fault("{crash: q/front, before: charge/log, restart: 5s}")
    #expect(front.kind == .crash(.front(ChannelID(0)), restart: .seconds(5), disk: .keep))
    let split = try fault("{partition: [pay, web], for: 1m, at: 1s}")
    #expect(split.kind == .partition(.node(pay), .node(web), oneWay: false, for: .seconds(60)))
    let oneWay = try fault("{partition: web -> pay, at: 1s}")
    #expect(oneWay.kind == .partition(.node(web), .node(pay), oneWay: true, for: .seconds(10)))
    let drop = try fault("{drop: web -> pay, nth: 2}")
    #expect(drop.kind == .message(.drop, .link(from: .node(web), to: .node(pay))))
    #expect(try fault("{duplicate: q}").kind == .message(.duplicate, .channel(ChannelID(0))))
    #expect(try fault("{delay: q, by: 3s}").kind == .message(.delay(by: .seconds(3)), .channel(ChannelID(0))))
    let slow = try fault("{slow: pay, by: 2s, for: 1h, at: 1s}")
    #expect(slow.kind == .slow(pay, by: .seconds(2), for: .seconds(3_600)))
    let wrong = [
      "{crash: pay, after: log}", "{crash: pya, at: 1s}", "{crash: pay}", "crash", "", "{crash: pay, after: nothing}",
      "[", "{drop: pay}", "{poison: pay/row-2}",
    ]
    for text in wrong {
      guard case .failure(let mistakes) = GraphReader.decodeFault(text, in: graph) else {
        Issue.record("\(text) is no fault")
        continue
      }
      #expect(!mistakes.diagnostics.isEmpty)
    }
  }

  @Test func `the schema is the same text every time and knows the keys`() {
    let schema = GraphReader.jsonSchema()
    #expect(schema == GraphReader.jsonSchema())
    for key in ["nodes", "skip_poison", "must_complete", "lose_unsynced", "additionalProperties"] {
      #expect(schema.contains("\"\(key)\""))
    }
  }
}

struct Unexpected: Error {
  var text = ""
}
