public import Primitives
public import ProgressGraph

/// A load that belongs to no one graph: its fields by name, because identifiers are positions in a graph.
public struct NamedLoad: Equatable, Sendable {
  public var count: Int
  public var every: SimDuration
  public var same: [String]

  public init(count: Int, every: SimDuration, same: [String] = []) {
    self.count = count
    self.every = every
    self.same = same
  }

  public init(_ load: Load, in graph: Graph) {
    self.init(count: load.count, every: load.every, same: load.same.map { graph[$0] })
  }

  public static let single = NamedLoad(count: 1, every: .zero)

  /// The load for this graph. A field that it does not have decides nothing in it.
  public func load(in graph: Graph) -> Load {
    let fields = same.compactMap { name in graph.names.firstIndex(of: name).map { NameID($0) } }
    return Load(count: count, every: every, same: fields)
  }
}
