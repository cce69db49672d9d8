public import ClusterModel
public import MachineContract
public import Primitives

/// What an exploration of interleavings is about: what may come next, and what has to be remembered of a path beside
/// the state of the cluster.
///
/// The order of the choices is part of what a path is, and has to depend on the state alone.
public protocol ExplorationRules: Sendable {
  associatedtype M: Machine
  /// What observers have seen, budgets that are left, what the rules know of time. Two paths are the same from here on
  /// only if their memories agree as well: an effect without a key leaves no trace in any machine.
  associatedtype Memory: Fingerprintable, Sendable

  /// All that may come next. An action that turns out not to be enabled is passed over.
  func choices(_ cluster: Cluster<M>, _ memory: Memory) -> [Action<M>]

  /// Takes in what an action did.
  ///
  /// - Parameters:
  ///   - before: the cluster as it was when the action was chosen.
  ///   - depth: actions done, this one among them.
  func follow(
    _ action: Action<M>, _ events: [Event<M>], before: Cluster<M>, depth: Int, memory: inout Memory)
}

/// How far an exploration goes.
public struct ExplorationBounds: Equatable, Sendable {
  /// Distinct states.
  public var states: Int
  /// Actions on a path.
  public var depth: Int

  public init(states: Int, depth: Int = 10_000) {
    self.states = states
    self.depth = depth
  }
}
