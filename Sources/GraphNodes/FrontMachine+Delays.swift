import MachineContract
import Primitives
import ProgressGraph

/// Messages that their senders keep invisible for a while.
extension FrontMachine {
  /// Hides an entry until the `delay` of the step that sent it is over. Not a parked one: it has waited. A front that
  /// comes up again does not know how much of the delay was over, and begins anew.
  mutating func hide(_ lane: Int, _ entry: Int, into out: inout Outbox<FrontMachine>) {
    let message = lanes[lane].entries[entry].message
    guard let step = message.effect?.step, case .send(let send) = deployment.graph[step].verb, send.delay > .zero
    else { return }
    lanes[lane].entries[entry].state = .delayed
    out.arm(.visible(message.id), after: .exactly(send.delay))
  }

  mutating func delayEnded(_ message: UInt64, into out: inout Outbox<FrontMachine>) {
    for lane in lanes.indices {
      for entry in lanes[lane].entries.indices
      where lanes[lane].entries[entry].message.id == message && lanes[lane].entries[entry].state == .delayed {
        lanes[lane].entries[entry].state = .ready
      }
    }
    serve(into: &out)
  }
}
