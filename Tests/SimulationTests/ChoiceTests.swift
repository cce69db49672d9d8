import ClusterModel
import MachineContract
import Primitives
import Simulation
import Testing

/// Draws choices over fixed seeds, and forces some of them.
@Suite struct ChoiceTests {
  private static func chosen(
    _ weights: [UInt32], times: Int = 1, seed: UInt64, forced: ForcedChoices = .none
  ) -> [Int] {
    let load = (0..<times).map { position in
      (Int64(position), one, [Output<Echo>.choose(UInt64(100 + position), weights: weights)])
    }
    let drive = Drive(load, seed: seed, choices: forced)
    drive.run()
    return drive.actions.compactMap { if case .choose(_, _, let option) = $0 { option } else { nil } }
  }

  @Test func `options are drawn by weight, and one of weight zero never`() {
    var counts = [0, 0, 0]
    for seed in 1...1_000 as ClosedRange<UInt64> {
      for option in Self.chosen([1, 0, 3], seed: seed) { counts[option] += 1 }
    }
    #expect(counts[0] + counts[2] == 1_000 && counts[1] == 0)
    #expect((220...280).contains(counts[0]), "\(counts)")
  }

  @Test func `the same seed decides the same, another one otherwise`() {
    let runs = (1...20).map { Self.chosen([1, 1], times: 30, seed: UInt64($0)) }
    for (seed, run) in runs.enumerated() {
      #expect(run == Self.chosen([1, 1], times: 30, seed: UInt64(seed + 1)) && run.count == 30)
    }
    #expect(Set(runs).count == 20)
  }

  @Test func `a forced choice leaves all others as they are drawn`() {
    let drawn = Self.chosen([1, 1, 1], times: 20, seed: 3)
    for ordinal in 1...20 {
      for option in 0..<3 {
        var forced = ForcedChoices()
        forced[ordinal] = option
        var expected = drawn
        expected[ordinal - 1] = option
        #expect(Self.chosen([1, 1, 1], times: 20, seed: 3, forced: forced) == expected)
      }
    }
    var impossible = ForcedChoices()
    impossible[1] = 3
    #expect(Self.chosen([1, 1, 1], times: 20, seed: 3, forced: impossible) == drawn)
  }

  @Test func `an open choice is work in flight, and waits for a paused machine`() {
    let pause = PlannedFault<Echo>(
      .at(.start + .milliseconds(5)),
      [.init(.act(.pause(one))), .init(after: .milliseconds(20), .act(.resume(one)))])
    let drive = Drive([(0, one, [.arm(11, after: .exactly(.milliseconds(5)), purpose: .work)])], faults: [pause])
    #expect(drive.run() == .settled)
    let waiting = Drive([(5, one, [.choose(7, weights: [1])])], faults: [pause])
    #expect(waiting.run() == .settled)
    #expect(waiting.lines(one).last == "25 chosen 7: 0")
    // Paused right after it left the choice open, and for good.
    let open = Drive([(5, one, [.choose(7, weights: [1])])])
    _ = open.simulator.advance(until: .start + .hours(1))
    open.simulator.inject(PlannedFault(.at(.start), [.init(.act(.pause(one)))]))
    #expect(open.run() == .stuck && open.simulator.choiceCount == 1)
  }

  @Test func `a crash takes its open choices along`() {
    let drive = Drive([(5, one, [.choose(7, weights: [1])])])
    _ = drive.simulator.advance(until: .start + .hours(1))
    drive.simulator.inject(PlannedFault(.at(.start), [.init(.act(.crash(one, .keepPending)))]))
    #expect(drive.run() == .settled)
    #expect(!drive.heard.contains { $0.what.hasPrefix("chosen") })
  }
}

@Suite struct ForcedChoicesTests {
  @Test func `choices as text read back as they were`() throws {
    var choices = ForcedChoices()
    #expect(choices.isEmpty && choices.text.isEmpty)
    choices[4] = 0
    choices[1] = 1
    #expect(choices.text == "1=2 4=1")
    #expect(ForcedChoices(choices.text) == choices && ForcedChoices("4=1,1=2") == choices)
    choices[4] = nil
    #expect(choices[4] == nil && choices.text == "1=2")
  }

  @Test(arguments: ["1", "1=", "=1", "0=1", "1=0", "-1=1", "1=-1", "1=1=1", "1=1 1=2", "x=1"])
  func `what says nothing about a choice is refused`(text: String) { #expect(ForcedChoices(text) == nil) }
}
