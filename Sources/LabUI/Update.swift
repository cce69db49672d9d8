import GraphDrawing
import LabEngine
import Screen

/// The one place where the state of the lab changes. Effects are returned, never performed.
public func update(_ state: inout AppState, _ event: AppEvent) -> [Command] {
  defer { state.refreshDrawing() }
  switch event {
  case .input(.key(let key)):
    state.notice = ""
    return state.press(key)
  case .input(.mouse(let press)):
    return state.click(press)
  case .input(.resized(let width, let height)):
    state.width = width
    state.height = height
    return []
  case .input(.closed):
    return [.quit(keepsScreen: false)]
  case .tick:
    guard state.playback.isPlaying else { return [] }
    state.playback.frame += 1
    guard state.playback.frame >= state.playback.framesPerStep else { return [] }
    state.playback.frame = 0
    return [.go(to: min(state.history.tip, state.moment.step + state.playback.stepsPerFrame))]
  case .session(let history, let moment):
    state.history = history
    state.moment = moment
    if moment.step >= history.tip { state.playback.isPlaying = false }
    state.propertyCursor = min(state.propertyCursor, max(0, moment.properties.count - 1))
    state.progressCursor = min(state.progressCursor, max(0, ProgressPane(state).lines().count - 1))
    return []
  case .failed(let message):
    state.notice = message
    return []
  }
}

extension AppState {
  mutating func press(_ key: Key) -> [Command] {
    switch layers.last {
    case .menu(let menu): return press(key, in: menu)
    case .prompt(let prompt): return press(key, in: prompt)
    case nil: break
    }
    guard let action = keys.action(for: key) else {
      notice = "\(key.name) has no meaning here; ? lists what has"
      return []
    }
    // Escape never ends the program: it is also what a cut-off key sequence looks like.
    if key == .escape {
      isEnlarged = false
      find = ""
      return []
    }
    return perform(action)
  }

  mutating func perform(_ action: Action) -> [Command] {
    if let refusal = refusal(of: action) {
      notice = refusal
      return []
    }
    switch action {
    case .playPause:
      playback.isPlaying.toggle()
      playback.frame = 0
    case .stepForward: return seek(moment.step + 1)
    case .stepBack: return seek(moment.step - 1)
    case .nextNotable: return seek(notableStep(after: true))
    case .previousNotable: return seek(notableStep(after: false))
    case .nextChange: return seek(changeStep(after: true))
    case .previousChange: return seek(changeStep(after: false))
    case .firstStep: return seek(0)
    case .tip: return seek(history.tip)
    case .goToStep: open(.prompt(Prompt(.goToStep)))
    case .faster: changeSpeed(by: 1)
    case .slower: changeSpeed(by: -1)
    case .faultMenu: open(.menu(faultMenu()))
    case .scenarioMenu: open(.menu(scenarioMenu()))
    case .branchMenu: open(.menu(branchMenu()))
    case .explain: open(.menu(explanation()))
    case .palette: open(.menu(palette()))
    case .help: open(.menu(help()))
    case .find: open(.prompt(Prompt(.find)))
    case .findNext: return goToMatch(after: true)
    case .findPrevious: return goToMatch(after: false)
    case .undo: return [.undo]
    case .redo: return [.redo]
    case .up: return move(.up)
    case .down: return move(.down)
    case .left: return move(.left)
    case .right: return move(.right)
    case .pageUp: return scroll(by: -10)
    case .pageDown: return scroll(by: 10)
    case .open: return openLine()
    case .nextPlace: selectNextPlace()
    case .panLeft: pan(.left)
    case .panRight: pan(.right)
    case .panUp: pan(.up)
    case .panDown: pan(.down)
    case .zoomIn: zoom(by: 1)
    case .zoomOut: zoom(by: -1)
    case .zoomFit: fit()
    case .listView: look.isList.toggle()
    case .dimOthers: look.dimsOthers.toggle()
    case .enlargePane: isEnlarged.toggle()
    case .nextPane: cycleFocus(by: 1)
    case .previousPane: cycleFocus(by: -1)
    case .focusGraph: focus(on: .graph)
    case .focusInspector: focus(on: .inspector)
    case .focusTime: focus(on: .time)
    case .focusEvents: focus(on: .events)
    case .focusProperties: focus(on: .properties)
    case .focusProgress: focus(on: .progress)
    case .mouse: return toggleMouse()
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .close: return [.quit(keepsScreen: false)]
    case .quitNow: return [.interrupt]
    case .quitKeepingScreen: return [.quit(keepsScreen: true)]
    }
    return []
  }

  /// Goes to a step and stops there.
  mutating func seek(_ step: Int?) -> [Command] {
    playback.isPlaying = false
    return step.map { [.go(to: min(max(0, $0), history.tip))] } ?? []
  }

  mutating func focus(on pane: Pane) {
    focus = pane
    if pane.isInStrip { bottom = pane }
  }

  private mutating func open(_ layer: Layer) {
    playback.isPlaying = false
    layers.append(layer)
  }

  private mutating func changeSpeed(by rungs: Int) {
    playback.speed += rungs
    notice = "\(playback.stepsPerSecond) steps a second"
  }

  private mutating func cycleFocus(by direction: Int) {
    let panes = Pane.allCases
    let position = panes.firstIndex(of: focus) ?? 0
    focus(on: panes[(position + direction + panes.count) % panes.count])
  }

  private mutating func toggleMouse() -> [Command] {
    isMouseOn.toggle()
    notice = isMouseOn ? "mouse on" : "mouse off: the terminal selects text again"
    return [.setMouse(isMouseOn)]
  }

  private mutating func goToMatch(after: Bool) -> [Command] {
    playback.isPlaying = false
    let found = matches
    let events = history.events
    // Several events of one step count once; after the last match comes the first.
    let next =
      after
      ? found.first { events[$0].step > moment.step } ?? found.first
      : found.last { events[$0].step < moment.step } ?? found.last
    guard let next, let rank = found.firstIndex(of: next) else { return [] }
    notice = "match \(rank + 1) of \(found.count) for \"\(find)\""
    return [.go(to: events[next].step)]
  }
}
