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

  /// One file for one run.
  init(file path: String?) throws(CommandFailure) {
    do {
      place = try path.map { path throws(OutputFile.Failure) in .file(try OutputFile(path)) } ?? .nowhere
    } catch {
      throw CommandFailure.cannot(error.message)
    }
  }

  /// A folder for as many runs as there are failures. It is made at once, so that a wrong path is found before the work.
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

  /// Saves the recordings of a report and notes in it where they are.
  func save(_ graph: inout GraphReport) throws(CommandFailure) {
    do {
      switch place {
      case .nowhere:
        return
      case .file(let file):
        guard let run = graph.scenarios.first?.recording else { return }
        try file.write(RunFileJSON.bytes(of: run))
      case .folder(let folder):
        try save(failuresOf: &graph, in: folder)
      }
    } catch {
      throw CommandFailure.cannot(error.message)
    }
  }

  private func save(failuresOf graph: inout GraphReport, in folder: String) throws(OutputFile.Failure) {
    guard var search = graph.search else { return }
    for position in search.violations.indices where !search.violations[position].isDeclared {
      guard let run = search.violations[position].recording else { continue }
      let path = "\(folder)/\(graph.fileName(ofViolation: position))"
      try OutputFile(path).write(RunFileJSON.bytes(of: run))
      search.violations[position].run = GraphPaths.shown(path)
    }
    graph.search = search
  }
}
