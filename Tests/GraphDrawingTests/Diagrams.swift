import GraphDrawing
import Primitives
import ProgressGraph

/// A diagram from lines such as `orders topic:paid payments`, `web one-way mail` or a lone name. Names without a
/// link are boxes too; a name in parentheses is a queue's. Labelled queues and topics of one name are one channel.
func diagram(_ lines: String...) -> Diagram { diagram(lines) }

func diagram(_ lines: [String]) -> Diagram {
  var boxes: [Diagram.Box] = []
  var links: [Diagram.Link] = []
  var channels: [String] = []
  func box(_ word: String) -> Int {
    let isChannel = word.hasPrefix("(")
    let name = isChannel ? String(word.dropFirst().dropLast()) : word
    if let known = boxes.firstIndex(where: { $0.title == name }) { return known }
    boxes.append(
      Diagram.Box(
        id: isChannel ? .channel(ChannelID(boxes.count)) : .node(NodeID(boxes.count)),
        title: name, kind: isChannel ? .channel(.queue) : .node(.service)))
    return boxes.count - 1
  }
  for line in lines {
    let words = line.split(separator: " ").map { String($0).replacing("_", with: " ") }
    let from = box(words[0])
    guard words.count == 3 else { continue }
    let way = words[1].split(separator: ":").map(String.init)
    let label = way.count > 1 ? way[1] : ""
    if !label.isEmpty, !channels.contains(label) { channels.append(label) }
    let kind = way[0] == "one-way" ? Edge.Kind.rpc : Edge.Kind(rawValue: way[0])!
    let channel = channels.firstIndex(of: label).map { ChannelID($0) }
    links.append(
      Diagram.Link(
        from: from, to: box(words[2]), kind: kind, label: label, isOneWay: way[0] == "one-way",
        channel: kind == .queue || kind == .topic ? channel : nil))
  }
  return Diagram(boxes: boxes, links: links)
}

/// A random diagram: chains, fan-outs, links back, loops, parallel links and lone boxes, in seeded proportions.
func randomDiagram(using generator: inout SeededGenerator, boxes limit: Int) -> Diagram {
  func pick(_ bound: Int) -> Int { Int(generator.next(below: UInt64(bound))) }
  let names = ["a", "orders", "payments-eu", "日本語", "naïve", "x\u{202E}y", "a-very-long-name-for-a-small-service-box"]
  let labels = ["", "", "paid", "q", "order.created.v2", "order.created.v3", "語", "bell\u{7}"]
  let count = 1 + pick(limit)
  let boxes = (0..<count).map { index in
    let isChannel = pick(5) == 0
    return Diagram.Box(
      id: isChannel ? .channel(ChannelID(index)) : .node(NodeID(index)),
      title: names[pick(names.count)] + "\(index)", kind: isChannel ? .channel(.queue) : .node(.service))
  }
  let kinds: [Edge.Kind] = [.rpc, .rpc, .queue, .topic, .schedule]
  let density = [0, 1, 1, 2, 2, 3][pick(6)]
  let isForwardOnly = pick(3) == 0
  var links: [Diagram.Link] = []
  while links.count < count * density {
    var (from, to) = (pick(count), pick(count))
    if isForwardOnly { (from, to) = (min(from, to), max(from, to)) }
    let kind = kinds[pick(kinds.count)]
    let isChannel = (kind == .queue || kind == .topic) && pick(2) == 0
    let channel = isChannel ? ChannelID(pick(3)) : nil
    let label = channel.map { "\(kind.rawValue)\($0.raw)" } ?? labels[pick(labels.count)]
    for _ in 0..<(isChannel ? 1 + pick(4) : 1) {
      links.append(
        Diagram.Link(
          from: from, to: to, kind: kind, label: label, isOneWay: kind == .rpc && pick(3) == 0, channel: channel))
      to = isForwardOnly ? max(from, pick(count)) : pick(count)
    }
  }
  return Diagram(boxes: boxes, links: links)
}
