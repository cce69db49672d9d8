/// The only source of chance: xoshiro256** seeded through SplitMix64 (Blackman and Vigna, 2018).
///
/// A fork by label gives a stream of its own, so that one more draw for the network does not shift the workload.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
  @usableFromInline var s0, s1, s2, s3: UInt64
  @usableFromInline let seed: UInt64

  public init(seed: UInt64) {
    self.seed = seed
    var state = seed
    func splitMix() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
    s0 = splitMix()
    s1 = splitMix()
    s2 = splitMix()
    s3 = splitMix()
  }

  /// A generator that depends on the seed and the label alone, not on what was drawn so far.
  public func fork(label: String) -> SeededGenerator {
    var fingerprinter = Fingerprinter(seed: seed)
    fingerprinter.feed(name: label)
    return SeededGenerator(seed: fingerprinter.value)
  }

  @inlinable
  public mutating func next() -> UInt64 {
    let product = s1 &* 5
    let result = (product << 7 | product >> 57) &* 9
    let shifted = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = s3 << 45 | s3 >> 19
    return result
  }

  /// A number in `0..<1`, with 53 random bits.
  @inlinable
  public mutating func nextUnit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number in `0..<bound` (Lemire's multiply; the bias below 2^-32 is accepted). `bound > 0`.
  @inlinable
  public mutating func next(below bound: UInt64) -> UInt64 {
    precondition(bound > 0, "an empty range has nothing to draw")
    return next().multipliedFullWidth(by: bound).high
  }

  /// Draws a duration from a range; an exact one draws nothing.
  @inlinable
  public mutating func draw(_ range: DurationRange) -> SimDuration {
    switch range {
    case .exactly(let duration):
      return duration
    case .uniform(let low, let high):
      guard low < high else { return low }
      let span = UInt64(high.microseconds - low.microseconds)
      return SimDuration(microseconds: low.microseconds + Int64(next(below: span &+ 1)))
    case .exponential(let mean):
      return SimDuration(microseconds: exponentialMicroseconds(mean: mean.microseconds, unit: nextUnit()))
    }
  }

  /// Draws a position by its weight; one weight at least is positive.
  public mutating func draw(weights: [UInt32]) -> Int {
    var rest = next(below: weights.reduce(0) { $0 + UInt64($1) })
    for (position, weight) in weights.enumerated() {
      if rest < UInt64(weight) { return position }
      rest -= UInt64(weight)
    }
    preconditionFailure("a draw lies below the sum of the weights")
  }
}

extension SeededGenerator: Fingerprintable {
  public func feed(into fingerprinter: inout Fingerprinter) {
    for word in [s0, s1, s2, s3] { fingerprinter.feed(word) }
  }
}
