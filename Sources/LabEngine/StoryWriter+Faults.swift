import ClusterModel
import GraphNodes
import LabWorld
import Primitives
import ProgressGraph
import Simulation

/// The lines for faults that are no event of the cluster: nobody in it notices anything but their consequences.
extension StoryWriter {
  func line(for deed: Simulator<LabMachine>.Interference.Deed) -> Line {
    switch deed {
    case .delayed(let envelope, let delay):
      return ("network", "delays \(route(of: envelope)) by \(length(delay))", .fault)
    case .held(let envelope):
      return ("network", "holds \(route(of: envelope)) back, to be overtaken by the next", .fault)
    case .slowed(let machine, .zero):
      return (name(machine), "is as fast as before", .recovery)
    case .slowed(let machine, let delay):
      return (name(machine), "becomes slow: everything reaches it \(length(delay)) later", .fault)
    case .clockJumped(let machine, let distance):
      let isAhead = distance > .zero
      let way = isAhead ? "ahead by \(length(distance))" : "back by \(length(.zero - distance))"
      return (name(machine), "has its clock jump \(way)", isAhead ? .fault : .recovery)
    }
  }

  /// What a fault of the plan arranged at the very start; nil for a trigger like any other.
  func plannedMishap(_ input: NodeOperation) -> String? {
    switch input {
    case .poison(let step, _): "can never get past \(label(step)) with this trigger"
    case .storeTwice(let nth): "will store record \(nth) twice"
    case .trigger, .tick: nil
    }
  }

  private func route(of envelope: Envelope<LabMachine>) -> String {
    var what = "a message"
    if case .node(let message) = envelope.message, let words = description(of: message) { what = words }
    return "\(what) from \(name(envelope.from)) to \(name(envelope.to))"
  }

  private func length(_ duration: SimDuration) -> String { FaultText(graph: deployment.graph).duration(duration) }
}

extension Simulator<LabMachine>.Interference {
  /// The message it is about; nil for what befell a machine.
  var envelope: Envelope<LabMachine>? {
    switch deed {
    case .delayed(let envelope, _), .held(let envelope): envelope
    case .slowed, .clockJumped: nil
    }
  }
}
