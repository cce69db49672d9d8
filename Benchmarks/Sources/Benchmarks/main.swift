import Foundation

/// The goals that are measured so far, by their number. Memory first: the system counts what this process has held at
/// its peak against every process that it starts later.
let goals: [(name: String, run: (Int) throws -> Bool)] = [
  ("P11", Memory.run), ("P1", ChainOfFive.run), ("P2", Exhaustion.run), ("P5", Exhaustion.runOnTwo),
  ("P6", Loading.run), ("P10", Starting.run), ("P12", SingleFaults.run),
]

let wanted = CommandLine.arguments.dropFirst().map { $0.uppercased() }
let unknown = wanted.filter { name in !goals.contains { $0.name == name } }
guard unknown.isEmpty else {
  print("not measured: \(unknown.joined(separator: ", ")); there are \(goals.map(\.name).joined(separator: ", "))")
  exit(64)
}

print(MachineFacts.text())
print("Both sides in turn, five rounds, medians. P1, P2, P6 and P10 in processor time, P5 and P12 on the wall clock.\n")
var failed = 0
for goal in goals where wanted.isEmpty || wanted.contains(goal.name) {
  do {
    if try goal.run(5) { failed += 1 }
  } catch {
    print("  \(goal.name) could not be measured: \(error)")
    failed += 1
  }
}
exit(failed == 0 ? 0 : 1)
