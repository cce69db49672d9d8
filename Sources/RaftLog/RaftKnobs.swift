import Quorums

extension RaftConfiguration {
  /// Every knob by its name, with the values it takes; the first value is the default.
  public static let knobs: [(name: String, values: [String])] = [
    ("election_quorum", ["majority", "1...servers"]),
    ("replication_quorum", ["majority", "1...servers"]),
    ("follower_fsync_before_reply", ["true", "false"]),
    ("leader_fsync_before_append_entries", ["false", "true"]),
    ("leader_fsync_before_include_in_quorum", ["true", "false"]),
    ("persist_vote", ["true", "false"]),
    ("persist_term", ["true", "false"]),
    ("up_to_date_check", ["true", "false"]),
    ("prev_log_check", ["true", "false"]),
    ("truncate_only_on_conflict", ["true", "false"]),
    ("commit_current_term_only", ["true", "false"]),
    ("noop_on_election", ["true", "false"]),
    ("pre_vote", ["false", "true"]),
    ("check_quorum", ["false", "true"]),
    ("read_mode", ["read_index", "leader_local"]),
    ("pipelining", ["true", "false"]),
  ]

  /// Sets one knob. `on` and `off` stand for `true` and `false`.
  ///
  /// - Returns: false, and changes nothing, where the knob is unknown or does not take the value.
  public mutating func set(knob: String, value: String) -> Bool {
    switch knob {
    case "election_quorum": setQuorum(\.quorums.election, value)
    case "replication_quorum": setQuorum(\.quorums.replication, value)
    case "follower_fsync_before_reply": setFlag(\.followerFsyncBeforeReply, value)
    case "leader_fsync_before_append_entries": setFlag(\.leaderFsyncBeforeAppendEntries, value)
    case "leader_fsync_before_include_in_quorum": setFlag(\.leaderFsyncBeforeIncludeInQuorum, value)
    case "persist_vote": setFlag(\.persistVote, value)
    case "persist_term": setFlag(\.persistTerm, value)
    case "up_to_date_check": setFlag(\.upToDateCheck, value)
    case "prev_log_check": setFlag(\.prevLogCheck, value)
    case "truncate_only_on_conflict": setFlag(\.truncateOnlyOnConflict, value)
    case "commit_current_term_only": setFlag(\.commitCurrentTermOnly, value)
    case "noop_on_election": setFlag(\.noopOnElection, value)
    case "pre_vote": setFlag(\.preVote, value)
    case "check_quorum": setFlag(\.checkQuorum, value)
    case "read_mode": setReadMode(value)
    case "pipelining": setFlag(\.pipelining, value)
    default: false
    }
  }

  /// The `fsync` key of a graph file. Off: nobody waits for a disk before it counts or confirms an entry. Votes still
  /// wait, as `follower_fsync_before_reply` and its sibling only speak of entries.
  public mutating func setFsync(_ isOn: Bool) {
    followerFsyncBeforeReply = isOn
    leaderFsyncBeforeIncludeInQuorum = isOn
  }

  private mutating func setFlag(_ knob: WritableKeyPath<Self, Bool>, _ value: String) -> Bool {
    switch value {
    case "true", "on": self[keyPath: knob] = true
    case "false", "off": self[keyPath: knob] = false
    default: return false
    }
    return true
  }

  private mutating func setQuorum(_ knob: WritableKeyPath<Self, Int>, _ value: String) -> Bool {
    if value == "majority" {
      self[keyPath: knob] = majority(of: servers.count)
      return true
    }
    guard let size = Int(value), (1...servers.count).contains(size) else { return false }
    self[keyPath: knob] = size
    return true
  }

  private mutating func setReadMode(_ value: String) -> Bool {
    guard let mode = ReadMode(rawValue: value) else { return false }
    readMode = mode
    return true
  }
}
