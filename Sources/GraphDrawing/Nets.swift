import Primitives
import ProgressGraph

/// The lines that are routed as one: a single link, or all links of one producer through one channel (a trunk).
///
/// `source` is the end nearer to the left; for a turned link that is the box the link points at.
struct Net: Sendable {
  var source: Int
  /// By link, parallel to `links`.
  var targets: [Int]
  /// Positions in `Diagram.links`.
  var links: [Int]
  var kind: Edge.Kind
  var isTurned: Bool
  var isLoop: Bool
}

extension Diagram {
  /// Every link in exactly one net, in the order of the first link of each.
  func nets(turned: [Bool]) -> [Net] {
    struct Trunk: Hashable {
      var from: Int
      var channel: ChannelID
      var kind: Edge.Kind
    }
    var trunks: [Trunk: Int] = [:]
    var nets: [Net] = []
    for (index, link) in links.enumerated() {
      let isLoop = link.from == link.to
      if let channel = link.channel, !turned[index], !isLoop {
        let trunk = Trunk(from: link.from, channel: channel, kind: link.kind)
        if let known = trunks[trunk], nets[known].targets.contains(link.to) == false {
          nets[known].targets.append(link.to)
          nets[known].links.append(index)
          continue
        }
        if trunks[trunk] == nil { trunks[trunk] = nets.count }
      }
      nets.append(
        Net(
          source: turned[index] ? link.to : link.from, targets: [turned[index] ? link.from : link.to],
          links: [index], kind: link.kind, isTurned: turned[index], isLoop: isLoop))
    }
    return nets
  }
}
