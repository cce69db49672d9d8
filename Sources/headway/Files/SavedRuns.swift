import LabEngine
import Reporting

/// Where a command keeps the runs that it was asked to save; nowhere, where it was not.
struct SavedRuns {
  private enum Place {
    case nowhere
    case file(OutputFile)
    /// Made already.
    case folder(String)
  }
  private let place: Place
  /// The first failure that could not be saved.
  private(set) var trouble: CommandFailure?

  /// One file for one run.
  init(file path: String?) throws(CommandFailure) {
    do {
      place = try path.map { path throws(OutputFile.Failure) in .file(try OutputFile(path)) } ?? .nowhere
    } catch {
      throw CommandFailure.cannot(error.message)
    }
  }

  /// A folder for as many runs as there are failures. It is made at once: a wrong path is found before the work.
  init(folder path: String?) throws(CommandFailure) {
    guard let path else {
      place = .nowhere
      return
    }
    do {
      try OutputFile.makeFolder(path)
      place = .folder(path)
    } catch {
      throw CommandFailure.cannot(error.message)
    }
  }

  /// Saves the run of a plan; not where a signal stops it, for half a run cannot be replayed.
  func save(_ plan: RunPlan, of graph: LoadedGraph, _ options: RunOptions) throws(CommandFailure) {
    guard case .file(let file) = place, let run = Self.record(plan, of: graph, options) else { return }
    do {
      try file.write(RunFileJSON.bytes(of: run))
    } catch {
      throw CommandFailure.cannot(error.message)
    }
  }

  /// Saves the shortest run of every violation that is a failure, and notes in the report where it is. What cannot be
  /// saved is kept as `trouble`.
  mutating func save(failuresIn report: inout GraphReport, of graph: LoadedGraph, _ options: RunOptions) {
    guard case .folder(let folder) = place, var search = report.search else { return }
    for position in search.violations.indices where !search.violations[position].isDeclared {
      let violation = search.violations[position]
      let faults = violation.faults
      let path = "\(folder)/\(report.fileName(ofViolation: position))"
      let record = Lab.record(violation, of: graph, options) { Interruption.signal == nil ? .goOn : .stop }
      guard let run = record else {
        if Interruption.signal != nil { break }
        trouble = trouble ?? .cannot("cannot save '\(path)': \(faults.joined(separator: ", ")) does not read back")
        continue
      }
      do {
        try OutputFile(path).write(RunFileJSON.bytes(of: run))
        search.violations[position].run = GraphPaths.shown(path)
      } catch {
        trouble = trouble ?? .cannot(error.message)
      }
    }
    report.search = search
  }

  private static func record(_ plan: RunPlan, of graph: LoadedGraph, _ options: RunOptions) -> RunFile? {
    Lab.record(graph, plan, options) { Interruption.signal == nil ? .goOn : .stop }
  }

  /// Reads a saved run. What cannot be one ends the command with a located message.
  static func read(_ path: String) throws(CommandFailure) -> RunFile {
    let bytes: [UInt8]
    do {
      bytes = try InputFile.read(path, limit: RunFileJSON.sizeLimit)
    } catch {
      let nearest = GraphPaths.meant(by: path)
      let hint = nearest.map { "; did you mean `\($0)`?" } ?? ""
      throw CommandFailure.cannot("cannot read '\(path)': \(error.message)\(hint)")
    }
    do {
      return try RunFileJSON.read(bytes)
    } catch {
      throw CommandFailure.cannot(
        "\(GraphPaths.shown(path)):\(error.line):\(error.column): this is no saved run: \(error.message)")
    }
  }
}
