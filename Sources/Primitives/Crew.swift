/// Whoever does pieces of work that do not know each other, perhaps several at a time.
///
/// Nothing below the program has threads: the program lends it some. Results come in the order of the pieces, so that
/// how many hands there are changes nothing but the time.
public protocol Crew: Sendable {
  func map<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result]
}

/// One pair of hands.
public struct OneByOne: Crew {
  public init() {}

  public func map<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result] {
    (0..<count).map(body)
  }
}
