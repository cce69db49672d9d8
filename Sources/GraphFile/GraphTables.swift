import ProgressGraph

/// The tables of graph-format's sections 2, 4 and 5, as data.
enum Tables {
  static let many = 1...1_000_000
  static let small = 1...9

  static let graph = Table("a graph", [
    .init("headway", .count(1...Int.max), "Format version; 1 where absent."),
    .init("name", .text, "The name of the system."),
    .init("summary", .text, "One line for the gallery."),
    .init("channels", .names(.other, channel, minimum: 0), "Queues, topics and tables between the nodes."),
    .init("logs", .names(.other, log, minimum: 0), "Replicated logs by name."),
    .init("nodes", .names(.node, .table(node), minimum: 1), required: true, "What does the work."),
    .init("workflow", .table(workflow), "The business goal."),
    .init("expect", .table(expect), "What must hold."),
    .init("scenarios", .names(.other, .table(scenario), minimum: 0), "Named runs: load, faults, expected outcome."),
    .init("network", .table(network), "How long messages take."),
    .init("horizon", .duration, "When a run that does not settle is judged, counted from the last fault."),
    .init("budgets", .table(budgets), "Thresholds on coupling metrics."),
    .init("allow", .list(.table(waiver)), "Findings that the owners accept, with the reason."),
  ])

  static let node = Table("a node", [
    .init("kind", .scalar([.word(NodeKind.allCases.map(\.rawValue))]), "What the node is."),
    .init(
      "trigger",
      .mixed(
        scalar: [.timer, .name(.other)], list: .list(.scalar([.timer, .name(.other)]), minimum: 1, maximum: .max),
        map: nil),
      "What starts `do`: a channel or several, `rpc`, `every 1h` or `cron 1h`."),
    .init("do", .steps, "The steps of the single handler."),
    .init("handlers", .names(.other, .steps, minimum: 1), "Steps by channel, method or signal."),
    .init("work", .scalar([.word(WorkControl.allCases.map(\.rawValue))]), "How the work is made safe to repeat."),
    .init("journal", log, "The log of a durable node."),
    .init("ack", .scalar([.word(Acknowledgement.allCases.map(\.rawValue))]), "Acknowledge after or before the work."),
    .init("team", .text, "Who owns the node."),
    .init("availability", .percentage, "Share of time the node is up."),
    .init("latency", .latency, "Time a handler takes once, before its first step."),
    .init("fails", .percentage, "Share of work units that fail transiently before their first step."),
    .init("concurrency", .count(many), "Parallel work units per instance."),
    .init("instances", .count(1...1_000), "Running copies."),
    .init("max_runtime", .scalar([.word(["none"]), .duration]), "The platform kills work that takes longer."),
    .init("checkpoint", .duration, "Interval between the checkpoints of a stream job."),
    .init("idempotency", .flag, "An external that accepts keys."),
    .init("serial", .anyName, "One work unit at a time for each value of this field."),
    .init(
      "skip_poison", .scalar([.word(PoisonPolicy.allCases.map(\.rawValue))]),
      "What becomes of a trigger that fails on every attempt."),
  ])

  static let workflow = Table("a workflow", [
    .init("start", .nodeName, "The node whose start is the root trigger."),
    .init("core", .list(.nodeName), "The nodes the goal needs."),
    .init("must_complete", .flag, "An accepted start must finish."),
  ])

  static let expect = Table("`expect`", [
    .init("once", .list(.anyName), "Effects that happen exactly once per trigger."),
    .init("all_or_none", .list(.list(.anyName, minimum: 2, maximum: .max)), "Groups that agree at the end."),
    .init("compensated_by", .names(.other, .anyName, minimum: 0), "What undoes what."),
    .init("eventually", .list(.anyName), "Effects that must happen."),
    .init("ordered", .list(.names(.other, .anyName, minimum: 1)), "Channels and nodes whose order per field matters."),
    .init("exclusive", .list(.list(.anyName, minimum: 2, maximum: .max)), "Names that never both happen."),
    .init("never", .list(.scalar([.anomaly])), "Further anomaly codes that must not occur."),
    .init("tolerate", .list(.table(tolerance)), "Anomalies that are accepted, with the reason."),
  ])

