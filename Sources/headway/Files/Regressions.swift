import LabEngine
import Reporting

/// The saved runs beside a graph: `headway-regressions/*.json` in its folder, as far as they were made of a file of its
/// name. They are read and never touched.
enum Regressions {
  static let folder = "headway-regressions"

  static func runs(beside graph: GraphPaths.Resolved) -> [SavedRun] {
    guard case .file(let path) = graph else { return [] }
    let name = GraphPaths.name(of: path)
    return GraphPaths.files(in: GraphPaths.folder(of: path) + folder, ending: ".json").compactMap { path in
      let content = read(path)
      // What cannot be read may be anybody's: each graph of the folder tells of it.
      if case .run(let run) = content, GraphPaths.name(of: run.file) != name { return nil }
      return SavedRun(path: GraphPaths.shown(path), content: content)
    }
  }

  private static func read(_ path: String) -> SavedRun.Content {
    do {
      return .run(try RunFileJSON.read(try InputFile.read(path, limit: RunFileJSON.sizeLimit)))
    } catch let failure as InputFile.Failure {
      return .unreadable(failure.message)
    } catch let malformed as RunFileJSON.Malformed {
      return .unreadable("line \(malformed.line), column \(malformed.column): \(malformed.message)")
    } catch {
      return .unreadable("\(error)")
    }
  }
}
