import ProgressGraph

/// The keys of each log protocol, and the knobs that weaken it.
enum LogTables {
  static let protocols = Variants(
    noun: "a log", discriminator: .value(of: "protocol", fallback: nil),
    tables: LogProtocol.allCases.map { ($0.rawValue, table($0)) })

  static func table(_ kind: LogProtocol) -> Table {
    Table("a log of protocol `\(kind.rawValue)`",
      [.init("protocol", .scalar([.word([kind.rawValue])]), required: true, "The protocol.")]
        + settings(kind) + [.init("weaken", .table(knobs(kind)), "Knobs that break the protocol on purpose.")])
  }

  private static let servers = Shape.count(1...9)

  private static func settings(_ kind: LogProtocol) -> [Table.Key] {
    switch kind {
    case .ideal: [.init("latency", .duration, "Until an append is acknowledged.")]
    case .raft: [.init("replicas", servers, "Servers."), .init("fsync", .flag, "Sync before answering.")]
    case .multipaxos:
      [
        .init("acceptors", servers, "Acceptors."), .init("learners", .count(0...9), "Learners."),
        .init("fsync", .flag, "Sync before answering."),
      ]
    case .kafka:
      [
        .init("replicas", servers, "Brokers with a copy."),
        .init("min_isr", servers, "Least in-sync replicas for an append."),
        .init("acks", .scalar([.word(["all"]), .count(0...1)]), "What a producer waits for."),
        .init("elr", .flag, "Keep the eligible leader replicas."),
        .init("unclean_election", .flag, "Let a replica lead that may have lost records."),
        .init("fsync", .flag, "Sync before answering."),
      ]
    case .bookkeeper:
      [
        .init("bookies", servers, "Bookies in all."), .init("ensemble", servers, "Bookies of a fragment."),
        .init("write_quorum", servers, "Copies of an entry."),
        .init("ack_quorum", servers, "Answers that confirm an entry."), .init("fsync", .flag, "Sync the journal."),
      ]
    case .virtualLog:
      [
        .init("log_servers", servers, "Log servers of a native loglet."),
        .init(
          "loglet", .word("native", "raft", "multipaxos", "kafka", "bookkeeper", "backup", "striped"),
          "What a loglet is made of."),
        .init("placement", .word("converged", "disaggregated"), "Where the log servers run."),
        .init("fsync", .flag, "Sync before answering."),
      ]
    }
  }

  // MARK: Knobs

  private static func flags(_ names: String...) -> [Table.Key] {
    names.map { .init($0, .flag, "A knob of the protocol.") }
  }
  private static func words(_ name: String, _ words: String...) -> Table.Key {
    .init(name, .scalar([.word(words)]), "A knob of the protocol.")
  }
  private static func quorum(_ name: String, _ words: String...) -> Table.Key {
    .init(name, .scalar([.count(0...9)] + (words.isEmpty ? [] : [.word(words)])), "A quorum of the protocol.")
  }

  private static func knobs(_ kind: LogProtocol) -> Table {
    let keys: [Table.Key]
    switch kind {
    case .ideal: keys = []
    case .raft: keys = raft
    case .multipaxos: keys = multipaxos
    case .kafka: keys = kafka
    case .bookkeeper: keys = bookkeeper
    case .virtualLog: keys = virtualLog
    }
    return Table("`weaken` of protocol `\(kind.rawValue)`", keys)
  }

  private static let raft =
    [quorum("election_quorum", "majority"), quorum("replication_quorum", "majority")]
    + flags(
      "follower_fsync_before_reply", "leader_fsync_before_append_entries", "leader_fsync_before_include_in_quorum",
      "persist_vote", "persist_term", "up_to_date_check", "prev_log_check", "truncate_only_on_conflict",
      "commit_current_term_only", "noop_on_election", "pre_vote", "check_quorum")
    + [words("read_mode", "read_index", "lease", "leader_local"), words("reconfig_mode", "joint", "single")]
    + flags("reconfig_requires_commit_in_term", "fresh_identity_on_wipe", "pipelining")
    + [words("replication", "push", "pull")]

  private static let multipaxos =
    [quorum("quorum", "majority")] + flags("fsync_before_ack", "persist_vote")
    + [words("donor_rule", "last_log_term_then_lsn", "lsn_only")]
    + flags("commit_requires_term_start", "truncate_at_divergence", "reject_old_term_append")
    + [words("learner_bound", "commit", "flush")] + flags("sync_before_basebackup", "basebackup_check")
    + [words("membership", "joint", "static", "direct")]
    + flags("finish_change_log_sync", "finish_change_term_sync", "finish_change_old_majority")

  private static let kafka =
    [words("protocol_version", "kip_966", "v3_5")] + flags("unclean_election")
    + [words("unclean_recovery_strategy", "balanced", "manual", "proactive")]
    + flags(
      "hwm_requires_min_isr", "maximal_isr", "check_broker_epoch", "check_partition_epoch",
      "check_leader_epoch_in_fetch", "leso_check", "fetch_in_current_epoch", "match_fetch_reply")
    + [words("truncation", "epoch", "hwm", "none")] + flags("clean_shutdown_marker", "idempotence", "follower_reads")

  private static let bookkeeper =
    [quorum("fence_coverage")] + flags("fencing_on", "recovery_reads_fence")
    + [quorum("recovery_negative_threshold")]
    + [Table.Key("recovery_read_positive", .scalar([.count(1...1), .word(["ack_quorum"])]), "A knob of the protocol.")]
    + [words("recovery_start", "fragment", "zero"), words("recovery_ensemble_change", "deferred", "eager")]
    + [words("recovery_read_target", "frozen", "current")]
    + flags(
      "fence_unknown_ledger", "journal_fsync", "limbo", "metadata_cas", "drop_failed_acks", "ack_in_order",
      "chain_close_first", "chain_cas")
    + [Table.Key("fence_last_n", .count(1...2), "A knob of the protocol.")]

  private static let virtualLog =
    [quorum("store_quorum", "majority"), quorum("seal_quorum", "majority"), quorum("tail_quorum", "majority")]
    + flags("seal_first") + [words("order_of_seal_and_tail", "seal_then_tail", "tail_then_seal")]
    + flags("meta_cas", "seal_persisted", "repair_on_sealed_tail", "in_order_store", "payload_check_on_duplicate")
    + [words("sequencer_reincarnation", "never", "reset"), words("read_bound", "virtual_tail", "local_tail")]
    + flags("trust_loglet_sealed_tail", "copy_before_modify", "request_ids")
}
