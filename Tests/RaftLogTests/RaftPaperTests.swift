import MachineContract
import Primitives
import Testing

@testable import RaftLog

/// One test for each rule of the paper's Figure 2 and sections that the machine relies on, by stepping a single server.
@Suite struct RaftPaperTests {
  // MARK: All servers

  @Test(arguments: [RaftRole.follower, .candidate, .leader])
  func `5·1: a higher term in any message makes a follower of that term`(role: RaftRole) {
    let messages: [Input<Raft>] = [
      voteRequest(term: 9), append(term: 9, after: 0, 0), appendReply(term: 9, .isStale),
      .message(.voteReply(term: 9, granted: false, isPreVote: false), from: MachineID(1)),
    ]
    for message in messages {
      var server = OneServer()
      if role == .candidate { server.step(.timer(.election)) }
      if role == .leader { server.win() }
      #expect(server.machine.role == role)
      server.step(message)
      #expect(server.machine.currentTerm == 9 && server.machine.role == .follower)
      #expect(server.observed.first == .adoptedEpoch(9))
    }
  }

  @Test func `5·1: requests of an older term are refused`() {
    var server = OneServer(term: 5, log: [1])
    server.step(append(term: 4, after: 1, 1, [4]))
    #expect(server.appendReply?.outcome == .isStale && server.appendReply?.term == 5)
    #expect(server.terms == [1] && !server.armed(.election))
    server.step(voteRequest(term: 4, log: 7, 4))
    #expect(server.voteGranted == false && server.machine.votedFor == nil)
  }

  @Test func `Figure 2: term and vote are written before the vote is told`() {
    var server = OneServer()
    server.step(voteRequest(term: 2))
    let write = RaftWrite<Letters>.ballot(term: 2, vote: RaftVote(term: 2, candidate: MachineID(1)))
    #expect(server.written == [write])
    let positions = server.outputs.indices.filter {
      switch server.outputs[$0] {
      case .persist, .send: true
      case .sendAhead, .arm, .armDurably, .disarm, .choose, .commit, .observe: false
      }
    }
    #expect(positions.count == 2 && server.outputs[positions[0]] == .persist(write))
    #expect(server.sentAhead.isEmpty)
  }

  // MARK: Followers

  @Test func `5·2: a follower that hears from nobody becomes a candidate`() {
    var server = OneServer()
    server.step(.timer(.election))
    #expect(server.machine.role == .candidate)
  }

  @Test func `5·2: hearing from the leader or giving a vote restarts the time-out, refusing does not`() {
    var server = OneServer(log: [1])
    server.step(append(term: 1, after: 1, 1))
    #expect(server.armed(.election))
    server.step(voteRequest(term: 2, log: 1, 1))
    #expect(server.voteGranted == true && server.armed(.election))
    server.step(voteRequest(term: 3, log: 0, 0, from: 2))
    #expect(server.voteGranted == false && !server.armed(.election))
  }

  @Test func `9·3: the time-out is drawn from 150 to 300 ms and never keeps a run from settling`() {
    var server = OneServer()
    server.step(.start(incarnation: 0))
    let range = DurationRange.uniform(low: .milliseconds(150), high: .milliseconds(300))
    #expect(server.outputs.contains(.arm(.election, after: range, purpose: .upkeep)))
  }

  // MARK: Votes

  @Test func `5·2: one vote per term, first come first served, and the same answer when asked again`() {
    var server = OneServer()
    server.step(voteRequest(term: 2, from: 1))
    #expect(server.voteGranted == true)
    server.step(voteRequest(term: 2, from: 2))
    #expect(server.voteGranted == false)
    server.step(voteRequest(term: 2, from: 1))
    #expect(server.voteGranted == true && server.written.isEmpty)
    server.step(voteRequest(term: 3, from: 2))
    #expect(server.voteGranted == true)
  }

  @Test(arguments: [
    (1, 1, false), (2, 1, false), (3, 1, false), (1, 2, false), (2, 2, true), (3, 2, true), (1, 3, true),
  ] as [(UInt64, UInt64, Bool)])
  func `5·4·1: no vote for a candidate whose log is behind`(index: UInt64, term: UInt64, granted: Bool) {
    var server = OneServer(term: 3, log: [1, 2])
    server.step(voteRequest(term: 4, log: index, term))
    #expect(server.voteGranted == granted)
    #expect(server.machine.currentTerm == 4)
  }

  // MARK: Candidates

  @Test func `5·2: a candidate begins a term, votes for itself and asks all others`() {
    var server = OneServer(term: 4, log: [1, 4])
    server.step(.timer(.election))
    #expect(server.machine.currentTerm == 5 && server.machine.votedFor == MachineID(0))
    #expect(server.armed(.election))
    let request = RaftVoteRequest(term: 5, lastIndex: 2, lastTerm: 4, isPreVote: false)
    #expect(server.sent == [.requestVote(request), .requestVote(request)])
  }

  @Test func `5·2: a majority of votes of this term makes a leader`() {
    var server = OneServer(servers: 5)
    server.step(.timer(.election), completingWrites: true)
    let vote = RaftMessage<Letters>.voteReply(term: 2, granted: true, isPreVote: false)
    let older = RaftMessage<Letters>.voteReply(term: 1, granted: true, isPreVote: false)
    server.step(.message(vote, from: MachineID(1)))
    server.step(.message(vote, from: MachineID(1)))
    server.step(.message(older, from: MachineID(2)))
    server.step(.message(.voteReply(term: 2, granted: false, isPreVote: false), from: MachineID(3)))
    #expect(server.machine.role == .candidate)
    server.step(.message(vote, from: MachineID(4)))
    #expect(server.machine.role == .leader)
  }

  @Test func `5·2: a candidate follows the leader of its term`() {
    var server = OneServer()
    server.step(.timer(.election))
    server.step(append(term: 2, after: 0, 0))
    #expect(server.machine.role == .follower && server.machine.leader == MachineID(1))
    #expect(server.machine.currentTerm == 2 && server.machine.votedFor == MachineID(0))
  }

  @Test func `5·2: a candidate that times out begins another term`() {
    var server = OneServer()
    server.step(.timer(.election))
    server.step(.timer(.election))
    #expect(server.machine.role == .candidate && server.machine.currentTerm == 3)
  }

  @Test func `5·2: a leader announces itself at once, and again on every heartbeat`() {
    var server = OneServer()
    server.win()
    #expect(server.appends.count == 2 && server.armed(.heartbeat))
    server.step(.timer(.heartbeat))
    #expect(server.appends.count == 2 && server.armed(.heartbeat))
  }

  @Test func `8: a leader starts its term with an empty entry`() {
    var server = OneServer(log: [1])
    server.win()
    #expect(server.terms == [1, 2])
    #expect(server.machine.log[2].content == .noOp)
  }
}
