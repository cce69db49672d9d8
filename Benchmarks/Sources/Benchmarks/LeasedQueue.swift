import ClusterModel
import Exploration
import MachineContract
import Primitives

/// The model of `peers/queue.pml`, statement by statement: a producer, two workers that may crash, a broker that
/// delivers again what was not acknowledged, and all they share as one state.
///
/// A step and a state are what the peer's compiler makes of them. It merges a statement with the local ones that
/// follow, so that `i++` belongs to the guard before it at the broker, and `m = 0` to the acknowledgement at a worker;
/// it keeps no state within an atomic step; and it leaves out `eff`, which is only ever written.
struct LeasedQueue: Machine {
  typealias Message = UInt64
  typealias Timer = UInt64
  typealias Write = UInt64
  typealias Store = UInt64
  typealias Operation = Move

  enum Move: UInt8, Fingerprintable {
    case producerGoesOn, producerEnds, producerPuts, producerCounts
    case firstTakes, firstMarks, firstActs, firstCrashes, firstAcknowledges, firstForgets
    case secondTakes, secondMarks, secondActs, secondCrashes, secondAcknowledges, secondForgets
    case brokerUp, brokerDown, brokerRedelivers

    func feed(into fingerprinter: inout Fingerprinter) { fingerprinter.feed(UInt64(rawValue)) }
  }

  /// As the peer's macros of the same names: messages, deliveries again of each, crashes.
  struct Bounds: Equatable {
    var messages: UInt8 = 3
    var redeliveries: UInt8 = 2
    var crashes: UInt8 = 2
  }

  /// Up to eight small numbers.
  struct Bytes: Equatable {
    var word: UInt64 = 0

    subscript(position: UInt8) -> UInt8 {
      get { UInt8(truncatingIfNeeded: word >> (UInt64(position) * 8)) }
      set {
        let shift = UInt64(position) * 8
        word = word & ~(0xFF << shift) | UInt64(newValue) << shift
      }
    }
  }

  enum Place: UInt8 {
    case idle, hasTaken, marked, hasActed, crashesLate, crashesEarly, forgets
  }

  struct Worker: Equatable {
    var place = Place.idle
    var message: UInt8 = 0
  }

  enum Production: UInt8 {
    case looping, putting, counting, ended
  }

  let bounds: Bounds
  private var queue = Bytes()
  private var length: UInt8 = 0
  private var holder = Bytes()
  private var isAcknowledged = Bytes()
  private var tries = Bytes()
  private var crashes: UInt8 = 0
  private var production = Production.looping
  private var produced: UInt8 = 0
  private var first = Worker()
  private var second = Worker()
  private var looksAt: UInt8 = 0

  init(_ bounds: Bounds) { self.bounds = bounds }

  // MARK: What can happen

  /// In the order of the peer's processes.
  func moves() -> [Move] {
    var moves: [Move] = []
    let isFull = length == bounds.messages
    switch production {
    case .looping: moves.append(produced < bounds.messages ? .producerGoesOn : .producerEnds)
    case .putting: if !isFull { moves.append(.producerPuts) }
    case .counting: moves.append(.producerCounts)
    case .ended: break
    }
    append(first, [.firstTakes, .firstMarks, .firstActs, .firstCrashes, .firstAcknowledges, .firstForgets], &moves)
    append(
      second, [.secondTakes, .secondMarks, .secondActs, .secondCrashes, .secondAcknowledges, .secondForgets], &moves)
    if looksAt + 1 < bounds.messages { moves.append(.brokerUp) }
    if looksAt > 0 { moves.append(.brokerDown) }
    let isLost = holder[looksAt] != 0 && isAcknowledged[looksAt] == 0
    if isLost, tries[looksAt] < bounds.redeliveries, !isFull { moves.append(.brokerRedelivers) }
    return moves
  }

