import ClusterModel
import LabTesting
import MachineContract
import Primitives
import Properties
import RaftLog
import Testing

/// Stories of a group, command by command, compared with the files in `Transcripts`; `HEADWAY_ACCEPT=1` rewrites them.
///
/// A file begins with `group 3 leader S1` or `group 3 empty`, and knobs behind it as `name=value`; `verdict` tells
/// which invariants were broken so far.
@Suite struct RaftTranscriptTests {
  static let folder = String(#filePath.dropLast("RaftTranscriptTests.swift".count)) + "Transcripts/"

  @Test(arguments: TextFile.names(in: folder, ending: ".txt"))
  func transcript(name: String) {
    let stage = Stage()
    let difference = Transcript.check(Self.folder + name, stage.run)
    #expect(difference == nil, "\(difference ?? "")")
  }

  @Test func `there are transcripts`() {
    #expect(TextFile.names(in: Self.folder, ending: ".txt").count >= 8)
  }

  /// The group of one transcript.
  final class Stage {
    private var language: ClusterLanguage<Raft>?
    private var invariants = RaftInvariants(group: [MachineID(0)])

    func run(_ command: String) -> [String] {
      let words = command.split(separator: " ").map(String.init)
      switch words.first {
      case "group": return begin(Array(words.dropFirst()))
      case "verdict":
        let broken = invariants.violations.map { "\($0.id) \($0.name): \($0.message)" }
        return broken.isEmpty ? ["nothing is broken"] : broken
      default:
        if words.count == 3, words[0] == "read", let server = Int(words[1].dropFirst()),
          let request = UInt64(words[2])
        {
          invariants.readAsked(request, at: MachineID(server - 1))
        }
        return language?.run(command) ?? ["? no group yet"]
      }
    }

    private func begin(_ words: [String]) -> [String] {
      guard let servers = words.first.flatMap({ Int($0) }) else { return ["? how many servers"] }
      let leader = words.firstIndex(of: "leader").flatMap { Int(words[$0 + 1].dropFirst()) }
      let knobs = words.compactMap { word -> (String, String)? in
        let parts = word.split(separator: "=").map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
      }
      invariants = RaftInvariants(group: (0..<servers).map { MachineID($0) })
      let machines = RaftBench.machines(servers: servers, leader: leader.map { $0 - 1 }, knobs: knobs)
      language = ClusterLanguage(Cluster(machines), RaftWords.vocabulary) { [self] event in
        if case .restarted(let machine) = event { invariants.restarted(machine) }
        if case .observed(let machine, .log(let observation)) = event {
          invariants.observe(observation, at: machine)
        }
      }
      return []
    }
  }
}
