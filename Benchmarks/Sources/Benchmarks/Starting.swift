/// P10: how long `headway --help` takes from start to end, against a Swift program that only prints.
enum Starting {
  static func run(rounds: Int) throws -> Bool {
    print("P10 start and end of a process")
    let program = Program(path: Folders.headway, arguments: ["--help"])
    // A start takes milliseconds: one measurement is the median of many.
    let bare = PeerProgram(".build/release/Bare", missing: "it was not built")
    return try Comparison(
      "headway --help", against: "a bare print", goal: .atMost(2), ours: { try start(program) },
      peer: bare.measured(start)
    ).run(rounds: rounds)
  }

  private static func start(_ program: Program) throws -> Comparison.Measurement {
    median(try (0..<21).map { _ in .seconds(try program.start().seconds) })
  }
}
