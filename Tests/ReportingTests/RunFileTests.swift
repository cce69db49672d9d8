import LabEngine
import Primitives
import ProgressGraph
import Testing

@testable import Reporting

/// Method: a saved run is written, read back and compared; then every field is removed, misspelt or replaced in turn,
/// and each such file must be refused.
@Suite struct RunFileTests {
  private let run = RunFile(
    file: "Graphs/naive.yaml", graphText: "name: naive # \"größe\"\nnodes:\n  web: {kind: client}\n", seed: .max,
    logs: .ideal, scenario: "payment-dies", faults: ["{crash: pay, after: work}"],
    load: NamedLoad(count: 3, every: .milliseconds(10), same: ["customer_id"]),
    actions: ["deliver 3", "fire 1 2"],
    expected: RunFile.Expected(verdict: .fail, outcome: [.dup, .orphan], failed: 2, isComplete: true),
    hashes: RunFile.Hashes(every: 16, values: [1, .max], final: 42))

  private func read(_ text: String) throws(RunFileJSON.Malformed) -> RunFile {
    try RunFileJSON.read(Array(text.utf8))
  }

  @Test func whatIsWrittenReadsBackEqual() throws {
    let bytes = RunFileJSON.bytes(of: run)
    #expect(try RunFileJSON.read(bytes) == run)
    #expect(RunFileJSON.bytes(of: try RunFileJSON.read(bytes)) == bytes)
  }

  @Test func instantsAreOnePerActionOrNone() throws {
    var timed = run
    timed.instants = [.start, .start + .seconds(5)]
    let bytes = RunFileJSON.bytes(of: timed)
    #expect(try RunFileJSON.read(bytes) == timed)
    let text = String(decoding: bytes, as: UTF8.self)
    for (good, bad) in [("\"5000000\"", "\"-5\""), ("\"5000000\"", "\"soon\""), ("\"0\",", "")] {
      #expect(text.contains(good))
      #expect(throws: RunFileJSON.Malformed.self) { try read(text.replacing(good, with: bad)) }
    }
  }

  @Test func everyLineIsNeeded() throws {
    let text = String(decoding: RunFileJSON.bytes(of: run), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var refused = 0
    for (number, line) in lines.enumerated() where line.contains("\": ") {
      var without = lines
      without[number] = line.replacing("\": ", with: "s\": ", maxReplacements: 1)
      #expect(throws: RunFileJSON.Malformed.self, "\(line)") { try read(without.joined(separator: "\n")) }
      refused += 1
    }
    #expect(refused == 24)
  }

  @Test(arguments: [
    ("headway.run/1", "headway.run/2"),
    ("\"ideal\"", "\"perfect\""),
    ("\"fail\"", "\"broken\""),
    ("[\"DUP\", \"ORPHAN\"]", "[\"DUPE\"]"),
    ("\"every\": 16", "\"every\": 0"),
    ("\"every\": 16", "\"every\": 1.5"),
    ("\"failed\": 2", "\"failed\": -1"),
    ("\"seed\": 18446744073709551615", "\"seed\": 18446744073709551616"),
    ("000000000000002a", "2a"),
    ("000000000000002a", "000000000000002A"),
    ("kind: client", "kind: service"),
    ("\"count\": 3", "\"count\": \"3\""),
    ("\"complete\": true", "\"complete\": 1"),
  ])
  func wrongValuesAreRefused(_ good: String, _ bad: String) {
    let text = String(decoding: RunFileJSON.bytes(of: run), as: UTF8.self)
    #expect(text.contains(good))
    let error = #expect(throws: RunFileJSON.Malformed.self) { try read(text.replacing(good, with: bad)) }
    #expect((error?.line ?? 0) > 1)
  }

  @Test func theDigestDependsOnEveryByteOfTheText() {
    var other = run
    other.graphText += " "
    #expect(other.graphDigest != run.graphDigest)
  }

  @Test func aFileBeyondTheLimitIsRefused() {
    let blanks = [UInt8](repeating: UInt8(ascii: " "), count: RunFileJSON.sizeLimit + 1)
    #expect(throws: RunFileJSON.Malformed.self) { try RunFileJSON.read(blanks) }
  }
}
