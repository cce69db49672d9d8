import LabEngine

/// What a person should know beside the result, one line each on stderr.
struct Notes {
  let isSilent: Bool

  func tell(_ graph: GraphReport) {
    guard !isSilent else { return }
    // A name may hold anything but a slash; a note is one line.
    let file = String(graph.file.map { $0.isNewline || $0.asciiValue.map { $0 < 32 } == true ? "?" : $0 })
    for substitution in graph.substitutions {
      Console.message(
        "note: \(file): \(substitution.subject) asks for \(substitution.asked), which is not part of this "
          + "version, and ran on \(substitution.ranOn)")
    }
  }
}
