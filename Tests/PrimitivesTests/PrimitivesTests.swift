import Primitives
import Testing

/// Known values and laws of the primitives, checked directly.
@Suite struct PrimitivesTests {
  @Test func `the same seed draws the same numbers`() {
    var generator = SeededGenerator(seed: 1)
    let drawn = (0..<3).map { _ in generator.next() }
    #expect(drawn == [12_966_619_160_104_079_557, 9_600_361_134_598_540_522, 10_590_380_919_521_690_900])
  }

  @Test func `a fork does not depend on what was drawn`() {
    let fresh = SeededGenerator(seed: 7)
    var used = fresh
    _ = used.next()
    #expect(fresh.fork(label: "network") == used.fork(label: "network"))
    #expect(fresh.fork(label: "network") != fresh.fork(label: "faults"))
  }

  @Test func `the logarithm agrees with known values`() {
    #expect(abs(naturalLogarithm(0.5) + 0.6931471805599453) < 1e-15)
    #expect(abs(naturalLogarithm(0.1) + 2.302585092994046) < 1e-14)
    #expect(naturalLogarithm(1) == 0)
  }

  @Test func `an exponential draw has the mean it was given`() {
    var generator = SeededGenerator(seed: 3)
    let count = 200_000
    var sum: Int64 = 0
    for _ in 0..<count { sum += generator.draw(.exponential(mean: .milliseconds(10))).microseconds }
    #expect(abs(Double(sum) / Double(count) - 10_000) < 100)
  }

  @Test func `order and grouping change a fingerprint`() {
    func fingerprint(_ words: [UInt64]) -> UInt64 {
      var fingerprinter = Fingerprinter()
      fingerprinter.feed(words)
      return fingerprinter.value
    }
    #expect(fingerprint([1, 2]) != fingerprint([2, 1]))
    #expect(fingerprint([0]) != fingerprint([0, 0]))
    #expect(fingerprint([1, 2]) == fingerprint([1, 2]))
  }

  @Test func `durations saturate instead of trapping`() {
    #expect(SimDuration.hours(.max).microseconds == .max)
    #expect((SimInstant.distantFuture + .seconds(1)) == .distantFuture)
  }
}
