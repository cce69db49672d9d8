import MachineContract
import Primitives

/// A machine that climbs to a height, one timer of no length a step, and tells its neighbour of some of them.
struct Ladder: Machine {
  typealias Message = UInt64
  typealias Timer = UInt64
  typealias Write = UInt64
  typealias Store = UInt64
  typealias Operation = UInt64

  let height: UInt64
  /// Who is told of each step; nobody where nil.
  var neighbour: MachineID?
  private(set) var step: UInt64 = 0
  private(set) var heard: UInt64 = 0

  init(height: UInt64, neighbour: MachineID? = nil) {
    self.height = height
    self.neighbour = neighbour
  }

  mutating func step(_ input: Input<Ladder>, into out: inout Outbox<Ladder>) {
    switch input {
    case .start: if height > 0 { out.arm(1, after: .immediately) }
    case .timer(let number):
      step = number
      if let neighbour { out.send(number, to: neighbour) }
      if number < height { out.arm(number + 1, after: .immediately) }
    case .message(let number, _): heard |= 1 << number
    case .persisted, .chosen, .invoke: break
    }
  }

  static func absorb(_ write: UInt64, into store: inout UInt64) { store = write }
  static func restart(from store: UInt64, previous: Ladder) -> Ladder {
    Ladder(height: previous.height, neighbour: previous.neighbour)
  }
  static func wiped(_ store: UInt64) -> UInt64 { 0 }

  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(height)
    fingerprinter.feed(step)
    fingerprinter.feed(heard)
  }
}
