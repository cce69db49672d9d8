import ClusterModel
import GraphNodes
import LabWorld
import LogContract
import MachineContract
import Primitives
import ProgressGraph
import Properties
import Simulation

/// A machine of a graph with one law broken, so that the observer of that law can be shown to see it: it changes what
/// reaches an honest machine or what leaves it, and nothing inside.
struct Saboteur: Machine {
  typealias Message = LabMessage
  typealias Timer = LabTimer
  typealias Write = LabWrite
  typealias Store = LabStore
  typealias Operation = NodeOperation
  typealias Workspace = LabWorkspace

  enum Sabotage: UInt64, CaseIterable, Sendable {
    case none
    /// A front confirms a message that it has not put in its log, and never puts it there.
    case confirmsWithoutStoring
    /// A consumer acknowledges a delivery as it arrives and does not look at it.
    case acknowledgesWithoutWork
    /// A front arms no lease: a delivery that fails is never repeated.
    case neverRedelivers
    /// A node's keys and rows never reach its disk.
    case forgetsItsRows
    /// A node does every effect twice and says so.
    case appliesTwice
    /// A node answers nobody.
    case swallowsReplies
    /// A node undoes nothing: its journal holds an empty list of compensations.
    case forgetsItsUndos
    /// A node's journal has the steps of its runs under another run's name, so that no replay finds them.
    case forgetsItsSteps
    /// A front takes every lease for ended as soon as it began.
    case endsLeasesAtOnce
    /// A consumer acknowledges a delivery as it arrives, whatever the design says, and then works on it.
    case acknowledgesOnArrival
    /// A stream job, or a table's, never makes a checkpoint.
    case neverCommits
    /// A front files every message under a group of its own.
    case mixesUpGroups
  }

  var honest: LabMachine
  var sabotage: Sabotage

  static func makeWorkspace() -> LabWorkspace { LabMachine.makeWorkspace() }

  mutating func step(_ input: Input<Saboteur>, into out: inout Outbox<Saboteur>) {
    guard let input = tampered(input, into: &out) else { return }
    var honestOut = Outbox<LabMachine>()
    honest.step(input, into: &honestOut)
    for output in honestOut.outputs {
      for output in tampered(output) { out.append(output) }
    }
  }

  /// Nil where the honest machine never hears of it.
  private func tampered(_ input: Input<Saboteur>, into out: inout Outbox<Saboteur>) -> Input<LabMachine>? {
    switch input {
    case .start(let incarnation): return .start(incarnation: incarnation)
    case .timer(let timer): return .timer(timer)
    case .persisted(let write): return .persisted(write)
    case .chosen(let token, let option): return .chosen(token, option: option)
    case .invoke(let operation): return .invoke(operation)
    case .message(let message, let sender):
      switch (sabotage, message) {
      case (.confirmsWithoutStoring, .node(.put(let put))):
        out.observe(
          .stored(
            StoredTrigger(channel: put.channel, message: put.id, root: put.root, path: put.path, consumer: nil)))
        out.send(.node(.stored(message: put.id)), to: sender)
        return nil
      case (.acknowledgesWithoutWork, .node(.deliver(let delivery))):
        out.send(.node(.acknowledge(channel: delivery.message.channel, lease: delivery.lease)), to: sender)
        return nil
      case (.acknowledgesOnArrival, .node(.deliver(let delivery))):
        out.send(.node(.acknowledge(channel: delivery.message.channel, lease: delivery.lease)), to: sender)
        return .message(message, from: sender)
      case (.mixesUpGroups, .node(.put(var put))):
        put.key = put.id
        return .message(.node(.put(put)), from: sender)
      default:
        return .message(message, from: sender)
      }
    }
  }

  private func tampered(_ output: Output<LabMachine>) -> [Output<Saboteur>] {
    switch (sabotage, output) {
    case (.neverRedelivers, .arm(.front(.lease), _, _)): return []
    case (.forgetsItsRows, .commit(.node)): return []
    case (.neverCommits, .arm(.node(.checkpoint), _, _)): return []
    case (.appliesTwice, .observe(.work(.effect(let effect)))):
      return [.observe(.work(.effect(effect))), .observe(.work(.effect(effect)))]
    case (.swallowsReplies, .send(.node(.reply), _)): return []
    case (.forgetsItsUndos, .send(.node(.log(.append(let request, .compensating(let run, _, let reason)))), let peer)):
      return [
        .send(.node(.log(.append(request: request, .compensating(run: run, undos: [], reason: reason)))), to: peer)
      ]
    case (.forgetsItsSteps, .send(.node(.log(.append(let request, var record))), let peer)):
      if case .stepDone(let run, let strand, let step, let next, let number) = record {
        record = .stepDone(run: run &+ 1, strand: strand, step: step, next: next, number: number)
      }
      return [.send(.node(.log(.append(request: request, record))), to: peer)]
    case (.endsLeasesAtOnce, .arm(.front(.lease(let lease)), _, let purpose)):
      return [.arm(.front(.lease(lease)), after: .immediately, purpose: purpose)]
    case (_, .send(let message, let peer)): return [.send(message, to: peer)]
    case (_, .sendAhead(let message, let peer)): return [.sendAhead(message, to: peer)]
    case (_, .arm(let timer, let range, let purpose)): return [.arm(timer, after: range, purpose: purpose)]
    case (_, .armDurably(let timer, let range)): return [.armDurably(timer, after: range)]
    case (_, .disarm(let timer)): return [.disarm(timer)]
    case (_, .choose(let token, let weights)): return [.choose(token, weights: weights)]
    case (_, .persist(let write)): return [.persist(write)]
    case (_, .commit(let write)): return [.commit(write)]
    case (_, .observe(let observation)): return [.observe(observation)]
    }
  }

  static func absorb(_ write: LabWrite, into store: inout LabStore) { LabMachine.absorb(write, into: &store) }

  static func restart(from store: LabStore, previous: Saboteur) -> Saboteur {
    Saboteur(honest: LabMachine.restart(from: store, previous: previous.honest), sabotage: previous.sabotage)
  }

  static func wiped(_ store: LabStore) -> LabStore { LabMachine.wiped(store) }

  static func refusal(of message: LabMessage) -> LabMessage? { LabMachine.refusal(of: message) }

  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(honest)
    fingerprinter.feed(sabotage.rawValue)
  }
}
