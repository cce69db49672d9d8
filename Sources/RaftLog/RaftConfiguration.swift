public import Primitives
public import Quorums

/// A group's servers and the rules it follows. The same for every server, and constant over a run.
///
/// The first value that a knob's comment names is the sound one; every other value leaves out a rule whose absence
/// some execution shows.
public struct RaftConfiguration: Equatable, Sendable {
  /// How a linearizable read is served.
  public enum ReadMode: String, Equatable, Sendable, CaseIterable {
    /// After a round of heartbeats confirms that nobody else leads (thesis §6.4).
    case readIndex = "read_index"
    /// From the leader's own state at once: stale when another leader exists.
    case leaderLocal = "leader_local"
  }

  /// In the order of the group; a server's position here is its bit in every `ServerSet`.
  public let servers: [MachineID]
  /// Majorities, unless weakened.
  public var quorums: QuorumSizes

  /// True: a follower confirms entries once they are on its disk.
  public var followerFsyncBeforeReply = true
  /// False: the leader writes its own copy while the followers write theirs.
  public var leaderFsyncBeforeAppendEntries = false
  /// True: the leader counts its own copy once it is on its disk.
  public var leaderFsyncBeforeIncludeInQuorum = true
  public var persistVote = true
  public var persistTerm = true
  /// True: no vote for a candidate whose log is behind (§5.4.1).
  public var upToDateCheck = true
  /// True: a follower takes entries only after the one that precedes them at the leader (§5.3).
  public var prevLogCheck = true
  /// True: a follower deletes entries only from the first that conflicts (Figure 2).
  public var truncateOnlyOnConflict = true
  /// True: only entries of the leader's own term are committed by counting (§5.4.2).
  public var commitCurrentTermOnly = true
  /// True: a new leader starts its term with an empty entry (§8).
  public var noopOnElection = true
  /// False: no round of questions before a candidacy (thesis §9.6).
  public var preVote = false
  /// False: a leader that hears from no quorum keeps leading in name (thesis §6.2).
  public var checkQuorum = false
  public var readMode = ReadMode.readIndex
  /// True: a follower that keeps up is sent entries before it confirmed the ones before.
  public var pipelining = true

  public init(servers: [MachineID]) {
    precondition((1...9).contains(servers.count), "a group has one to nine servers")
    self.servers = servers
    quorums = QuorumSizes(majorityOf: servers.count)
  }

  /// A configuration from knobs as text.
  ///
  /// - Returns: nil where a knob or its value is unknown.
  public init?(servers: [MachineID], settings: [(knob: String, value: String)]) {
    self.init(servers: servers)
    for setting in settings {
      guard set(knob: setting.knob, value: setting.value) else { return nil }
    }
  }

  func position(of server: MachineID) -> Int? { servers.firstIndex(of: server) }
}
