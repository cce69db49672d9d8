import MachineContract
import Primitives

@testable import RaftLog

/// A single server of a group of three (S1 is 0), stepped by hand, with its outputs sorted by kind.
struct OneServer {
  var machine: Raft
  private(set) var outputs: [Output<Raft>] = []

  /// - Parameter log: the terms of its entries, all durable.
  init(_ id: Int = 0, term: UInt64 = 1, log: [UInt64] = [], servers: Int = 3, knobs: [(String, String)] = []) {
    machine = RaftBench.machines(servers: servers, leader: nil, knobs: knobs)[id].machine
    machine.currentTerm = term
    machine.log = RaftEntries(entries(log))
    machine.durableIndex = machine.log.lastIndex
  }

  /// Takes one input, and completes the writes that it causes when told to.
  mutating func step(_ input: Input<Raft>, completingWrites: Bool = false) {
    var out = Outbox<Raft>()
    machine.step(input, into: &out)
    outputs = out.outputs
    guard completingWrites else { return }
    let first = outputs
    for case .persist(let write) in first {
      out.clear()
      machine.step(.persisted(write), into: &out)
      outputs += out.outputs
    }
  }

  /// Becomes leader of the next term with the vote of S2, with everything durable.
  mutating func win() {
    step(.timer(.election), completingWrites: true)
    let term = machine.currentTerm
    step(.message(.voteReply(term: term, granted: true, isPreVote: false), from: MachineID(1)), completingWrites: true)
  }

  /// Messages in order, whether they wait for the disk or not.
  var sent: [RaftMessage<Letters>] {
    outputs.compactMap {
      switch $0 {
      case .send(let message, _), .sendAhead(let message, _): message
      case .arm, .armDurably, .disarm, .choose, .persist, .commit, .observe: nil
      }
    }
  }

  var sentAhead: [RaftMessage<Letters>] {
    outputs.compactMap { if case .sendAhead(let message, _) = $0 { message } else { nil } }
  }

  var appends: [RaftAppend<Letters>] {
    sent.compactMap { if case .appendEntries(let append) = $0 { append } else { nil } }
  }

  var appendReply: RaftAppendReply? {
    sent.compactMap { if case .appendReply(let reply) = $0 { reply } else { nil } }.first
  }

  var voteGranted: Bool? {
    sent.compactMap { if case .voteReply(_, let granted, _) = $0 { granted } else { nil } }.first
  }

  var written: [RaftWrite<Letters>] {
    outputs.compactMap { if case .persist(let write) = $0 { write } else { nil } }
  }

  var observed: [LogObservation] {
    outputs.compactMap { if case .observe(.log(let observation)) = $0 { observation } else { nil } }
  }

  func armed(_ timer: RaftTimer) -> Bool {
    outputs.contains { if case .arm(timer, _, _) = $0 { true } else { false } }
  }

  var terms: [UInt64] { machine.log.entries(from: 1, limit: .max).map(\.term) }
}

/// Entries of these terms; the content tells position and term, as one leader's entries would.
func entries(_ terms: [UInt64], after previous: Int = 0) -> [RaftEntry<Letters>] {
  terms.enumerated().map { offset, term in
    RaftEntry(term: term, content: .value(Letters("\(previous + offset + 1)of\(term)")))
  }
}

/// An append from a leader with entries of these terms after `previous`.
func append(
  term: UInt64, after previous: UInt64, _ previousTerm: UInt64, _ terms: [UInt64] = [], commit: UInt64 = 0
) -> Input<Raft> {
  let append = RaftAppend<Letters>(
    term: term, previousIndex: previous, previousTerm: previousTerm, entries: entries(terms, after: Int(previous)),
    commitIndex: commit, round: 0)
  return .message(.appendEntries(append), from: MachineID(1))
}

func voteRequest(term: UInt64, log: UInt64 = 0, _ lastTerm: UInt64 = 0, from: Int = 1) -> Input<Raft> {
  let request = RaftVoteRequest(term: term, lastIndex: log, lastTerm: lastTerm, isPreVote: false)
  return .message(.requestVote(request), from: MachineID(from))
}

func appendReply(term: UInt64, _ outcome: RaftAppendReply.Outcome, from: Int = 1) -> Input<Raft> {
  .message(.appendReply(RaftAppendReply(term: term, outcome: outcome, round: 0)), from: MachineID(from))
}
