import LabTesting
import LogContract
import Primitives
import RaftLog

/// How Raft's messages, servers and logs read in transcripts.
enum RaftWords {
  static var vocabulary: ClusterVocabulary<Raft> {
    ClusterVocabulary(
      describeMessage: describe, describeMachine: describe, describeLog: { describe($0.log) },
      timer: { ["election": .election, "heartbeat": .heartbeat][$0] }, operation: operation)
  }

  private static func operation(_ verb: String, _ words: [String]) -> RaftOperation<Letters>? {
    if verb == "propose", words.count == 2, let request = UInt64(words[0]) {
      return .append(request: request, Letters(words[1]))
    }
    if verb == "read", words.count == 1, let request = UInt64(words[0]) { return .read(request: request, from: 1) }
    return nil
  }

  private static func describe(_ machine: Raft) -> String {
    let vote = machine.votedFor.map { "S\($0.index + 1)" } ?? "-"
    return "\(machine.role) t\(machine.currentTerm) vote \(vote) "
      + "last \(machine.log.lastIndex) durable \(machine.durableIndex) commit \(machine.commitIndex)"
  }

  private static func describe(_ log: RaftEntries<Letters>) -> String {
    let entries = log.entries(from: 1, limit: .max)
    return "[" + entries.map(describe).joined(separator: " ") + "]"
  }

  private static func describe(_ entry: RaftEntry<Letters>) -> String {
    switch entry.content {
    case .value(let letters): "\(entry.term):\(letters.text)"
    case .noOp: "\(entry.term):-"
    }
  }

  private static func describe(_ message: RaftMessage<Letters>) -> String {
    switch message {
    case .requestVote(let request):
      "\(request.isPreVote ? "pre-vote?" : "vote?") t\(request.term) log \(request.lastIndex):\(request.lastTerm)"
    case .voteReply(let term, let granted, let isPreVote):
      "\(isPreVote ? "pre-vote" : "vote") \(granted ? "yes" : "no") t\(term)"
    case .appendEntries(let append):
      "append t\(append.term) after \(append.previousIndex):\(append.previousTerm) "
        + "[\(append.entries.map(describe).joined(separator: " "))] commit \(append.commitIndex)"
    case .appendReply(let reply):
      "\(describe(reply.outcome)) t\(reply.term)"
    case .client(let message):
      "\(message)"
    }
  }

  private static func describe(_ outcome: RaftAppendReply.Outcome) -> String {
    switch outcome {
    case .matches(let index): "matches through \(index)"
    case .conflicts(let previous, let from, let term):
      "conflict at \(previous): from \(from)" + (term.map { " of term \($0)" } ?? "")
    case .isStale: "stale"
    }
  }
}