  static let tolerance = Table("a tolerance", [
    .init("anomaly", .scalar([.anomaly]), required: true, "The code."),
    .init("of", .anyName, "The effect, node or channel; all where absent."),
    .init("because", .text, required: true, "Why it is acceptable."),
  ])

  static let network = Table("`network`", [.init("latency", .latency, "One way, between any two nodes.")])

  static let budgets = Table("`budgets`", [
    .init("availability", .percentage, "Least availability along the synchronous path."),
    .init("sync_depth", .scalar([.count(0...1_000)]), "Most synchronous hops."),
    .init("orchestrator_scope", .percentage, "Largest share of indirect targets of an orchestrator."),
  ])

  static let waiver = Table("a waiver", [
    .init("rule", .scalar([.rule]), required: true, "The rule."),
    .init("on", .anyName, "The node, channel or effect; all where absent."),
    .init("because", .text, required: true, "Why it is acceptable."),
    .init("until", .scalar([.date]), "The last day on which it counts."),
  ])

  static let scenario = Table("a scenario", [
    .init("summary", .text, "What the run shows."),
    .init(
      "load", .mixed(scalar: [.count(1...100_000), .rate], list: nil, map: .table(load)),
      "Root triggers: a number, `{count, every, same}`, or `50/s for 10s`."),
    .init("faults", .list(.variants(StepTables.faults)), "What goes wrong."),
    .init("outcome", .list(.scalar([.anomaly])), "Exactly these anomaly codes."),
  ])

  static let load = Table("a load", [
    .init("count", .count(1...100_000), required: true, "How many root triggers."),
    .init("every", .duration, "How far apart."),
    .init("same", .list(.anyName), "Fields that have one value for all triggers."),
  ])

  // MARK: Channels and logs

  static let channel = Shape.mixed(
    scalar: [.word(ChannelKind.allCases.map(\.rawValue))], list: nil, map: .variants(channels))

  static let channels = Variants(
    noun: "a channel", discriminator: .value(of: "kind", fallback: nil),
    tables: [("queue", queue), ("topic", topic), ("table", materialised)])

  private static func kind(_ word: String) -> Table.Key {
    .init("kind", .scalar([.word([word])]), required: true, "What the channel is.")
  }
  private static let parking: [Table.Key] = [
    .init("log", log, "The replicated log under the channel."),
    .init("dlq", .flag, "Park what fails on every delivery in `NAME.dlq`."),
    .init("max_deliveries", .count(1...10_000), "Deliveries before parking."),
    .init("redrive", .text, "Who redrives parked work."),
    .init("lease", .duration, "How long a consumer may hold a delivery."),
  ]
  private static let contract: [Table.Key] = [
    .init("retention", .scalar([.word(["forever"]), .duration]), "How long records are kept."),
    .init("schema", .text, "The contract of the records."),
    .init(
      "compat", .word("none", "backward", "forward", "full"), "How the schema may change."),
  ]

  static let queue = Table(
    "a queue",
    [kind("queue")] + parking + [.init("fifo", .flag, "First in, first out.")]
      + [.init("key", .anyName, "The field that orders records.")] + contract)
  static let topic = Table(
    "a topic",
    [kind("topic")] + parking + [.init("key", .anyName, "The field that partitions records.")]
      + [.init("partitions", .count(1...1_000), "How many partitions.")] + contract)
  static let materialised = Table(
    "a table",
    [kind("table"), .init("from", .anyName, "The topic it is made from.")]
      + [.init("every", .duration, "How often it commits."), .init("key", .anyName, "The field of upserts.")]
      + contract)

  static let log = Shape.mixed(scalar: [.name(.other)], list: nil, map: .variants(LogTables.protocols))
}
