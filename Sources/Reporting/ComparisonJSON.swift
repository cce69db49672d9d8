public import LabEngine
import Primitives
import ProgressGraph

/// A comparison as one JSON object, `headway.comparison/1`. Times are milliseconds of virtual time.
public enum ComparisonJSON {
  public static func bytes(of comparison: Comparison) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("schema", "headway.comparison/1")
      writer.field("command", "compare")
      writer.field("seed", comparison.seed)
      writer.field("logs", comparison.logs.rawValue)
      writer.field("complete", comparison.isComplete)
      writer.field("verdict", comparison.verdict.rawValue)
      writer.list("designs", comparison.designs) { writer, design in
        writer.field("file", design.file)
        writer.field("name", design.name)
        writer.field("substituted", !design.substitutions.isEmpty)
        writer.list("diagnostics", design.diagnostics) { ReportJSON.write($1, to: &$0) }
      }
      writer.list("faults", comparison.rows) { writer, row in
        write(row, of: comparison.designs, to: &writer)
      }
    }
    return writer.finish()
  }

  private static func write(_ row: ComparisonRow, of designs: [GraphReport], to writer: inout JSONWriter) {
    writer.field("name", row.name)
    writer.words("faults", row.faults)
    writer.object("load") { writer in
      writer.field("count", row.load.count)
      writer.field("everyMs", milliseconds(row.load.every))
      writer.words("same", row.load.same)
    }
    writer.list("results", Array(zip(designs, row.cells))) { writer, result in
      let (design, cell) = result
      writer.field("design", design.name)
      switch cell {
      case .notApplicable(let reason):
        writer.field("applies", false)
        writer.field("reason", reason)
      case .run(let run):
        writer.field("applies", true)
        write(run, to: &writer)
      }
    }
  }

  private static func write(_ run: ComparedRun, to writer: inout JSONWriter) {
    writer.words("outcome", run.outcome.map(\.rawValue))
    writer.field("failed", run.failed)
    writer.field("triggers", run.triggers)
    writer.object("callers") { writer in
      for answer in run.answers { writer.field(answer.answer, answer.count) }
    }
    writer.field("completed", run.completed)
    writer.field("acceptanceMs", run.acceptance.map(milliseconds))
    writer.field("completionMs", run.completion.map(milliseconds))
    writer.field("steps", run.steps)
    writer.field(hash: "stateHash", run.stateHash)
    writer.field("complete", run.isComplete)
  }

  private static func milliseconds(_ duration: SimDuration) -> Double { Double(duration.microseconds) / 1_000 }
}
