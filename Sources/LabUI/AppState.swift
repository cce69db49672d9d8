import GraphDrawing
public import LabEngine
import Primitives
public import ProgressGraph
public import Screen

/// The panes, by the digit that focuses them.
public enum Pane: Int, CaseIterable, Sendable {
  case graph = 1
  case inspector = 2
  case time = 3
  case events = 5
  case properties = 7
  case progress = 8

  var title: String {
    switch self {
    case .graph: "Graph"
    case .inspector: "Inspector"
    case .time: "Time"
    case .events: "Events"
    case .properties: "Props"
    case .progress: "Progress"
    }
  }

  /// Shares the strip at the bottom with others.
  var isInStrip: Bool {
    switch self {
    case .events, .properties, .progress: true
    case .graph, .inspector, .time: false
    }
  }
}

/// How the graph is looked at.
public struct GraphLook: Equatable, Sendable {
  /// Nil is fit: the highest zoom at which every node is visible.
  public var zoom: Int?
  public var pan = Point(x: 0, y: 0)
  public var isList = false
  public var dimsOthers = false
  public init() {}
}

/// Whether time passes, and how fast.
public struct Playback: Equatable, Sendable {
  /// Steps a second, slow to fast.
  static let speeds = [1, 2, 5, 10, 20, 50, 100, 500]
  public var isPlaying = false
  /// A position in `speeds`.
  public var speed = 2
  /// Moves messages between two steps as well.
  public var isAnimated = true
  /// Frames since the last step, below `framesPerStep`.
  public var frame = 0
  public init() {}

  /// Frames a second where something moves all the time.
  private static let rate = 20
  public var stepsPerSecond: Int { Self.speeds[speed] }
  public var stepsPerFrame: Int { max(1, stepsPerSecond / Self.rate) }
  public var framesPerStep: Int { isAnimated ? max(1, Self.rate / stepsPerSecond) : 1 }
  public var frameMilliseconds: Int { 1_000 * stepsPerFrame / (stepsPerSecond * framesPerStep) }
  /// The share of the way to the next step that is behind, below 1; 0 while time stands.
  var phase: Double { isPlaying ? Double(frame) / Double(framesPerStep) : 0 }
}

/// Everything the screen shows, as one value.
///
/// Owner: `update`. The session's part (`history`, `moment`) is replaced as a whole when the session moves.
public struct AppState: Sendable {
  public let graph: Graph
  /// As the title names it.
  public let file: String
  public let seed: UInt64
  public let glyphs: GlyphSet
  public let keys: KeyMap

  public var history: LabHistory
  public var moment: LabMoment

  public var width: Int
  public var height: Int
  public var focus: Pane = .graph
  /// The pane of the bottom strip that is visible where they share one place.
  public var bottom: Pane = .events
  public var isEnlarged = false
  public var selection: Edge.End
  public var look = GraphLook()
  public var playback = Playback()
  /// First visible fact of the inspector.
  public var inspectorOffset = 0
  /// Selected line of the properties.
  public var propertyCursor = 0
  /// Selected line of the progress.
  public var progressCursor = 0
  public var find = ""
  /// The last one takes the keys.
  public var layers: [Layer] = []
  /// The last message; the next key clears it.
  public var notice = ""
  public var isMouseOn = true

  private let arrangement: Arrangement
  /// The drawing at the zoom and for the space it was made for. Kept, because making it costs more than painting it.
  private(set) var drawing: Drawing?
  private var drawnFor: DrawingKey?

  private struct DrawingKey: Equatable {
    var space: Rect
    var zoom: Int?
  }

  /// - Parameter graph: has at least one node.
  public init(
    graph: Graph, file: String, seed: UInt64, history: LabHistory, moment: LabMoment, glyphs: GlyphSet,
    keys: KeyMap = KeyMap(), width: Int, height: Int
  ) {
    precondition(!graph.nodes.isEmpty, "a graph has at least one node")
    self.graph = graph
    self.file = file
    self.seed = seed
    self.history = history
    self.moment = moment
    self.glyphs = glyphs
    self.keys = keys
    self.width = width
    self.height = height
    selection = .node(graph.workflow.start ?? NodeID(0))
    arrangement = Arrangement(Diagram(graph))
    refreshDrawing()
  }

  /// Makes the drawing anew if the space for it or the zoom has changed.
  mutating func refreshDrawing() {
    guard showsDrawing, let space = graphSpace else { return }
    let key = DrawingKey(space: space, zoom: look.zoom)
    guard key != drawnFor else { return }
    drawnFor = key
    drawing =
      look.zoom.map { Drawing(arrangement, zoom: $0, glyphs: glyphs) }
      ?? GraphDrawing.fit(arrangement, width: space.width, height: space.height, glyphs: glyphs)
    keepSelectionVisible()
  }

  /// Where the drawing goes; nil while its pane is not visible.
  private var graphSpace: Rect? {
    LabLayout(self).inside(.graph).map { $0.height >= 10 ? $0.cut(bottom: 1).1 : $0 }
  }

  var canvas: GraphCanvas? {
    guard let drawing, let space = graphSpace else { return nil }
    return GraphCanvas(drawing: drawing, area: space, pan: look.pan)
  }

  /// How long to wait for input before a tick is due; nil while nothing moves.
  public var frameMilliseconds: Int? { playback.isPlaying ? playback.frameMilliseconds : nil }

  public var size: ScreenSize { ScreenSize(width: width, height: height) }

  /// Nodes in the order of the file, then channels.
  public var places: [Edge.End] { graph.nodeIDs.map { .node($0) } + graph.channelIDs.map { .channel($0) } }

  public func name(of place: Edge.End) -> String {
    switch place {
    case .node(let node): graph[node].name
    case .channel(let channel): graph[channel].name
    }
  }

  /// The place an event happened at: its actor, or the place that a replica or a front belongs to. Nil for the network.
  func place(of event: StoryEvent) -> Edge.End? {
    let owner = event.actor.prefix { $0 != "/" }
    return places.first { name(of: $0) == owner }
  }

  public var hasViolation: Bool { moment.properties.contains { $0.verdict == .violated } }

  /// The pane that the narrow sizes show alone.
  public var single: Pane { focus == .time ? .graph : focus }
}

/// The rungs of the size ladder.
public enum ScreenSize: Comparable, Sendable {
  /// Below 40x10: three lines.
  case tiny
  /// 40x10 and up: one pane; the graph is a list.
  case small
  /// 60x16 and up: one pane and the timeline.
  case narrow
  /// 80x24 and up: graph, inspector, timeline, one tabbed strip.
  case standard
  /// 140x40 and up: every pane has a place of its own.
  case full

  public init(width: Int, height: Int) {
    self =
      if width < 40 || height < 10 { .tiny } else if width < 60 || height < 16 { .small } else if width < 80
        || height < 24
      { .narrow } else if width < 140 || height < 40 { .standard } else { .full }
  }
}
