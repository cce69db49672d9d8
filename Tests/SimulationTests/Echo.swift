import ClusterModel
import MachineContract
import Primitives
import Simulation

/// A machine with just enough of a life to be simulated: operations tell it what to do, it remembers every input, and
/// its messages, timers and writes are numbers.
struct Echo: Machine {
  typealias Message = UInt64
  typealias Timer = UInt64
  typealias Write = UInt64
  typealias Store = Disk
  typealias Operation = Tell

  var heard: [String] = []

  mutating func step(_ input: Input<Echo>, into out: inout Outbox<Echo>) {
    switch input {
    case .start(let incarnation):
      heard.append("start \(incarnation)")
    case .message(let message, let sender):
      heard.append("message \(message)")
      // Odd ones are answered with the next number.
      if message % 2 == 1 { out.send(message + 1, to: sender) }
    case .timer(let timer):
      heard.append("timer \(timer)")
      // Every timer below ten beats for ever.
      if timer < 10 { out.arm(timer, after: .exactly(.milliseconds(50)), purpose: .upkeep) }
    case .chosen(let token, let option):
      heard.append("chosen \(token): \(option)")
    case .persisted(let write):
      heard.append("persisted \(write)")
    case .invoke(let tell):
      for order in tell.orders { out.append(order) }
    }
  }

  static func absorb(_ write: UInt64, into store: inout Disk) { store.lines.append(write) }
  static func restart(from store: Disk, previous: Echo) -> Echo { Echo() }
  static func wiped(_ store: Disk) -> Disk { Disk() }
  static func refusal(of message: UInt64) -> UInt64? { nil }

  func feed(into fingerprinter: inout Fingerprinter) {
    for line in heard { fingerprinter.feed(name: line) }
  }

  struct Disk: Equatable, Sendable, Fingerprintable {
    var lines: [UInt64] = []
    func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(lines) }
  }

  struct Tell: Equatable, Sendable, Fingerprintable {
    var orders: [Output<Echo>]
    func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(orders.count) }
  }
}

let one = MachineID(0)
let two = MachineID(1)

/// One action as a test tells of it: when, and what a machine then took in.
struct Heard: Equatable, CustomStringConvertible {
  var milliseconds: Int64
  var machine: MachineID
  var what: String
  var description: String { "\(milliseconds)ms \(machine.raw): \(what)" }
}

/// A simulation of two echoes with a load, driven to its rest, with everything they heard. A class, because `#expect`
/// cannot mutate a value.
final class Drive {
  var simulator: Simulator<Echo>
  var heard: [Heard] = []
  var actions: [Action<Echo>] = []

  /// - Parameter load: what machine one or two is told, by milliseconds.
  init(
    _ load: [(Int64, MachineID, [Output<Echo>])], faults: [PlannedFault<Echo>] = [], seed: UInt64 = 1,
    timing: TimingProfile = TimingProfile(), choices: ForcedChoices = .none
  ) {
    simulator = Simulator(
      Cluster(Array(repeating: (machine: Echo(), store: Echo.Disk()), count: 2)), timing: timing, seed: seed,
      actions: load.map { (.start + .milliseconds($0), .invoke($1, Echo.Tell(orders: $2))) }, faults: faults,
      choices: choices)
  }

  /// One that goes on from the same state by itself.
  init(copying other: Drive) {
    simulator = other.simulator
    heard = other.heard
    actions = other.actions
  }

  /// - Returns: why it stopped.
  @discardableResult
  func run(until limit: SimDuration = .hours(1), steps: Int = 5_000) -> Simulator<Echo>.Rest? {
    for _ in 0..<steps {
      let before = simulator.cluster
      switch simulator.advance(until: .start + limit) {
      case .rested(let rest): return rest
      case .acted(let action):
        actions.append(action)
        for machine in [one, two] {
          let known = before[machine].incarnation == simulator.cluster[machine].incarnation
            ? before[machine].machine.heard.count : 0
          for what in simulator.cluster[machine].machine.heard.dropFirst(known) {
            heard.append(Heard(milliseconds: simulator.now.microseconds / 1_000, machine: machine, what: what))
          }
        }
      }
    }
    return nil
  }

  /// What one machine heard, with the times: `1 message 5`.
  func lines(_ machine: MachineID) -> [String] {
    heard.filter { $0.machine == machine }.map { "\($0.milliseconds) \($0.what)" }
  }
}