  private func append(_ worker: Worker, _ names: [Move], _ moves: inout [Move]) {
    switch worker.place {
    case .idle: if length > 0 { moves.append(names[0]) }
    case .hasTaken: moves.append(names[1])
    case .marked:
      moves.append(names[2])
      if crashes < bounds.crashes { moves.append(names[3]) }
    case .hasActed:
      moves.append(names[4])
      if crashes < bounds.crashes { moves.append(names[3]) }
    case .crashesLate, .crashesEarly: moves.append(names[3])
    case .forgets: moves.append(names[5])
    }
  }

  // MARK: What it does

  mutating func step(_ input: Input<LeasedQueue>, into out: inout Outbox<LeasedQueue>) {
    guard case .invoke(let move) = input else { return }
    switch move {
    case .producerGoesOn: production = .putting
    case .producerEnds: production = .ended
    case .producerPuts:
      put(produced)
      production = .counting
    case .producerCounts:
      produced += 1
      production = .looping
    case .firstTakes, .firstMarks, .firstActs, .firstCrashes, .firstAcknowledges, .firstForgets:
      first = work(first, as: 1, acknowledges: move == .firstAcknowledges, crashing: move == .firstCrashes)
    case .secondTakes, .secondMarks, .secondActs, .secondCrashes, .secondAcknowledges, .secondForgets:
      second = work(second, as: 2, acknowledges: move == .secondAcknowledges, crashing: move == .secondCrashes)
    case .brokerUp: looksAt += 1
    case .brokerDown: looksAt -= 1
    case .brokerRedelivers:
      tries[looksAt] += 1
      holder[looksAt] = 0
      put(looksAt)
    }
  }

  private mutating func put(_ message: UInt8) {
    queue[length] = message
    length += 1
  }

  private mutating func work(_ worker: Worker, as holderID: UInt8, acknowledges: Bool, crashing: Bool) -> Worker {
    var worker = worker
    switch worker.place {
    case .idle:
      worker.message = queue[0]
      queue.word >>= 8
      length -= 1
      worker.place = .hasTaken
    case .hasTaken:
      holder[worker.message] = holderID
      worker.place = .marked
    case .marked:
      worker.place = crashing ? .crashesEarly : .hasActed
    case .hasActed:
      guard acknowledges else {
        worker.place = .crashesLate
        break
      }
      isAcknowledged[worker.message] = 1
      holder[worker.message] = 0
      return Worker()
    case .crashesLate, .crashesEarly:
      crashes += 1
      worker.place = .forgets
    case .forgets:
      return Worker()
    }
    return worker
  }

  // MARK: The rest of a machine

  static func absorb(_ write: UInt64, into store: inout UInt64) {}
  static func restart(from store: UInt64, previous: LeasedQueue) -> LeasedQueue { previous }
  static func wiped(_ store: UInt64) -> UInt64 { store }

  func feed(into fingerprinter: inout Fingerprinter) {
    fingerprinter.feed(queue.word | UInt64(length) << 56)
    fingerprinter.feed(holder.word | isAcknowledged.word << 8 * 4)
    fingerprinter.feed(tries.word)
    var places = UInt64(crashes) | UInt64(production.rawValue) << 8 | UInt64(produced) << 16 | UInt64(looksAt) << 24
    places |= UInt64(first.place.rawValue) << 32 | UInt64(first.message) << 36
    places |= UInt64(second.place.rawValue) << 40 | UInt64(second.message) << 44
    fingerprinter.feed(places)
  }
}

/// Every move of the model may come next; nothing beside its state has to be remembered.
struct EveryMove: ExplorationRules {
  struct Nothing: Fingerprintable, Sendable {
    func feed(into fingerprinter: inout Fingerprinter) {}
  }

  func choices(_ cluster: Cluster<LeasedQueue>, _ memory: Nothing) -> [Action<LeasedQueue>] {
    cluster[MachineID(0)].machine.moves().map { .invoke(MachineID(0), $0) }
  }

  func follow(
    _ action: Action<LeasedQueue>, _ events: [Event<LeasedQueue>], before: Cluster<LeasedQueue>, depth: Int,
    memory: inout Nothing
  ) {}
}
