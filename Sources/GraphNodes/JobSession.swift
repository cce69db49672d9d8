import MachineContract
import Primitives
import ProgressGraph

/// What a stream job and the channels it reads know of each other: from which of its lives, or failures, the channels
/// count.
///
/// A channel that did not hear of a new session would wait for commits of records that nobody has in hand any more. So
/// the job asks for its session until every channel has confirmed it.
struct JobSession: Equatable, Sendable {
  /// Counted upwards through all lives of the job; 0 before the first that has to be told.
  var number: UInt64 = 0
  /// Channels that have not confirmed it.
  var unconfirmed: [ChannelID] = []
  /// How often they were asked.
  var repeats = 0
}

extension NodeMachine {
  /// Tells every channel that the job begins again at its last checkpoint.
  mutating func beginSession(into out: inout Outbox<NodeMachine>) {
    let first = UInt64(incarnation) << 32
    session = JobSession(
      number: max(session.number, first) + 1,
      unconfirmed: graph.channelIDs.filter { deployment.consumers[$0.index].contains(id) })
    askForSession(into: &out)
  }

  /// Asks every channel that has not confirmed the session, and again, ever later, until all have.
  mutating func askForSession(into out: inout Outbox<NodeMachine>) {
    for channel in session.unconfirmed {
      out.send(.subscribe(channel: channel, session: session.number), to: deployment.front(of: channel))
    }
    guard !session.unconfirmed.isEmpty else { return }
    out.arm(.subscription, after: .exactly(Self.pause(after: session.repeats)))
    session.repeats = min(session.repeats + 1, Self.mostRepeats)
  }

  mutating func takeSession(_ number: UInt64, at channel: ChannelID, into out: inout Outbox<NodeMachine>) {
    guard number == session.number else { return }
    session.unconfirmed.removeAll { $0 == channel }
    if session.unconfirmed.isEmpty { out.disarm(.subscription) }
  }
}

extension JobSession: Fingerprintable {
  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(number)
    fingerprinter.feed(unconfirmed)
    fingerprinter.feed(repeats)
  }
}
