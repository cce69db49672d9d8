public import LabEngine
import Primitives
import ProgressGraph

/// A saved run as JSON, and back (interface.md, section 5).
public enum RunFileJSON {
  /// Larger files are refused unread: a run of that size is no counterexample any more.
  public static let sizeLimit = 16 << 20

  /// Why a file is no run that can be replayed.
  public struct Malformed: Error, Equatable {
    /// Both count from 1; columns count bytes.
    public var line: Int
    public var column: Int
    public var message: String
  }

  // MARK: Writing

  public static func bytes(of run: RunFile) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("schema", schema)
      writer.field("engine", run.engine)
      writer.object("graph") { writer in
        writer.field("file", run.file)
        writer.field(hash: "digest", run.graphDigest)
        writer.field("text", run.graphText)
      }
      writer.field("seed", run.seed)
      writer.field("logs", run.logs.rawValue)
      writer.field("scenario", run.scenario)
      writer.object("load") { writer in
        writer.field("count", run.load.count)
        writer.field("everyMicroseconds", Int(run.load.every.microseconds))
        writer.words("same", run.load.same)
      }
      writer.column("faults", run.faults)
      if !run.choices.isEmpty { writer.field("choices", run.choices.text) }
      writer.object("expected") { writer in
        writer.field("verdict", run.expected.verdict.rawValue)
        writer.words("outcome", run.expected.outcome.map(\.rawValue))
        writer.field("failed", run.expected.failed)
        writer.field("complete", run.expected.isComplete)
      }
      writer.object("hashes") { writer in
        writer.field("every", run.hashes.every)
        writer.column("values", run.hashes.values.map { hexadecimal($0) })
        writer.field(hash: "final", run.hashes.final)
      }
      writer.column("actions", run.actions)
      if !run.instants.isEmpty { writer.column("microseconds", run.instants.map { String($0.microseconds) }) }
    }
    return writer.finish()
  }

  // MARK: Reading

  /// Refuses what this version did not write: another format version, unknown or missing keys, a text that does not fit
  /// its digest.
  public static func read(_ bytes: [UInt8]) throws(Malformed) -> RunFile {
    guard bytes.count <= sizeLimit else {
      throw Malformed(line: 1, column: 1, message: "larger than \(sizeLimit >> 20) MiB")
    }
    do {
      return try decode(JSONReader.read(bytes))
    } catch {
      throw Malformed(line: error.place.line, column: error.place.column, message: error.message)
    }
  }

  private static let schema = "headway.run/\(RunFile.formatVersion)"

  private static func decode(_ document: JSONValue) throws(JSONError) -> RunFile {
    var fields = try JSONFields(document)
    let found = try fields.value("schema")
    guard found.content == .string(schema) else {
      throw JSONError(place: found.place, message: "this version reads '\(schema)' only")
    }
    let engine = try fields.string("engine")
    let graph = try fields.value("graph")
    var graphFields = try JSONFields(graph)
    let file = try graphFields.string("file")
    let digest = try graphFields.hash("digest")
    let text = try graphFields.string("text")
    try graphFields.finish()
    let actions = try fields.strings("actions")
    let run = RunFile(
      engine: engine, file: file, graphText: text,
      seed: try fields.integer("seed", in: 0...UInt64.max),
      logs: try fields.word("logs", of: LogChoice.self),
      scenario: try fields.string("scenario"),
      faults: try fields.strings("faults"),
      choices: try fields.optional("choices").map(choices) ?? .none,
      load: try load(fields.value("load")),
      actions: actions,
      instants: try instants(&fields, count: actions.count),
      expected: try expected(fields.value("expected")),
      hashes: try hashes(fields.value("hashes")))
    try fields.finish()
    guard run.graphDigest == digest else {
      throw JSONError(place: graph.place, message: "the graph's text was changed: it does not fit its digest")
    }
    return run
  }

  private static func instants(_ fields: inout JSONFields, count: Int) throws(JSONError) -> [SimInstant] {
    guard let list = try fields.optional("microseconds") else { return [] }
    var instants: [SimInstant] = []
    for word in try fields.strings("microseconds") {
      guard let microseconds = Int64(word), microseconds >= 0 else { break }
      instants.append(SimInstant(microseconds: microseconds))
    }
    guard instants.count == count else {
      throw JSONError(place: list.place, message: "expected \(count) instants, one for each action")
    }
    return instants
  }

  private static func choices(_ value: JSONValue) throws(JSONError) -> ForcedChoices {
    guard let choices = ForcedChoices(try value.string()) else {
      throw JSONError(place: value.place, message: "expected choices such as '1=2 4=1'")
    }
    return choices
  }

  private static func load(_ value: JSONValue) throws(JSONError) -> NamedLoad {
    var fields = try JSONFields(value)
    let count = try fields.integer("count", in: 0...1_000_000)
    let every = try fields.integer("everyMicroseconds", in: 0...Int64.max)
    let same = try fields.strings("same")
    try fields.finish()
    return NamedLoad(count: count, every: SimDuration(microseconds: every), same: same)
  }

  private static func expected(_ value: JSONValue) throws(JSONError) -> RunFile.Expected {
    var fields = try JSONFields(value)
    let verdict = try fields.word("verdict", of: Verdict.self)
    let outcome = try fields.words("outcome", of: AnomalyCode.self)
    let failed = try fields.integer("failed", in: 0...Int.max)
    let isComplete = try fields.flag("complete")
    try fields.finish()
    return RunFile.Expected(verdict: verdict, outcome: outcome, failed: failed, isComplete: isComplete)
  }

  private static func hashes(_ value: JSONValue) throws(JSONError) -> RunFile.Hashes {
    var fields = try JSONFields(value)
    let every = try fields.integer("every", in: 1...Int.max)
    let values = try fields.hashes("values")
    let final = try fields.hash("final")
    try fields.finish()
    return RunFile.Hashes(every: every, values: values, final: final)
  }
}
