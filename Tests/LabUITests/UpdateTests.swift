import LabEngine
import LabUI
import Primitives
import ProgressGraph
import Screen
import Testing

@Suite struct UpdateTests {
  // MARK: Time

  /// Method: keys and the step they ask for, from step 14 of 40.
  @Test(arguments: [
    (".", 15), (",", 13), ("g", 0), ("G", 40), (">", 20), ("<", 13), ("t7\r", 7), ("t99\r", 40), ("t0.2s\r", 13),
    ("/parcel\r", 38), ("/reserved\rn", 8), ("/reserved\rN", 8), ("/shop\r", 20),
  ])
  func keysMoveInTime(keys: String, step: Int) throws {
    var state = try Checkout.state()
    _ = Checkout.press(
      keys.unicodeScalars.map { $0 == "\r" ? .enter : .character($0) }, on: &state)
    #expect(state.moment.step == step)
  }

  /// Method: ticks while playing; at the tip playing ends by itself, and a tick then does nothing.
  @Test func playingEndsAtTheTip() throws {
    var state = try Checkout.state(step: 38)
    state.playback.isAnimated = false
    #expect(state.frameMilliseconds == nil)
    _ = Checkout.press(" ", on: &state)
    #expect(state.frameMilliseconds == 200)
    for _ in 0..<2 { Checkout.perform(update(&state, .tick), on: &state) }
    #expect(state.moment.step == 40)
    #expect(state.frameMilliseconds == nil)
    #expect(update(&state, .tick).isEmpty)
  }

  /// Method: at the ends the keys say why they do nothing.
  @Test func endsAreTold() throws {
    var state = try Checkout.state(step: 40)
    #expect(Checkout.press(".", on: &state).isEmpty)
    #expect(state.notice.contains("tip"))
    Checkout.show(0, in: &state)
    #expect(Checkout.press(",", on: &state).isEmpty)
    #expect(state.notice.contains("first step"))
  }

  // MARK: Faults

  /// Method: two keys from a selected node to a fault at the present moment, as a file would write it.
  @Test func twoKeysBreakANode() throws {
    var state = try Checkout.state()
    let shop = try #require(state.graph.node(named: "shop"))
    state.selection = .node(shop)
    let commands = Checkout.press("fc", on: &state)
    let fault = Fault(
      kind: .crash(.node(shop), restart: .seconds(1), disk: .keep), point: .at(state.moment.time),
      text: "{crash: shop, at: 161ms}")
    #expect(commands == [.inject(fault)])
    #expect(state.layers.isEmpty)
  }

  /// Method: for every place, every line of its fault menu has a key of its own; those that do not apply have a
  /// reason and do nothing.
  @Test func faultMenusAreWhole() throws {
    let base = try Checkout.state()
    for place in base.places {
      var state = base
      state.selection = place
      _ = Checkout.press("f", on: &state)
      guard case .menu(let menu)? = state.layers.last else {
        Issue.record("no menu for \(base.name(of: place))")
        continue
      }
      let keys = menu.items.compactMap(\.key)
      #expect(Set(keys).count == keys.count, "\(base.name(of: place))")
      #expect(keys.count == menu.items.count, "\(base.name(of: place))")
      for item in menu.items {
        var pressed = state
        let key = try #require(item.key)
        let commands = Checkout.press([key], on: &pressed)
        if item.refusal == nil {
          #expect(commands.count == 1 && pressed.layers.isEmpty)
        } else {
          #expect(commands.isEmpty && pressed.notice == item.refusal)
        }
      }
    }
  }

