public import MachineContract
import Primitives
import ProgressGraph

/// Timers as triggers.
///
/// A durable timer is the schedule's: it fires late where the node is down, and again after a crash or a failed
/// attempt, until the work is done or in a journal. A timer in memory fires once, at a node that is up.
extension NodeMachine {
  mutating func take(_ tick: TimerFiring, into out: inout Outbox<NodeMachine>) {
    if tick.isDurable, dueTick(tick.root) == nil { commit(.tickDue(tick), into: &out) }
    out.observe(.due(tick))
    admit(tick, attempt: 1, into: &out)
  }

  /// Fires everything again that was due and is not done.
  mutating func refireTicks(into out: inout Outbox<NodeMachine>) {
    for tick in database.dueTicks { admit(tick, attempt: 2, into: &out) }
  }

  mutating func refireTick(root: UInt64, into out: inout Outbox<NodeMachine>) {
    guard let tick = dueTick(root), !units.contains(where: { $0.work.trigger == root }) else { return }
    admit(tick, attempt: 2, into: &out)
  }

  private mutating func admit(_ tick: TimerFiring, attempt: Int, into out: inout Outbox<NodeMachine>) {
    admit(arrival(root: tick.root, handler: tick.handler, attempt: attempt), into: &out)
  }

  func dueTick(_ root: UInt64) -> TimerFiring? { database.dueTicks.first { $0.root == root } }

  /// The work of a durable timer is done, or a journal has it.
  mutating func closeTick(root: UInt64, into out: inout Outbox<NodeMachine>) {
    guard dueTick(root) != nil else { return }
    commit(.tickDone(root: root), into: &out)
  }

  /// An attempt at a durable timer's work failed: it comes again, as late as an unacknowledged message does.
  mutating func putOffTick(root: UInt64, into out: inout Outbox<NodeMachine>) {
    guard dueTick(root) != nil else { return }
    out.arm(.tick(root: root), after: .exactly(.seconds(30)))
  }

  /// True for a tick that this node's file has: run files come from anywhere.
  public func has(_ tick: TimerFiring) -> Bool {
    tick.node == id && node.handlers.contains(tick.handler)
      && graph[tick.handler].triggers.contains { trigger in
        switch trigger {
        case .every: tick.isDurable
        case .cron: !tick.isDurable
        case .rpc, .channel, .start: false
        }
      }
  }
}
