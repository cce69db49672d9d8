import GraphDrawing
import Primitives
import ProgressGraph
import Screen
import Testing

@Suite struct GraphDiagramTests {
  /// A graph in which each named node publishes to and consumes what it is told to, one handler and one step each.
  private struct Sketch {
    var graph = Graph(name: "sketch")

    mutating func node(_ name: String, kind: NodeKind = .service) -> NodeID {
      graph.nodes.append(Node(name: name, kind: kind))
      return NodeID(graph.nodes.count - 1)
    }
    mutating func channel(_ name: String, _ kind: ChannelKind = .topic) -> ChannelID {
      graph.channels.append(Channel(name: name, kind: kind))
      return ChannelID(graph.channels.count - 1)
    }
    mutating func handler(_ node: NodeID, on triggers: [Trigger], _ verbs: [Verb] = []) {
      let handler = HandlerID(graph.handlers.count)
      var steps: [StepID] = []
      for verb in verbs {
        steps.append(StepID(graph.steps.count))
        graph.steps.append(Step(handler: handler, parent: nil, label: "step", verb: verb))
      }
      graph.handlers.append(Handler(name: nil, node: node, triggers: triggers, steps: steps))
    }
    func publish(_ channel: ChannelID) -> Verb { .publish(Publish(channel: channel, key: nil, event: nil)) }
    func send(_ channel: ChannelID) -> Verb {
      .send(Send(channel: channel, key: nil, delay: .zero, replyTo: nil))
    }
    func call(_ node: NodeID, awaited: Bool = true) -> Verb {
      var call = Call(target: node, handler: HandlerID(0))
      call.isAwaited = awaited
      return .call(call)
    }
  }

  /// Method: one graph with each way of triggering; the adjacency list, in words, is compared line by line.
  @Test func channelsBecomeLinks() {
    var sketch = Sketch()
    let (web, orders, mail, ship) = (
      sketch.node("web", kind: .client), sketch.node("orders"), sketch.node("mail", kind: .external),
      sketch.node("ship")
    )
    let (paid, work) = (sketch.channel("paid"), sketch.channel("work", .queue))
    sketch.handler(web, on: [.start], [sketch.call(orders), sketch.call(mail, awaited: false)])
    sketch.handler(orders, on: [.rpc], [sketch.publish(paid), sketch.send(work)])
    sketch.handler(mail, on: [.channel(paid)])
    sketch.handler(ship, on: [.channel(paid), .channel(work), .every(.seconds(5_400)), .cron(.hours(24))])
    #expect(
      Diagram(sketch.graph).adjacencyList() == [
        "web -rpc-> orders",
        "web -rpc one-way-> mail",
        "orders -topic:paid-> mail",
        "orders -topic:paid-> ship",
        "orders -queue:work-> ship",
        "ship -schedule:every 90m-> ship",
        "ship -schedule:cron 1d-> ship",
      ])
  }

  /// Method: channels without a consumer, without a producer, with many of both, a table, and parked records.
  @Test func someChannelsAreBoxes() {
    var sketch = Sketch()
    let nodes = (0..<5).map { sketch.node("n\($0)") }
    let (audit, inbox, bus) = (sketch.channel("audit"), sketch.channel("inbox", .queue), sketch.channel("bus"))
    let (work, parked) = (sketch.channel("work", .queue), sketch.channel("work.dlq", .queue))
    let (view, lone) = (sketch.channel("view", .table), sketch.channel("lone"))
    sketch.graph.channels[work.index].deadLetters = parked
    sketch.graph.channels[parked.index].parksFor = work
    sketch.graph.channels[view.index].source = bus
    sketch.handler(nodes[0], on: [.channel(inbox)], [sketch.publish(audit), sketch.publish(bus), sketch.send(work)])
    sketch.handler(nodes[1], on: [.rpc], [sketch.publish(bus)])
    sketch.handler(nodes[2], on: [.channel(bus), .channel(work)])
    sketch.handler(nodes[3], on: [.channel(bus)], [.read(name: NameID(0), table: view, maxAge: nil)])
    let diagram = Diagram(sketch.graph)
    #expect(
      diagram.adjacencyList() == [
        "n0 -topic-> audit",
        "n0 -topic-> bus",
        "n0 -queue:work-> n2",
        "n1 -topic-> bus",
        "n2 -queue-> work.dlq",
        "inbox -queue-> n0",
        "bus -topic-> n2",
        "bus -topic-> n3",
        "bus -topic-> view",
        "view -topic-> n3",
        "n4",
        "lone",
      ])
    #expect(diagram.boxes.last == Diagram.Box(id: .channel(lone), title: "lone", kind: .channel(.topic)))
    for zoom in 0...3 {
      let complaints = DrawingChecker.complaints(about: draw(diagram, zoom: zoom, glyphs: .unicode))
      #expect(complaints.isEmpty, "zoom \(zoom)")
    }
  }
}