  /// Method: a node that lies crashed cannot crash again; the menu says so.
  @Test func whatDoesNotApplyIsGrey() throws {
    var state = try Checkout.state(step: 14)
    state.selection = .node(try #require(state.graph.node(named: "pay")))
    _ = Checkout.press("f", on: &state)
    #expect(state.text.contains("pay has crashed already"))
    #expect(Checkout.press("c", on: &state).isEmpty)
    #expect(state.layers.count == 1)
  }

  /// Method: the menus of scenarios and branches ask for what their lines say.
  @Test func scenariosAndBranchesAreChosen() throws {
    var state = try Checkout.state()
    #expect(Checkout.press("S1", on: &state) == [.startScenario(0)])
    #expect(Checkout.press("S0", on: &state) == [.startScenario(nil)])
    _ = Checkout.press("B", on: &state)
    #expect(Checkout.press([.up, .enter], on: &state) == [.switchBranch(0)])
    #expect(Checkout.press("u", on: &state) == [.undo])
    state.history.canUndo = false
    #expect(Checkout.press("u", on: &state).isEmpty)
  }

  /// Method: the chain of causes of the violation, from its beginning, with the crash that nothing in it is caused by;
  /// Enter on its first line goes there.
  @Test func explainFollowsCauses() throws {
    var state = try Checkout.state(step: 31)
    _ = Checkout.press("e", on: &state)
    guard case .menu(let menu)? = state.layers.last else {
      Issue.record("no explanation")
      return
    }
    #expect(menu.items.map(\.keyName) == ["s1", "s3", "s5", "s13", "s20", "s25", "s30"])
    _ = Checkout.press([.home, .enter], on: &state)
    #expect(state.moment.step == 1)
  }

  /// Method: a second fault elsewhere, before the violation and after it, is not part of the explanation.
  @Test func explainLeavesOutFaultsOfOthers() throws {
    var state = try Checkout.state(step: 31)
    let time = state.history.events[5].time
    let others = [(21, "mailer"), (39, "pay")].map { step, actor in
      StoryEvent(step: step, time: time, actor: actor, text: "crashes", kind: .fault)
    }
    state.history.events.append(others[1])
    // Behind its cause and before the rest: positions of earlier events, which causes name, stay as they are.
    state.history.events.insert(others[0], at: 8)
    for position in state.history.events.indices {
      guard let cause = state.history.events[position].cause, cause >= 8 else { continue }
      state.history.events[position].cause = cause + 1
    }
    _ = Checkout.press("e", on: &state)
    guard case .menu(let menu)? = state.layers.last else {
      Issue.record("no explanation")
      return
    }
    #expect(menu.items.map(\.keyName) == ["s1", "s3", "s5", "s13", "s20", "s25", "s30"])
  }

  /// Method: a file with a calm scenario of its own; the two entries must be told apart.
  @Test func theRunWithoutAScenarioHasItsOwnName() throws {
    var graph = try Checkout.graph()
    func labels() -> [String] {
      var state = AppState(
        graph: graph, file: "checkout.yaml", seed: 42, history: Checkout.history, moment: Checkout.moment(1, of: graph),
        glyphs: .unicode, width: 80, height: 24)
      _ = Checkout.press("S", on: &state)
      guard case .menu(let menu)? = state.layers.last else { return [] }
      return menu.items.map(\.label)
    }
    #expect(labels() == ["calm", "payment-dies"])
    graph.scenarios[0].name = "calm"
    #expect(labels() == ["no scenario", "calm"])
  }

  // MARK: Layers and focus

  /// Method: q closes the top layer, then ends; Escape never ends.
  @Test func qClosesThenQuits() throws {
    var state = try Checkout.state()
    _ = Checkout.press("?", on: &state)
    #expect(Checkout.press("q", on: &state).isEmpty)
    #expect(state.layers.isEmpty)
    #expect(Checkout.press([.escape], on: &state).isEmpty)
    #expect(Checkout.press("q", on: &state) == [.quit(keepsScreen: false)])
    #expect(Checkout.press("Q", on: &state) == [.quit(keepsScreen: true)])
  }

  /// Method: the palette finds a command by letters of its help and runs it.
  @Test func thePaletteRunsCommands() throws {
    var state = try Checkout.state()
    _ = Checkout.press(":last step", on: &state)
    _ = Checkout.press([.enter], on: &state)
    #expect(state.moment.step == 40)
  }

  /// Method: digits and Tab reach every pane; at 60x16, where one pane is visible, each shows its own content.
  @Test func everyPaneIsReachable() throws {
    var state = try Checkout.state()
    var seen: Set<Pane> = []
    for _ in Pane.allCases {
      seen.insert(state.focus)
      _ = Checkout.press([.tab], on: &state)
    }
    #expect(seen.count == Pane.allCases.count)
    _ = update(&state, .input(.resized(width: 60, height: 16)))
    var screens: Set<String> = []
    for digit in ["1", "2", "5", "7"] {
      _ = Checkout.press(digit, on: &state)
      screens.insert(state.text)
    }
    #expect(screens.count == 4)
  }

  /// Method: in the drawing an arrow selects something else and its opposite leads back; in the list the same by rows.
  @Test func arrowsMoveTheSelection() throws {
    for isList in [false, true] {
      var state = try Checkout.state(width: 160, height: 48)
      state.look.isList = isList
      let start = state.selection
      let (there, back): (Key, Key) = isList ? (.down, .up) : (.right, .left)
      _ = Checkout.press([there], on: &state)
      #expect(state.selection != start)
      _ = Checkout.press([back], on: &state)
      #expect(state.selection == start)
    }
  }

  /// Method: as many presses as there are places come round to the first, channels that have no box included; from such
  /// a channel an arrow leads on to a node.
  @Test func everyPlaceCanBeSelected() throws {
    var state = try Checkout.state()
    var seen: [Edge.End] = []
    for _ in state.places {
      seen.append(state.selection)
      _ = Checkout.press("s", on: &state)
    }
    #expect(Set(seen) == Set(state.places))
    #expect(state.selection == seen[0])
    state.selection = .channel(try #require(state.graph.channel(named: "orders")))
    _ = Checkout.press([.left], on: &state)
    #expect(state.name(of: state.selection) == "shop")
  }

  /// Method: a click on the timeline goes to a step in proportion; one on the key bar runs the hint; one beside does
  /// nothing.
  @Test func clicksDoWhatTheyPointAt() throws {
    var state = try Checkout.state()
    let lines = state.drawn().lines()
    let time = try #require(lines.firstIndex { $0.contains("3 Time") })
    let row = Array(lines[time])
    let end = try #require(row.lastIndex(of: "4"))
    let commands = update(&state, .input(.mouse(MousePress(.left, at: Point(x: end - 1, y: time)))))
    #expect(commands == [.go(to: 40)])
    let bar = try #require(lines.firstIndex { $0.contains(". step") })
    let hint = try #require(Array(lines[bar]).firstIndex(of: "."))
    #expect(update(&state, .input(.mouse(MousePress(.left, at: Point(x: hint, y: bar))))) == [.go(to: 15)])
    #expect(update(&state, .input(.mouse(MousePress(.left, at: Point(x: 500, y: 500))))).isEmpty)
  }

  // MARK: The key map

  /// Method: every action has a binding with a name and a help of at most 60 characters; no key stands for two (the map
  /// traps on that when it is made).
  @Test func theKeyMapIsWhole() {
    let map = KeyMap()
    for action in Action.allCases {
      let binding = map.binding(of: action)
      #expect(binding != nil, "\(action)")
      #expect(binding.map { !$0.name.isEmpty && !$0.help.isEmpty && $0.help.count <= 60 } == true, "\(action)")
    }
    #expect(map.bindings.count == Action.allCases.count)
    for key in [Key.control("s"), .control("q"), .control("a"), .control("b"), .control("g")] {
      #expect(map.action(for: key) == nil)
    }
  }

  /// Method: after seeded random keys, sizes and clicks the state is sound and can be drawn: a selection that exists,
  /// a step within the branch, at most two layers.
  @Test(arguments: 1...6 as ClosedRange<UInt64>) func randomInputKeepsTheStateSound(seed: UInt64) throws {
    var state = try Checkout.state()
    var chance = SeededGenerator(seed: seed)
    let special: [Key] = [
      .up, .down, .left, .right, .enter, .escape, .tab, .backTab, .backspace, .pageUp, .pageDown, .home, .end,
    ]
    for _ in 0..<400 {
      switch UInt8.random(in: 0..<10, using: &chance) {
      case 0:
        let (width, height) = (Int.random(in: 0...170, using: &chance), Int.random(in: 0...50, using: &chance))
        Checkout.perform(update(&state, .input(.resized(width: width, height: height))), on: &state)
      case 1:
        let point = Point(x: Int.random(in: 0..<170, using: &chance), y: Int.random(in: 0..<50, using: &chance))
        let button = [MousePress.Button.left, .right, .wheelUp, .wheelDown].randomElement(using: &chance) ?? .left
        Checkout.perform(update(&state, .input(.mouse(MousePress(button, at: point)))), on: &state)
      case 2: Checkout.perform(update(&state, .tick), on: &state)
      case 3, 4: _ = Checkout.press([special.randomElement(using: &chance) ?? .up], on: &state)
      default:
        let key = Unicode.Scalar(UInt8.random(in: 0x20..<0x7F, using: &chance))
        _ = Checkout.press([.character(key)], on: &state)
      }
      #expect(state.places.contains(state.selection))
      #expect((0...Checkout.tip).contains(state.moment.step))
      #expect(state.layers.count <= 2)
      _ = state.drawn()
    }
  }
}
