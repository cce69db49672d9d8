/// The smallest number of servers that two groups of this size must share one of.
@inlinable
public func majority(of servers: Int) -> Int { servers / 2 + 1 }

/// The sizes of the two quorums of a leader-based log.
///
/// Any election quorum has to meet any replication quorum, or a new leader can lack what an old one committed
/// (Howard, Malkhi and Spiegelman, Flexible Paxos, 2016). Two election quorums need not meet: a server's single
/// vote per term does that only for majorities, so `electionsIntersect` is told apart.
public struct QuorumSizes: Equatable, Sendable {
  public let servers: Int
  public var election: Int
  public var replication: Int

  public init(majorityOf servers: Int) {
    self.servers = servers
    election = majority(of: servers)
    replication = majority(of: servers)
  }

  /// Every leader meets every commit.
  public var electionMeetsReplication: Bool { election + replication > servers }

  /// No two leaders can be elected by disjoint groups of voters.
  public var electionsIntersect: Bool { 2 * election > servers }
}
