public import MachineContract
public import Primitives

/// The invariants of one replica group, judged as its observations arrive.
///
/// Owner: whoever sees the events of the cluster. It is told what replicas observe and which of them restarted, and
/// never what was done to them. Only the first violation of each invariant is kept: what follows from a broken log
/// says nothing new.
public struct RaftInvariants: Equatable, Sendable {
  /// At most one for each invariant, in the order in which they were broken.
  public private(set) var violations: [InvariantViolation] = []

  private let group: [MachineID]
  private var logs: ObservedLogs
  private var electionSafety = ElectionSafety()
  private let logMatching = LogMatching()
  private var leaderAppendOnly: LeaderAppendOnly
  private var leaderCompleteness = LeaderCompleteness()
  private var noLogDivergence: NoLogDivergence
  private let reachMajority: CommittedEntriesReachMajority
  private var voteOnce = VoteOnce()
  private var termMonotone: TermMonotone
  private var ackDurable = AckDurable()
  private var readRecency = ReadRecency()

  /// - Parameter commitQuorum: how many replicas a committed entry has to reach; a majority unless told otherwise.
  public init(group: [MachineID], commitQuorum: Int? = nil) {
    precondition((1...64).contains(group.count), "a group has at most 64 replicas")
    self.group = group
    logs = ObservedLogs(replicas: group.count)
    leaderAppendOnly = LeaderAppendOnly(replicas: group.count)
    noLogDivergence = NoLogDivergence(replicas: group.count)
    reachMajority = CommittedEntriesReachMajority(quorum: commitQuorum ?? group.count / 2 + 1)
    termMonotone = TermMonotone(replicas: group.count)
  }

  /// Takes in what a machine announced; machines outside the group are ignored.
  public mutating func observe(_ observation: LogObservation, at machine: MachineID) {
    guard let position = group.firstIndex(of: machine) else { return }
    logs.observe(observation, at: position)
    note(ElectionSafety.id, ElectionSafety.name, electionSafety.observe(observation, at: position))
    note(LogMatching.id, LogMatching.name, logMatching.observe(observation, at: position, in: logs))
    note(LeaderAppendOnly.id, LeaderAppendOnly.name, leaderAppendOnly.observe(observation, at: position, in: logs))
    note(
      LeaderCompleteness.id, LeaderCompleteness.name, leaderCompleteness.observe(observation, at: position, in: logs))
    note(NoLogDivergence.id, NoLogDivergence.name, noLogDivergence.observe(observation, at: position, in: logs))
    note(
      CommittedEntriesReachMajority.id, CommittedEntriesReachMajority.name,
      reachMajority.observe(observation, at: position, in: logs))
    note(VoteOnce.id, VoteOnce.name, voteOnce.observe(observation, at: position))
    note(TermMonotone.id, TermMonotone.name, termMonotone.observe(observation, at: position, in: logs))
    note(AckDurable.id, AckDurable.name, ackDurable.observe(observation, at: position, in: logs))
    note(ReadRecency.id, ReadRecency.name, readRecency.observe(observation, at: position))
  }

  /// A replica began another life. What its disk still holds, it announces itself.
  public mutating func restarted(_ machine: MachineID) {
    guard let position = group.firstIndex(of: machine) else { return }
    leaderAppendOnly.restarted(position)
    leaderCompleteness.restarted(position)
    noLogDivergence.restarted(position)
    termMonotone.restarted(position)
    readRecency.restarted(position)
  }

  /// A linearizable read reached a machine. Without this notice, reads are not judged.
  public mutating func readAsked(_ request: UInt64, at machine: MachineID) {
    guard let position = group.firstIndex(of: machine) else { return }
    readRecency.readAsked(request, at: position)
  }

  private mutating func note(_ id: String, _ name: String, _ message: String?) {
    guard let message, !violations.contains(where: { $0.id == id }) else { return }
    violations.append(InvariantViolation(id: id, name: name, message: message))
  }
}
