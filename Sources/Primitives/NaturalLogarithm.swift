/// The natural logarithm of a number in `(0, 1]`, from additions and multiplications alone.
///
/// The C library's `log` may differ in the last bit between versions; runs must not. The argument is split into
/// mantissa and exponent, and the mantissa's logarithm is the series of the inverse hyperbolic tangent, whose
/// error after eleven terms is below 1e-15 on `[sqrt(1/2), sqrt(2))`.
@inlinable
public func naturalLogarithm(_ number: Double) -> Double {
  precondition(number > 0 && number <= 1, "outside the domain that the draws need")
  var mantissa = number.significand
  var exponent = Double(number.exponent)
  if mantissa > 1.4142135623730951 {
    mantissa /= 2
    exponent += 1
  }
  let ratio = (mantissa - 1) / (mantissa + 1)
  let square = ratio * ratio
  var sum = 0.0
  var odd = 21.0
  while odd >= 1 {
    sum = sum * square + 1 / odd
    odd -= 2
  }
  return 2 * ratio * sum + exponent * 0.6931471805599453
}

/// An exponential draw with this mean, from a uniform number in `0..<1`. At most about 37 means.
@inlinable
public func exponentialMicroseconds(mean: Int64, unit: Double) -> Int64 {
  let length = -naturalLogarithm(1 - unit) * Double(mean)
  return length < 9e18 ? Int64(length) : .max
}
