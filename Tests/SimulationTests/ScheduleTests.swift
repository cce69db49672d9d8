import Primitives
import Testing

@testable import Simulation

/// Compares the heap with a list that is sorted after every change, over many seeds.
@Suite struct ScheduleTests {
  private struct Entry: Equatable {
    var instant: SimInstant
    var sequence: UInt64

    init(_ turn: Turn) { self.init(instant: turn.instant, sequence: turn.sequence) }

    init(instant: SimInstant, sequence: UInt64) {
      self.instant = instant
      self.sequence = sequence
    }
  }

  /// What a list sorted by instant, then by sequence, would give first.
  private static func takeFirst(_ reference: inout [Entry]) -> Entry? {
    guard let first = reference.indices.min(by: { left, right in
      let (left, right) = (reference[left], reference[right])
      return (left.instant, left.sequence) < (right.instant, right.sequence)
    }) else { return nil }
    return reference.remove(at: first)
  }

  @Test func `what is due comes out by instant, and at one instant in the order in which it went in`() {
    for seed in 1...100 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var schedule = Schedule<UInt64>()
      var reference: [Entry] = []
      var sequence: UInt64 = 0
      foresee(&schedule, &reference, &sequence, &generator)
      for _ in 0..<300 {
        switch generator.next(below: 8) {
        case 0...4:
          // Few instants, so that ties are common.
          let instant = SimInstant(microseconds: Int64(generator.next(below: 12)))
          schedule.insert(Due(instant: instant, sequence: sequence, content: sequence * 3))
          reference.append(Entry(instant: instant, sequence: sequence))
          sequence += 1
        case 5:
          let shift = SimDuration(microseconds: Int64(generator.next(below: 5)))
          // Some contents move and the others stay, as a clock that jumps moves one machine's timers.
          schedule.move { $0.content % 2 == 0 ? $0.turn.instant + shift : $0.turn.instant }
          for index in reference.indices where (reference[index].sequence * 3) % 2 == 0 {
            reference[index].instant = reference[index].instant + shift
          }
        default:
          let due = schedule.popFirst()
          let expected = Self.takeFirst(&reference)
          #expect(due.map { Entry($0.turn) } == expected)
          #expect(due.map { $0.content == $0.turn.sequence * 3 } ?? true)
        }
        #expect(schedule.isEmpty == reference.isEmpty && schedule.count == reference.count)
        var next = reference
        #expect(schedule.first.map { Entry($0) } == Self.takeFirst(&next))
        if generator.next(below: 50) == 0 { foresee(&schedule, &reference, &sequence, &generator) }
      }
      while let due = schedule.popFirst() {
        let expected = Self.takeFirst(&reference)
        #expect(Entry(due.turn) == expected)
      }
      #expect(reference.isEmpty)
    }
  }

  /// Adds up to twenty at once, in no order.
  private func foresee(
    _ schedule: inout Schedule<UInt64>, _ reference: inout [Entry], _ sequence: inout UInt64,
    _ generator: inout SeededGenerator
  ) {
    var dues: [Due<UInt64>] = []
    for _ in 0..<generator.next(below: 20) {
      let instant = SimInstant(microseconds: Int64(generator.next(below: 12)))
      dues.append(Due(instant: instant, sequence: sequence, content: sequence * 3))
      reference.append(Entry(instant: instant, sequence: sequence))
      sequence += 1
    }
    schedule.foresee(dues)
  }
}
