/// The cells of table 2.6 as small designs: a client, a topic, and the job whose one record is judged.
extension StreamCell {
  static let all: [StreamCell] = Location.allCases.flatMap { location in
    Column.allCases.flatMap { column in
      column.ks(at: location).flatMap { k -> [StreamCell] in
        let cell = StreamCell(location: location, column: column, k: k)
        guard column == .poison, location != .offsetsBefore else { return [cell] }
        return [cell, StreamCell(location: location, column: column, k: k, hasSideOutput: true)]
      }
    }
  }

  /// The graph file, with its faults as the scenario of a cell.
  var text: String {
    var lines = ["name: cell", "horizon: 2m", "channels:"]
    lines.append("  jobs: {kind: topic, partitions: 1, lease: 1s\(hasSideOutput ? deadLetters : "")}")
    lines += ["nodes:", "  client: {kind: client, do: [{publish: jobs}]}", "  worker:", "    trigger: jobs"]
    lines += settings.map { "    \($0)" } + ["    do:"] + steps.map { "      - \($0)" }
    if location == .transactionalSink {
      lines.append("  reader: {trigger: out, do: [{write: seen, key: order_id}]}")
    }
    if usesDownstream { lines.append("  dep: {kind: external}") }
    lines += ["scenarios:", "  \(CellGraph.scenario):", "    faults:", "      - \(fault)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private var deadLetters: String { ", dlq: true, max_deliveries: 3, redrive: owner" }

  private var settings: [String] {
    switch location {
    case .keyedState, .transactionalSink, .idempotentSink, .plainSink: ["kind: stream", "checkpoint: 3s"]
    case .keyedStateWithIDs: ["kind: stream", "checkpoint: 3s", "work: idempotent"]
    case .offsetsAfter: []
    case .offsetsBefore: ["kind: stream", "checkpoint: 3s", "ack: before"]
    }
  }

  private var steps: [String] {
    var steps = (1...Self.n).map(effect)
    if usesDownstream { steps.insert("{call: dep}", at: k) }
    return steps
  }

  private func effect(_ number: Int) -> String {
    switch location {
    case .keyedState, .keyedStateWithIDs, .offsetsBefore: "{write: e\(number), key: user_id}"
    case .transactionalSink: number == 1 ? "{publish: out}" : "{send: commands}"
    case .idempotentSink: "{effect: e\(number), key: order_id}"
    case .plainSink: "{effect: e\(number)}"
    case .offsetsAfter: "{write: e\(number)}"
    }
  }

  private func label(_ number: Int) -> String {
    guard location == .transactionalSink else { return "e\(number)" }
    return number == 1 ? "out" : "commands"
  }

  private var usesDownstream: Bool { column == .sinkDown || column == .exhaustion }

  private var pointAfterK: String {
    switch k {
    case 0: "before: \(label(1))"
    case Self.n: "after: work"
    default: "after: \(label(k))"
    }
  }

  private var fault: String {
    switch column {
    case .crash: "{crash: worker, \(pointAfterK), restart: 500ms}"
    case .duplicate: "{duplicate: jobs}"
    // Longer than the session.
    case .zombie: "{pause: worker, \(pointAfterK), for: 1500ms}"
    case .poison: "{poison: worker/\(label(k + 1))}"
    case .sinkDown: "{down: dep, at: 0s, for: 2500ms}"
    case .exhaustion: "{crash: dep, at: 0s, restart: never}"
    }
  }
}

extension StreamCell.Column {
  /// How many effects can be done when it hits.
  fileprivate func ks(at location: StreamCell.Location) -> [Int] {
    switch self {
    case .crash: [0, 1, StreamCell.n]
    case .duplicate: [0]
    case .zombie: [1]
    case .poison, .sinkDown, .exhaustion: [0, 1]
    }
  }
}
