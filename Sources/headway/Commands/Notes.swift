import LabEngine

/// What a person should know beside the result, one line each on stderr.
struct Notes {
  let isSilent: Bool

  func tell(_ graph: GraphReport) {
    guard !isSilent else { return }
    for substitution in graph.substitutions {
      Console.message(
        "note: \(graph.file): \(substitution.subject) asks for \(substitution.asked), which is not part of this "
          + "version, and ran on \(substitution.ranOn)")
    }
  }
}
