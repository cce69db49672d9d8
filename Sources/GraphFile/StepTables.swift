/// The steps and their modifiers, and the faults and theirs.
enum StepTables {
  static let steps = Variants(noun: "a step", discriminator: .presence, tables: verbs.map { ($0.name, table($0)) })

  private struct VerbKeys {
    var name: String
    var object: Shape
    var summary: String
    var modifiers: [Table.Key]
  }

  private static func table(_ verb: VerbKeys) -> Table {
    Table(
      "`\(verb.name)`",
      [.init(verb.name, verb.object, required: true, verb.summary)] + verb.modifiers
        + [.init("when", .anyName, "Only for this event.")])
  }

  /// Steps of these kinds are numbered within their handler instead of being called after their object.
  static let verbsWithoutObject = ["tx", "wait", "choose", "parallel", "each"]

  private static let key = Table.Key("key", .anyName, "The field that identifies the effect.")
  private static let undo = Table.Key("undo", .step, "The compensation, registered before the step runs.")

  private static let verbs: [VerbKeys] = [
    VerbKeys(
      name: "compute", object: .anyName, summary: "Pure local work.",
      modifiers: [.init("takes", .latency, "How long it takes.")]),
    VerbKeys(name: "call", object: .anyName, summary: "An RPC: `node` or `node.handler`.", modifiers: call),
    VerbKeys(
      name: "send", object: .anyName, summary: "A command on a queue.",
      modifiers: [
        key, .init("delay", .duration, "Until it is visible."),
        .init("reply_to", .anyName, "The `wait` that the consumer's reply completes."),
      ]),
    VerbKeys(
      name: "publish", object: .anyName, summary: "An event on a topic.",
      modifiers: [key, .init("event", .anyName, "The event's name.")]),
    VerbKeys(
      name: "write", object: .anyName, summary: "A write to the node's own database.",
      modifiers: [key, .init("version", .anyName, "The field by which older writes are rejected."), undo]),
    VerbKeys(
      name: "read", object: .anyName, summary: "Own state, or a table.",
      modifiers: [.init("max_age", .duration, "How stale the answer may be.")]),
    VerbKeys(
      name: "effect", object: .anyName, summary: "An irreversible effect outside.", modifiers: [key, undo]),
    VerbKeys(
      name: "tx", object: .steps, summary: "An atomic group of steps.",
      modifiers: [.init("dedup", .flag, "Keep an inbox row.")]),
    VerbKeys(name: "checkpoint", object: .anyName, summary: "A durable resume point.", modifiers: []),
    VerbKeys(
      name: "wait", object: .scalar([.duration, .name(.other)]), summary: "A timer, a signal, or a reply.",
      modifiers: [.init("timeout", .duration, "How long."), .init("else", .steps, "What happens then.")]),
    VerbKeys(
      name: "choose", object: .names(.other, .steps, minimum: 1), summary: "A branch the design does not determine.",
      modifiers: [
        .init("recorded", .flag, "Whether the decision is recorded."),
        .init("weights", .names(.other, .scalar([.number, .percentage]), minimum: 1), "How likely the branches are."),
        .init("loop", .count(1...10_000), "At most this many turns."),
      ]),
    VerbKeys(
      name: "parallel", object: .list(.steps, minimum: 1, maximum: 10_000), summary: "Branches side by side.",
      modifiers: [join]),
    VerbKeys(
      name: "each", object: .count(1...10_000), summary: "The same steps several times, side by side.",
      modifiers: [.init("do", .steps, required: true, "The steps."), join]),
    VerbKeys(name: "signal", object: .anyName, summary: "Completes a `wait`.", modifiers: [key]),
    VerbKeys(name: "reply", object: .text, summary: "Answers the caller.", modifiers: []),
    VerbKeys(name: "fail", object: .text, summary: "A terminal error.", modifiers: []),
  ]

  private static let join = Table.Key(
    "join", .scalar([.word(["all", "any"]), .count(1...10_000)]), "How many branches to wait for.")

  private static let call: [Table.Key] = [
    .init("timeout", .duration, "How long an attempt is waited for."),
    .init("retry", .scalar([.count(0...1_000_000), .word(["forever"])]), "Extra attempts."),
    .init("backoff", .duration, "The wait before the first extra attempt; it doubles."),
    key,
    .init("await", .flag, "False: one-way."),
    .init("reliable", .flag, "Through the durable-execution engine."),
    undo,
    .init(
      "on_error", .mixed(scalar: [.word(["fail", "ignore"])], list: .steps, map: nil), "What a failed call does."),
  ]

  // MARK: Faults

  static let faults = Variants(noun: "a fault", discriminator: .presence, tables: kinds.map { ($0.name, fault($0)) })

  private struct FaultKeys {
    var name: String
    var object: Shape
    var summary: String
    var hasPoint = true
    var modifiers: [Table.Key] = []
  }

  private static func fault(_ kind: FaultKeys) -> Table {
    let points: [Table.Key] = [
      .init("at", .duration, "A moment of virtual time."), .init("before", .path, "Before this step, or `work`."),
      .init("during", .path, "When the step's effect is applied and not yet recorded."),
      .init("after", .path, "After this step, or `work`."),
    ]
    return Table(
      "`\(kind.name)`",
      [.init(kind.name, kind.object, required: true, kind.summary)] + (kind.hasPoint ? points : []) + kind.modifiers
        + [.init("nth", .count(1...1_000_000), "Which occurrence.")])
  }

  private static let lasting = Table.Key("for", .duration, "How long it lasts.")
  private static let by = Table.Key("by", .duration, "By how much.")

  private static let kinds: [FaultKeys] = [
    FaultKeys(
      name: "crash", object: .path, summary: "A process dies; volatile state is lost.",
      modifiers: [
        .init("restart", .scalar([.word(["never"]), .duration]), "When it comes back."),
        .init("disk", .word("keep", "lose_unsynced", "wipe"), "What becomes of its disk."),
      ]),
    FaultKeys(name: "pause", object: .path, summary: "It stops without dying, then goes on.", modifiers: [lasting]),
    FaultKeys(name: "down", object: .nodeName, summary: "It refuses all work.", modifiers: [lasting]),
    FaultKeys(name: "slow", object: .nodeName, summary: "It adds latency.", modifiers: [lasting, by]),
    FaultKeys(
      name: "poison", object: .path, summary: "`NODE/STEP` fails on every attempt.", hasPoint: false),
    FaultKeys(
      name: "partition",
      object: .mixed(scalar: [.link], list: .list(.anyName, minimum: 2, maximum: 2), map: nil),
      summary: "No messages between the two sides.", modifiers: [lasting]),
    FaultKeys(name: "drop", object: link, summary: "A message is lost.", hasPoint: false),
    FaultKeys(name: "duplicate", object: link, summary: "A message arrives twice.", hasPoint: false),
    FaultKeys(name: "delay", object: link, summary: "A message arrives late.", hasPoint: false, modifiers: [by]),
    FaultKeys(name: "reorder", object: link, summary: "A message is overtaken.", hasPoint: false),
    FaultKeys(name: "skew", object: .nodeName, summary: "Its clock runs off.", modifiers: [by, lasting]),
  ]

  private static let link = Shape.scalar([.link, .name(.other)])
}
