import Glibc
import LabEngine
import Primitives
import ProgressGraph
let args = CommandLine.arguments
var bytes: [UInt8] = []
let f = fopen(args[1], "r")!
var buffer = [UInt8](repeating: 0, count: 1 << 16)
while true { let n = fread(&buffer, 1, buffer.count, f); if n <= 0 { break }; bytes += buffer[0..<n] }
let loaded = Lab.load(bytes, file: args[1])
for d in loaded.diagnostics { print(d.code, d.message, d.span.line) }
guard loaded.graph != nil else { exit(2) }
let logs = args.contains("ideal") ? LogChoice.ideal : .replicated
if args.contains("check") {
  let r = Lab.check(loaded, CheckOptions(run: RunOptions(logs: logs)))
  for s in r.scenarios { print(s.name, s.outcome, s.expected ?? [], s.passed, s.steps) }
  if let s = r.search { print("runs", s.runs, "states", s.states, s.isComplete, s.observed)
    for v in s.violations { print(v.code, v.subject, v.faults, v.steps, v.isDeclared, v.expectations) } }
} else {
  for s in loaded.graph!.scenarios {
    let r = Lab.run(loaded, Lab.plan(loaded.graph!, scenario: s.name, faults: [])!, RunOptions(logs: logs)).scenarios[0]
    print("==", r.name, r.outcome, "expected", r.expected ?? [], r.passed, "failed", r.failed, r.steps, r.isComplete)
    for e in r.story { print(e.step, e.time.microseconds, e.actor, e.text, e.cause.map { "<- \($0)" } ?? "") }
    for a in r.anomalies { print(a) }
  }
}
