import ClusterModel
import GraphNodes
import LabWorld
import MachineContract
import Primitives

/// Actions as words, for run files: `deliver 3 17`, `fire 4 0`, `crash 2 keep`.
///
/// Machines are slots. An envelope is its slot and serial; a timer is its position among the timers of its machine and
/// an open choice its position among the choices, which is why reading one needs the cluster as it is just before the
/// action.
enum ActionCode {
  static func text(of action: Action<LabMachine>, in cluster: Cluster<LabMachine>) -> String {
    switch action {
    case .deliver(let id): "deliver \(id.slot) \(id.serial)"
    case .drop(let id): "drop \(id.slot) \(id.serial)"
    case .duplicate(let id): "duplicate \(id.slot) \(id.serial)"
    case .fire(let machine, let timer):
      "fire \(machine.raw) \(cluster[machine].timers.firstIndex { $0.timer == timer } ?? -1)"
    case .choose(let machine, let token, let option):
      "choose \(machine.raw) \(cluster[machine].choices.firstIndex { $0.token == token } ?? -1) \(option)"
    case .completeWrite(let machine): "sync \(machine.raw)"
    case .crash(let machine, .keepPending): "crash \(machine.raw) keep"
    case .crash(let machine, .losePending): "crash \(machine.raw) lose"
    case .crash(let machine, .wipeDisk): "crash \(machine.raw) wipe"
    case .restart(let machine): "restart \(machine.raw)"
    case .pause(let machine): "pause \(machine.raw)"
    case .resume(let machine): "resume \(machine.raw)"
    case .refuse(let machine): "refuse \(machine.raw)"
    case .accept(let machine): "accept \(machine.raw)"
    case .sever(let from, let to): "sever \(from.raw) \(to.raw)"
    case .heal(let from, let to): "heal \(from.raw) \(to.raw)"
    case .invoke(let machine, .trigger(let root)): "trigger \(machine.raw) \(root)"
    case .invoke(let machine, .tick(let firing)):
      "tick \(machine.raw) \(firing.handler.raw) \(firing.root) \(firing.isDurable ? "every" : "cron")"
    case .invoke(let machine, .poison(let step, let nth)): "poison \(machine.raw) \(step.raw) \(nth)"
    case .invoke(let machine, .storeTwice(let nth)): "twice \(machine.raw) \(nth)"
    }
  }

  /// Nil for words that are no action, or name what this cluster does not have: files come from anywhere.
  static func action(_ text: String, in cluster: Cluster<LabMachine>) -> Action<LabMachine>? {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard let verb = words.first else { return nil }
    let reader = Reader(words: Array(words.dropFirst()), cluster: cluster)
    switch verb {
    case "deliver": return reader.envelope().map { .deliver($0) }
    case "drop": return reader.envelope().map { .drop($0) }
    case "duplicate": return reader.envelope().map { .duplicate($0) }
    case "fire": return reader.timer()
    case "choose": return reader.choice()
    case "sync": return reader.machine(of: 1).map { .completeWrite($0) }
    case "crash": return reader.crash()
    case "restart": return reader.machine(of: 1).map { .restart($0) }
    case "pause": return reader.machine(of: 1).map { .pause($0) }
    case "resume": return reader.machine(of: 1).map { .resume($0) }
    case "refuse": return reader.machine(of: 1).map { .refuse($0) }
    case "accept": return reader.machine(of: 1).map { .accept($0) }
    case "sever": return reader.link().map { .sever(from: $0, to: $1) }
    case "heal": return reader.link().map { .heal(from: $0, to: $1) }
    case "trigger", "tick", "poison", "twice": return reader.operation(verb)
    default: return nil
    }
  }

  private struct Reader {
    let words: [Substring]
    let cluster: Cluster<LabMachine>

    func machine(at position: Int = 0, of count: Int) -> MachineID? {
      guard words.count == count, let raw = UInt16(words[position]), Int(raw) < cluster.slots.count else { return nil }
      return MachineID(raw: raw)
    }

    func envelope() -> EnvelopeID? {
      guard words.count == 2, let slot = UInt32(words[0]), let serial = UInt32(words[1]) else { return nil }
      return EnvelopeID(slot: slot, serial: serial)
    }

    func timer() -> Action<LabMachine>? {
      guard let machine = machine(of: 2), let position = Int(words[1]),
        cluster[machine].timers.indices.contains(position)
      else { return nil }
      return .fire(machine, cluster[machine].timers[position].timer)
    }

    func choice() -> Action<LabMachine>? {
      guard let machine = machine(of: 3), let position = Int(words[1]), let option = Int(words[2]),
        cluster[machine].choices.indices.contains(position)
      else { return nil }
      return .choose(machine, cluster[machine].choices[position].token, option: option)
    }

    func crash() -> Action<LabMachine>? {
      guard let machine = machine(of: 2) else { return nil }
      switch words[1] {
      case "keep": return .crash(machine, .keepPending)
      case "lose": return .crash(machine, .losePending)
      case "wipe": return .crash(machine, .wipeDisk)
      default: return nil
      }
    }

    func link() -> (MachineID, MachineID)? {
      guard let from = machine(of: 2), let to = machine(at: 1, of: 2) else { return nil }
      return (from, to)
    }

    private func tick(at node: NodeMachine) -> TimerFiring? {
      guard let handler = UInt16(words[1]), let root = UInt64(words[2]), root >> 40 == 0, let raw = UInt16(words[0]),
        words[3] == "every" || words[3] == "cron", case .tick(HandlerID(raw: handler), _) = RootNumber(root)
      else { return nil }
      let firing = TimerFiring(
        node: NodeID(raw: raw), handler: HandlerID(raw: handler), root: root, isDurable: words[3] == "every")
      return node.has(firing) ? firing : nil
    }

    /// Only nodes take triggers and poison, and only fronts store twice: anything else would trap.
    func operation(_ verb: Substring) -> Action<LabMachine>? {
      guard let first = words.first, let raw = UInt16(first), Int(raw) < cluster.slots.count else { return nil }
      let machine = MachineID(raw: raw)
      switch cluster[machine].machine {
      case .node where verb == "trigger" && words.count == 2:
        // Keys are packed above bit 40.
        guard let root = UInt64(words[1]), root >> 40 == 0 else { return nil }
        return .invoke(machine, .trigger(root: root))
      case .node(let node) where verb == "tick" && words.count == 4:
        return tick(at: node).map { .invoke(machine, .tick($0)) }
      case .node where verb == "poison" && words.count == 3:
        guard let step = UInt16(words[1]), let nth = Int(words[2]), nth > 0 else { return nil }
        return .invoke(machine, .poison(StepID(raw: step), nth: nth))
      case .front where verb == "twice" && words.count == 2:
        guard let nth = Int(words[1]), nth > 0 else { return nil }
        return .invoke(machine, .storeTwice(nth: nth))
      case .node, .front, .raft, .ideal:
        return nil
      }
    }
  }
}
