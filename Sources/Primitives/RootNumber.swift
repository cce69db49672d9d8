/// How root triggers are numbered: those of the load from 1, those of a timer with its handler above bit 24, so that no
/// two are the same and all fit below the field of a packed key.
public enum RootNumber: Hashable, Sendable {
  case load(Int)
  /// A firing of one of the handler's timers, from 1.
  case tick(HandlerID, Int)

  /// What a handler's timers can count.
  public static let mostTicks = (1 << 24) - 1

  public init(_ root: UInt64) {
    let handler = root >> 24
    guard handler > 0 else {
      self = .load(Int(root))
      return
    }
    self = .tick(HandlerID(raw: UInt16(truncatingIfNeeded: handler - 1)), Int(root & 0xFF_FFFF))
  }

  public var root: UInt64 {
    switch self {
    case .load(let number): UInt64(number)
    case .tick(let handler, let number): (UInt64(handler.raw) + 1) << 24 | UInt64(number)
    }
  }
}
