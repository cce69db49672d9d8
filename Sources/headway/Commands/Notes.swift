import LabEngine

/// What a person should know beside the result, one line each on stderr.
struct Notes {
  let isSilent: Bool

  func tell(_ graph: GraphReport) {
    guard !isSilent else { return }
    let file = oneLine(graph.file)
    if let engine = graph.replay?.engine {
      Console.message("note: \(file): saved by version \(oneLine(engine)); this is \(RunFile.engineVersion)")
    }
    for substitution in graph.substitutions {
      Console.message(
        "note: \(file): \(substitution.subject) asks for \(substitution.asked), which is not part of this "
          + "version, and ran on \(substitution.ranOn)")
    }
  }

  /// A name may hold anything; a note is one line.
  private func oneLine(_ text: String) -> String {
    String(text.prefix(200).map { $0.isNewline || $0.asciiValue.map { $0 < 32 } == true ? "?" : $0 })
  }
}
