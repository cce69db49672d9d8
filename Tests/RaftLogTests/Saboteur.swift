import MachineContract
import Primitives

@testable import RaftLog

/// A Raft server with one law broken that no knob breaks, so that the observer of that law can be shown to see it.
struct Saboteur: RaftServer {
  typealias Message = Raft.Message
  typealias Timer = Raft.Timer
  typealias Write = Raft.Write
  typealias Store = Raft.Store
  typealias Operation = Raft.Operation

  enum Sabotage: UInt64, Sendable {
    /// A new leader throws away the last entry that it had.
    case deletesOwnEntries
    /// Clients are told before anybody else holds the entry.
    case acknowledgesOnAppend
    /// A message of an older term takes the server back to that term.
    case goesBackInTerms
    /// The own log counts as committed to its end.
    case commitsItsWholeLog
  }

  var honest: Raft
  let sabotage: Sabotage

  mutating func step(_ input: Input<Self>, into out: inout Outbox<Self>) {
    if sabotage == .goesBackInTerms, case .message(.appendEntries(let append), _) = input,
      append.term < honest.currentTerm
    {
      honest.currentTerm = append.term
      out.observe(.adoptedEpoch(append.term))
    }
    let wasLeader = honest.role == .leader
    var honestOut = Outbox<Raft>()
    honest.step(Self.honest(input), into: &honestOut)
    for output in honestOut.outputs { out.append(Self.own(output)) }
    sabotage(input, wasLeader: wasLeader, into: &out)
  }

  private mutating func sabotage(_ input: Input<Self>, wasLeader: Bool, into out: inout Outbox<Self>) {
    switch sabotage {
    case .deletesOwnEntries:
      guard honest.role == .leader, !wasLeader, honest.log.lastIndex > 1 else { return }
      out.observe(.truncated(from: honest.log.lastIndex))
      honest.log.truncate(from: honest.log.lastIndex)
    case .acknowledgesOnAppend:
      guard case .invoke(.append(let request, let payload)) = input, wasLeader else { return }
      out.observe(.acknowledged(request: request, index: honest.log.lastIndex, entry: payload.fingerprint))
    case .commitsItsWholeLog:
      guard case .message = input, honest.log.lastIndex > honest.commitIndex else { return }
      let last = honest.commitIndex
      honest.commitIndex = honest.log.lastIndex
      for index in (last + 1)...honest.commitIndex {
        let entry = honest.log[index]
        out.observe(.committed(index: index, epoch: entry.term, entry: entry.content.entryFingerprint))
      }
    case .goesBackInTerms:
      break
    }
  }

  static func absorb(_ write: Write, into store: inout Store) { Raft.absorb(write, into: &store) }

  static func restart(from store: Store, previous: Self) -> Self {
    Self(honest: Raft.restart(from: store, previous: previous.honest), sabotage: previous.sabotage)
  }

  static func wiped(_ store: Store) -> Store { Raft.wiped(store) }

  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(honest)
    fingerprinter.feed(sabotage.rawValue)
  }

  private static func honest(_ input: Input<Self>) -> Input<Raft> {
    switch input {
    case .start(let incarnation): .start(incarnation: incarnation)
    case .message(let message, let sender): .message(message, from: sender)
    case .timer(let timer): .timer(timer)
    case .persisted(let write): .persisted(write)
    case .chosen(let token, let option): .chosen(token, option: option)
    case .invoke(let operation): .invoke(operation)
    }
  }

  private static func own(_ output: Output<Raft>) -> Output<Self> {
    switch output {
    case .send(let message, let peer): .send(message, to: peer)
    case .sendAhead(let message, let peer): .sendAhead(message, to: peer)
    case .arm(let timer, let range, let purpose): .arm(timer, after: range, purpose: purpose)
    case .armDurably(let timer, let range): .armDurably(timer, after: range)
    case .disarm(let timer): .disarm(timer)
    case .choose(let token, let weights): .choose(token, weights: weights)
    case .persist(let write): .persist(write)
    case .commit(let write): .commit(write)
    case .observe(let observation): .observe(observation)
    }
  }
}
