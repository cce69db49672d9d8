import IdealLog
import LogContract
import MachineContract
import Primitives
import Testing

/// The ideal log, by stepping it and by crashing it in a cluster of one.
@Suite struct IdealLogTests {
  typealias Ideal = IdealMachine<Letters>

  private let client = MachineID(5)

  private func step(_ machine: inout Ideal, _ input: Input<Ideal>) -> [Output<Ideal>] {
    var out = Outbox<Ideal>()
    machine.step(input, into: &out)
    return out.outputs
  }

  @Test func `an append takes effect at once and is answered after the latency`() throws {
    var machine = Ideal()
    let outputs = step(&machine, .message(.append(request: 7, "a"), from: client))
    #expect(machine.payloads == ["a"])
    let armed = try #require(outputs.last)
    guard case .arm(let timer, let range, let purpose) = armed else {
      Issue.record("no timer holds the answer")
      return
    }
    #expect(range == .exactly(.milliseconds(2)) && purpose == .work)
    let answer = step(&machine, .timer(timer))
    let entry = Letters("a").fingerprint
    #expect(
      answer == [
        .observe(.log(.acknowledged(request: 7, index: 1, entry: entry))),
        .send(.appended(request: 7, index: 1), to: client),
      ])
    #expect(step(&machine, .timer(timer)).isEmpty)
  }

  @Test func `without latency the answer leaves within the step`() {
    var machine = Ideal(latency: .zero)
    let outputs = step(&machine, .message(.append(request: 7, "a"), from: client))
    #expect(outputs.last == .send(.appended(request: 7, index: 1), to: client))
    _ = step(&machine, .message(.append(request: 8, "b"), from: client))
    let read = step(&machine, .message(.read(request: 9, from: 2), from: client))
    #expect(
      read == [
        .observe(.log(.readAnswered(request: 9, tail: 2))),
        .send(.entries(request: 9, from: 2, ["b"]), to: client),
      ])
    let beyond = step(&machine, .message(.read(request: 10, from: 3), from: client))
    #expect(beyond.last == .send(.entries(request: 10, from: 3, []), to: client))
  }

  @Test func `a repeated append is there twice`() {
    var machine = Ideal()
    _ = step(&machine, .message(.append(request: 7, "a"), from: client))
    _ = step(&machine, .message(.append(request: 7, "a"), from: client))
    #expect(machine.payloads == ["a", "a"])
  }

  @Test func `a read shows what was appended while it waited`() {
    var machine = Ideal()
    let read = step(&machine, .message(.read(request: 1, from: 1), from: client))
    _ = step(&machine, .message(.append(request: 2, "a"), from: client))
    guard case .arm(let timer, _, _)? = read.last else {
      Issue.record("no timer holds the answer")
      return
    }
    #expect(step(&machine, .timer(timer)).last == .send(.entries(request: 1, from: 1, ["a"]), to: client))
  }

  @Test func `a crash loses answers, never entries`() {
    var machine = Ideal()
    var store = IdealStore<Letters>()
    for payload in ["a", "b"] as [Letters] {
      for case .commit(let write) in step(&machine, .message(.append(request: 1, payload), from: client)) {
        Ideal.absorb(write, into: &store)
      }
    }
    let restarted = Ideal.restart(from: store, previous: machine)
    #expect(restarted.payloads == ["a", "b"] && restarted.latency == machine.latency)
    // The answers that were held are gone, so the two have different futures.
    #expect(restarted.fingerprint != machine.fingerprint)
    var again = restarted
    #expect(step(&again, .start(incarnation: 1)).count == 5)
    #expect(Ideal.restart(from: Ideal.wiped(store), previous: machine).payloads.isEmpty)
  }

  @Test func `logs that differ have different fingerprints`() {
    var fingerprints: [UInt64] = []
    for payloads in [[], ["a"], ["b"], ["a", "b"], ["b", "a"], ["a", "a"]] as [[Letters]] {
      var machine = Ideal(latency: .zero)
      for payload in payloads { _ = step(&machine, .message(.append(request: 1, payload), from: client)) }
      fingerprints.append(machine.fingerprint)
    }
    #expect(Set(fingerprints).count == fingerprints.count)
  }
}
